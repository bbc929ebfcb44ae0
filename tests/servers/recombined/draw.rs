//! Forms of statements, put together at random from those of `tests/facts/` and from the parts
//! below. The same seed draws the same forms.

use super::parts::{self, ANY, Layer};
use crate::forms::{Form, forms};

/// Numbers that look random (splitmix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap_or(0)
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// What is drawn from.
pub struct Urn {
    /// The forms of the facts, each with the fixture that it runs on.
    forms: Vec<Form>,
}

impl Urn {
    pub fn new() -> Self {
        let all = forms("postgres").into_iter().chain(forms("postgres_more"));
        // What needs another server, or reaches beyond the database, is not run here.
        let outside = |form: &Form| {
            let sql = form.sql.to_ascii_uppercase();
            [
                "DATABASE",
                "SUBSCRIPTION",
                "SYSTEM",
                "TABLESPACE",
                "EXTENSION",
                "REASSIGN",
                "OWNED BY OTHER",
            ]
            .iter()
            .any(|word| sql.contains(word))
        };
        Self { forms: all.filter(|form| !outside(form)).collect() }
    }

    /// Draws one.
    pub fn draw(&self, dice: &mut Dice) -> Form {
        match dice.below(100) {
            0..24 => self.on_another_schema(dice),
            24..38 => self.two_subcommands(dice),
            38..46 => self.two_statements(dice),
            46..66 => type_change(dice),
            66..80 => add_column(dice),
            80..92 => add_constraint(dice),
            _ => self.on_another_table(dice),
        }
    }

    /// One of the forms that fit.
    fn form(&self, dice: &mut Dice, fits: impl Fn(&Form) -> bool) -> &Form {
        let fitting: Vec<&Form> = self.forms.iter().filter(|form| fits(form)).collect();
        match fitting.is_empty() {
            true => dice.pick(&self.forms),
            false => fitting[dice.below(fitting.len())],
        }
    }

    /// A form of the facts, on a table that has more to it.
    fn on_another_schema(&self, dice: &mut Dice) -> Form {
        let form = self.form(dice, |form| family(form).is_some());
        let mut drawn = form.clone();
        layers(dice, &mut drawn, family(form).unwrap_or("t"), 3);
        drawn
    }

    /// A form of the facts, on a table of another kind.
    fn on_another_table(&self, dice: &mut Dice) -> Form {
        let form =
            self.form(dice, |form| family(form) == Some("t") && !form.setup.contains("t_fk"));
        let family = *dice.pick(&["pt", "par", "heir", "sub"]);
        let target = parts::target(family);
        let renamed =
            |text: &str| rename(&rename(text, "t", target), "t_a_idx", &format!("{target}_a_idx"));
        let mut drawn = Form {
            id: format!("{}+{family}", form.id),
            setup: format!("{}; {}", parts::fixture(family), renamed(own_setup(form))),
            session: form.session.clone(),
            sql: renamed(&form.sql),
        };
        layers(dice, &mut drawn, family, 1);
        drawn
    }

    /// Two sub-commands of ALTER TABLE in one.
    fn two_subcommands(&self, dice: &mut Dice) -> Form {
        let first = self.form(dice, |form| subcommand(form).is_some() && family(form).is_some());
        let second = self.form(dice, |form| {
            subcommand(form).is_some()
                && fixture(form) == fixture(first)
                && form.id != first.id
                && subcommand(form).map(|it| it.0) == subcommand(first).map(|it| it.0)
        });
        let mut drawn = joined(first, second);
        if let (Some((target, one)), Some((_, two))) = (subcommand(first), subcommand(second)) {
            drawn.sql = format!("ALTER TABLE {target} {one}, {two}");
        }
        layers(dice, &mut drawn, family(first).unwrap_or("t"), 1);
        drawn
    }

    /// Two statements in one transaction.
    fn two_statements(&self, dice: &mut Dice) -> Form {
        let first = self.form(dice, |form| family(form).is_some());
        let second = self.form(dice, |form| fixture(form) == fixture(first) && form.id != first.id);
        let mut drawn = joined(first, second);
        drawn.sql = format!("{}; {}", first.sql, second.sql);
        layers(dice, &mut drawn, family(first).unwrap_or("t"), 1);
        drawn
    }
}

fn joined(first: &Form, second: &Form) -> Form {
    let mut drawn = first.clone();
    drawn.id = format!("{}+{}", first.id, second.id);
    // They have the fixture in common.
    let common = first.setup.bytes().zip(second.setup.bytes()).take_while(|(a, b)| a == b).count();
    let whole = |text: &str| text.matches('\'').count().is_multiple_of(2);
    let ends = second.setup.match_indices("; ").map(|(at, _)| at + 2);
    let ends = ends.filter(|end| *end <= common && second.setup.get(..*end).is_some_and(whole));
    let own = ends.max().unwrap_or(0);
    drawn.setup = format!("{}; {}", drawn.setup, second.setup.get(own..).unwrap_or_default());
    if drawn.session.is_empty() {
        drawn.session.clone_from(&second.session);
    }
    drawn
}

/// The tables that a form's setup makes first: two forms with the same are on the same fixture.
fn fixture(form: &Form) -> &str {
    let tables =
        ["CREATE TABLE pt ", "CREATE TABLE par ", "t_fk REFERENCES", "CREATE INDEX t_a_idx"];
    tables.into_iter().find(|it| form.setup.contains(it)).unwrap_or(&form.id)
}

/// What a form's setup makes beside its fixture.
fn own_setup(form: &Form) -> &str {
    const BASE_ENDS: &str = "CREATE INDEX t_a_idx ON t (a);";
    form.setup.split_once(BASE_ENDS).map_or("", |(_, own)| own.trim_start_matches([';', ' ']))
}

/// The tables that a form's fixture is about.
fn family(form: &Form) -> Option<&'static str> {
    match form.setup.as_str() {
        fixture if fixture.contains("CREATE TABLE pt ") => Some("pt"),
        fixture if fixture.contains("CREATE TABLE par ") => Some("par"),
        fixture if fixture.contains("CREATE TABLE t ") => Some("t"),
        _ => None,
    }
}

/// The table and the sub-command of a form that is one plain `ALTER TABLE`.
fn subcommand(form: &Form) -> Option<(&str, &str)> {
    let rest = form.sql.strip_prefix("ALTER TABLE ").filter(|rest| !rest.contains(';'))?;
    let (target, action) = rest.split_once(' ')?;
    let alone = ["RENAME", "SET SCHEMA", "ATTACH", "DETACH"];
    (!["ONLY", "IF"].contains(&target) && !alone.iter().any(|it| action.starts_with(it)))
        .then_some((target, action))
}

/// Puts more onto the tables.
fn layers(dice: &mut Dice, drawn: &mut Form, family: &str, most: usize) {
    if !ANY.contains(&family) {
        return;
    }
    let fitting: Vec<&Layer> =
        parts::LAYERS.iter().filter(|it| it.families.contains(&family)).collect();
    let target = parts::target(family);
    for _ in 0..1 + dice.below(most) {
        let layer = dice.pick(&fitting);
        if drawn.id.contains(layer.id) {
            continue;
        }
        drawn.id = format!("{}+{}", drawn.id, layer.id);
        drawn.setup = format!("{}; {}", drawn.setup, layer.sql.replace("{t}", target));
    }
}

/// Another name for a table, where it stands as a word.
fn rename(text: &str, from: &str, to: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for c in text.chars().chain([' ']) {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        out.push_str(if word == from { to } else { &word });
        word.clear();
        out.push(c);
    }
    out.pop();
    out
}

/// `ALTER COLUMN ... TYPE` between any two types, with what hangs on the column.
fn type_change(dice: &mut Dice) -> Form {
    let (from, values) = *dice.pick(parts::TYPES);
    let to = if dice.chance(70) {
        let near: Vec<&str> = parts::NEAR
            .iter()
            .filter(|it| it.contains(&from))
            .flat_map(|it| it.iter().copied())
            .collect();
        if near.is_empty() { dice.pick(parts::TYPES).0 } else { *dice.pick(&near) }
    } else {
        dice.pick(parts::TYPES).0
    };
    let kind = *dice.pick(&["plain", "plain", "plain", "partitioned", "inherited"]);
    let made = match kind {
        "partitioned" => format!(
            "CREATE TABLE t (id int NOT NULL, c {from}, e int) PARTITION BY RANGE (id); \
             CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (5000); \
             CREATE TABLE t_2 PARTITION OF t DEFAULT"
        ),
        "inherited" => {
            format!("CREATE TABLE t (id int, c {from}, e int); CREATE TABLE t_1 () INHERITS (t)")
        }
        _ => format!("CREATE TABLE t (id int PRIMARY KEY, c {from}, e int)"),
    };
    let types = parts::TYPES_MADE;
    let fill = format!("INSERT INTO t SELECT g, {values}, g FROM generate_series(1, 2000) g");
    let mut drawn = Form {
        id: format!("type {from} to {to}+{kind}"),
        setup: format!("{types}; {made}; {fill}"),
        session: String::new(),
        sql: format!("ALTER TABLE t ALTER COLUMN c TYPE {to}"),
    };
    for _ in 0..dice.below(3) {
        let (id, sql) = *dice.pick(parts::ON_COLUMN);
        if !drawn.id.contains(id) {
            drawn.id = format!("{}+{id}", drawn.id);
            drawn.setup = format!("{}; {sql}", drawn.setup);
        }
    }
    let (id, using) = match dice.below(10) {
        0..5 => ("", String::new()),
        5 => ("using column", " USING c".to_owned()),
        6 => ("using text", format!(" USING c::text::{to}")),
        _ => ("using cast", format!(" USING c::{to}")),
    };
    if !id.is_empty() {
        drawn.id = format!("{}+{id}", drawn.id);
        drawn.sql.push_str(&using);
    }
    if dice.chance(12) {
        drawn.id.push_str("+utc");
        drawn.session = "SET timezone = 'UTC'".to_owned();
    }
    if dice.chance(8) && ["text", "varchar"].iter().any(|it| to.starts_with(it)) {
        drawn.id.push_str("+collate");
        drawn.sql =
            drawn.sql.replacen(&format!("TYPE {to}"), &format!("TYPE {to} COLLATE \"POSIX\""), 1);
    }
    if dice.chance(15) {
        let (id, more) = *dice.pick(parts::SUBCOMMANDS);
        drawn.id = format!("{}+{id}", drawn.id);
        drawn.sql = format!("{}, {more}", drawn.sql);
    }
    drawn
}

fn on_family(dice: &mut Dice, id: String, action: &str) -> Form {
    let family = *dice.pick(&["t", "t", "t", "pt", "par", "heir", "sub", "born", "temp"]);
    let target = parts::target(family);
    let only = if dice.chance(8) { "ONLY " } else { "" };
    let alter = format!("ALTER TABLE {only}{target} {}", action.replace("{t}", target));
    let mut drawn = Form {
        id: format!("{id}+{family}{}", if only.is_empty() { "" } else { "+only" }),
        setup: format!(
            "{}; {}; {}",
            parts::TYPES_MADE,
            parts::FUNCTIONS_MADE,
            parts::fixture(family)
        ),
        session: String::new(),
        sql: match parts::begin(family) {
            "" => alter,
            begin => format!("{begin}; {alter}"),
        },
    };
    if dice.chance(60) {
        layers(dice, &mut drawn, family, 2);
    }
    drawn
}

/// `ADD COLUMN` of any type, default and constraint.
fn add_column(dice: &mut Dice) -> Form {
    let (ty, default) = *dice.pick(parts::COLUMNS);
    let (constraint_id, constraint) = *dice.pick(parts::BESIDE);
    let id = format!("add column {ty} {default}+{constraint_id}");
    let mut action = format!("ADD COLUMN x {ty} {default} {constraint}");
    let mut id = id;
    if dice.chance(25) {
        let (more_id, more) = *dice.pick(parts::SUBCOMMANDS);
        id = format!("{id}+{more_id}");
        action = format!("{action}, {more}");
    }
    on_family(dice, id, &action)
}

/// `ADD CONSTRAINT`, and one or two other sub-commands.
fn add_constraint(dice: &mut Dice) -> Form {
    let (id, first) = *dice.pick(parts::SUBCOMMANDS);
    let (other, second) = *dice.pick(parts::SUBCOMMANDS);
    match dice.chance(45) && other != id {
        true => on_family(dice, format!("{id}+{other}"), &format!("{first}, {second}")),
        false => on_family(dice, id.to_owned(), first),
    }
}
