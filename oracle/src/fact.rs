//! The form in which both readings of a statement are compared.

use std::collections::BTreeSet;
use std::fmt;

/// One thing that a statement does, in words that both readers can be put into.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// What is done, in the words of `Change::kind`: `create_table`, `add_column`. Parts of a
    /// definition have facts of their own: `column`, `constraint`.
    pub verb: String,
    /// To what: kind and name, `column public.t.c`.
    pub object: String,
    /// How: `concurrently`, `type=int4`.
    pub flags: BTreeSet<String>,
}

impl Fact {
    /// A fact without flags.
    pub fn new(verb: impl Into<String>, kind: &str, name: impl fmt::Display) -> Self {
        let object = format!("{kind} {name}").trim().to_owned();
        Self { verb: verb.into(), object, flags: BTreeSet::new() }
    }

    /// Adds `flag` if `on`.
    pub fn flag(mut self, flag: &str, on: bool) -> Self {
        if on {
            self.flags.insert(flag.to_owned());
        }
        self
    }

    /// Adds `key=value` unless the value is empty.
    pub fn set(mut self, key: &str, value: impl fmt::Display) -> Self {
        let value = value.to_string();
        if !value.is_empty() {
            self.flags.insert(format!("{key}={value}"));
        }
        self
    }

    /// Adds `key=a,b,c` unless the list is empty.
    pub fn list<T: AsRef<str>>(self, key: &str, values: &[T]) -> Self {
        let values: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
        self.set(key, values.join(","))
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.verb)?;
        if !self.object.is_empty() {
            write!(f, " {}", self.object)?;
        }
        if !self.flags.is_empty() {
            let flags: Vec<&str> = self.flags.iter().map(String::as_str).collect();
            write!(f, " [{}]", flags.join("; "))?;
        }
        Ok(())
    }
}

/// The names of a set, sorted, as one value.
pub fn sorted(names: impl IntoIterator<Item = String>) -> String {
    names.into_iter().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(",")
}

/// What differs between the readings: one line for each difference, the kind of difference
/// before ` | ` and the values behind it. Empty where they agree.
pub fn differences(pg: &[Fact], ours: &[Fact]) -> Vec<(String, String)> {
    let (mut pg_rest, mut ours_rest) = (pg.to_vec(), ours.to_vec());
    pg_rest.retain(|fact| match ours_rest.iter().position(|other| other == fact) {
        Some(index) => {
            ours_rest.remove(index);
            false
        }
        None => true,
    });
    let mut out = Vec::new();
    if pg_rest.is_empty() && ours_rest.is_empty() && pg != ours && in_order(pg) != in_order(ours) {
        out.push(("order of sub-commands".to_owned(), String::new()));
    }
    let same_object = |a: &Fact, b: &Fact| a.verb == b.verb && a.object == b.object;
    let same_verb = |a: &Fact, b: &Fact| a.verb == b.verb;
    let same_thing = |a: &Fact, b: &Fact| a.object == b.object;
    for (pairs, what) in [
        (&same_object as &dyn Fn(&Fact, &Fact) -> bool, ""),
        (&same_verb, "object"),
        (&same_thing, "verb"),
    ] {
        pg_rest.retain(|fact| {
            let Some(index) = ours_rest.iter().position(|other| pairs(fact, other)) else {
                return true;
            };
            let other = ours_rest.remove(index);
            if what.is_empty() {
                flags_between(fact, &other, &mut out);
            } else {
                out.push((format!("{}: {what} differs", fact.verb), both(fact, &other)));
            }
            false
        });
    }
    let only = |side: &str, fact: &Fact| (format!("{}: only {side}", fact.verb), fact.to_string());
    out.extend(pg_rest.iter().map(|fact| only("pg has it", fact)));
    out.extend(ours_rest.iter().map(|fact| only("we have it", fact)));
    out
}

/// The facts that stand for a sub-command each; a column's or constraint's place among the
/// parts of a definition is compared by its list instead.
fn in_order(facts: &[Fact]) -> Vec<&Fact> {
    facts.iter().filter(|fact| !matches!(fact.verb.as_str(), "column" | "constraint")).collect()
}

fn flags_between(pg: &Fact, ours: &Fact, out: &mut Vec<(String, String)>) {
    let key = |flag: &str| flag.split('=').next().unwrap_or(flag).to_owned();
    let only_pg: BTreeSet<&String> = pg.flags.difference(&ours.flags).collect();
    let only_ours: BTreeSet<&String> = ours.flags.difference(&pg.flags).collect();
    let keys: BTreeSet<String> =
        only_pg.iter().chain(&only_ours).map(|flag| key(flag.as_str())).collect();
    for name in keys {
        let has = |side: &BTreeSet<&String>| side.iter().any(|flag| key(flag) == name);
        let what = match (has(&only_pg), has(&only_ours)) {
            (true, true) => "differs",
            (true, false) => "only in pg",
            _ => "only in ours",
        };
        out.push((format!("{}: {name} {what}", pg.verb), both(pg, ours)));
    }
}

fn both(pg: &Fact, ours: &Fact) -> String {
    format!("pg: {pg}  ours: {ours}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(pg: &[Fact], ours: &[Fact]) -> Vec<String> {
        differences(pg, ours).into_iter().map(|(kind, _)| kind).collect()
    }

    #[test]
    fn equal_readings_do_not_differ() {
        let facts = [Fact::new("drop_table", "table", "t").flag("cascade", true)];
        assert_eq!(kinds(&facts, &facts), Vec::<String>::new());
    }

    #[test]
    fn each_kind_of_difference_is_named() {
        let drop = |name| Fact::new("drop_table", "table", name);
        assert_eq!(kinds(&[drop("a")], &[drop("b")]), ["drop_table: object differs"]);
        assert_eq!(kinds(&[drop("a")], &[]), ["drop_table: only pg has it"]);
        assert_eq!(kinds(&[], &[drop("a")]), ["drop_table: only we have it"]);
        assert_eq!(
            kinds(&[drop("a").flag("cascade", true)], &[drop("a")]),
            ["drop_table: cascade only in pg"]
        );
        assert_eq!(
            kinds(&[drop("a").set("type", "int4")], &[drop("a").set("type", "int8")]),
            ["drop_table: type differs"]
        );
        assert_eq!(
            kinds(&[drop("a"), drop("b")], &[drop("b"), drop("a")]),
            ["order of sub-commands"]
        );
    }
}
