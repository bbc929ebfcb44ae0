//! Built-in rules: what a rule is, and the table of them.
//!
//! A rule is one file under `rules/<category>/` with one `pub static RULE`, and one word in the
//! table below. Its page, its `explain` text, its place in the config, and its tests follow from
//! that value.

pub mod bound;
pub mod concurrent;
pub mod dependents;
pub mod drop;
pub mod existence;
mod expansion;
pub mod granted;
pub mod lock;
pub mod looser;
pub mod mend;
pub mod replaced;
pub mod row_security;
pub mod run;
#[cfg(test)]
mod tests;
pub mod unit;
mod way_back;
pub mod work;

use crate::dialect::Engine;
use crate::finding::{Breaks, Finding, Fix, Label, Level, OldRelease, Subject};
use crate::replay::{History, MigrationEnd, Step, TableEnd, Unit};
use crate::source::{FileId, Span};

/// What a rule guards against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// Locks that stop traffic.
    Locking,
    /// Data that is lost, and rows that are refused.
    Data,
    /// Changes that break the running release.
    Compatibility,
    /// Who may do what, and with which passwords.
    Privileges,
    /// Transactions.
    Transactions,
    /// The shape of tables.
    Shape,
    /// The set of migrations as a whole.
    History,
    /// What lockgate itself could not do, or was told not to.
    Gate,
    /// What an organisation asks for: the category of a Rego policy that names no other.
    Policy,
}

impl Category {
    /// Every category.
    pub const ALL: [Self; 9] = [
        Self::Locking,
        Self::Data,
        Self::Compatibility,
        Self::Privileges,
        Self::Transactions,
        Self::Shape,
        Self::History,
        Self::Gate,
        Self::Policy,
    ];

    /// The folder under `rules/` and the heading in the docs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Locking => "locking",
            Self::Data => "data",
            Self::Compatibility => "compatibility",
            Self::Privileges => "privileges",
            Self::Transactions => "transactions",
            Self::Shape => "shape",
            Self::History => "history",
            Self::Gate => "gate",
            Self::Policy => "policy",
        }
    }
}

/// A rule, whole.
#[derive(Debug)]
pub struct Rule {
    /// Kebab case; reads well after "allow".
    pub id: &'static str,
    /// What it guards against.
    pub category: Category,
    /// The level that its findings have by default; a finding may be milder where less is known.
    pub level: Level,
    /// The version of lockgate that brought it.
    pub since: &'static str,
    /// One line, at most 80 characters, no full stop.
    pub summary: &'static str,
    /// Why it matters: a paragraph or two.
    pub why: &'static str,
    /// What to do instead: a paragraph; the finding's help words it for the runner at hand.
    pub instead: &'static str,
    /// What it rests on.
    pub facts: &'static [Fact],
    /// The same rule in other tools: tool and id.
    pub same_as: &'static [(&'static str, &'static str)],
    /// What its findings break.
    pub breaks: &'static [Breaks],
    /// Whether it also looks at down migrations (what they lose, they were written to lose).
    pub checks_down: bool,
    /// Its tests, shown on its page.
    pub examples: &'static [Example],
    /// How it looks.
    pub check: Check,
}

/// A fact with its source.
#[derive(Debug)]
pub struct Fact {
    /// The engine that it is about.
    pub engine: Engine,
    /// What is so.
    pub says: &'static str,
    /// A manual page (https), or `measured: <file of facts> <row>`.
    pub source: &'static str,
}

/// What a rule looks at.
#[derive(Debug)]
pub enum Check {
    /// Each statement, with the catalog before and after.
    Step(fn(&Step<'_>, &mut Sink)),
    /// Each group of statements that commit together.
    Unit(fn(&Unit<'_>, &mut Sink)),
    /// Each table that the change set touched, as it stands at the end.
    Table(fn(&TableEnd<'_>, &mut Sink)),
    /// Each migration.
    Migration(fn(&MigrationEnd<'_>, &mut Sink)),
    /// The set of migrations.
    History(fn(&History<'_>, &mut Sink)),
    /// Each statement after these (but for what looks at a history or a unit), with what they found
    /// in it: what nobody else reported.
    Net(fn(&Step<'_>, &[Finding], &mut Sink)),
    /// Found elsewhere (by an adapter, the judge or the pipeline); the value holds its texts.
    Elsewhere,
}

/// A test of a rule that is also its documentation.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// The dialect, as `--dialect` takes it: `postgres`, `postgres@11`.
    pub dialect: &'static str,
    /// The framework that runs it; `plain` is an unknown runner.
    pub framework: &'static str,
    /// The migrations that ran before, as one SQL text; empty means a new database.
    pub given: &'static str,
    /// Whether `given` is all that there was: else older tables may exist.
    pub complete: bool,
    /// The migration.
    pub sql: &'static str,
    /// The text that the one finding points at; `None` means no finding.
    pub at: Option<&'static str>,
    /// The level that the finding has, where it is not the rule's own.
    pub level: Option<Level>,
    /// Statistics, as `docs/statistics.md` describes them; empty where there are none.
    pub stats: &'static str,
}

/// An example with one finding at `at` (a new file after `given`, complete catalog).
pub const fn bad(
    dialect: &'static str,
    given: &'static str,
    sql: &'static str,
    at: &'static str,
) -> Example {
    Example { at: Some(at), ..good(dialect, given, sql) }
}

/// An example without a finding.
pub const fn good(dialect: &'static str, given: &'static str, sql: &'static str) -> Example {
    Example {
        dialect,
        framework: "plain",
        given,
        complete: true,
        sql,
        at: None,
        level: None,
        stats: "",
    }
}

impl Example {
    /// The same, run by another framework.
    pub const fn runner(self, framework: &'static str) -> Self {
        Self { framework, ..self }
    }

    /// The same, where older tables may exist that nobody showed.
    pub const fn incomplete(self) -> Self {
        Self { complete: false, ..self }
    }

    /// The same, on a database of these statistics.
    pub const fn stats(self, stats: &'static str) -> Self {
        Self { stats, ..self }
    }

    /// The same, with a finding of this level.
    pub const fn at_level(self, level: Level) -> Self {
        Self { level: Some(level), ..self }
    }
}

/// Where a check puts its findings.
#[derive(Debug)]
pub struct Sink {
    rule: &'static Rule,
    findings: Vec<Finding>,
}

impl Sink {
    /// An empty sink for one rule.
    pub fn new(rule: &'static Rule) -> Self {
        Self { rule, findings: Vec::new() }
    }

    /// The rule that is running.
    pub fn rule(&self) -> &'static Rule {
        self.rule
    }

    /// Takes a finding; its rule is the one that is running.
    pub fn push(&mut self, finding: Finding) {
        self.findings.push(Finding { rule: self.rule.id, ..finding });
    }

    /// What was found.
    pub fn into_findings(self) -> Vec<Finding> {
        self.findings
    }
}

impl Sink {
    /// Begins a finding at a place of a step's migration, at the rule's own level.
    pub fn report(&mut self, step: &Step<'_>, span: Span, subject: Subject) -> Draft<'_> {
        self.report_at(step.migration.migration.file, span, subject)
    }

    /// Begins a finding at the statement that created a table.
    pub fn report_table(&mut self, end: &TableEnd<'_>, subject: Subject) -> Draft<'_> {
        self.report_at(end.migration.migration.file, end.span, subject)
    }

    /// Begins a finding at any place.
    pub fn report_at(&mut self, file: FileId, span: Span, subject: Subject) -> Draft<'_> {
        let primary = Label { file, span, text: String::new() };
        let finding = Finding {
            breaks: self.rule.breaks.to_vec(),
            ..Finding::new(self.rule.id, self.rule.level, primary, "", subject)
        };
        Draft { sink: self, finding }
    }
}

/// A finding that is being written.
#[derive(Debug)]
#[must_use = "a draft counts only when it is pushed"]
pub struct Draft<'a> {
    sink: &'a mut Sink,
    finding: Finding,
}

impl Draft<'_> {
    /// Another level than the rule's own.
    pub fn level(mut self, level: Level) -> Self {
        self.finding.level = level;
        self
    }

    /// No worse than this level.
    pub fn at_most(mut self, level: Level) -> Self {
        self.finding.level = self.finding.level.min(level);
        self
    }

    /// What happens, and why it applies here.
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.finding.message = message.into();
        self
    }

    /// Breaks something else than what the rule says; nothing where the deploy fails.
    pub fn breaks(mut self, breaks: impl Into<Vec<Breaks>>) -> Self {
        self.finding.breaks = breaks.into();
        self
    }

    /// Readers and writers break only in the release that ran before the migration. The message
    /// goes on with what happens to it, like ", and the release that is running fails with ...":
    /// not where a deploy ships code first, or the service is stopped. Empty where the whole
    /// message is about that release.
    pub fn old_release(mut self, fails: impl Into<String>) -> Self {
        let at = self.finding.message.len();
        self.finding.old_release = Some(OldRelease { at, fails: fails.into() });
        self
    }

    /// Takes this name away, unless something else answers to it afterwards.
    pub fn gone(mut self, name: &str, unless: bool) -> Self {
        self.finding.gone = (!unless).then(|| name.to_owned());
        self
    }

    /// More at the end of the message.
    pub fn also(mut self, more: &str) -> Self {
        self.finding.message.push_str(more);
        self
    }

    /// What to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.finding.help = Some(help.into());
        self
    }

    /// Another place that matters.
    pub fn related(mut self, label: Label) -> Self {
        self.finding.related.push(label);
        self
    }

    /// What takes it away without judgement.
    pub fn fix(mut self, fix: Fix) -> Self {
        self.finding.fix = Some(fix);
        self
    }

    /// Gives it to the sink.
    pub fn push(self) {
        self.sink.push(self.finding);
    }
}

/// Declares the modules of the rules and the table of them: one word for each rule.
macro_rules! rules {
    ($($category:ident { $($rule:ident),* $(,)? })*) => {
        $(
            #[doc = concat!("Rules of the category `", stringify!($category), "`.")]
            pub mod $category {
                $(
                    #[doc = concat!("The rule `", stringify!($rule), "`.")]
                    pub mod $rule;
                )*
            }
        )*

        /// Every built-in rule, by category and then in the order of the table.
        pub static RULES: &[&Rule] = &[$($(&$category::$rule::RULE,)*)*];
    };
}

rules! {
    gate {
        expired_waiver, internal_error, malformed_allow, opaque_statement, stale_statistics,
        unread_statement, unused_allow, unused_waiver,
    }
    history {
        deleted_after_merge, duplicate_version, edited_after_merge, missing_down, never_runs,
        out_of_order, renamed_after_merge, used_before_created,
    }
    locking {
        alters_not_combined, blocks_traffic, column_type_rewrite, concurrently_on_partitioned,
        constraint_not_validated_separately, domain_constraint_scan, drop_index_not_concurrent,
        effect_unknown, explicit_lock, foreign_key_drop_locks_both, index_not_concurrent,
        invalid_index_kept, not_null_scan, partition_detach_blocks, partition_scanned,
        primary_key_blocks, refresh_not_concurrent, reindex_not_concurrent, several_tables_locked,
        table_rewritten, unbounded_lock_wait, unbounded_statement_time, unique_constraint_blocks,
        volatile_default_rewrite,
    }
    data {
        delete_without_where, drop_and_add, drop_schema, drop_table, equals_null,
        insert_without_columns, insert_without_required_column, narrowing_cast,
        publication_narrowed, rows_lost_in_swap, sequence_not_advanced, trigger_disabled, truncate, unlogged_table,
        update_without_where,
    }
    compatibility {
        changed_composite, changed_default, changed_generation, changed_sequence,
        detached_from_parent, down_differs, drop_column, drop_constraint, drop_extension,
        drop_not_null, drop_routine, drop_sequence, drop_trigger, drop_type, drop_view,
        enum_value_added, enum_value_removed, extension_version, new_write_restriction,
        refused_by_server, rename_column, rename_object, rename_table, replica_identity_changed,
        required_column_without_default, setting_outlives_migration,
    }
    privileges {
        extension_in_public, grant_all, grant_option, grant_to_public, grants_lost, owner_changed,
        password_in_migration, policy_always_true, policy_changed, policy_without_row_security,
        revoke, role_changed, row_security_disabled, row_security_without_policy,
        security_definer_search_path, view_without_row_security,
    }
    shape {
        cascading_delete, char_padded, check_not_immutable, default_null_text, enum_type,
        float_for_money, foreign_key_cycle, foreign_key_type_mismatch, foreign_key_without_index,
        identifier_too_long, int_primary_key, json_not_jsonb, kept_as_it_was,
        key_without_partition_key, missing_primary_key, never_validated, redundant_index,
        reserved_word, select_star, serial_not_identity, timestamp_rounded,
        timestamp_without_time_zone, varchar_with_limit, wide_index,
    }
    transactions {
        batches_in_one_transaction, enum_value_used_where_added, lock_after_write, not_repeatable,
        refused_in_transaction, unbalanced_transaction, validated_where_added, work_under_lock,
    }
}

impl Finding {
    /// What its rule guards against; `None` for a rule that is not built in.
    pub fn category(&self) -> Option<Category> {
        find(self.rule).map(|rule| rule.category)
    }
}

/// The rule of this id.
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}
