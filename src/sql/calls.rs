//! Which calls are harmless after all: those of routines that the migrations themselves created.

use crate::migration::{LocatedChange, ReadMigration, Reading, Statement};
use crate::schema::change::{Change, CreateRoutine};
use crate::schema::name::Name;
use crate::sql::block::worst;
use crate::sql::forms::reading_of;

/// Takes routines that an earlier statement created, and whose whole body only reads and writes
/// rows, out of the lists of unknown functions; a statement that calls no other becomes
/// Understood. `migrations` are in the order in which they run.
pub fn resolve_calls<'a>(migrations: impl IntoIterator<Item = &'a mut ReadMigration>) {
    let mut routines = Routines::default();
    for migration in migrations {
        for statement in &mut migration.statements {
            routines.resolve(statement);
            for located in &statement.changes {
                if let Change::CreateRoutine(routine) = &located.change.value {
                    routines.learn(routine);
                }
            }
        }
    }
}

/// Routines by name and arguments, and whether a call of each is harmless.
#[derive(Default)]
struct Routines(Vec<(Name, String, bool)>);

impl Routines {
    fn learn(&mut self, routine: &CreateRoutine) {
        let harmless = routine.body_read
            && routine.body_changes.iter().all(|change| match change {
                Change::Data(data) => data.functions.iter().all(|name| self.is_harmless(name)),
                Change::Session(_) | Change::Nothing { .. } => true,
                _ => false,
            });
        self.0.retain(|(name, arguments, _)| {
            (name, arguments) != (&routine.name, &routine.arguments)
        });
        self.0.push((routine.name.clone(), routine.arguments.clone(), harmless));
    }

    /// Whether every routine that the name may stand for is harmless.
    fn is_harmless(&self, called: &Name) -> bool {
        let mut namesakes = self
            .0
            .iter()
            .filter(|(name, _, _)| {
                let schemas = (&name.schema, &called.schema);
                name.name == called.name
                    && (matches!(schemas, (None, _) | (_, None)) || schemas.0 == schemas.1)
            })
            .peekable();
        namesakes.peek().is_some() && namesakes.all(|(_, _, harmless)| *harmless)
    }

    fn resolve(&self, statement: &mut Statement) {
        if !matches!(statement.reading, Reading::Opaque { .. }) {
            return;
        }
        let mut reading = Reading::Understood;
        for LocatedChange { change, .. } in &mut statement.changes {
            if let Change::Data(data) = &mut change.value {
                data.functions.retain(|name| !self.is_harmless(name));
            }
            worst(&mut reading, reading_of(&change.value));
        }
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
                    routines.resolve(statement);
                    for located in &statement.changes {
                        if let Change::CreateRoutine(routine) = &located.change.value {
                            routines.learn(routine);
                        }
                    }
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
        assert_eq!(readings(&drop), [true, false]);
        let dynamic = format!("{} SELECT f();", function("EXECUTE 'DROP ' || x;"));
        assert_eq!(readings(&dynamic), [true, false]);
        assert_eq!(readings("SELECT f();"), [false]);
        assert_eq!(readings("DO $$BEGIN PERFORM set_config('a.b', '1', true); END$$;"), [true]);
        assert_eq!(readings("SELECT ARRAY(SELECT now());"), [true]);
    }
}
