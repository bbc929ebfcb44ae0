//! Which transaction a statement runs in.

use super::apply::Apply;
use crate::dialect::{Dialect, Engine, Version};
use crate::migration::{OptOut, ReadMigration, Sends, Statement, Wraps};
use crate::schema::catalog::Catalog;
use crate::schema::change::{Change, MaintenanceVerb, TransactionMark};
use crate::schema::name::ObjectKind;
use crate::source::Span;

/// Whether a statement runs in a transaction block, and who opened it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transaction {
    /// The migration said BEGIN, here.
    Author(Span),
    /// The runner wraps the file, the changeset, or all pending files.
    Runner,
    /// The runner sends several statements as one message, which the server makes one
    /// transaction.
    Message,
    /// It runs for itself.
    None,
    /// The runner is not known.
    Unknown,
}

impl Transaction {
    /// Whether it is certain that the statement runs in a transaction block.
    pub fn is_block(self) -> bool {
        matches!(self, Self::Author(_) | Self::Runner | Self::Message)
    }
}

/// The transaction while a migration runs.
pub(super) struct Block {
    /// What the next statement runs in.
    pub(super) state: Transaction,
    /// What it runs in once the transaction has ended.
    outside: Transaction,
    /// The catalog when the transaction began.
    start: Catalog,
    savepoints: Vec<(String, Catalog)>,
}

impl Block {
    pub(super) fn new(read: &ReadMigration, start: &Catalog) -> Self {
        let runner = &read.migration.runner;
        let outside = outside(read);
        let state = match runner.wraps {
            Wraps::EachFile | Wraps::EachChangeset | Wraps::AllPending => Transaction::Runner,
            Wraps::Nothing => outside,
            Wraps::Unknown => Transaction::Unknown,
        };
        Self { state, outside, start: start.clone(), savepoints: Vec::new() }
    }

    /// Crosses a boundary that the migration wrote.
    pub(super) fn mark(&mut self, mark: &TransactionMark, span: Span, apply: &mut Apply) {
        match mark {
            TransactionMark::Begin => {
                // In the runner's transaction it is a warning and nothing else.
                if !matches!(self.state, Transaction::Author(_) | Transaction::Runner) {
                    self.begin(Transaction::Author(span), apply);
                }
            }
            TransactionMark::Commit { chain } => {
                self.end(apply, true);
                self.begin(self.next(*chain, span), apply);
            }
            TransactionMark::Rollback { chain } => {
                if self.state.is_block() {
                    restore(apply, &self.start);
                }
                self.end(apply, false);
                self.begin(self.next(*chain, span), apply);
            }
            TransactionMark::Prepare => {
                self.end(apply, true);
                self.begin(self.outside, apply);
            }
            TransactionMark::Savepoint(name) => {
                self.savepoints.push((name.clone(), apply.catalog.clone()));
            }
            TransactionMark::Release(name) => {
                if let Some(at) = self.savepoint(name) {
                    self.savepoints.truncate(at);
                }
            }
            TransactionMark::RollbackTo(name) => {
                if let Some(at) = self.savepoint(name) {
                    self.savepoints.truncate(at + 1);
                    if let Some((_, catalog)) = self.savepoints.last() {
                        restore(apply, catalog);
                    }
                }
            }
            TransactionMark::Characteristics => {}
        }
    }

    /// What a statement runs in. MySQL ends the transaction before and after whatever changes the
    /// schema (manual, "Statements That Cause an Implicit Commit"), so that those run for
    /// themselves, and no ROLLBACK undoes them.
    pub(super) fn state_of(&self, statement: &Statement, engine: Engine) -> Transaction {
        match self.state.is_block() && commits(statement, engine) {
            true => Transaction::None,
            false => self.state,
        }
    }

    /// Ends the transaction where the statement did so by itself. In a runner's, MySQL begins the
    /// next one with the next statement.
    pub(super) fn commit_implicitly(
        &mut self,
        statement: &Statement,
        engine: Engine,
        apply: &Apply,
    ) {
        if commits(statement, engine) {
            let author = matches!(self.state, Transaction::Author(_));
            self.begin(if author { self.outside } else { self.state }, apply);
        }
    }

    /// What ends with a statement that runs for itself: `SET LOCAL` has no effect there.
    pub(super) fn after_statement(&self, apply: &mut Apply) {
        if self.state == Transaction::None {
            apply.catalog.local_settings.clear();
        }
    }

    /// Ends what the migration left open.
    pub(super) fn finish(&self, apply: &mut Apply) {
        self.end(apply, true);
    }

    fn next(&self, chain: bool, span: Span) -> Transaction {
        if chain { Transaction::Author(span) } else { self.outside }
    }

    fn begin(&mut self, state: Transaction, apply: &Apply) {
        self.state = state;
        self.start = apply.catalog.clone();
        self.savepoints.clear();
    }

    fn end(&self, apply: &mut Apply, commit: bool) {
        apply.catalog.local_settings.clear();
        if commit {
            apply.drop_on_commit();
        }
    }

    fn savepoint(&self, name: &str) -> Option<usize> {
        self.savepoints.iter().rposition(|(other, _)| other == name)
    }
}

/// Whether a statement ends the transaction that it stands in: on MySQL and MariaDB all but those on
/// rows, settings and temporary tables.
fn commits(statement: &Statement, engine: Engine) -> bool {
    let stays = |change: &Change| match change {
        Change::CreateTable(table) => table.temporary,
        Change::Data(_)
        | Change::Session(_)
        | Change::Transaction(_)
        | Change::Nothing { .. }
        | Change::Opaque { .. } => true,
        _ => false,
    };
    matches!(engine, Engine::Mysql | Engine::Mariadb)
        && statement.changes.iter().any(|located| !stays(&located.change.value))
}

fn restore(apply: &mut Apply, catalog: &Catalog) {
    let tick = apply.catalog.tick;
    apply.catalog = catalog.clone();
    apply.catalog.tick = tick;
}

/// What a statement runs in when neither the runner nor the author opened a transaction. A COMMIT
/// inside a message of several statements does not help: the next one begins an implicit block
/// again (measured, `field/frameworks.md` section 0).
fn outside(read: &ReadMigration) -> Transaction {
    let runner = &read.migration.runner;
    match (runner.sends, read.statements.len() > 1) {
        // Elsewhere each statement of a message stands for itself.
        _ if read.engine != Engine::Postgres && runner.wraps != Wraps::Unknown => Transaction::None,
        (Sends::Statements, _) => Transaction::None,
        (Sends::WholeFile | Sends::Batch, true) => Transaction::Message,
        (Sends::WholeFile | Sends::Batch, false) => Transaction::None,
        (Sends::Unknown, true) => Transaction::Unknown,
        (Sends::Unknown, false) if runner.wraps == Wraps::Unknown => Transaction::Unknown,
        (Sends::Unknown, false) => Transaction::None,
    }
}

/// The word for a migration as a whole: `explicit` where the runner opens a transaction for it,
/// `all-pending` for all migrations together, `author` where it says BEGIN itself, `implicit` where
/// several statements are one message, `none`, or `unknown`.
pub fn transaction_of(read: &ReadMigration, dialect: Dialect) -> &'static str {
    let runner = &read.migration.runner;
    let begins = |change: &Change| matches!(change, Change::Transaction(TransactionMark::Begin));
    let mut changes = read.statements.iter().flat_map(|statement| &statement.changes);
    match runner.wraps {
        _ if runs_alone(read, dialect) => "none",
        Wraps::EachFile | Wraps::EachChangeset => "explicit",
        Wraps::AllPending => "all-pending",
        _ if changes.any(|located| begins(&located.change.value)) => "author",
        Wraps::Unknown => "unknown",
        Wraps::Nothing => match outside(read) {
            Transaction::Message => "implicit",
            Transaction::Unknown => "unknown",
            _ => "none",
        },
    }
}

/// What a runner with [`OptOut::Automatic`] makes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Automatic {
    /// No statement that it recognises: the file runs in a transaction.
    Transaction,
    /// Only statements that it recognises: the file runs without one.
    Alone,
    /// Both kinds: it fails, or runs without one where the runner allows mixing.
    Mixed,
}

/// Whether the runner sees by itself that it must not open a transaction for a file.
pub fn runs_alone(read: &ReadMigration, dialect: Dialect) -> bool {
    let runner = &read.migration.runner;
    runner.alone == OptOut::Automatic
        && match automatic(read, dialect) {
            Automatic::Alone => true,
            Automatic::Mixed => !runner.refuses_mixed,
            Automatic::Transaction => false,
        }
}

/// Decides it for a file, by the statements that Flyway recognises.
pub fn automatic(read: &ReadMigration, dialect: Dialect) -> Automatic {
    let alone = read.statements.iter().filter(|it| flyway_recognises(it, dialect)).count();
    match alone {
        0 => Automatic::Transaction,
        all if all == read.statements.len() => Automatic::Alone,
        _ => Automatic::Mixed,
    }
}

/// Whether Flyway sees that a statement may not run in a transaction (its `PostgreSQLParser.java`;
/// it does not see `REINDEX ... CONCURRENTLY`, `DETACH PARTITION ... CONCURRENTLY` or `CLUSTER`).
pub fn flyway_recognises(statement: &Statement, dialect: Dialect) -> bool {
    let Some(first) = statement.changes.first() else { return false };
    match &first.change.value {
        Change::CreateIndex(index) => index.concurrently,
        Change::Drop { object, concurrently, .. } => {
            is_outside_databases(object.kind) || (object.kind == ObjectKind::Index && *concurrently)
        }
        Change::Create { object, .. } => is_outside_databases(object.kind),
        Change::Alter { object, .. } => object.kind == ObjectKind::System,
        Change::AddEnumValue { .. } => dialect.may_be_before(Version::major(12)),
        Change::Maintenance(maintenance) => match maintenance.verb {
            MaintenanceVerb::Vacuum => true,
            MaintenanceVerb::Reindex => maintenance.objects.first().is_none_or(|object| {
                matches!(
                    object.kind,
                    ObjectKind::Schema | ObjectKind::Database | ObjectKind::System
                )
            }),
            _ => false,
        },
        Change::Nothing { verb } => verb == "DISCARD ALL",
        _ => false,
    }
}

fn is_outside_databases(kind: ObjectKind) -> bool {
    matches!(kind, ObjectKind::Database | ObjectKind::Tablespace | ObjectKind::Subscription)
}
