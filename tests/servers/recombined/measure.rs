//! What a server does when a statement runs, seen from the transaction that it runs in.

use crate::cluster::Cluster;
use crate::forms::Form;
use crate::said::Seen;
use lockgate::effects::LockMode;

/// The outcome of one statement.
#[derive(Debug)]
pub enum Outcome {
    /// It ran.
    Ran(Vec<Seen>),
    /// No transaction block takes it (SQLSTATE 25001).
    NotInBlock,
    /// The server refused it, or the schema that it needs: the SQLSTATE.
    Refused(String),
}

const DATABASE: &str = "recombined";

/// What all forms need; what a server lacks of it, it refuses.
pub fn prepare(cluster: &Cluster) -> Result<(), String> {
    cluster.create_database(DATABASE)?;
    let sql = "CREATE ROLE other_role; CREATE EXTENSION citext; CREATE EXTENSION btree_gist; \
               CREATE EXTENSION pg_trgm; \
               CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler; \
               CREATE FUNCTION public.rows_of(relation regclass) RETURNS bigint LANGUAGE plpgsql \
               AS 'DECLARE n bigint; BEGIN EXECUTE format(''SELECT count(*) FROM ONLY %s'', relation) INTO n; RETURN n; END'";
    cluster.apply_past_errors(DATABASE, &sql.replace("; ", ";\n"))?;
    if cluster.major < 13 {
        let sql = "CREATE FUNCTION public.gen_random_uuid() RETURNS uuid VOLATILE LANGUAGE sql \
                   AS 'SELECT md5(random()::text)::uuid'";
        cluster.apply_past_errors(DATABASE, sql)?;
    }
    Ok(())
}

/// Runs each form on a schema of its own, in a transaction that is taken back.
///
/// All forms go through one session: locks are those that it holds, a relation whose name has
/// another file was written anew, and one of which as many rows were read as it has was scanned.
pub fn measure(cluster: &Cluster, forms: &[Form]) -> Result<Vec<Outcome>, String> {
    let mut script = String::from(
        "SET client_min_messages = error; SET max_parallel_workers_per_gather = 0;\n\
         SET max_parallel_maintenance_workers = 0; SET statement_timeout = '20s';\n\
         CREATE TEMP TABLE pre (oid oid, name name, kind text, node oid, \
         of oid, rows bigint);\n",
    );
    for (index, form) in forms.iter().enumerate() {
        script.push_str(&of_one(index, form));
    }
    let lines = cluster.lines(DATABASE, &script)?;
    let mut outcomes: Vec<Outcome> = Vec::new();
    for line in lines {
        let cells: Vec<&str> = line.split('\t').collect();
        match cells.as_slice() {
            ["@form", _] => outcomes.push(Outcome::Ran(Vec::new())),
            ["@state", "00000"] => {}
            ["@state", state] => {
                let refused = match *state {
                    "25001" => Outcome::NotInBlock,
                    other => Outcome::Refused(other.to_owned()),
                };
                if let Some(last @ Outcome::Ran(_)) = outcomes.last_mut() {
                    *last = refused;
                }
            }
            ["@row", name, kind, rows, modes, renewed, gone, built, read] => {
                let mode = modes.split(',').filter_map(mode).max();
                let index = matches!(*kind, "i" | "I");
                if let Some(Outcome::Ran(seen)) = outcomes.last_mut() {
                    seen.push(Seen {
                        relation: (*name).to_owned(),
                        is_index: index,
                        is_empty: *rows == "0",
                        is_gone: *gone == "t",
                        mode,
                        rewrites: !index && *renewed == "t",
                        scans: *read == "t",
                        rebuilds: if index { *renewed == "t" } else { *built == "t" },
                    });
                }
            }
            _ => {}
        }
    }
    match outcomes.len() == forms.len() {
        true => Ok(outcomes),
        false => {
            let last = outcomes.len().checked_sub(1).and_then(|at| forms.get(at));
            Err(format!("the session ended with {:?}", last.map(|form| (&form.id, &form.sql))))
        }
    }
}

/// `AccessShareLock`, as `pg_locks` has it.
fn mode(text: &str) -> Option<LockMode> {
    let plain = text.strip_suffix("Lock")?.to_ascii_uppercase();
    LockMode::ALL.into_iter().find(|mode| mode.name().replace(' ', "") == plain)
}

/// What stands in the schemas of the forms. An index that is made anew under its old name was
/// rebuilt, one of another name is new.
const STORED: &str = "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
     LEFT JOIN pg_index i ON i.indexrelid = c.oid \
     WHERE c.relkind IN ('r', 'p', 'i', 'I', 'v', 'm', 'S') AND n.nspname IN ('s', 's2')";

/// Rows read since the session's counters were last sent.
const READ: &str = "coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)";

fn of_one(index: usize, form: &Form) -> String {
    let Form { setup, session, sql, .. } = form;
    format!(
        "RESET ALL; SET client_min_messages = error; SET statement_timeout = '20s'; \
         SET timezone = 'Europe/Berlin'; \
         SET max_parallel_workers_per_gather = 0; SET max_parallel_maintenance_workers = 0;\n\
         DROP PUBLICATION IF EXISTS pub; DROP SCHEMA IF EXISTS s, s2, s3, s4, s9 CASCADE;\n\
         CREATE SCHEMA s; SET search_path = s, public;\n\
         \\echo '@form\t{index}'\n\
         BEGIN;\n{setup};\n\\echo '@state\t':SQLSTATE\nCOMMIT;\n\
         TRUNCATE pre;\n\
         INSERT INTO pre SELECT c.oid, c.relname, c.relkind, pg_relation_filenode(c.oid), i.indrelid, \
         CASE WHEN c.relkind IN ('r', 'm') THEN rows_of(c.oid) ELSE 1 END {STORED};\n\
         {session};\n\
         BEGIN;\n\
         SELECT coalesce(json_object_agg(relid, {READ}), '{{}}') AS before \
         FROM pg_stat_xact_all_tables WHERE relid >= 16384 \\gset\n\
         {sql};\n\\echo '@state\t':SQLSTATE\n\
         WITH now AS (SELECT c.oid, c.relname, c.relkind, pg_relation_filenode(c.oid) AS node, \
         i.indrelid AS of {STORED}), \
         renewed AS (SELECT p.oid, p.of FROM pre p JOIN now ON now.oid = p.oid \
         OR (p.of IS NOT NULL AND now.relname = p.name) WHERE p.node <> now.node), \
         built AS (SELECT of FROM renewed UNION ALL SELECT now.of FROM now WHERE relkind = 'i' \
         AND NOT EXISTS (SELECT FROM pre p WHERE p.name = now.relname OR p.oid = now.oid)) \
         SELECT '@row', p.name, p.kind, p.rows, l.modes, p.oid IN (SELECT oid FROM renewed), \
         NOT EXISTS (SELECT FROM now WHERE now.oid = p.oid \
         OR (p.of IS NOT NULL AND now.relname = p.name)), \
         EXISTS (SELECT FROM built WHERE built.of = p.oid), \
         coalesce(s.read, 0) - coalesce((:'before'::json ->> p.oid::text)::bigint, 0) >= p.rows \
         FROM pre p \
         JOIN (SELECT relation, string_agg(mode, ',') AS modes FROM pg_locks \
         WHERE pid = pg_backend_pid() AND locktype = 'relation' GROUP BY 1) l ON l.relation = p.oid \
         LEFT JOIN (SELECT relid, {READ} AS read FROM pg_stat_xact_all_tables) s ON s.relid = p.oid;\n\
         ROLLBACK;\n"
    )
}
