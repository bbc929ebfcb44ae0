//! What a call does: the body of the routine, where a migration created it and it could be read.

use crate::migration::{Context, LocatedChange, ReadMigration, Reading, Statement};
use crate::schema::change::{Change, CreateRoutine, Data};
use crate::schema::name::Name;
use crate::source::Located;
use crate::sql::block::worst;
use crate::sql::forms::reading_of;

/// Replaces calls of routines that an earlier statement created, and whose whole body could be read,
/// by what the body does: nothing, where it only reads rows and writes some; else its changes, at the
/// place of the call, as things that may happen. A statement that calls no other routine becomes
/// Understood. `migrations` are in the order in which they run.
pub fn resolve_calls<'a>(migrations: impl IntoIterator<Item = &'a mut ReadMigration>) {
    let mut routines = Routines::default();
    for migration in migrations {
        for statement in &mut migration.statements {
            routines.see(statement);
        }
    }
}

/// A body that does more is not followed.
const EFFECTS_MAX: usize = 1_000;

/// Routines by name and arguments, with what their bodies do to the schema; `None` where that is
/// not known.
#[derive(Default)]
struct Routines(Vec<(Name, String, Option<Vec<Change>>)>);

impl Routines {
    fn see(&mut self, statement: &mut Statement) {
        self.resolve(statement);
        for located in &statement.changes {
            if let Change::CreateRoutine(routine) = &located.change.value {
                self.learn(routine);
            }
        }
    }

    fn learn(&mut self, routine: &CreateRoutine) {
        let effects = routine.body_read.then(|| self.effects(&routine.body_changes)).flatten();
        let this = (&routine.name, &routine.arguments);
        self.0.retain(|(name, arguments, _)| (name, arguments) != this);
        self.0.push((routine.name.clone(), routine.arguments.clone(), effects));
    }

    /// What changes do to the schema, calls followed; `None` where one cannot be.
    fn effects(&self, changes: &[Change]) -> Option<Vec<Change>> {
        let mut effects = Vec::new();
        for change in changes {
            match change {
                Change::Data(data) => {
                    effects.extend(self.called(data)?);
                    if !data.every_row.is_empty() {
                        let data = Data { functions: Vec::new(), ..data.clone() };
                        effects.push(Change::Data(data));
                    }
                }
                Change::Session(_) | Change::Nothing { .. } | Change::Transaction(_) => {}
                Change::Opaque { .. } => return None,
                // Routines that call each other twice would double with each level.
                _ if effects.len() > EFFECTS_MAX => return None,
                other => effects.push(other.clone()),
            }
        }
        Some(effects)
    }

    fn called(&self, data: &Data) -> Option<Vec<Change>> {
        let mut effects = Vec::new();
        for function in &data.functions {
            effects.extend(self.effects_of(function)?);
        }
        (effects.len() <= EFFECTS_MAX).then_some(effects)
    }

    /// What every routine that the name may stand for does.
    fn effects_of(&self, called: &Name) -> Option<Vec<Change>> {
        let namesakes: Vec<&Option<Vec<Change>>> = self
            .0
            .iter()
            .filter(|(name, _, _)| {
                let schemas = (&name.schema, &called.schema);
                name.name == called.name
                    && (matches!(schemas, (None, _) | (_, None)) || schemas.0 == schemas.1)
            })
            .map(|(_, _, effects)| effects)
            .collect();
        if namesakes.is_empty() {
            return None;
        }
        let all: Option<Vec<&Vec<Change>>> =
            namesakes.into_iter().map(|effects| effects.as_ref()).collect();
        Some(all?.into_iter().flatten().cloned().collect())
    }

    fn resolve(&self, statement: &mut Statement) {
        if !matches!(statement.reading, Reading::Opaque { .. }) {
            return;
        }
        let mut reading = Reading::Understood;
        let mut changes = Vec::new();
        for mut located in std::mem::take(&mut statement.changes) {
            let span = located.change.span;
            let mut effects = Vec::new();
            if let Change::Data(data) = &mut located.change.value
                && let Some(called) = self.called(data)
            {
                data.functions.clear();
                effects = called;
            }
            worst(&mut reading, reading_of(&located.change.value));
            changes.push(located);
            changes.extend(effects.into_iter().map(|effect| LocatedChange {
                change: Located::new(effect, span),
                context: Context::Do { certain: false },
            }));
        }
        statement.changes = changes;
        statement.reading = reading;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Engine;
    use crate::migration::SqlText;

    #[test]
    fn a_call_is_as_harmless_as_the_body_it_runs() {
        let readings = |text: &str| -> Vec<bool> {
            let sql = SqlText::verbatim(text, 0);
            let mut statements = crate::sql::read(&sql, Engine::Postgres).statements;
            let mut routines = Routines::default();
            statements
                .iter_mut()
                .map(|statement| {
                    routines.see(statement);
                    statement.reading == Reading::Understood
                })
                .collect()
        };
        let function = |body: &str| {
            format!("CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$BEGIN {body} END$$;")
        };
        let fill = format!("{} SELECT public.f();", function("UPDATE t SET a = now();"));
        assert_eq!(readings(&fill), [true, true]);
        let drop = format!("{} SELECT f();", function("DROP TABLE t;"));
        assert_eq!(readings(&drop), [true, true]);
        let dynamic = format!("{} SELECT f();", function("EXECUTE 'DROP ' || x;"));
        assert_eq!(readings(&dynamic), [true, false]);
        let inner = "CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1';";
        let nested = format!("{inner} {} SELECT f();", function("PERFORM g();"));
        assert_eq!(readings(&nested), [true, true, true]);
        let unknown = format!("{} SELECT f();", function("PERFORM h();"));
        assert_eq!(readings(&unknown), [true, false]);
        assert_eq!(readings("SELECT f();"), [false]);
        assert_eq!(readings("DO $$BEGIN PERFORM set_config('a.b', '1', true); END$$;"), [true]);
        assert_eq!(readings("SELECT ARRAY(SELECT now());"), [true]);
    }
}
