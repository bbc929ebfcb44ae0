//! What is wrong with a policy before it is run.

use crate::policy::Entry;
use crate::source::Span;
use regorus::unstable::{self as rego, Expr, Module, Rule, RuleHead};

/// The entry points of a policy, each with the place of its first rule.
pub(super) fn entries(module: &Module) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for rule in &module.policy {
        let Rule::Spec { head: RuleHead::Set { refr, .. }, .. } = rule.as_ref() else { continue };
        let Expr::Var { span: name, .. } = refr.as_ref() else { continue };
        let known = Entry::NAMES.into_iter().find(|known| *known == name.text());
        if let Some(known) = known
            && !entries.iter().any(|entry| entry.name == known)
        {
            entries.push(Entry { name: known, span: span(name) });
        }
    }
    entries
}

fn span(span: &rego::Span) -> Span {
    Span { start: span.start, end: span.end }
}
