//! The parts of a rule's syntax tree that the checks look at.

use crate::source::Span;
use regorus::unstable::{self as rego, AssignOp, Expr, Literal, Query, Rule, RuleAssign, RuleHead};

/// The place of a node.
pub(super) fn span(span: &rego::Span) -> Span {
    Span { start: span.start, end: span.end }
}

/// A reference cut into its steps: `input.changes[i].kind`.
pub(super) struct Chain<'t> {
    /// What it begins with: a variable, or another expression.
    pub root: &'t Expr,
    /// What follows.
    pub steps: Vec<Step<'t>>,
}

/// A step of a reference.
#[derive(Clone, Debug)]
pub(super) enum Step<'t> {
    /// `.name` or `["name"]`, with the place of the name.
    Name(String, Span),
    /// `[expression]`.
    Index(&'t Expr),
}

impl<'t> Chain<'t> {
    /// The steps of any expression; one that is no reference has none.
    pub fn of(mut expr: &'t Expr) -> Self {
        let mut steps = Vec::new();
        loop {
            match expr {
                Expr::RefDot { refr, field, .. } => {
                    steps.push(Step::Name(field.0.text().to_owned(), span(&field.0)));
                    expr = refr;
                }
                Expr::RefBrack { refr, index, .. } => {
                    steps.push(match text(index) {
                        Some(name) => Step::Name(name, span(index.span())),
                        None => Step::Index(index),
                    });
                    expr = refr;
                }
                _ => break,
            }
        }
        steps.reverse();
        Self { root: expr, steps }
    }

    /// The variable that it begins with.
    pub fn var(&self) -> Option<&'t str> {
        var(self.root)
    }

    /// The names of its steps, up to the first that is none.
    pub fn names(&self) -> Vec<&str> {
        let names = self.steps.iter().map_while(|step| match step {
            Step::Name(name, _) => Some(name.as_str()),
            Step::Index(_) => None,
        });
        names.collect()
    }

    /// `a.b.c`, where it is made of names only.
    pub fn path(&self) -> Option<String> {
        let mut path = self.var()?.to_owned();
        for step in &self.steps {
            let Step::Name(name, _) = step else { return None };
            path = format!("{path}.{name}");
        }
        Some(path)
    }
}

/// The name of a variable.
pub(super) fn var(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Var { span, .. } => Some(span.text()),
        _ => None,
    }
}

/// The text of a string.
pub(super) fn text(expr: &Expr) -> Option<String> {
    match expr {
        Expr::String { value, .. } | Expr::RawString { value, .. } => {
            value.as_string().ok().map(|text| text.to_string())
        }
        _ => None,
    }
}

/// The reference that a rule's head names.
pub(super) fn head(rule: &Rule) -> &Expr {
    match rule {
        Rule::Spec { head, .. } => match head {
            RuleHead::Compr { refr, .. }
            | RuleHead::Set { refr, .. }
            | RuleHead::Func { refr, .. } => refr,
        },
        Rule::Default { refr, .. } => refr,
    }
}

/// The name of a rule: `a` of `a.b[c]`.
pub(super) fn name(rule: &Rule) -> &str {
    Chain::of(head(rule)).var().unwrap_or_default()
}

/// How a variable gets its value.
#[derive(Clone, Copy)]
pub(super) enum Binding<'t> {
    /// It is an item of this.
    Item(&'t Expr),
    /// It is this.
    Value(&'t Expr),
    /// It is something else.
    Other,
}

/// All expressions of a rule, the outer ones first, and what binds its variables.
#[derive(Default)]
pub(super) struct Parts<'t> {
    /// Each expression; a reference counts as one, but what stands in its brackets is there too.
    /// `true` where `with` changes what it sees.
    pub exprs: Vec<(&'t Expr, bool)>,
    /// The variables of the rule, as often as they are bound.
    pub bindings: Vec<(&'t str, Binding<'t>)>,
    with: bool,
}

impl<'t> Parts<'t> {
    pub fn of(rule: &'t Rule) -> Self {
        let mut parts = Self::default();
        match rule {
            Rule::Default { args, value, .. } => {
                args.iter().for_each(|it| parts.pattern(it));
                parts.expr(value);
            }
            Rule::Spec { head, bodies, .. } => {
                let (refr, assign) = match head {
                    RuleHead::Compr { refr, assign, .. } => (refr, assign.as_ref()),
                    RuleHead::Set { refr, key, .. } => {
                        key.iter().for_each(|it| parts.expr(it));
                        (refr, None)
                    }
                    RuleHead::Func { refr, args, assign, .. } => {
                        args.iter().for_each(|it| parts.pattern(it));
                        (refr, assign.as_ref())
                    }
                };
                for step in Chain::of(refr).steps {
                    if let Step::Index(index) = step {
                        parts.expr(index);
                    }
                }
                parts.assigned(assign);
                for body in bodies {
                    parts.assigned(body.assign.as_ref());
                    parts.query(&body.query);
                }
            }
        }
        parts
    }

    /// Whether a name is a variable of the rule.
    pub fn binds(&self, name: &str) -> bool {
        self.bindings.iter().any(|(known, _)| *known == name)
    }

    fn assigned(&mut self, assign: Option<&'t RuleAssign>) {
        assign.into_iter().for_each(|it| self.expr(&it.value));
    }

    fn query(&mut self, query: &'t Query) {
        for statement in &query.stmts {
            let outer = self.with;
            self.with |= !statement.with_mods.is_empty();
            self.literal(&statement.literal);
            for with in &statement.with_mods {
                self.expr(&with.r#as);
            }
            self.with = outer;
        }
    }

    fn literal(&mut self, literal: &'t Literal) {
        match literal {
            Literal::SomeVars { vars, .. } => {
                self.bindings.extend(vars.iter().map(|it| (it.text(), Binding::Other)));
            }
            Literal::SomeIn { key, value, collection, .. } => {
                key.iter().for_each(|it| self.pattern(it));
                match var(value) {
                    Some(name) => self.bindings.push((name, Binding::Item(collection))),
                    None => self.pattern(value),
                }
                self.expr(collection);
            }
            Literal::Every { key, value, domain, query, .. } => {
                self.bindings.extend(key.iter().map(|it| (it.text(), Binding::Other)));
                self.bindings.push((value.text(), Binding::Item(domain)));
                self.expr(domain);
                self.query(query);
            }
            Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => self.expr(expr),
        }
    }

    /// An expression whose variables are bound by it.
    fn pattern(&mut self, expr: &'t Expr) {
        match expr {
            Expr::Var { span, .. } => self.bindings.push((span.text(), Binding::Other)),
            Expr::Array { items, .. } | Expr::Set { items, .. } => {
                items.iter().for_each(|it| self.pattern(it));
            }
            Expr::Object { fields, .. } => fields.iter().for_each(|(_, key, value)| {
                self.pattern(key);
                self.pattern(value);
            }),
            _ => {}
        }
        self.expr(expr);
    }

    fn expr(&mut self, expr: &'t Expr) {
        self.exprs.push((expr, self.with));
        match expr {
            Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. }
            | Expr::Var { .. } => {}
            Expr::Array { items, .. } | Expr::Set { items, .. } => {
                items.iter().for_each(|it| self.expr(it));
            }
            Expr::Object { fields, .. } => fields.iter().for_each(|(_, key, value)| {
                self.expr(key);
                self.expr(value);
            }),
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                self.expr(term);
                self.query(query);
            }
            Expr::ObjectCompr { key, value, query, .. } => {
                self.expr(key);
                self.expr(value);
                self.query(query);
            }
            Expr::Call { params, .. } => {
                // What stands behind the arguments takes the result: `walk(x, [path, value])`.
                if let Some(Expr::Array { items, .. }) = params.last().map(|it| &**it)
                    && params.len() > 1
                {
                    let names = items.iter().filter_map(|it| var(it));
                    self.bindings.extend(names.map(|name| (name, Binding::Other)));
                }
                params.iter().for_each(|it| self.expr(it));
            }
            Expr::UnaryExpr { expr, .. } => self.expr(expr),
            Expr::RefDot { .. } | Expr::RefBrack { .. } => {
                let chain = Chain::of(expr);
                for step in &chain.steps {
                    if let Step::Index(index) = step {
                        self.expr(index);
                    }
                }
                if chain.var().is_none() {
                    self.expr(chain.root);
                }
            }
            Expr::BinExpr { lhs, rhs, .. }
            | Expr::BoolExpr { lhs, rhs, .. }
            | Expr::ArithExpr { lhs, rhs, .. } => {
                self.expr(lhs);
                self.expr(rhs);
            }
            Expr::AssignExpr { op, lhs, rhs, .. } => {
                self.side(lhs, rhs);
                match op {
                    AssignOp::ColEq => self.expr(rhs),
                    AssignOp::Eq => self.side(rhs, lhs),
                }
            }
            Expr::Membership { key, value, collection, .. } => {
                key.iter().for_each(|it| self.expr(it));
                self.expr(value);
                self.expr(collection);
            }
        }
    }

    /// A side of `:=` or `=`.
    fn side(&mut self, expr: &'t Expr, other: &'t Expr) {
        match expr {
            Expr::Var { span, .. } => {
                self.bindings.push((span.text(), Binding::Value(other)));
                self.expr(expr);
            }
            _ => self.pattern(expr),
        }
    }
}
