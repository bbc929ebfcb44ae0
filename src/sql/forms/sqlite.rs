//! SQLite's forms.

use super::{Forms, Reader};
use crate::sql::read::{alter_table, data, index, object, session, table, view};

pub(super) const FORMS: Forms = &[
    ("ALTER TABLE", Reader::Many(alter_table::alter_table)),
    ("CREATE TABLE", Reader::One(table::create_table)),
    ("CREATE INDEX", Reader::One(index::create_index)),
    ("CREATE VIEW", Reader::One(view::create_view)),
    ("CREATE", Reader::One(object::create_object)),
    ("DROP", Reader::Many(object::drop_objects)),
    ("BEGIN", Reader::One(session::transaction)),
    ("START TRANSACTION", Reader::One(session::transaction)),
    ("COMMIT", Reader::One(session::transaction)),
    ("END", Reader::One(session::transaction)),
    ("ROLLBACK", Reader::One(session::transaction)),
    ("SAVEPOINT", Reader::One(session::transaction)),
    ("RELEASE", Reader::One(session::transaction)),
    ("SELECT", Reader::One(data::statement)),
    ("VALUES", Reader::One(data::statement)),
    ("WITH", Reader::One(data::statement)),
    ("(", Reader::One(data::statement)),
    ("INSERT", Reader::One(data::statement)),
    ("UPDATE", Reader::One(data::statement)),
    ("DELETE", Reader::One(data::statement)),
];
