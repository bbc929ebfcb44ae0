//! The query of `lockgate stats` on a server: what it says is what the server has, an account without
//! privileges may run it, and what it says changes levels.

use crate::cluster::{Cluster, How};
use crate::compare::Counts;
use lockgate::config::Config;
use lockgate::date::Date;
use lockgate::dialect::{Dialect, Engine};
use lockgate::schema::name::Name;
use lockgate::source::SourceFile;
use lockgate::statistics::{self, KeyStatistics, POSTGRES_SQL, Size, Sizes, Statistics};
use lockgate::tree::Memory;
use lockgate::{Input, check};
use std::sync::Arc;

const DATABASE: &str = "sized";

const TABLES: &str = "
CREATE SCHEMA shop;
CREATE TABLE countries (code text PRIMARY KEY, name text);
CREATE TABLE shop.\"Odd \"\"Näme\" (id smallint GENERATED ALWAYS AS IDENTITY, a int);
CREATE TABLE orders (id serial PRIMARY KEY, a int, note text);
CREATE TABLE items (id bigint PRIMARY KEY DEFAULT nextval('orders_id_seq'), a int) PARTITION BY RANGE (id);
CREATE TABLE items_1 PARTITION OF items FOR VALUES FROM (0) TO (500);
CREATE TABLE items_2 PARTITION OF items FOR VALUES FROM (500) TO (1000);
CREATE MATERIALIZED VIEW totals AS SELECT 1 AS a;
";

const ROWS: &str = "
INSERT INTO countries SELECT g, g FROM generate_series(1, 312) g;
INSERT INTO shop.\"Odd \"\"Näme\" (a) SELECT g FROM generate_series(1, 30) g;
INSERT INTO orders (a, note) SELECT g, repeat('x', 40) FROM generate_series(1, 120000) g;
INSERT INTO items SELECT g, g FROM generate_series(0, 999) g;
SELECT setval('orders_id_seq', 1700000000);
ANALYZE;
CREATE TABLE nobody_counted (a int);
";

/// What each table of the server has, as the server says it by itself.
const TRUTH: &str = "
SELECT n.nspname, c.relname,
  CASE c.relkind WHEN 'p' THEN (SELECT sum(pg_table_size(relid)) FROM pg_partition_tree(c.oid))
    ELSE pg_table_size(c.oid) END,
  CASE c.relkind WHEN 'p' THEN (SELECT sum(pg_indexes_size(relid)) FROM pg_partition_tree(c.oid))
    ELSE pg_indexes_size(c.oid) END,
  (xpath('//c/text()', query_to_xml(format('SELECT count(*) AS c FROM %I.%I', n.nspname, c.relname),
    false, true, '')))[1]
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('public', 'shop') AND c.relkind IN ('r', 'p', 'm') ORDER BY 1, 2
";

/// Compares what the query says with the server, and sees that it matters.
pub fn prove(cluster: &Cluster, total: &mut Counts) -> Result<(), String> {
    cluster.create_database(DATABASE)?;
    cluster.apply(DATABASE, TABLES, How::Statements)?;
    cluster.apply(DATABASE, ROWS, How::Statements)?;
    cluster.apply(DATABASE, "CREATE ROLE sizes_reader", How::Statements)?;
    let busy = |statistics: &Statistics| statistics.tables().filter(|(_, it)| it.is_busy()).count();
    let written = busy(&gather(cluster, "")?);
    cluster.apply(DATABASE, "SELECT pg_stat_reset()", How::Statements)?;
    let known = gather(cluster, "")?;
    total.add("table sizes", 1, usize::from(written == 0 || busy(&known) > 0));
    let as_reader = gather(cluster, "SET ROLE sizes_reader;")?;
    let sizes = Sizes { statistics: Some(Arc::new(known.clone())), large_tables: None };
    let truth = cluster.rows(DATABASE, TRUTH)?;
    if truth.len() != known.tables().count() || truth.len() != as_reader.tables().count() {
        return Err(format!("the statistics have other tables than {truth:?}"));
    }
    for row in &truth {
        let Some(said) = say(row, &sizes) else { return Err(format!("no table: {row}")) };
        let differs = said != *row;
        total.add("table sizes", 1, usize::from(differs));
        if differs {
            println!("  statistics: {said}\n    is: {row}");
        }
    }
    let key =
        |column: &str, max_id, limit| KeyStatistics { column: column.to_owned(), max_id, limit };
    for (name, keys) in [
        (Name::qualified("public", "orders"), vec![key("id", 1_700_000_000, 2_147_483_647)]),
        (Name::qualified("public", "items"), vec![key("id", 1_700_000_000, 2_147_483_647)]),
        (Name::qualified("shop", "Odd \"Näme"), vec![key("id", 30, 32_767)]),
        (Name::qualified("public", "countries"), Vec::new()),
    ] {
        let Size::Measured(found, _) = sizes.of(&name) else { return Err(format!("no {name}")) };
        total.add("table sizes", 1, usize::from(found.keys != keys));
        if found.keys != keys {
            println!("  statistics: keys of {name}: {:?}", found.keys);
        }
    }
    let error = Some("error");
    for (on, expected) in [("countries (name)", None), ("orders (a)", error)] {
        let found = (level(on, Some(&known)), level(on, None));
        total.add("table sizes", 1, usize::from(found != (expected, error)));
        if found != (expected, error) {
            println!("  statistics: an index on {on} is {found:?}");
        }
    }
    Ok(())
}

fn gather(cluster: &Cluster, before: &str) -> Result<Statistics, String> {
    let rows = cluster.rows(DATABASE, &format!("{before}{POSTGRES_SQL}"))?;
    let [json] = rows.as_slice() else { return Err(format!("{} rows", rows.len())) };
    statistics::read(SourceFile::new("stats.json", json)).map_err(|error| error.message)
}

/// The same row as the statistics say it.
fn say(row: &str, sizes: &Sizes) -> Option<String> {
    let mut columns = row.split('\t');
    let (schema, name) = (columns.next()?, columns.next()?);
    let Size::Measured(found, _) = sizes.of(&Name::qualified(schema, name)) else { return None };
    let rows = found.rows.map_or_else(|| "?".to_owned(), |rows| rows.to_string());
    Some(format!("{schema}\t{name}\t{}\t{}\t{rows}", found.bytes, found.index_bytes))
}

/// The level of an index that is built in the way of others.
fn level(on: &str, statistics: Option<&Statistics>) -> Option<&'static str> {
    let sql = format!("CREATE INDEX i ON {on};");
    let tree = Memory::new(vec![("1_tables.sql", TABLES), ("2_index.sql", sql.as_str())]);
    let config = Config { dialect: Some(Dialect::new(Engine::Postgres)), ..Config::default() };
    let today = statistics.map_or_else(|| Date::from_unix_seconds(0), |it| it.as_of);
    let input = Input {
        tree: &tree,
        config: &config,
        schema: None,
        statistics,
        alone: false,
        today,
        evidence: None,
        policies: None,
        merged: None,
    };
    let report = check(&input);
    let mut found = report.findings.iter().map(|judged| &judged.finding);
    found.find(|finding| finding.rule == "index-not-concurrent").map(|finding| finding.level.name())
}
