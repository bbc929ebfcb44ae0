//! What refuses rows that the running release may write.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject, listed};
use crate::replay::{Difference, DifferenceKind, Step};
use crate::rules::looser::{is_looser, is_looser_check};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, Constraint, ConstraintKind, DataVerb, IndexKey, Key, TableAction};
use crate::schema::expr::unwrapped;
use crate::schema::name::{Name, ObjectKind};
use crate::schema::table::TypeKind;
use crate::sql::words::words;

const OLD: &str = "CREATE TABLE teams (id bigint PRIMARY KEY); CREATE DOMAIN email AS text; \
    CREATE TABLE users (id bigint PRIMARY KEY, team bigint, mail email, name text, \
    state text CONSTRAINT states CHECK (state IN ('new', 'old')), size int, \
    CONSTRAINT sized CHECK (size < 100)); \
    CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF NEW.size IS NULL THEN RAISE EXCEPTION ''no size''; END IF; RETURN NEW; END'; \
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';";

/// The rule.
pub static RULE: Rule = Rule {
    id: "new-write-restriction",
    category: Category::Compatibility,
    level: Level::Warning,
    since: "0.1",
    summary: "new constraint, NOT NULL, unique index or trigger that may refuse old writes",
    why: "From then on the release that is running fails with each row that the restriction \
          refuses; NOT VALID spares the rows that are there, not the new ones. Where the rows that \
          are there are checked (by this or a later migration) and pass, they show what that release writes, and this is a note. \
          It is a warning where nothing shows it: with NOT VALID, for a trigger that raises, and \
          where this migration mends the rows first, which shows that they were not as they \
          have to be.",
    instead: "First ship a release that writes only what the restriction lets through; add it when \
              that is everywhere.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "If the constraint is marked NOT VALID, it is still enforced against subsequent \
               inserts or updates.",
        source: "https://www.postgresql.org/docs/current/sql-altertable.html",
    }],
    same_as: &[
        ("squawk", "ban-new-write-restriction"),
        ("atlas", "MF101"),
        ("atlas", "MF102"),
    ],
    breaks: &[Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE users ADD CONSTRAINT c CHECK (size > 0) NOT VALID;", "ADD CONSTRAINT c CHECK (size > 0) NOT VALID"),
        bad("postgres", OLD, "alter table Public.\"users\" add foreign key (Team) references teams not valid;", "add foreign key (Team) references teams not valid"),
        bad("postgres", OLD, "UPDATE users SET name = '' WHERE name IS NULL; ALTER TABLE users ALTER name SET NOT NULL;", "ALTER name SET NOT NULL"),
        bad("postgres", OLD, "DELETE FROM users a USING users b WHERE a.name = b.name AND a.id > b.id; CREATE UNIQUE INDEX u ON users (name);", "CREATE UNIQUE INDEX u ON users"),
        bad("postgres", OLD, "CREATE TRIGGER g BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION guard();", "CREATE TRIGGER g BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION guard"),
        bad("postgres", OLD, "ALTER DOMAIN email ADD CONSTRAINT at CHECK (value LIKE '%@%') NOT VALID;", "ALTER DOMAIN email ADD CONSTRAINT at CHECK (value LIKE '%@%') NOT VALID"),
        bad("postgres", OLD, "ALTER TABLE users ADD CONSTRAINT c CHECK (size > 0);", "ADD CONSTRAINT c CHECK (size > 0)").at_level(Level::Note),
        bad("postgres", OLD, "CREATE UNIQUE INDEX CONCURRENTLY u ON users (name);", "CREATE UNIQUE INDEX CONCURRENTLY u ON users").at_level(Level::Note),
        bad("postgres", OLD, "ALTER TABLE users ALTER name SET NOT NULL;", "ALTER name SET NOT NULL").at_level(Level::Note),
        bad("postgres", OLD, "ALTER TABLE users DROP CONSTRAINT states, ADD CONSTRAINT states CHECK (state IN ('new', 'gone')) NOT VALID;", "ADD CONSTRAINT states CHECK (state IN ('new', 'gone')) NOT VALID"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN ALTER TABLE users ADD CHECK (size > 0) NOT VALID; END IF; END $$;", "ADD CHECK (size > 0) NOT VALID"),
        bad("postgres", OLD, "ALTER TABLE users ADD CONSTRAINT c CHECK (size > 0) NOT VALID; ALTER TABLE users VALIDATE CONSTRAINT c;", "ADD CONSTRAINT c CHECK (size > 0) NOT VALID").at_level(Level::Note),
        bad("postgres", "", "ALTER TABLE old ADD CHECK (a > 0) NOT VALID;", "ADD CHECK (a > 0) NOT VALID").incomplete(),
        good("postgres", OLD, "ALTER TABLE users DROP CONSTRAINT states; ALTER TABLE users ADD CONSTRAINT states CHECK (state IN ('new', 'old', 'gone')) NOT VALID;"),
        good("postgres", OLD, "ALTER TABLE users DROP CONSTRAINT states; ALTER TABLE users ADD CONSTRAINT states CHECK (state = ANY (ARRAY['old'::text, 'new'::text, 'gone'::text])) NOT VALID;"),
        good("postgres", "CREATE DOMAIN mood AS text CONSTRAINT known CHECK (VALUE IN ('sad', 'ok')); CREATE TABLE t (id bigint PRIMARY KEY, m mood);", "ALTER DOMAIN mood DROP CONSTRAINT known; ALTER DOMAIN mood ADD CONSTRAINT known CHECK (VALUE IN ('sad', 'ok', 'happy')) NOT VALID;"),
        good("postgres", OLD, "ALTER TABLE users DROP CONSTRAINT sized, ADD CONSTRAINT sized CHECK (size < 500) NOT VALID;"),
        good("postgres", OLD, "ALTER TABLE users ADD COLUMN lead bigint; ALTER TABLE users ADD CONSTRAINT f FOREIGN KEY (lead) REFERENCES teams NOT VALID; CREATE UNIQUE INDEX u ON users (name, lead);"),
        good("postgres", OLD, "ALTER TABLE users ADD COLUMN age int CHECK (age > 0);"),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY, a int, CONSTRAINT a_nn CHECK (a IS NOT NULL) NOT VALID);", "ALTER TABLE t VALIDATE CONSTRAINT a_nn; ALTER TABLE t ALTER a SET NOT NULL;"),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY, a int); CREATE UNIQUE INDEX u ON t (a);", "ALTER TABLE t ADD CONSTRAINT once UNIQUE USING INDEX u; CREATE UNIQUE INDEX w ON t (a, id);"),
        good("postgres", OLD, "CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();"),
        good("postgres", OLD, "CREATE TABLE n (id int PRIMARY KEY, a int); ALTER TABLE n ADD CHECK (a > 0) NOT VALID; CREATE TRIGGER g BEFORE INSERT ON n FOR EACH ROW EXECUTE FUNCTION guard();"),
        good("postgres", OLD, "ALTER TABLE users ADD CONSTRAINT named CHECK (name <> NULL) NOT VALID;"),
        good("postgres@18", OLD, "ALTER TABLE users ADD CONSTRAINT c CHECK (size > 0) NOT ENFORCED;"),
        good("postgres", OLD, "COMMENT ON TABLE users IS 'x'; -- ALTER TABLE users ADD CHECK (size > 0) NOT VALID;"),
    ],
    check: Check::Step(check),
};

/// What refuses rows.
struct Restriction<'a> {
    difference: &'a Difference,
    subject: Subject,
    /// What refuses: "the check constraint `c` of `t`".
    what: String,
    /// What it refuses.
    refuses: String,
    /// Whether the rows that are there show that the release writes what passes.
    shown: bool,
}

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for difference in step.differences {
        let Some(found) = restriction(step, difference) else { continue };
        let level = if found.shown { Level::Note } else { Level::Warning };
        let maybe = step.maybe(difference.change);
        let because = match found.shown {
            true => "; the rows that are there are checked, and pass if the deploy does",
            false => "",
        };
        sink.report(step, found.difference.span, found.subject)
            .level(level)
            .message(format!("{maybe}{} refuses {}", found.what, found.refuses))
            .old_release(", also those that the release that is running writes")
            .also(because)
            .help("let a release that writes only what passes be everywhere first")
            .push();
    }
}

fn restriction<'a>(step: &Step<'_>, difference: &'a Difference) -> Option<Restriction<'a>> {
    let table = &difference.object.name;
    let of_table = matches!(difference.object.kind, ObjectKind::Table | ObjectKind::Trigger);
    if of_table && (step.is_born(table) || step.end().relation(table).is_absent()) {
        return None;
    }
    match &difference.kind {
        DifferenceKind::ConstraintAdded { name } => of_constraint(step, difference, name),
        DifferenceKind::IndexCreated { index } => of_index(step, difference, index),
        DifferenceKind::ColumnMadeNotNull { column } => of_not_null(step, difference, column),
        DifferenceKind::ObjectCreated if difference.object.kind == ObjectKind::Trigger => {
            of_trigger(step, difference)
        }
        DifferenceKind::ObjectChanged if difference.object.kind == ObjectKind::Domain => {
            of_domain(step, difference)
        }
        _ => None,
    }
}

fn of_constraint<'a>(
    step: &Step<'_>,
    difference: &'a Difference,
    name: &str,
) -> Option<Restriction<'a>> {
    let table = &difference.object.name;
    let new = step.after.constraint(table, name).seen().filter(|it| it.enforced)?;
    let refuses = match &new.kind {
        ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
            let columns: Vec<&str> = key.columns.iter().map(String::as_str).collect();
            if key.using_index.is_some() || is_unique(step, table, &columns) {
                return None;
            }
            format!("rows whose {} another row has", listed(&columns))
        }
        ConstraintKind::ForeignKey(key) => {
            let born = key.columns.iter().any(|it| step.is_column_born(table, it));
            if born || has_looser(step, table, new) {
                return None;
            }
            format!("rows that refer to none of `{}`", key.references)
        }
        ConstraintKind::Check(expr) => {
            let columns = || expr.columns.iter().filter(|it| is_column(step, table, it));
            let born = |it: &&String| step.is_column_born(table, it);
            // What the release does not know stays NULL, and a CHECK lets NULL through.
            let unknown = columns().any(|it| born(&it)) && !expr.text.contains("is not null");
            let all_born = columns().next().is_some() && columns().all(|it| born(&it));
            // With nothing but a comparison with NULL it is never false.
            let empty = expr.compares_null && !has_junction(&expr.text);
            if unknown || all_born || empty || has_looser(step, table, new) {
                return None;
            }
            "rows that it does not hold for".to_owned()
        }
        ConstraintKind::Exclude { .. } if !has_looser(step, table, new) => {
            "rows that another row excludes".to_owned()
        }
        // Made NOT NULL at once, it is found as that.
        ConstraintKind::NotNull(column) if !new.validated => {
            format!("rows without `{column}`")
        }
        _ => return None,
    };
    Some(Restriction {
        difference,
        subject: Subject::Object("constraint", format!("{table}.{name}")),
        what: format!("the {} `{name}` of `{table}`", new.kind.words()),
        refuses,
        shown: (new.validated || is_validated_later(step, table, name)) && !is_mended(step, table),
    })
}

fn of_index<'a>(
    step: &Step<'_>,
    difference: &'a Difference,
    name: &Name,
) -> Option<Restriction<'a>> {
    let table = &difference.object.name;
    let index = step.after.index(name).seen().filter(|index| index.unique)?;
    let columns: Vec<&str> = index.keys.iter().map(text_of).collect();
    if step.before.seen_table(table).is_none() || is_unique(step, table, &columns) {
        return None;
    }
    // An index that is built anew under another name, or again, is no news.
    let same = step.start.indexes_of(table).any(|(_, old)| {
        let fewer = old.keys.iter().all(|key| columns.contains(&text_of(key)));
        old.unique && fewer && (old.predicate.is_none() || old.predicate == index.predicate)
    });
    (!same).then(|| Restriction {
        difference,
        subject: Subject::Index(name.clone()),
        what: format!("the unique index `{name}` of `{table}`"),
        refuses: format!("rows whose {} another row has", listed(&columns)),
        shown: !is_mended(step, table),
    })
}

fn of_not_null<'a>(
    step: &Step<'_>,
    difference: &'a Difference,
    column: &str,
) -> Option<Restriction<'a>> {
    let table = &difference.object.name;
    let with_key = step.differences.iter().any(|other| {
        let added = matches!(other.kind, DifferenceKind::ConstraintAdded { .. });
        other.change == difference.change && added
    });
    // So did the constraint that is only validated now.
    let change = step.statement.changes.get(difference.change).map(|it| &it.change.value);
    let validates = matches!(
        change,
        Some(Change::AlterTable { action: TableAction::ValidateConstraint { .. }, .. })
    );
    // A CHECK refused it before.
    let checked = step.before.seen_table(table).is_some_and(|(_, table)| {
        table.constraints.iter().any(|it| match &it.kind {
            ConstraintKind::Check(expr) => {
                expr.columns.contains(column) && expr.text.contains("is not null")
            }
            _ => false,
        })
    });
    let has_default = |catalog: &crate::schema::catalog::Catalog| {
        let found = catalog.seen_table(table).and_then(|(_, table)| table.column(column));
        found.is_some_and(|it| it.definition.default.is_some() || it.definition.identity.is_some())
    };
    // That it loses its default here is found by itself.
    let loses = has_default(step.after) && !has_default(step.end());
    let back = step.end().column(table, column).seen().is_none_or(|it| !it.definition.not_null);
    if with_key || validates || checked || loses || back || step.is_column_born(table, column) {
        return None;
    }
    Some(Restriction {
        difference,
        subject: Subject::Column(table.clone(), column.to_owned()),
        what: format!("`{table}`"),
        refuses: format!("rows without `{column}`"),
        // Where it is left out, its default fills it.
        shown: has_default(step.end()) || !is_mended(step, table),
    })
}

fn of_trigger<'a>(step: &Step<'_>, difference: &'a Difference) -> Option<Restriction<'a>> {
    let (object, table) = (&difference.object, &difference.object.name);
    let found = step.after.object(object).seen()?;
    let (_, call) = found.definition.rsplit_once("execute ")?;
    let call = call.split_once(' ').map_or(call, |(_, call)| call);
    let routine = Name::parsed(call.split('(').next()?.trim())?;
    let routine = step.after.resolve_by_routine(&routine);
    let raises = step.after.objects_named(ObjectKind::Routine, &routine).any(|(_, found)| {
        let body = found.routine.as_ref().and_then(|it| it.body.as_deref()).unwrap_or_default();
        let names = words(body, Engine::Postgres, false).names;
        names.contains("raise") && names.contains("exception")
    });
    let name = object.part.as_deref().unwrap_or_default();
    // A trigger of that name was there.
    let old = step.start.objects.contains_key(object);
    (raises && !old).then(|| Restriction {
        difference,
        subject: Subject::Object("trigger", format!("{table}.{name}")),
        what: format!("the trigger `{name}` of `{table}`"),
        refuses: format!("rows for which `{routine}` raises an exception"),
        shown: false,
    })
}

fn of_domain<'a>(step: &Step<'_>, difference: &'a Difference) -> Option<Restriction<'a>> {
    let change = step.statement.changes.get(difference.change)?;
    let Change::Alter { action, .. } = &change.change.value else { return None };
    let name = &difference.object.name;
    let restricts = action.starts_with("add ") || action.starts_with("set not null");
    let takes_more = || check_of(action).is_some_and(|new| has_stricter(step, name, new));
    (restricts && !step.is_type_born(name) && !takes_more()).then(|| Restriction {
        difference,
        subject: Subject::Object("domain", name.to_string()),
        what: format!("the domain `{name}`"),
        refuses: "values that it took before".to_owned(),
        shown: !action.ends_with("not valid"),
    })
}

/// The condition in `add constraint c check (...) not valid`.
fn check_of(action: &str) -> Option<&str> {
    let (_, check) = action.split_once("check")?;
    let check = check.trim();
    let check = check.strip_suffix("not valid").unwrap_or(check);
    check.trim_end().ends_with(')').then(|| unwrapped(check))
}

/// Whether a domain had a CHECK when the migration began that lets through no more.
fn has_stricter(step: &Step<'_>, name: &Name, new: &str) -> bool {
    let Some(start) = step.start.types.get(name) else { return false };
    let TypeKind::Domain { constraints, .. } = &start.kind else { return false };
    let written = constraints.iter().filter_map(|it| match &it.kind {
        ConstraintKind::Check(expr) => Some(expr.text.as_str()),
        _ => None,
    });
    let added = start.alterations.iter().filter_map(|it| check_of(it.strip_prefix("add ")?));
    // Any of them may have been dropped since, where one was.
    let dropped = start.alterations.iter().any(|it| it.starts_with("drop "));
    !dropped && written.chain(added).any(|old| is_looser_check(new, old))
}

/// Whether this migration or a later one reads the rows that there are.
fn is_validated_later(step: &Step<'_>, table: &Name, name: &str) -> bool {
    step.history_end().constraint(table, name).seen().is_some_and(|it| it.validated)
}

/// Whether this migration changed or deleted rows of the table before: they were not all as they
/// have to be.
fn is_mended(step: &Step<'_>, table: &Name) -> bool {
    step.earlier().any(|change| match change {
        Change::Data(data) => {
            matches!(data.verb, DataVerb::Update | DataVerb::Delete)
                && data.writes.iter().any(|it| step.before.resolve(it) == *table)
        }
        _ => false,
    })
}

/// Whether columns were unique when the migration began, by themselves or by fewer of them, or an
/// old writer leaves one of them NULL.
fn is_unique(step: &Step<'_>, table: &Name, columns: &[&str]) -> bool {
    let within = |key: &Key| key.columns.iter().all(|it| columns.contains(&it.as_str()));
    let keyed = step.start.seen_table(table).is_some_and(|(_, table)| {
        table.constraints.iter().any(|it| match &it.kind {
            ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => within(key),
            _ => false,
        })
    });
    let indexed = step.start.indexes_of(table).any(|(_, index)| {
        index.unique
            && index.predicate.is_none()
            && index.keys.iter().all(|key| columns.contains(&text_of(key)))
    });
    keyed || indexed || columns.iter().any(|it| step.is_column_born(table, it))
}

/// Whether a condition is made of several.
fn has_junction(text: &str) -> bool {
    let names = words(text, Engine::Postgres, false).names;
    ["and", "or", "not", "case"].iter().any(|word| names.contains(*word))
}

/// What an index is on: a column's name, or an expression.
fn text_of(key: &IndexKey) -> &str {
    key.column.as_deref().unwrap_or(&key.expr.text)
}

fn is_column(step: &Step<'_>, table: &Name, word: &str) -> bool {
    let found = step.after.seen_table(table);
    found.is_none_or(|(_, found)| !found.whole || found.column(word).is_some())
}

/// Whether the table had a constraint when the migration began that lets through no more.
fn has_looser(step: &Step<'_>, table: &Name, new: &Constraint) -> bool {
    let Some((_, start)) = step.start.seen_table(table) else { return false };
    start.constraints.iter().any(|old| is_looser(new, old))
}
