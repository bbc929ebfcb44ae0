//! SQLite's forms.

use super::{Forms, Reader};
use crate::sql::read::{index, object, session, sqlite, table, view};

pub(super) const FORMS: Forms = &[
    ("ALTER TABLE", Reader::Many(sqlite::alter)),
    ("CREATE TABLE", Reader::One(table::create_table)),
    ("CREATE VIRTUAL TABLE", Reader::One(sqlite::create_virtual_table)),
    ("CREATE INDEX", Reader::One(index::create_index)),
    ("CREATE VIEW", Reader::One(view::create_view)),
    ("CREATE TRIGGER", Reader::One(sqlite::create_trigger)),
    ("DROP TABLE", Reader::Many(object::drop_objects)),
    ("DROP INDEX", Reader::Many(object::drop_objects)),
    ("DROP VIEW", Reader::Many(object::drop_objects)),
    ("DROP TRIGGER", Reader::One(sqlite::drop_trigger)),
    ("PRAGMA", Reader::One(sqlite::pragma)),
    ("ATTACH", Reader::One(sqlite::attach)),
    ("DETACH", Reader::One(session::nothing)),
    ("ANALYZE", Reader::One(sqlite::maintenance)),
    ("REINDEX", Reader::One(sqlite::maintenance)),
    ("VACUUM", Reader::One(sqlite::maintenance)),
    ("BEGIN", Reader::One(session::transaction)),
    ("COMMIT", Reader::One(session::transaction)),
    ("END", Reader::One(session::transaction)),
    ("ROLLBACK", Reader::One(session::transaction)),
    ("SAVEPOINT", Reader::One(session::transaction)),
    ("RELEASE", Reader::One(session::transaction)),
    ("EXPLAIN", Reader::One(session::nothing)),
    ("SELECT", Reader::One(sqlite::rows)),
    ("VALUES", Reader::One(sqlite::rows)),
    ("WITH", Reader::One(sqlite::rows)),
    ("INSERT", Reader::One(sqlite::rows)),
    ("REPLACE", Reader::One(sqlite::rows)),
    ("UPDATE", Reader::One(sqlite::rows)),
    ("DELETE", Reader::One(sqlite::rows)),
];
