//! PostgreSQL's reading of a statement, from libpg_query's parse tree.

pub mod names;
mod object;
mod query;
mod routine;
mod table;

use crate::fact::{Fact, sorted};
use names::{each, inner, name, option_value, options, relation_of, strings, text, type_of};
use pg_query::NodeEnum;
use pg_query::protobuf::{
    DropBehavior, LockStmt, ReindexObjectType, TransactionStmt, TransactionStmtKind, VacuumStmt,
    VariableSetKind, VariableSetStmt,
};
use std::fmt::Write;

/// What PostgreSQL's parser made of one statement.
pub struct Reading {
    /// The name of its node: `AlterTableStmt`.
    pub node: String,
    /// What it says.
    pub facts: Vec<Fact>,
}

/// Parses one statement.
///
/// # Errors
/// The parser's message, or that the text is not exactly one statement.
pub fn read(statement: &str) -> Result<Reading, String> {
    let parsed = parse(statement)?;
    let [raw] = &parsed.stmts[..] else {
        return Err(format!("{} statements", parsed.stmts.len()));
    };
    let node = inner(&raw.stmt).ok_or("no statement")?;
    Ok(Reading { node: node_name(node), facts: facts(node) })
}

/// The number of statements in a file that the parser accepts as a whole.
pub fn count(file: &str) -> Option<usize> {
    parse(file).ok().map(|parsed| parsed.stmts.len())
}

fn parse(text: &str) -> Result<pg_query::protobuf::ParseResult, String> {
    // The crate's own walk over the tree can panic on nodes that it does not know.
    std::panic::catch_unwind(|| pg_query::parse(text, 0))
        .map_err(|_| "pg_query panicked".to_owned())?
        .map(|parsed| parsed.protobuf)
        .map_err(|error| error.to_string())
}

/// The name of the node's variant: what its `Debug` form begins with.
fn node_name(node: &NodeEnum) -> String {
    struct Head(String);
    impl Write for Head {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            // The rest may be a whole dump's INSERT: stop at the parenthesis.
            let (head, stop) = text
                .split_once('(')
                .map_or((text, Ok(())), |(head, _)| (head, Err(std::fmt::Error)));
            self.0.push_str(head);
            stop
        }
    }
    let mut head = Head(String::new());
    let _stopped = write!(head, "{node:?}");
    head.0
}

fn facts(node: &NodeEnum) -> Vec<Fact> {
    relations(node)
        .or_else(|| rows_and_session(node))
        .or_else(|| maintenance(node))
        .or_else(|| definitions(node))
        .unwrap_or_else(|| object::facts(node))
}

/// Tables, indexes and views.
fn relations(node: &NodeEnum) -> Option<Vec<Fact>> {
    let facts = match node {
        NodeEnum::CreateStmt(create) => table::create(create, "table"),
        NodeEnum::CreateForeignTableStmt(create) => match &create.base_stmt {
            Some(base) => table::create(base, "foreign_table"),
            None => Vec::new(),
        },
        NodeEnum::CreateTableAsStmt(create) => table::create_as(create),
        NodeEnum::AlterTableStmt(alter) => table::alter(alter),
        NodeEnum::IndexStmt(index) => table::index(index),
        NodeEnum::ViewStmt(view) => {
            let temporary = view.view.as_ref().is_some_and(|view| view.relpersistence == "t");
            vec![
                Fact::new("create_view", "view", relation_of(&view.view))
                    .flag("or_replace", view.replace)
                    .flag("temporary", temporary)
                    .list("columns", &strings(&view.aliases))
                    .set("reads", query::reads(&view.query)),
            ]
        }
        _ => return None,
    };
    Some(facts)
}

/// Statements on rows, settings, transactions.
fn rows_and_session(node: &NodeEnum) -> Option<Vec<Fact>> {
    let facts = match node {
        NodeEnum::InsertStmt(insert) => query::rows("insert", insert, false),
        NodeEnum::UpdateStmt(update) => {
            query::rows("update", update, update.where_clause.is_some())
        }
        NodeEnum::DeleteStmt(delete) => {
            query::rows("delete", delete, delete.where_clause.is_some())
        }
        NodeEnum::MergeStmt(merge) => query::rows("merge", merge, false),
        NodeEnum::SelectStmt(select) => query::select(select),
        NodeEnum::CopyStmt(copy) => query::copy(copy),
        NodeEnum::CallStmt(call) => vec![Fact::new("call", "", "").set(
            "functions",
            call.funccall.as_ref().map(|call| name(&call.funcname)).unwrap_or_default(),
        )],
        NodeEnum::DoStmt(_) => vec![Fact::new("do", "", "")],
        NodeEnum::VariableSetStmt(set) => vec![set_variable(set)],
        NodeEnum::ConstraintsSetStmt(_) => vec![Fact::new("characteristics", "", "")],
        NodeEnum::TransactionStmt(mark) => vec![transaction(mark)],
        _ => return None,
    };
    Some(facts)
}

/// Work on what is stored.
fn maintenance(node: &NodeEnum) -> Option<Vec<Fact>> {
    let facts = match node {
        NodeEnum::TruncateStmt(truncate) => {
            let tables = sorted(each(&truncate.relations).map(text));
            let cascade = truncate.behavior() == DropBehavior::DropCascade;
            vec![Fact::new("truncate", "table", tables).flag("cascade", cascade)]
        }
        NodeEnum::LockStmt(lock) => vec![self::lock(lock)],
        NodeEnum::VacuumStmt(vacuum) => vec![self::vacuum(vacuum)],
        NodeEnum::ClusterStmt(cluster) => {
            vec![Fact::new("cluster", "", relation_of(&cluster.relation))]
        }
        NodeEnum::ReindexStmt(reindex) => {
            let (kind, object) = match reindex.kind() {
                ReindexObjectType::ReindexObjectIndex => ("index", relation_of(&reindex.relation)),
                ReindexObjectType::ReindexObjectTable => ("table", relation_of(&reindex.relation)),
                ReindexObjectType::ReindexObjectSchema => ("schema", reindex.name.clone()),
                ReindexObjectType::ReindexObjectSystem => ("system", reindex.name.clone()),
                _ => ("database", reindex.name.clone()),
            };
            let concurrently = switched_on(&reindex.params, "concurrently");
            vec![Fact::new("reindex", kind, object).flag("concurrently", concurrently)]
        }
        NodeEnum::RefreshMatViewStmt(refresh) => vec![
            Fact::new("refresh_materialized_view", "", relation_of(&refresh.relation))
                .flag("concurrently", refresh.concurrent)
                .flag("no_data", refresh.skip_data),
        ],
        NodeEnum::CheckPointStmt(_) => vec![Fact::new("checkpoint", "", "")],
        _ => return None,
    };
    Some(facts)
}

/// Types, domains, routines and sequences.
fn definitions(node: &NodeEnum) -> Option<Vec<Fact>> {
    let facts = match node {
        NodeEnum::CreateEnumStmt(create) => vec![
            Fact::new("create_type", "type", name(&create.type_name))
                .set("definition", "enum")
                .list("labels", &strings(&create.vals)),
        ],
        NodeEnum::CompositeTypeStmt(create) => {
            let attributes: Vec<String> = each(&create.coldeflist)
                .filter_map(|node| match node {
                    NodeEnum::ColumnDef(column) => {
                        Some(format!("{} {}", column.colname, type_of(&column.type_name)))
                    }
                    _ => None,
                })
                .collect();
            vec![
                Fact::new("create_type", "type", relation_of(&create.typevar))
                    .set("definition", "composite")
                    .list("attributes", &attributes),
            ]
        }
        NodeEnum::CreateRangeStmt(create) => vec![
            Fact::new("create_type", "type", name(&create.type_name)).set("definition", "range"),
        ],
        NodeEnum::AlterEnumStmt(alter) => vec![alter_enum(alter)],
        NodeEnum::CreateDomainStmt(create) => routine::create_domain(create),
        NodeEnum::CreateFunctionStmt(create) => routine::create(create),
        NodeEnum::CreateSeqStmt(create) => {
            let persistence = create.sequence.as_ref().map(|name| name.relpersistence.as_str());
            let fact = Fact::new("create_sequence", "sequence", relation_of(&create.sequence))
                .flag("temporary", persistence == Some("t"))
                .flag("guarded", create.if_not_exists);
            vec![sequence_options(fact, &create.options)]
        }
        NodeEnum::AlterSeqStmt(alter) => {
            let fact = Fact::new("alter_sequence", "sequence", relation_of(&alter.sequence))
                .flag("guarded", alter.missing_ok);
            vec![sequence_options(fact, &alter.options)]
        }
        _ => return None,
    };
    Some(facts)
}

fn switched_on(params: &[pg_query::Node], name: &str) -> bool {
    options(params).any(|option| {
        option.defname == name && !matches!(option_value(option).as_str(), "false" | "off" | "0")
    })
}

fn alter_enum(alter: &pg_query::protobuf::AlterEnumStmt) -> Fact {
    let ty = name(&alter.type_name);
    if !alter.old_val.is_empty() {
        return Fact::new("rename_enum_value", "type", ty)
            .set("from", &alter.old_val)
            .set("to", &alter.new_val);
    }
    let place = match (alter.new_val_neighbor.as_str(), alter.new_val_is_after) {
        ("", _) => String::new(),
        (neighbour, true) => format!("after {neighbour}"),
        (neighbour, false) => format!("before {neighbour}"),
    };
    Fact::new("add_enum_value", "type", ty)
        .set("value", &alter.new_val)
        .set("position", place)
        .flag("if_not_exists", alter.skip_if_new_val_exists)
}

/// Adds a sequence's options; `NO MINVALUE` and `MINVALUE` without a number are one thing.
fn sequence_options(mut fact: Fact, list: &[pg_query::Node]) -> Fact {
    for option in options(list) {
        let value = option_value(option);
        fact = match option.defname.as_str() {
            "owned_by" => fact.set("owned_by", value),
            "cycle" => fact.set("cycle", value),
            "as" => fact.set("as", value),
            key if value.is_empty() => fact.set(key, "none"),
            key => fact.set(key, value),
        };
    }
    fact
}

fn set_variable(set: &VariableSetStmt) -> Fact {
    if matches!(
        set.name.as_str(),
        "TRANSACTION" | "SESSION CHARACTERISTICS" | "TRANSACTION SNAPSHOT"
    ) {
        return Fact::new("characteristics", "", "");
    }
    let name = match set.kind() {
        VariableSetKind::VarResetAll => "all".to_owned(),
        _ => set.name.to_lowercase(),
    };
    let values: Vec<String> = each(&set.args).map(text).collect();
    Fact::new("set_variable", "", name).flag("local", set.is_local).list("value", &values)
}

fn transaction(mark: &TransactionStmt) -> Fact {
    let fact = |verb: &str| Fact::new(verb, "", &mark.savepoint_name).flag("chain", mark.chain);
    match mark.kind() {
        TransactionStmtKind::TransStmtBegin | TransactionStmtKind::TransStmtStart => fact("begin"),
        TransactionStmtKind::TransStmtCommit => fact("commit"),
        TransactionStmtKind::TransStmtRollback => fact("rollback"),
        TransactionStmtKind::TransStmtSavepoint => fact("savepoint"),
        TransactionStmtKind::TransStmtRelease => fact("release"),
        TransactionStmtKind::TransStmtRollbackTo => fact("rollback_to"),
        TransactionStmtKind::TransStmtPrepare => fact("prepare_transaction"),
        // Ends of transactions that another session began.
        _ => Fact::new("characteristics", "", ""),
    }
}

fn lock(lock: &LockStmt) -> Fact {
    // LOCKMODE numbers of src/include/storage/lockdefs.h.
    let mode = match lock.mode {
        1 => "ACCESS SHARE",
        2 => "ROW SHARE",
        3 => "ROW EXCLUSIVE",
        4 => "SHARE UPDATE EXCLUSIVE",
        5 => "SHARE",
        6 => "SHARE ROW EXCLUSIVE",
        7 => "EXCLUSIVE",
        _ => "ACCESS EXCLUSIVE",
    };
    Fact::new("lock", "table", sorted(each(&lock.relations).map(text)))
        .set("mode", mode)
        .flag("nowait", lock.nowait)
}

fn vacuum(vacuum: &VacuumStmt) -> Fact {
    let tables = each(&vacuum.rels).filter_map(|node| match node {
        NodeEnum::VacuumRelation(relation) => Some(relation_of(&relation.relation)),
        _ => None,
    });
    let verb = if vacuum.is_vacuumcmd { "vacuum" } else { "analyze" };
    Fact::new(verb, "", sorted(tables)).flag("full", switched_on(&vacuum.options, "full"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(statement: &str) -> Vec<String> {
        read(statement).unwrap().facts.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_table_gives_a_fact_for_each_part() {
        assert_eq!(
            shown(
                "CREATE TABLE IF NOT EXISTS s.t (id int PRIMARY KEY, b text NOT NULL DEFAULT 'x' \
                 REFERENCES o (k) ON DELETE CASCADE DEFERRABLE, UNIQUE (id, b))"
            ),
            [
                "create_table table s.t [columns=id,b; if_not_exists]",
                "column column s.t.id [type=int4]",
                "constraint primary_key s.t [columns=id; inline]",
                "column column s.t.b [default; not_null; type=text]",
                "constraint foreign_key s.t [columns=b; deferrable; inline; on_delete=CASCADE; \
                 on_update=NO ACTION; referenced=k; references=o]",
                "constraint unique s.t [columns=id,b]",
            ]
        );
    }

    #[test]
    fn sub_commands_keep_their_flags() {
        assert_eq!(
            shown(
                "ALTER TABLE IF EXISTS ONLY t ALTER c TYPE varchar(3) USING c::text, \
                 DROP COLUMN IF EXISTS d CASCADE, ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES o \
                 NOT VALID, ALTER COLUMN e SET NOT NULL"
            ),
            [
                "alter_type column t.c [only; target=table; target_if_exists; type=varchar(3); \
                 using]",
                "drop_column column t.d [cascade; if_exists; only; target=table; \
                 target_if_exists]",
                "add_constraint foreign_key t [columns=a; name=f; not_valid; \
                 on_delete=NO ACTION; on_update=NO ACTION; only; references=o; target=table; \
                 target_if_exists]",
                "set_nullable column t.e [nullable=false; only; target=table; target_if_exists]",
            ]
        );
    }

    #[test]
    fn queries_know_their_with_list() {
        assert_eq!(
            shown(
                "WITH a AS (SELECT * FROM a), b AS (DELETE FROM x RETURNING *) \
                 UPDATE t SET c = f(b.c) FROM a, b, s.a AS y WHERE true"
            ),
            ["update [functions=f; has_where; reads=a,s.a; writes=t,x]"]
        );
    }

    #[test]
    fn what_is_refused_says_why() {
        assert!(read("SELECT FROM FROM").err().unwrap().contains("syntax error"));
        assert_eq!(read("SELECT 1; SELECT 2").err().unwrap(), "2 statements");
        assert_eq!(count("SELECT 1; SELECT 2;"), Some(2));
        assert_eq!(count("SELECT FROM FROM"), None);
    }
}
