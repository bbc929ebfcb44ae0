//! What every change from one common type to another does to the rows and to an index, and how
//! volatile every function that lockgate knows is: asked of the server.

use crate::cluster::Cluster;
use crate::recombined::parts::{TYPES, TYPES_MADE};
use crate::said::migration;
use lockgate::dialect::{Dialect, Engine, Version};
use lockgate::effects::postgres::types::{TypeChange, change_by_casts};
use lockgate::effects::postgres::volatility::{STEADY, VOLATILE};
use lockgate::replay::{Base, replay};
use lockgate::schema::catalog::Catalog;
use lockgate::schema::name::Name;
use lockgate::schema::types::DataType;
use std::collections::BTreeSet;

const DATABASE: &str = "types";

/// Functions of which one namesake is volatile on older servers: `timezone(text, timetz)` before 15.
const VOLATILE_ONCE: &[&str] = &["timezone"];

/// Compares both; gives how many differ.
pub fn prove(cluster: &Cluster) -> Result<usize, String> {
    cluster.create_database(DATABASE)?;
    let tables = TYPES.iter().enumerate().map(|(at, (ty, _))| {
        format!("CREATE TABLE t{at} (c {ty}); CREATE INDEX i{at} ON t{at} (c);\n")
    });
    let tables: String = tables.collect();
    let setup = format!("{TYPES_MADE};\n{tables}");
    cluster.apply_past_errors(DATABASE, &setup.replace("; ", ";\n"))?;
    let differ = changes(cluster, &tables, false)? + changes(cluster, &tables, true)?;
    Ok(differ + functions(cluster)?)
}

/// Every change of one type to another: as an assignment does it, else by a cast in USING.
fn script(utc: bool) -> String {
    let zone = if utc { "UTC" } else { "Europe/Berlin" };
    let mut script = format!("SET timezone = '{zone}'; SET client_min_messages = error;\n");
    let counts = |ty: &str| !utc || ty.starts_with("timestamp") || ty == "date";
    let types = || TYPES.iter().enumerate().filter(|(_, (ty, _))| counts(ty));
    for (from, _) in types() {
        for (to, (ty, _)) in types() {
            let alter = format!("ALTER TABLE t{from} ALTER COLUMN c TYPE {ty}");
            let nodes = format!(
                "SELECT pg_relation_filenode('t{from}') AS t, \
                 coalesce(pg_relation_filenode(to_regclass('i{from}')), 0) AS i \\gset"
            );
            script.push_str(&format!(
                "{nodes} old_\nBEGIN; \\set using 0\n{alter};\n\\if :ERROR\n\
                 ROLLBACK; BEGIN; \\set using 1\n{alter} USING c::{ty};\n\\endif\n\
                 \\if :ERROR\n\\else\n{nodes} new_\n\
                 \\echo '@pair\t{from}\t{to}\t':using'\t':old_t'\t':new_t'\t':old_i'\t':new_i\n\
                 \\endif\nROLLBACK;\n"
            ));
        }
    }
    script
}

/// In UTC only what hangs on the time zone is compared.
fn changes(cluster: &Cluster, tables: &str, utc: bool) -> Result<usize, String> {
    let script = script(utc);
    let dialect = Dialect::at(Engine::Postgres, Version::major(cluster.major));
    let setup = format!("{TYPES_MADE}; {tables}");
    let catalog = replay(&[migration("1", &setup)], dialect, Base::empty(dialect, true)).end;
    let (mut compared, mut differ) = (0, 0);
    for line in cluster.lines(DATABASE, &script)? {
        let cells: Vec<&str> = line.split('\t').collect();
        let ["@pair", from, to, using, old_t, new_t, old_i, new_i] = cells.as_slice() else {
            continue;
        };
        let (from, to) = (number(from)?, number(to)?);
        let (Some(old), Some(new)) = (column(&catalog, from), column(&catalog, to)) else {
            return Err(format!("{} or {} was not read", TYPES[from].0, TYPES[to].0));
        };
        let casts = if *using == "1" { vec![new.clone()] } else { Vec::new() };
        let said = change_by_casts(old, &casts, new, utc, &catalog);
        let seen = match (old_t != new_t, old_i != new_i) {
            (true, _) => TypeChange::Rewrites,
            (false, true) => TypeChange::RebuildsIndexes,
            (false, false) => TypeChange::Free,
        };
        // What has no index shows no difference between the two.
        let same = said == seen
            || (*old_i == "0" && said == TypeChange::RebuildsIndexes && seen == TypeChange::Free);
        compared += 1;
        if !same {
            differ += 1;
            let using = if *using == "1" { " USING" } else { "" };
            println!(
                "  {} to {}{using}: {said:?} said, {seen:?} measured",
                TYPES[from].0, TYPES[to].0
            );
        }
    }
    println!("type changes on PostgreSQL {}: {compared} compared, {differ} differ", cluster.major);
    match compared > 0 {
        true => Ok(differ),
        false => Err("no type changes were compared".to_owned()),
    }
}

fn number(text: &str) -> Result<usize, String> {
    text.parse().map_err(|error| format!("{text}: {error}"))
}

fn column(catalog: &Catalog, at: usize) -> Option<&DataType> {
    let found = catalog.column(&Name::bare(format!("t{at}")), "c").known()?;
    found.definition.ty.as_ref()
}

/// Each function that is known by name is as volatile as the server says of each of its namesakes.
fn functions(cluster: &Cluster) -> Result<usize, String> {
    let sql = "SELECT proname, bool_or(provolatile = 'v')::text || bool_and(provolatile = 'v')::text \
               FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind = 'f' GROUP BY 1";
    let (mut compared, mut differ) = (0, 0);
    let mut steady: BTreeSet<String> = BTreeSet::new();
    for row in cluster.rows(DATABASE, sql)? {
        let Some((name, volatile)) = row.split_once('\t') else { continue };
        let said = match (VOLATILE.contains(&name), STEADY.contains(&name)) {
            (true, _) => "truetrue",
            (_, true) => "falsefalse",
            _ => {
                if volatile == "falsefalse" {
                    steady.insert(name.to_owned());
                }
                continue;
            }
        };
        compared += 1;
        let once = cluster.major < 15 && VOLATILE_ONCE.contains(&name);
        if said != volatile && !once {
            differ += 1;
            println!("  {name}: some namesake and all are volatile: {volatile}");
        }
    }
    println!(
        "functions on PostgreSQL {}: {compared} compared, {differ} differ; {} more are steady and not in the table",
        cluster.major,
        steady.len()
    );
    Ok(differ)
}
