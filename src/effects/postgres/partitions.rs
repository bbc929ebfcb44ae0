//! Partitions and inheritance.

use super::plan::Plan;
use crate::schema::name::Name;

pub(super) fn attach(plan: &mut Plan<'_>, _parent: &Name, _partition: &Name, _bound: &str) {
    plan.unknown("the locks of ATTACH PARTITION are not modelled");
}

pub(super) fn detach(plan: &mut Plan<'_>, _parent: &Name, _partition: &Name, _online: bool) {
    plan.unknown("the locks of DETACH PARTITION are not modelled");
}

pub(super) fn inherit(plan: &mut Plan<'_>, _table: &Name, _parent: &Name, _inherit: bool) {
    plan.unknown("the locks of INHERIT are not modelled");
}

pub(super) fn attach_index(plan: &mut Plan<'_>, _index: &Name, _partition: &Name) {
    plan.unknown("the locks of ATTACH PARTITION are not modelled");
}
