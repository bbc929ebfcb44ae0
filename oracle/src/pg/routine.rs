//! Routines and domains.

use crate::fact::Fact;
use crate::pg::names::{each, inner, input_types, name, option_value, options, type_of};
use crate::pg::table::constraint_fact;
use pg_query::NodeEnum;
use pg_query::protobuf::{ConstrType, Constraint, CreateDomainStmt, CreateFunctionStmt};

/// `CREATE FUNCTION`, `CREATE PROCEDURE`.
pub fn create(create: &CreateFunctionStmt) -> Vec<Fact> {
    let kind = if create.is_procedure { "procedure" } else { "function" };
    let types = input_types(&create.parameters).join(",").to_lowercase();
    let mut fact =
        Fact::new(format!("create_{kind}"), kind, format!("{}({types})", name(&create.funcname)))
            .flag("or_replace", create.replace)
            .flag("returns", create.return_type.is_some());
    for option in options(&create.options) {
        fact = match option.defname.as_str() {
            "language" => fact.set("language", option_value(option).to_lowercase()),
            "volatility" => fact.set("volatility", option_value(option).to_uppercase()),
            "security" => fact.flag("security_definer", option_value(option) == "true"),
            "set" => match inner(&option.arg) {
                Some(NodeEnum::VariableSetStmt(set)) => {
                    fact.flag("search_path", set.name == "search_path")
                }
                _ => fact,
            },
            _ => fact,
        };
    }
    // `RETURN` and `BEGIN ATOMIC` are SQL (functioncmds.c, compute_function_attributes).
    let written = options(&create.options).any(|option| option.defname == "language");
    if create.sql_body.is_some() && !written {
        fact = fact.set("language", "sql");
    }
    vec![fact]
}

/// `CREATE DOMAIN`.
pub fn create_domain(create: &CreateDomainStmt) -> Vec<Fact> {
    let domain = name(&create.domainname);
    let mut fact =
        Fact::new("create_domain", "domain", &domain).set("type", type_of(&create.type_name));
    let mut constraints = Vec::new();
    for node in each(&create.constraints) {
        let NodeEnum::Constraint(constraint) = node else { continue };
        match constraint.contype() {
            ConstrType::ConstrDefault => fact = fact.flag("default", true),
            ConstrType::ConstrNotnull => fact = fact.flag("not_null", true),
            ConstrType::ConstrNull => {}
            _ => {
                let constraint = Constraint { is_enforced: true, ..(**constraint).clone() };
                constraints.push(constraint_fact("constraint", &domain, &constraint));
            }
        }
    }
    let mut facts = vec![fact];
    facts.extend(constraints);
    facts
}
