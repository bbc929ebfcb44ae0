//! What a `SELECT` or `CALL` may do through the functions that it calls.

use super::apply::Apply;
use crate::schema::change::Change;
use crate::schema::name::{Name, ObjectKind};

impl Apply {
    /// Clouds what the called functions may touch: what their bodies name, or everything.
    pub(super) fn call(&mut self, functions: &[Name]) {
        for function in functions {
            self.call_one(function);
        }
    }

    fn call_one(&mut self, function: &Name) {
        let resolved = self.catalog.resolve_by_routine(function);
        let routines: Vec<_> = self
            .catalog
            .objects_named(ObjectKind::Routine, &resolved)
            .filter_map(|(_, object)| object.routine.clone())
            .collect();
        if routines.is_empty() {
            // The reader leaves out those that are known to be harmless.
            self.cloud_everything(self.span);
            return;
        }
        for routine in routines {
            let changes = routine.body_changes.iter().filter(|change| is_ddl(change));
            let names: Option<Vec<Name>> =
                changes.map(|change| change.object().map(|object| object.name)).collect();
            match names {
                Some(names) if routine.body_read && !calls_others(&routine.body_changes) => {
                    for name in names {
                        self.cloud_name(&name);
                    }
                }
                _ => self.cloud_everything(self.span),
            }
        }
    }
}

/// Whether a body calls routines that the reader does not know: they are not followed here.
fn calls_others(changes: &[Change]) -> bool {
    changes.iter().any(|change| matches!(change, Change::Data(data) if !data.functions.is_empty()))
}

fn is_ddl(change: &Change) -> bool {
    !matches!(
        change,
        Change::Data(_)
            | Change::Nothing { .. }
            | Change::Session(_)
            | Change::Transaction(_)
            | Change::Lock { .. }
    )
}
