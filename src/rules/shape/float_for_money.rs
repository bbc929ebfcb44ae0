//! New columns that hold money in binary floating point.

use crate::dialect::Engine;
use crate::finding::Level;
use crate::replay::{Step, base_type};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::types::DataType;

/// Words that say money wherever they stand in a name, singular.
const MONEY: &[&str] = &[
    "amount", "balance", "cost", "debit", "deposit", "fee", "income", "payment", "payout", "price",
    "refund", "revenue", "salaries", "salary", "subtotal", "surcharge", "tax", "taxes", "turnover", "vat", "wage",
];

/// Words that say money only at the end of a name: `order_total`, but not `total_distance`.
const MONEY_AT_END: &[&str] = &["total"];

/// Words with which a name is no amount of money, wherever they stand: `tax_rate`.
const SHARES: &[&str] =
    &["factor", "multiplier", "pct", "percent", "percentage", "rate", "ratio"];

/// Words that say at the end of a name what it counts instead: `cost_weight`, but `weight_cost` and
/// `cost_per_kg` are money.
const OTHERS_AT_END: &[&str] = &[
    "byte", "count", "day", "distance", "duration", "hour", "index", "kb", "kg", "km", "latency",
    "mb", "minute", "ml", "ms", "probability", "qty", "quantity", "score", "second", "token",
    "unit", "weight",
];

/// The rule.
pub static RULE: Rule = Rule {
    id: "float-for-money",
    category: Category::Shape,
    level: Level::Warning,
    since: "0.1",
    summary: "new column that holds money in a type that does not count exactly",
    why: "Binary floating point has no 0.10: sums drift by cents, two ways to add the same numbers \
          differ, and equality fails. PostgreSQL's money type is exact, but its currency and its \
          decimals are a setting of the server, so a dump read elsewhere changes its meaning.",
    instead: "Use numeric with a scale, or count the smallest unit in a bigint; keep the currency \
              in a column of its own.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "If you require exact storage and calculations (such as for monetary amounts), \
                   use the numeric type instead of real and double precision.",
            source: "https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-FLOAT",
        },
        Fact {
            engine: Engine::Postgres,
            says: "The fractional precision of money is determined by lc_monetary.",
            source: "https://www.postgresql.org/docs/current/datatype-money.html",
        },
        Fact {
            engine: Engine::Mysql,
            says: "DECIMAL and NUMERIC store exact values; they are used when it is important to \
                   preserve exact precision, for example with monetary data.",
            source: "https://dev.mysql.com/doc/refman/8.4/en/fixed-point-types.html",
        },
        Fact {
            engine: Engine::Mariadb,
            says: "FLOAT and DOUBLE hold approximate values; DECIMAL holds exact ones.",
            source: "https://mariadb.com/kb/en/numeric-data-type-overview/",
        },
        Fact {
            engine: Engine::Sqlite,
            says: "REAL is an 8-byte IEEE floating point number; there is no decimal type.",
            source: "https://www.sqlite.org/datatype3.html",
        },
    ],
    same_as: &[
        ("pg-migration-lint", "PGM104"),
        ("pg-migration-lint", "PGM109"),
        ("skeema", "has-float"),
    ],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", "", "CREATE TABLE t (id bigint PRIMARY KEY, price real);", "price real"),
        bad("postgres", "", "CREATE TABLE t (id bigint PRIMARY KEY, \"unitPrice\" FLOAT NOT NULL);", "\"unitPrice\" FLOAT NOT NULL"),
        bad("postgres", "CREATE TABLE t (id bigint PRIMARY KEY);", "ALTER TABLE t ADD COLUMN order_total double precision DEFAULT 0;", "ADD COLUMN order_total double precision DEFAULT 0"),
        bad("postgres", "", "CREATE TABLE t (id bigint PRIMARY KEY, paid money);", "paid money"),
        bad("postgres", "", "CREATE TABLE t (id bigint PRIMARY KEY, cost_per_hour float8);", "cost_per_hour float8"),
        bad("postgres", "", "CREATE TABLE t (id bigint PRIMARY KEY, Fees float4[]);", "Fees float4[]"),
        bad("postgres", "", "CREATE TYPE line AS (n int, amount_usd float);", "CREATE TYPE line"),
        bad("postgres", "", "CREATE DOMAIN price AS real;", "CREATE DOMAIN price"),
        bad("postgres", "CREATE DOMAIN inexact AS real;", "CREATE TABLE t (id bigint PRIMARY KEY, salary inexact);", "salary inexact"),
        bad("sqlite", "", "CREATE TABLE t (id INTEGER PRIMARY KEY, balance REAL);", "balance REAL"),
        bad("mysql", "CREATE TABLE t (id bigint PRIMARY KEY);", "ALTER TABLE t ADD (n int, `unit_price` FLOAT(7,2) UNSIGNED);", "`unit_price` FLOAT(7,2) UNSIGNED"),
        bad("mariadb", "", "CREATE TABLE t (id bigint PRIMARY KEY, fee REAL NOT NULL);", "fee REAL NOT NULL"),
        good("mysql", "", "CREATE TABLE t (id bigint PRIMARY KEY, price DECIMAL(10,2) UNSIGNED, score FLOAT, cost int);"),
        good("mariadb", "", "CREATE TABLE t (id bigint PRIMARY KEY, price numeric(10, 2), tax_rate double);"),
        good("postgres", "", "CREATE TABLE t (id bigint PRIMARY KEY, price numeric(12, 2), cost bigint, fee decimal);"),
        good("postgres", "", "CREATE TABLE t (id bigint PRIMARY KEY, tax_rate real, price_ratio float, cost_factor real, costCount real);"),
        good("postgres", "", "CREATE TABLE t (id bigint PRIMARY KEY, amount_of_idle_seconds float, total_distance real, distance_total real, priceless real, taxi real);"),
        good("postgres", "", "CREATE TABLE t (id bigint PRIMARY KEY, latitude double precision, score real);"),
        good("postgres", "CREATE TABLE t (id bigint PRIMARY KEY, price real);", "CREATE TABLE IF NOT EXISTS t (price real); CREATE TABLE u (LIKE t INCLUDING ALL);"),
        good("postgres", "", "CREATE TEMP TABLE t (price real); SELECT 1::real AS price;"),
        good("sqlite", "", "CREATE TABLE t (id INTEGER PRIMARY KEY, balance INTEGER, ratio REAL);"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for written in step.written_types() {
        let base = base_type(step.after, written.ty);
        let is_money = step.dialect.engine == Engine::Postgres && base.is_or_holds("money");
        let holds_money = is_money || (is_float(base) && says_money(written.name));
        if !holds_money {
            continue;
        }
        let message = match is_money {
            true => format!(
                "{} is money: its currency and decimals follow lc_monetary of the server",
                written.words()
            ),
            false => format!(
                "{} is {} and by its name holds money: sums drift by cents",
                written.words(), written.ty
            ),
        };
        let help = match step.dialect.engine {
            Engine::Sqlite => "count the smallest unit in an INTEGER",
            _ => "use numeric(12, 2) or the like, or count the smallest unit in a bigint",
        };
        sink.report(step, written.span, written.subject()).message(message).help(help).push();
    }
}

fn is_float(ty: &DataType) -> bool {
    const FLOATS: &[&str] =
        &["real", "double precision", "float", "double", "float unsigned", "double unsigned"];
    FLOATS.iter().any(|name| ty.is_or_holds(name))
}

/// Whether a name in snake case or camel case speaks of an amount of money.
fn says_money(name: &str) -> bool {
    let words = words(name);
    let is_one_of = |word: &str, list: &[&str]| {
        list.contains(&word) || word.strip_suffix('s').is_some_and(|word| list.contains(&word))
    };
    let (last, per) = match words.as_slice() {
        [.., before, last] => (last.as_str(), before == "per"),
        [last] => (last.as_str(), false),
        [] => return false,
    };
    if words.iter().any(|word| is_one_of(word, SHARES)) || (is_one_of(last, OTHERS_AT_END) && !per)
    {
        return false;
    }
    let mut pairs = words.iter().zip(words.iter().skip(1).map(String::as_str).chain([""]));
    let counts_others = words.iter().any(|word| is_one_of(word, OTHERS_AT_END));
    (is_one_of(last, MONEY_AT_END) && !counts_others)
        || pairs.any(|(word, next)| is_one_of(word, MONEY) && next != "of")
}

/// The words of a name, lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower_before = false;
    for character in name.chars() {
        let starts = character.is_uppercase() && lower_before;
        if starts || !character.is_alphabetic() {
            words.push(String::new());
        }
        if character.is_alphabetic()
            && let Some(word) = words.last_mut()
        {
            word.extend(character.to_lowercase());
        }
        lower_before = character.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}
