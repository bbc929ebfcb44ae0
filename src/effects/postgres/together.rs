//! Several sub-commands in one `ALTER TABLE`.

use crate::effects::{ChangeEffect, LockMode, Role};
use crate::schema::change::{Change, TableAction};

/// One `ALTER TABLE` takes the strongest lock that any of its sub-commands wants, and goes down to
/// partitions and tables that inherit with that one; so does the index that `CLUSTER ON` names.
/// Measured: `tests/servers/recombined`. What builds an index on a partition does so under a lock of
/// its own.
pub fn strengthen(changes: &[&Change], effects: &mut [ChangeEffect]) {
    let goes_down =
        |mode| matches!(mode, LockMode::ShareUpdateExclusive | LockMode::ShareRowExclusive);
    let all = effects.iter().flat_map(|effect| &effect.touches);
    let targets = all.filter(|touch| touch.role == Role::Target);
    let Some(strongest) = targets.map(|touch| touch.mode).max() else { return };
    for (change, effect) in changes.iter().zip(effects) {
        let Change::AlterTable { action, .. } = change else { continue };
        if let TableAction::AddConstraint { constraint } = action
            && constraint.kind.is_key()
        {
            continue;
        }
        let clusters = matches!(action, TableAction::ClusterOn { .. });
        for touch in &mut effect.touches {
            let below = touch.role == Role::Partition && goes_down(touch.mode);
            if below || (clusters && touch.role == Role::Index) {
                touch.mode = touch.mode.max(strongest);
            }
        }
    }
}
