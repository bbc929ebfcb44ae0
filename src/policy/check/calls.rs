//! Which functions and rules a policy needs: that they are there, take so many arguments, are no
//! clock and no network, and do not need themselves.

use super::tree::{Chain, Parts, name, span, var};
use super::{Modules, package};
use crate::config::closest::closest;
use crate::finding::Failure;
use crate::source::Span;
use regorus::unstable::{BUILTINS, Expr, Module, Rule, RuleHead};
use std::collections::{BTreeMap, BTreeSet};

/// Builtins that a gate must not have, and why.
const FORBIDDEN: &[(&str, &str)] = &[
    ("time.now_ns", "a verdict must not depend on the clock; `input.now` is the day of the run"),
    ("rand.intn", "a verdict must not depend on chance"),
    ("uuid.rfc4122", "a verdict must not depend on chance"),
    ("http.send", "a check never uses the network"),
    ("net.lookup_ip_addr", "a check never uses the network"),
    ("opa.runtime", "a verdict must not depend on the machine"),
    ("graph.reachable_paths", "it counts every path, which no limit can stop; use graph.reachable"),
];

/// Rules need rules at most so deep: evaluation is recursive.
const DEPTH_MAX: usize = 64;

/// A rule or function: its package and name.
type Key = (String, String);

/// What rules need of each other, with the place of the first time.
type Needs = BTreeMap<Key, BTreeMap<Key, (usize, Span)>>;

/// The functions of all modules by package and name, with how many arguments they take.
#[derive(Default)]
struct Functions(BTreeMap<Key, usize>);

/// How many arguments a function takes.
#[derive(Clone, Copy)]
enum Takes {
    Exactly(usize),
    Any,
}

/// Checks the calls of all modules.
pub(super) fn check(modules: &Modules<'_>) -> Vec<Failure> {
    let functions = Functions::of(modules);
    let rules = modules.iter().flat_map(|(_, module)| {
        let own = package(module);
        module.policy.iter().map(move |rule| (own.clone(), name(rule).to_owned()))
    });
    let rules: BTreeSet<Key> = rules.collect();
    let mut failures = Vec::new();
    let mut needs = Needs::new();
    for (index, (file, module)) in modules.iter().enumerate() {
        let own = package(module);
        for rule in &module.policy {
            let parts = Parts::of(rule);
            for (expr, _) in &parts.exprs {
                if let Expr::Call { fcn, params, .. } = expr {
                    let called = functions.called(module, fcn, params.len());
                    failures.extend(called.err().map(|it| Failure::at(file, span(fcn.span()), it)));
                }
            }
            let key = (own.clone(), name(rule).to_owned());
            let to = needs.entry(key).or_default();
            for (key, at) in needed(&rules, module, &parts) {
                to.entry(key).or_insert((index, at));
            }
        }
    }
    failures.extend(recursion(&needs, modules));
    failures
}

impl Functions {
    fn of(modules: &Modules<'_>) -> Self {
        let mut functions = BTreeMap::new();
        for (_, module) in modules {
            let own = package(module);
            for rule in &module.policy {
                let (refr, args) = match &**rule {
                    Rule::Spec { head: RuleHead::Func { refr, args, .. }, .. } => (refr, args),
                    Rule::Default { refr, args, .. } if !args.is_empty() => (refr, args),
                    _ => continue,
                };
                if let Some(path) = Chain::of(refr).path() {
                    functions.insert((own.clone(), path), args.len());
                }
            }
        }
        Self(functions)
    }

    fn called(&self, module: &Module, fcn: &Expr, given: usize) -> Result<(), String> {
        let Some(path) = Chain::of(fcn).path() else {
            return Err("only a function can be called, by its name".to_owned());
        };
        let forbidden = FORBIDDEN.iter().find(|(name, _)| *name == path);
        if let Some((name, why)) = forbidden {
            return Err(format!("`{name}` is not allowed: {why}"));
        }
        let takes = match self.find(module, &path) {
            None => return Err(self.unknown(module, &path)),
            Some(Takes::Any) => return Ok(()),
            Some(Takes::Exactly(takes)) => takes,
        };
        if path == "walk" && given == 1 {
            let message = "`walk(x)` gives nothing here; write `walk(x, [path, value])`";
            return Err(message.to_owned());
        }
        // One more takes the result.
        if given == takes || given == takes + 1 {
            return Ok(());
        }
        let s = if takes == 1 { "" } else { "s" };
        Err(format!("`{path}` takes {takes} argument{s}, not {given}"))
    }

    fn find(&self, module: &Module, path: &str) -> Option<Takes> {
        let function = |key: Key| self.0.get(&key).copied();
        let other = resolved(module, path).as_deref().or(Some(path)).and_then(split);
        let own = || function((package(module), path.to_owned()));
        let builtin = || BUILTINS.get(path).map(|(_, takes)| usize::from(*takes));
        let takes = other.and_then(function).or_else(own).or_else(builtin).map(Takes::Exactly);
        takes.or_else(|| (path == "print").then_some(Takes::Any))
    }

    fn unknown(&self, module: &Module, path: &str) -> String {
        let package = package(module);
        let own = self.0.keys().filter(|(it, _)| *it == package).map(|(_, name)| name.as_str());
        let builtins: BTreeSet<&str> = BUILTINS.keys().copied().collect();
        let allowed = builtins.into_iter().filter(|it| {
            !it.starts_with("__") && !FORBIDDEN.iter().any(|(forbidden, _)| forbidden == it)
        });
        let hint = match closest(path, own.chain(allowed)) {
            Some(near) => format!("; did you mean `{near}`?"),
            None => String::new(),
        };
        format!("there is no function `{path}`{hint}")
    }
}

/// The rules and functions of policies that a rule needs.
fn needed(rules: &BTreeSet<Key>, module: &Module, parts: &Parts<'_>) -> Vec<(Key, Span)> {
    let own = package(module);
    let mut needed = Vec::new();
    for (expr, _) in &parts.exprs {
        let refr: &Expr = match expr {
            Expr::Call { fcn, .. } => fcn,
            other => other,
        };
        let chain = Chain::of(refr);
        let Some(root) = chain.var() else { continue };
        if parts.binds(root) && !matches!(expr, Expr::Call { .. }) {
            continue;
        }
        let at = span(chain.root.span());
        let key = (own.clone(), root.to_owned());
        if rules.contains(&key) {
            needed.push((key, at));
            continue;
        }
        let names = chain.names();
        let path = [&[root], &names[..]].concat().join(".");
        let full = resolved(module, &path).unwrap_or(path);
        if let Some((package, rule)) = split(&full) {
            let key = (package, rule.split('.').next().unwrap_or_default().to_owned());
            if rules.contains(&key) {
                needed.push((key, at));
            }
        }
    }
    needed
}

/// A path whose first name is an import, in full.
pub(super) fn resolved(module: &Module, path: &str) -> Option<String> {
    let (first, rest) = match path.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    };
    let import = module.imports.iter().find_map(|import| {
        let chain = Chain::of(&import.refr);
        let last = chain.names().last().copied().or(var(chain.root));
        let alias = import.r#as.as_ref().map(|it| it.text()).or(last);
        if alias == Some(first) { chain.path() } else { None }
    })?;
    Some(match rest {
        Some(rest) => format!("{import}.{rest}"),
        None => import,
    })
}

/// `data.policy.a.b.rule` as the package and the rule.
fn split(path: &str) -> Option<Key> {
    let rest = path.strip_prefix("data.policy.")?;
    let mut parts = rest.splitn(3, '.');
    let (pack, name, rule) = (parts.next()?, parts.next()?, parts.next()?);
    Some((format!("policy.{pack}.{name}"), rule.to_owned()))
}

/// Rules that need themselves, and chains that are too long.
fn recursion(needs: &Needs, modules: &Modules<'_>) -> Vec<Failure> {
    let mut failures = Vec::new();
    let mut depths = BTreeMap::new();
    for key in needs.keys() {
        deepest(key, needs, modules, &mut Vec::new(), (&mut depths, &mut failures));
    }
    failures
}

/// How deep a rule needs others.
fn deepest(
    key: &Key,
    needs: &Needs,
    modules: &Modules<'_>,
    above: &mut Vec<Key>,
    (depths, failures): (&mut BTreeMap<Key, usize>, &mut Vec<Failure>),
) -> usize {
    if let Some(depth) = depths.get(key) {
        return *depth;
    }
    above.push(key.clone());
    let mut depth = 0;
    for (other, (index, at)) in needs.get(key).into_iter().flatten() {
        let Some((file, _)) = modules.get(*index) else { continue };
        if let Some(from) = above.iter().position(|it| it == other) {
            let names = above.iter().skip(from).chain([other]).map(|it| it.1.as_str());
            let circle: Vec<&str> = names.collect();
            let message = format!(
                "`{}` needs itself ({}): Rego has no recursion",
                other.1,
                circle.join(" > ")
            );
            failures.push(Failure::at(file, *at, message));
            continue;
        }
        // This too is recursive.
        let below = match above.len() > 8 * DEPTH_MAX {
            true => DEPTH_MAX,
            false => deepest(other, needs, modules, above, (depths, failures)),
        };
        depth = depth.max(below + 1);
        if depth == DEPTH_MAX + 1 {
            let message = format!("rules need each other more than {DEPTH_MAX} deep here");
            failures.push(Failure::at(file, *at, message));
        }
    }
    above.pop();
    depths.insert(key.clone(), depth);
    depth
}
