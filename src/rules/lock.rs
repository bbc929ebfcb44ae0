//! Locks in words, the same for every rule: what a change locks, who waits for it, and how sure that
//! is.

use super::work::Work;
use super::{Draft, Sink};
use crate::dialect::Engine;
use crate::effects::{LockMode, Role, Touch};
use crate::finding::{Breaks, Level, Subject};
use crate::migration::{Advice, Context, LocatedChange, advise};
use crate::replay::{DifferenceKind, Step};
use crate::schema::change::{Change, Constraint, CreateIndex, Key, TableAction};
use crate::schema::knowledge::Knowledge;
use crate::schema::name::{Name, ObjectKind};
use crate::schema::quote::Quote;
use crate::source::Span;

/// Names in statements that a user may copy.
pub const SQL: Quote = Quote::of(Engine::Postgres);

/// More tables than these are counted, not named.
const NAMED_MAX: usize = 8;

/// A change that takes locks for which somebody waits.
#[derive(Debug)]
pub struct Held<'a> {
    /// Its index in the statement.
    pub change: usize,
    /// The change.
    pub located: &'a LocatedChange,
    /// What it does to objects that somebody may be using, as far as somebody has to wait.
    pub touches: Vec<&'a Touch>,
    step: &'a Step<'a>,
}

/// A constraint that a change adds to a table that exists, whichever way it is spelled.
#[derive(Clone, Copy, Debug)]
pub struct Added<'a> {
    /// Where it stands.
    pub span: Span,
    /// The table, resolved.
    pub table: &'a Name,
    /// Its name.
    pub name: &'a str,
    /// What it demands.
    pub constraint: &'a Constraint,
}

impl Added<'_> {
    /// The constraint as what a finding is about.
    pub fn subject(&self) -> Subject {
        Subject::Object("constraint", format!("{}.{}", self.table, self.name))
    }
}

/// The changes of a statement that take such locks; not where work under them is over in a moment.
pub fn held<'a>(step: &'a Step<'a>) -> impl Iterator<Item = Held<'a>> {
    changes(step).filter_map(move |(change, located)| {
        let touches: Vec<&Touch> =
            step.old_touches(change).filter(|it| somebody_waits(step, it)).collect();
        Held::new(step, change, located, touches)
    })
}

/// The same with the locks of the whole statement, which all its sub-commands hold. In a `DO` block
/// each change is a statement of its own.
pub fn held_by_statement<'a>(step: &'a Step<'a>) -> impl Iterator<Item = Held<'a>> {
    changes(step).filter_map(move |(change, located)| {
        let together = match located.context {
            Context::Top => 0..step.statement.changes.len(),
            Context::Do { .. } => change..change + 1,
        };
        let mut touches: Vec<&Touch> = Vec::new();
        for touch in
            together.flat_map(|it| step.old_touches(it)).filter(|it| somebody_waits(step, it))
        {
            match touches.iter_mut().find(|it| it.object == touch.object) {
                Some(found) if found.mode < touch.mode => *found = touch,
                Some(_) => {}
                None => touches.push(touch),
            }
        }
        Held::new(step, change, located, touches)
    })
}

/// The changes of a statement, but for those that work concurrently: these hold their strong locks
/// for a moment.
fn changes<'a>(step: &'a Step<'a>) -> impl Iterator<Item = (usize, &'a LocatedChange)> {
    let all = step.statement.changes.iter().enumerate();
    all.filter(|(_, located)| match &located.change.value {
        Change::CreateIndex(index) => !index.concurrently,
        Change::Drop { concurrently, .. } => !concurrently,
        Change::Maintenance(maintenance) => !maintenance.concurrently,
        Change::AlterTable {
            action: TableAction::DetachPartition { concurrently, .. }, ..
        } => !concurrently,
        _ => true,
    })
}

/// Whether a lock is in the way of those who read and write rows.
fn somebody_waits(step: &Step<'_>, touch: &Touch) -> bool {
    match touch.object.kind {
        ObjectKind::Sequence => false,
        // A planner locks each index of a table.
        ObjectKind::Index => touch.mode.blocks_reads(),
        // Nobody but REFRESH writes it, and who reads one that was never filled gets an error.
        ObjectKind::MaterializedView => {
            let view = step.before.view(&touch.object.name);
            let empty = matches!(view, Knowledge::Known(view) if !view.populated);
            touch.mode.blocks_reads() && !empty
        }
        _ => touch.mode.blocks_writes(),
    }
}

impl<'a> Held<'a> {
    fn new(
        step: &'a Step<'a>,
        change: usize,
        located: &'a LocatedChange,
        touches: Vec<&'a Touch>,
    ) -> Option<Self> {
        let over_at_once = || {
            // Only what was measured is tiny.
            if !step.has_statistics() {
                return false;
            }
            // The locks of its neighbours in the statement are theirs to tell.
            let own = step.old_touches(change);
            let own = own.filter(|it| it.works() || somebody_waits(step, it)).collect();
            let work = Self { change, located, touches: own, step }.work();
            !work.worked.is_empty() && work.level().is_none()
        };
        let waits = !touches.is_empty() && !over_at_once();
        waits.then_some(Self { change, located, touches, step })
    }

    /// What the change does that takes time. In the table that a foreign key refers to, the key is
    /// only looked up.
    fn work(&self) -> Work<'a> {
        let step = self.step;
        let table = |touch: &Touch| match is_index(touch) {
            true => step.before.index(&touch.object.name).seen()?.table.clone(),
            false => Some(touch.object.name.clone()),
        };
        let touches = || step.old_touches(self.change);
        let worked = touches().filter(|it| it.works() && it.role != Role::Referenced);
        Work {
            step,
            worked: once(worked.filter_map(table)),
            locked: once(self.touches.iter().copied().filter_map(table)),
            rewrites: touches().any(|touch| touch.rewrites),
        }
    }

    /// The touches that `pick` picks.
    pub fn only(mut self, pick: impl Fn(&Touch) -> bool) -> Self {
        self.touches.retain(|touch| pick(touch));
        self
    }

    /// Whether `pick` picks a touch.
    pub fn any(&self, pick: impl Fn(&Touch) -> bool) -> bool {
        self.touches.iter().any(|touch| pick(touch))
    }

    /// The relations, but for indexes, that `pick` picks: "`a`, `b` and `c`".
    pub fn names(&self, pick: impl Fn(&Touch) -> bool) -> String {
        let picked: Vec<&Touch> = self.touches.iter().copied().filter(|it| pick(it)).collect();
        let tables: Vec<&Touch> = picked.iter().copied().filter(|it| !is_index(it)).collect();
        name_all(if tables.is_empty() { &picked } else { &tables })
    }

    /// What the change works on, whoever waits.
    pub fn worked(&self) -> String {
        worked(self.step, self.change)
    }

    /// The locks and who waits for them: "ACCESS EXCLUSIVE on `t` (nobody can read or write it)".
    pub fn locks(&self) -> String {
        let mut modes: Vec<LockMode> = self.touches.iter().map(|touch| touch.mode).collect();
        modes.sort_by(|a, b| b.cmp(a));
        modes.dedup();
        let blocks_reads = self.any(|touch| touch.mode.blocks_reads() && !is_index(touch));
        let words = modes.iter().filter_map(|mode| {
            let of_mode = |index: bool| {
                let it = self.touches.iter().copied();
                it.filter(|touch| touch.mode == *mode && is_index(touch) == index).collect()
            };
            let (tables, indexes): (Vec<&Touch>, Vec<&Touch>) = (of_mode(false), of_mode(true));
            let mut words = Vec::new();
            if !tables.is_empty() {
                let (names, waits) = (name_all(&tables), who_waits(*mode, tables.len()));
                words.push(format!("{} on {names} ({waits})", mode.name()));
            }
            // Where readers wait for the table, its indexes say nothing new.
            if !indexes.is_empty() && !blocks_reads {
                let noun = if indexes.len() == 1 { "index" } else { "indexes" };
                let names = name_all(&indexes);
                let waits = "every query of the table waits";
                words.push(format!("{} on the {noun} {names} ({waits})", mode.name()));
            }
            (!words.is_empty()).then(|| words.join(" and "))
        });
        words.collect::<Vec<_>>().join(" and ")
    }

    /// Begins a finding: `doing` is what the change does, and while it does, it holds the locks.
    pub fn report<'s>(
        &self,
        sink: &'s mut Sink,
        span: Span,
        subject: Subject,
        doing: &str,
    ) -> Draft<'s> {
        self.report_work(sink, span, subject, format!("{doing} while it holds {}", self.locks()))
    }

    /// Begins a finding about work under the locks, with a message of its own.
    pub fn report_work<'s>(
        &self,
        sink: &'s mut Sink,
        span: Span,
        subject: Subject,
        message: String,
    ) -> Draft<'s> {
        let mut work = self.work();
        // Partitions that nobody showed are worked on like those that are known.
        if work.worked.is_empty() {
            work.worked.clone_from(&work.locked);
        }
        self.draft(sink, span, subject, message, &work)
    }

    /// Begins a finding about locks that are not held for long, and that wait for others and make
    /// others wait meanwhile.
    pub fn report_brief<'s>(
        &self,
        sink: &'s mut Sink,
        span: Span,
        subject: Subject,
        doing: &str,
    ) -> Draft<'s> {
        let message = format!(
            "{doing} takes {}. The lock is brief by itself, but it {}",
            self.locks(),
            self.queue()
        );
        self.draft(sink, span, subject, message, &self.work())
    }

    /// What waiting for the locks does: "waits behind every open transaction that uses it, and ...".
    pub fn queue(&self) -> String {
        let tables = self.touches.iter().filter(|touch| !is_index(touch)).count();
        let it = if tables > 1 { "them" } else { "it" };
        let (others, later) = match self.any(|touch| touch.mode.blocks_reads()) {
            true => (format!("uses {it}"), "all who come later wait"),
            false => (format!("has written {it}"), "all later writers wait"),
        };
        format!("waits behind every open transaction that {others}, and {later} behind it")
    }

    /// Begins a finding about locks that are not held for long, with a message of its own.
    pub fn report_with<'s>(&self, sink: &'s mut Sink, message: String) -> Draft<'s> {
        let subject = self
            .touches
            .first()
            .map_or_else(|| self.step.subject(), |touch| Subject::Table(touch.object.name.clone()));
        self.draft(sink, self.located.change.span, subject, message, &self.work())
    }

    fn draft<'s>(
        &self,
        sink: &'s mut Sink,
        span: Span,
        subject: Subject,
        message: String,
        work: &Work<'_>,
    ) -> Draft<'s> {
        let level = self.level_of(work, sink.rule().level);
        let breaks = match self.any(|touch| touch.mode.blocks_reads()) {
            true => vec![Breaks::Readers, Breaks::Writers],
            false => vec![Breaks::Writers],
        };
        let condition = match self.located.context {
            Context::Do { certain: false } => ". It stands under a condition, so it may not run",
            _ => "",
        };
        let draft = sink.report(self.step, span, subject).level(level).breaks(breaks);
        draft.message(message).also(&work.ending()).also(condition)
    }

    /// The level of a finding: milder than `level` where every object may just have been created,
    /// and where the work is short.
    pub fn level(&self, level: Level) -> Level {
        self.level_of(&self.work(), level)
    }

    fn level_of(&self, work: &Work<'_>, level: Level) -> Level {
        let touched = self.touches.iter();
        let worst = touched.map(|it| self.step.level_by_standing(&it.object.name)).max();
        level.min(worst.unwrap_or(level)).min(work.level().unwrap_or(Level::Warning))
    }

    /// The constraints that the change adds.
    pub fn constraints(&self) -> impl Iterator<Item = Added<'a>> {
        let (step, change) = (self.step, self.change);
        let own = step.differences.iter().filter(move |it| it.change == change);
        own.filter_map(move |difference| {
            let DifferenceKind::ConstraintAdded { name } = &difference.kind else { return None };
            let table = &difference.object.name;
            let constraint = step.after.constraint(table, name).seen()?;
            Some(Added { span: difference.span, table, name, constraint })
        })
    }

    /// How a key is added whose index was built before; `kind` is UNIQUE or PRIMARY KEY.
    pub fn advise_key(&self, added: &Added<'_>, kind: &str, key: &Key) -> String {
        let (table, name) = (SQL.name(added.table), SQL.ident(added.name));
        let list = |columns: &[String]| {
            columns.iter().map(|it| SQL.ident(it)).collect::<Vec<_>>().join(", ")
        };
        let mut columns = format!("({})", list(&key.columns));
        if !key.include.is_empty() {
            columns.push_str(&format!(" INCLUDE ({})", list(&key.include)));
        }
        if key.nulls_not_distinct {
            columns.push_str(" NULLS NOT DISTINCT");
        }
        let deferred = match (added.constraint.deferrable, added.constraint.initially_deferred) {
            (_, true) => " DEFERRABLE INITIALLY DEFERRED",
            (true, false) => " DEFERRABLE",
            (false, false) => "",
        };
        if self.is_partitioned(added.table) {
            return format!(
                "`{}` is partitioned: ALTER TABLE ONLY {table} ADD CONSTRAINT {name} {kind} \
                 {columns}{deferred}; on each partition CREATE UNIQUE INDEX CONCURRENTLY and ADD \
                 {kind} USING INDEX; then ALTER INDEX {name} ATTACH PARTITION each",
                added.table
            );
        }
        let constraint = format!("ADD CONSTRAINT {name} {kind} USING INDEX {name}{deferred}");
        let advice = self.advise(&Advice::AloneThen {
            alone: format!("CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} {columns}"),
            then: format!("ALTER TABLE {table} {constraint}"),
        });
        format!("{}{advice}", self.without_column())
    }

    /// Whether a table is known to be partitioned.
    pub fn is_partitioned(&self, table: &Name) -> bool {
        self.step.before.seen_table(table).is_some_and(|(_, it)| it.partition_by.is_some())
    }

    /// What comes first where a constraint stands beside a new column.
    pub fn without_column(&self) -> &'static str {
        match &self.located.change.value {
            Change::AlterTable { action: TableAction::AddColumn { .. }, .. } => {
                "add the column without it; "
            }
            _ => "",
        }
    }

    /// Words an advice for the runner of the migration.
    pub fn advise(&self, advice: &Advice) -> String {
        advise_at(self.step, self.located, advice)
    }
}

/// What a change works on, whoever waits: "reads every row of `t`"; empty where it does not.
pub fn worked(step: &Step<'_>, change: usize) -> String {
    let names = |pick: fn(&Touch) -> bool| {
        let picked: Vec<&Touch> = step.old_touches(change).filter(|it| pick(it)).collect();
        (!picked.is_empty()).then(|| name_all(&picked))
    };
    let rewritten = names(|touch| touch.rewrites).map(|it| format!("writes all of {it} anew"));
    let built = names(|touch| touch.rebuilds && !touch.rewrites && !is_index(touch))
        .map(|it| format!("builds an index of {it}"));
    let read = names(|touch| touch.scans && !touch.rewrites && !touch.rebuilds)
        .map(|it| format!("reads every row of {it}"));
    let index = names(|touch| touch.rebuilds && is_index(touch))
        .filter(|_| rewritten.is_none() && built.is_none())
        .map(|it| format!("builds {it} anew"));
    [rewritten, built, read, index].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// How a partitioned table gets an index while others write it.
pub fn index_on_partitions(index: &CreateIndex) -> String {
    let name = SQL.ident(index.name.as_deref().unwrap_or("name_it"));
    format!(
        "`{}` is partitioned, where CONCURRENTLY is refused: CREATE INDEX {name} ON ONLY {}, which \
         builds nothing; CREATE INDEX CONCURRENTLY on each partition; then ALTER INDEX {name} ATTACH \
         PARTITION each",
        index.table,
        SQL.name(&index.table)
    )
}

/// Whether a timeout (`lock_timeout`, `statement_timeout`) is in force.
pub fn is_timeout_set(step: &Step<'_>, name: &str) -> bool {
    timeout(step, name).is_some_and(|ms| ms > 0)
}

/// The milliseconds of a timeout; `None` where nothing sets it.
pub fn timeout(step: &Step<'_>, name: &str) -> Option<u64> {
    let value = step.before.setting(name).and_then(<[String]>::first)?;
    // A placeholder sets it to something.
    Some(milliseconds(value).unwrap_or(1))
}

/// The milliseconds of a time as PostgreSQL reads it (manual, "Parameter Names and Values"): `5s`,
/// `'1.5 min'`, `3000`. `None` for anything else.
pub fn milliseconds(time: &str) -> Option<u64> {
    const UNITS: [(&str, f64); 7] = [
        ("us", 0.001),
        ("ms", 1.0),
        ("s", 1e3),
        ("min", 6e4),
        ("h", 3.6e6),
        ("d", 8.64e7),
        ("", 1.0),
    ];
    let at = time.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(time.len());
    let (number, unit) = time.split_at_checked(at)?;
    let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit.trim())?;
    let number: f64 = number.parse().ok()?;
    // As of a float: what does not fit is as long as can be.
    Some((number * factor).ceil() as u64)
}

/// How the wait for a lock is bounded, for the transaction at hand.
pub fn bounded_wait(step: &Step<'_>) -> String {
    let local = if step.transaction.is_block() { "LOCAL " } else { "" };
    format!(
        "`SET {local}lock_timeout = '2s'` before it: a longer wait then fails the migration instead of \
         stopping the traffic, and it can be run again"
    )
}

/// Words an advice for the runner of a change's migration.
pub fn advise_at(step: &Step<'_>, located: &LocatedChange, advice: &Advice) -> String {
    let words = advise(&step.migration.migration.runner, advice);
    match located.context {
        Context::Top => words,
        Context::Do { .. } => {
            let verb = step.statement.text.split_whitespace().next().unwrap_or("");
            let code = if verb.eq_ignore_ascii_case("do") { "DO block" } else { "function" };
            format!("take it out of the {code}; {words}")
        }
    }
}

/// Names in their order, each once.
fn once(names: impl Iterator<Item = Name>) -> Vec<Name> {
    let mut all = Vec::new();
    for name in names {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

fn is_index(touch: &Touch) -> bool {
    touch.object.kind == ObjectKind::Index
}

/// Who waits for a lock on so many tables.
pub fn who_waits(mode: LockMode, tables: usize) -> String {
    let it = if tables == 1 { "it" } else { "them" };
    match mode.blocks_reads() {
        true => format!("nobody can read or write {it}"),
        false => format!("every INSERT, UPDATE and DELETE on {it} waits"),
    }
}

fn name_all(touches: &[&Touch]) -> String {
    list(touches.iter().map(|touch| &touch.object.name))
}

/// "`a`, `b` and `c`"; of many, how many more there are.
pub fn list<'a>(names: impl Iterator<Item = &'a Name>) -> String {
    let mut names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if names.len() > NAMED_MAX {
        let more = names.split_off(NAMED_MAX - 1).len();
        names.push(format!("{more} more"));
    }
    match names.as_slice() {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        names => names.concat(),
    }
}
