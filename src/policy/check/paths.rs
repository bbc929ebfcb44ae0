//! Whether what a policy refers to is there: keys of the input, parameters, words that a key may
//! have. OPA and regorus take a key that does not exist for one that is absent, and the policy never
//! fires.

use super::Modules;
use super::calls::resolved;
use super::tree::{Binding, Chain, Parts, Step, name, span, text, var};
use super::types::{Lacks, Type, Types};
use crate::config::closest::did_you_mean;
use crate::finding::Failure;
use crate::policy::Policy;
use crate::source::{SourceFile, Span};
use regorus::unstable::{AssignOp, BoolOp, Expr, Module, Rule, RuleHead};

/// How far a variable is followed through other variables and rules.
const DEPTH_MAX: usize = 6;

/// Checks the references of a policy.
pub(super) fn check(
    file: &SourceFile,
    module: &Module,
    policies: &[Policy],
    modules: &Modules<'_>,
    types: Types<'_>,
) -> Vec<Failure> {
    let mut reader = Reader { file, module, policies, modules, types, failures: Vec::new() };
    for import in &module.imports {
        reader.reference(&import.refr, &Parts::default());
    }
    for rule in &module.policy {
        let parts = Parts::of(rule);
        for (expr, with) in &parts.exprs {
            if !with {
                reader.expr(expr, &parts);
            }
        }
    }
    reader.failures
}

struct Reader<'a> {
    file: &'a SourceFile,
    module: &'a Module,
    policies: &'a [Policy],
    modules: &'a Modules<'a>,
    types: Types<'a>,
    failures: Vec<Failure>,
}

impl<'a> Reader<'a> {
    fn expr(&mut self, expr: &'a Expr, parts: &Parts<'a>) {
        match expr {
            Expr::RefDot { .. } | Expr::RefBrack { .. } | Expr::Var { .. } => {
                self.reference(expr, parts);
            }
            Expr::Call { fcn, params, .. } => {
                if let ("object.get", [object, key, _]) =
                    (Chain::of(fcn).path().unwrap_or_default().as_str(), params.as_slice())
                {
                    self.object_get(object, key, parts);
                }
            }
            Expr::BoolExpr { op: BoolOp::Eq | BoolOp::Ne, lhs, rhs, .. }
            | Expr::AssignExpr { op: AssignOp::Eq, lhs, rhs, .. } => {
                self.word(lhs, rhs, parts);
                self.word(rhs, lhs, parts);
            }
            Expr::Membership { key: None, value, collection, .. } => {
                if let Expr::Set { items, .. } | Expr::Array { items, .. } = &**collection {
                    items.iter().for_each(|item| self.word(value, item, parts));
                }
            }
            _ => {}
        }
    }

    /// That a text which a value is compared with is one that it may have.
    fn word(&mut self, value: &'a Expr, word: &'a Expr, parts: &Parts<'a>) {
        let Some(word_text) = text(word) else { return };
        let words = self.type_of(value, parts, 0).and_then(|it| self.types.words(&it));
        if let Some(words) = words.filter(|it| !it.contains(&word_text.as_str())) {
            let hint = did_you_mean(&word_text, words);
            let value = value.span().text();
            self.fail(span(word.span()), format!("`{value}` is never `{word_text}`{hint}"));
        }
    }

    /// `object.get(input, "key", ...)`, `object.get(input, ["a", "b"], ...)`.
    fn object_get(&mut self, object: &'a Expr, key: &'a Expr, parts: &Parts<'a>) {
        let step = |it: &'a Expr| match text(it) {
            Some(name) => Step::Name(name, span(it.span())),
            None => Step::Index(it),
        };
        let steps: Vec<Step<'a>> = match key {
            Expr::Array { items, .. } => items.iter().map(|it| step(it)).collect(),
            other => vec![step(other)],
        };
        let ty = self.type_of(object, parts, 0);
        let known = object.span().text().to_owned();
        if let Some(ty) = ty
            && let Err((at, message)) = self.follow(ty, &steps, known)
        {
            self.fail(at, message);
        }
    }

    fn reference(&mut self, expr: &'a Expr, parts: &Parts<'a>) {
        let chain = Chain::of(expr);
        let Some(root) = chain.var() else { return };
        let told = if parts.binds(root) || self.is_rule(root) {
            let ty = self.root(root, parts, 0);
            ty.map_or(Ok(None), |ty| self.follow(ty, &chain.steps, root.to_owned()))
        } else {
            let steps = match resolved(self.module, root) {
                Some(path) => self.imported(&path, &chain),
                None => Some((root.to_owned(), chain.steps.clone())),
            };
            let Some((root, steps)) = steps else { return };
            match root.as_str() {
                "input" => match self.types.document("input") {
                    Some(ty) => self.follow(ty, &steps, root),
                    None => Ok(None),
                },
                "data" => self.data(&steps, span(expr.span())).map(|()| None),
                _ => Ok(None),
            }
        };
        if let Err((at, message)) = told {
            self.fail(at, message);
        }
    }

    /// A reference through an import, in full.
    fn imported(&self, path: &str, chain: &Chain<'a>) -> Option<(String, Vec<Step<'a>>)> {
        let (root, rest) = path.split_once('.').unwrap_or((path, ""));
        let at = span(chain.root.span());
        let names = rest.split('.').filter(|it| !it.is_empty());
        let names = names.map(|name| Step::Name(name.to_owned(), at));
        // The import itself is told once, where it stands.
        (!chain.steps.is_empty())
            .then(|| (root.to_owned(), names.chain(chain.steps.iter().cloned()).collect()))
    }

    /// A reference into `data`.
    fn data(&self, steps: &[Step<'a>], whole: Span) -> Result<(), (Span, String)> {
        let too_much = "a policy refers to a parameter, `data.config.<pack>.<name>.<parameter>`, to a \
                        rule of a policy, `data.policy.<pack>.<name>.<rule>`, or to `data.catalog`";
        let Some(Step::Name(first, at)) = steps.first() else {
            return Err((whole, too_much.to_owned()));
        };
        match (first.as_str(), steps.get(1..).unwrap_or_default()) {
            ("catalog", rest) => {
                let data = self.types.document("data");
                let catalog = data.and_then(|it| self.types.member(&it, "catalog").ok().flatten());
                match catalog {
                    Some(ty) => self.follow(ty, rest, "data.catalog".to_owned()).map(|_| ()),
                    None => Ok(()),
                }
            }
            ("config", [Step::Name(pack, _), Step::Name(name, name_at), rest @ ..]) => {
                self.config((pack, name), *name_at, rest)
            }
            ("policy", [Step::Name(pack, _), Step::Name(name, _), Step::Name(rule, at), ..]) => {
                self.rule_of((pack, name), (rule, *at))
            }
            ("config" | "policy", rest) => {
                let computed = rest.iter().take(3).find_map(|step| match step {
                    Step::Index(index) => Some(span(index.span())),
                    Step::Name(..) => None,
                });
                let message = match computed {
                    Some(_) => format!("what stands under `data.{first}` is named, not computed"),
                    None => too_much.to_owned(),
                };
                Err((computed.unwrap_or(whole), message))
            }
            (other, _) => {
                let hint = did_you_mean(other, ["catalog", "config", "policy"]);
                Err((*at, format!("there is no `data.{other}`{hint}")))
            }
        }
    }

    fn config(
        &self,
        (pack, name): (&str, &str),
        at: Span,
        rest: &[Step<'a>],
    ) -> Result<(), (Span, String)> {
        let package = format!("policy.{pack}.{name}");
        let Some(policy) = self.policies.iter().find(|it| it.package == package) else {
            let known = self.policies.iter().filter_map(|it| it.package.strip_prefix("policy."));
            let hint = did_you_mean(&format!("{pack}.{name}"), known);
            return Err((
                at,
                format!("no policy has the parameters `data.config.{pack}.{name}`{hint}"),
            ));
        };
        let params = &policy.metadata.params;
        match rest.first() {
            Some(Step::Name(param, at)) if !params.iter().any(|it| it.name.value == *param) => {
                let known = params.iter().map(|it| it.name.value.as_str());
                let hint = match params.is_empty() {
                    true => "; its METADATA names none".to_owned(),
                    false => did_you_mean(param, known),
                };
                Err((*at, format!("`{}` has no parameter `{param}`{hint}", policy.rule.id)))
            }
            _ => Ok(()),
        }
    }

    fn rule_of(
        &self,
        (pack, name): (&str, &str),
        (rule, at): (&str, Span),
    ) -> Result<(), (Span, String)> {
        let wanted = format!("policy.{pack}.{name}");
        let module = self.modules.iter().find(|(_, module)| super::package(module) == wanted);
        let Some((_, module)) = module else {
            let known = self.policies.iter().map(|it| it.package.as_str());
            let hint = did_you_mean(&wanted, known);
            return Err((at, format!("there is no package `{wanted}`{hint}")));
        };
        let rules: Vec<&str> = module.policy.iter().map(|it| self::name(it)).collect();
        match rules.contains(&rule) {
            true => Ok(()),
            false => {
                let hint = did_you_mean(rule, rules);
                Err((at, format!("`{wanted}` has no rule `{rule}`{hint}")))
            }
        }
    }

    /// What stands at the end of some steps; `None` where nobody knows.
    fn follow(
        &self,
        mut ty: Type<'a>,
        steps: &[Step<'a>],
        mut path: String,
    ) -> Result<Option<Type<'a>>, (Span, String)> {
        for step in steps {
            let next = match step {
                Step::Index(_) => {
                    path.push_str("[_]");
                    self.types.item(&ty)
                }
                Step::Name(name, at) => match self.types.member(&ty, name) {
                    Ok(next) => {
                        path = format!("{path}.{name}");
                        next
                    }
                    Err(lacks) => {
                        let message = match lacks {
                            Lacks::Keys(keys) => {
                                let hint = did_you_mean(name, keys);
                                format!("`{path}` never has the key `{name}`{hint}")
                            }
                            Lacks::List => format!(
                                "`{path}` is a list and has no key `{name}`; take its items with \
                                 `some item in {path}`"
                            ),
                            Lacks::Scalar => format!("`{path}` has no keys, so no `{name}`"),
                        };
                        return Err((*at, message));
                    }
                },
            };
            match next {
                Some(next) => ty = next,
                None => return Ok(None),
            }
        }
        Ok(Some(ty))
    }

    /// The type of an expression, where it can be followed simply.
    fn type_of(&self, expr: &'a Expr, parts: &Parts<'a>, depth: usize) -> Option<Type<'a>> {
        if depth > DEPTH_MAX {
            return None;
        }
        match expr {
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => {
                let chain = Chain::of(expr);
                let root = self.root(chain.var()?, parts, depth)?;
                self.follow(root, &chain.steps, String::new()).ok().flatten()
            }
            Expr::ArrayCompr { term, .. } | Expr::SetCompr { term, .. } => {
                Some(Type::List(Box::new(self.type_of(term, parts, depth + 1)?)))
            }
            _ => None,
        }
    }

    /// The type of a variable.
    fn root(&self, root: &str, parts: &Parts<'a>, depth: usize) -> Option<Type<'a>> {
        if depth > DEPTH_MAX {
            return None;
        }
        if parts.binds(root) {
            let bindings = parts.bindings.iter().filter(|(name, _)| *name == root);
            return same(bindings.map(|(_, binding)| match binding {
                Binding::Item(list) => self.types.item(&self.type_of(list, parts, depth + 1)?),
                Binding::Value(value) => self.type_of(value, parts, depth + 1),
                Binding::Other => None,
            }));
        }
        if self.is_rule(root) {
            let rules = self.module.policy.iter().filter(|it| name(it) == root);
            return same(rules.map(|rule| self.rule(rule, depth + 1)));
        }
        let Some(path) = resolved(self.module, root) else {
            return if root == "input" { self.types.document("input") } else { None };
        };
        let mut names = path.split('.');
        if names.next() != Some("input") {
            let catalog = path.strip_prefix("data.catalog")?;
            let data = self.types.document("data")?;
            let mut ty = self.types.member(&data, "catalog").ok().flatten()?;
            for name in catalog.split('.').filter(|it| !it.is_empty()) {
                ty = self.types.member(&ty, name).ok().flatten()?;
            }
            return Some(ty);
        }
        let mut ty = self.types.document("input")?;
        for name in names {
            ty = self.types.member(&ty, name).ok().flatten()?;
        }
        Some(ty)
    }

    /// The type of what a rule gives.
    fn rule(&self, rule: &'a Rule, depth: usize) -> Option<Type<'a>> {
        let Rule::Spec { head, bodies, .. } = rule else { return None };
        let parts = Parts::of(rule);
        match head {
            RuleHead::Set { refr, key: Some(key), .. } => {
                var(refr)?;
                Some(Type::List(Box::new(self.type_of(key, &parts, depth)?)))
            }
            RuleHead::Compr { refr, assign: Some(assign), .. } => {
                var(refr)?;
                let is_plain = bodies.iter().all(|it| !it.is_else && it.assign.is_none());
                is_plain.then(|| self.type_of(&assign.value, &parts, depth)).flatten()
            }
            _ => None,
        }
    }

    fn is_rule(&self, word: &str) -> bool {
        self.module.policy.iter().any(|it| name(it) == word)
    }

    fn fail(&mut self, at: Span, message: String) {
        self.failures.push(Failure::at(self.file, at, message));
    }
}

/// The one type that all have.
fn same<'s>(mut types: impl Iterator<Item = Option<Type<'s>>>) -> Option<Type<'s>> {
    let first = types.next()??;
    types.all(|it| it.as_ref() == Some(&first)).then_some(first)
}
