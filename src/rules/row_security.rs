//! Row-level security as the catalog holds it: whether it is on, and what the policies say.

use crate::migration::LocatedChange;
use crate::replay::Step;
use crate::schema::catalog::{Catalog, Table};
use crate::schema::change::{Change, TableAction};
use crate::schema::expr::unwrapped;
use crate::schema::name::{Name, ObjectKind, ObjectRef};

/// What a statement switches: the index of the change, the change, the table, resolved, and the
/// words, like `DISABLE`.
pub fn switches<'a>(
    step: &'a Step<'_>,
) -> impl Iterator<Item = (usize, &'a LocatedChange, Name, &'a str)> {
    step.statement.changes.iter().enumerate().filter_map(|(index, located)| {
        let Change::AlterTable { target, action: TableAction::SetRowSecurity { setting } } =
            &located.change.value
        else {
            return None;
        };
        Some((index, located, step.before.resolve(&target.name), setting.as_str()))
    })
}

/// Whether row-level security is on, as far as was seen.
pub fn is_on(table: &Table) -> bool {
    table.options.get("row security").is_some_and(|it| it == "ENABLE")
}

/// Whether it holds for the table's owner too.
pub fn is_forced(table: &Table) -> bool {
    table.options.get("force row security").is_some_and(|it| it == "FORCE")
}

/// A table's policies, by name; its own name is resolved.
pub fn policies<'a>(
    catalog: &'a Catalog,
    table: &'a Name,
) -> impl Iterator<Item = (&'a ObjectRef, Policy<'a>)> {
    let from = ObjectRef::new(ObjectKind::Policy, table.clone());
    let of_table = catalog.objects.range(from..);
    of_table
        .take_while(move |(key, _)| key.kind == ObjectKind::Policy && key.name == *table)
        .map(|(key, object)| (key, policy(&object.definition)))
}

/// A policy, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy<'a> {
    /// `AS RESTRICTIVE`: rows must pass it beside another one.
    pub restrictive: bool,
    /// `FOR`, lower case; `all` where none is written.
    pub command: &'a str,
    /// `TO`, as text; `public` where none is written.
    pub roles: &'a str,
    /// `USING`, without its parentheses.
    pub using: Option<&'a str>,
    /// `WITH CHECK`, likewise.
    pub check: Option<&'a str>,
}

/// Takes a policy's definition apart, as the catalog keeps it: `name on table as ... for ... to ...
/// using(...) with check(...)`.
pub fn policy(definition: &str) -> Policy<'_> {
    let rest = behind_name(definition);
    let rest = rest.strip_prefix("on ").unwrap_or(rest);
    let mut rest = behind_name(rest);
    let restrictive = rest.starts_with("as restrictive");
    for words in ["as restrictive", "as permissive"] {
        rest = rest.strip_prefix(words).unwrap_or(rest).trim_start();
    }
    let mut command = "all";
    if let Some(behind) = rest.strip_prefix("for ") {
        (command, rest) = behind.split_once(' ').unwrap_or((behind, ""));
    }
    let mut roles = "public";
    if let Some(behind) = rest.strip_prefix("to ") {
        let ends = ["using(", "with check("].iter().filter_map(|words| behind.find(words));
        let (before, after) = behind.split_at(ends.min().unwrap_or(behind.len()));
        (roles, rest) = (before.trim(), after);
    }
    let (using, check) = match rest.strip_prefix("using") {
        Some(rest) => match rest.split_once(" with check(") {
            Some((using, _)) => (Some(using), rest.get(using.len()..)),
            None => (Some(rest), None),
        },
        None => (None, Some(rest).filter(|rest| !rest.is_empty())),
    };
    let check = check.map(|it| it.trim_start().strip_prefix("with check").unwrap_or(it));
    Policy { restrictive, command, roles, using: using.map(unwrapped), check: check.map(unwrapped) }
}

impl Policy<'_> {
    /// Whether it lets every role write every row, whatever other policies say.
    pub fn lets_everyone(&self) -> bool {
        let everyone = self.roles.split(", ").any(|role| role == "public");
        let condition = if self.command == "insert" { self.check } else { self.using };
        !self.restrictive && everyone && self.command != "select" && condition == Some("true")
    }
}

/// What stands behind a name, qualified or not, and one space.
fn behind_name(text: &str) -> &str {
    let mut quoted = false;
    let end = text.find(|c: char| {
        quoted ^= c == '"';
        c == ' ' && !quoted
    });
    end.map_or("", |end| text.split_at(end).1.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_taken_apart() {
        let read = |text| {
            let it = policy(text);
            (it.restrictive, it.command, it.roles, it.using, it.check)
        };
        let cases = [
            ("p on t", (false, "all", "public", None, None)),
            ("p on s.t using(true)", (false, "all", "public", Some("true"), None)),
            (
                "\"for all using (x)\" on \"on\".t as restrictive for update to a, \"B\" using(a = 1) with check(true)",
                (true, "update", "a, \"B\"", Some("a = 1"), Some("true")),
            ),
            (
                "p on t for insert with check((true))",
                (false, "insert", "public", None, Some("true")),
            ),
            ("p on t as permissive for select to a", (false, "select", "a", None, None)),
        ];
        for (text, wanted) in cases {
            assert_eq!(read(text), wanted, "{text}");
        }
    }
}
