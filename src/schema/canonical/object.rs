//! Routines, and objects that the catalog keeps as text.

use super::order::{Piece, Thing};
use super::{Definition, Writer};
use crate::dialect::Engine;
use crate::schema::change::{CreateRoutine, Parameter};
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use crate::schema::table::Object;
use std::collections::BTreeSet;

use ObjectKind as Kind;

/// What a type, table or routine may need, in this order.
pub(super) const BEFORE_TYPES: &[Kind] = &[
    Kind::Schema,
    Kind::Extension,
    Kind::AccessMethod,
    Kind::Language,
    Kind::Collation,
    Kind::Conversion,
    Kind::TextSearchParser,
    Kind::TextSearchTemplate,
    Kind::TextSearchDictionary,
    Kind::TextSearchConfiguration,
    Kind::ForeignDataWrapper,
    Kind::Server,
    Kind::UserMapping,
];

/// Functions and procedures.
pub(super) const ROUTINES: &[Kind] = &[Kind::Function, Kind::Procedure];

/// What needs routines.
pub(super) const OF_ROUTINES: &[Kind] = &[
    Kind::Aggregate,
    Kind::Operator,
    Kind::OperatorFamily,
    Kind::OperatorClass,
    Kind::Cast,
    Kind::Transform,
];

/// What needs tables and views.
pub(super) const ON_RELATIONS: &[Kind] = &[
    Kind::Statistics,
    Kind::Rule,
    Kind::Trigger,
    Kind::Policy,
    Kind::EventTrigger,
    Kind::Publication,
    Kind::Subscription,
];

/// Words for a kind that say more than its own, which a definition may begin with.
const MORE_WORDS: &[&str] = &[
    "constraint trigger",
    "default conversion",
    "trusted procedural language",
    "trusted language",
];

impl Writer<'_> {
    pub(super) fn objects(&self, kinds: &[Kind]) -> Vec<Piece> {
        let mut pieces = Vec::new();
        if kinds.contains(&Kind::Schema) && self.is(Engine::Postgres) {
            pieces.extend(self.schemas());
        }
        for kind in kinds.iter().filter(|kind| **kind != Kind::Schema) {
            let from = ObjectRef::new(*kind, Name::default());
            let objects = self.catalog.objects.range(from..);
            let objects = objects.take_while(|(key, _)| key.kind == *kind);
            pieces.extend(objects.map(|(key, object)| self.object(key, object)));
        }
        pieces
    }

    /// The schemas that were made, and those that something was put into without: the runner made
    /// them. `public` is there.
    fn schemas(&self) -> Vec<Piece> {
        let made = self.catalog.objects.keys().filter(|key| key.kind == Kind::Schema);
        let mut names: BTreeSet<String> = made.map(|key| key.name.name.clone()).collect();
        let relations = self.catalog.relations.iter();
        let relations = relations.filter(|(_, it)| it.origin().birth.is_some());
        let types = self.catalog.types.keys();
        let routines = self.catalog.objects.keys().filter(|key| ROUTINES.contains(&key.kind));
        let inside =
            relations.map(|(name, _)| &**name).chain(types).chain(routines.map(|it| &it.name));
        names.extend(inside.filter_map(|name| name.schema.clone()));
        let ours = names
            .into_iter()
            .filter(|it| it != "public" && it != crate::schema::catalog::TEMPORARY_SCHEMA);
        let pieces = ours.map(|schema| {
            let sql = format!("CREATE SCHEMA {};", self.ident(&schema));
            let definitions = vec![Definition::new(Kind::Schema, &Name::bare(schema), sql)];
            Piece { definitions, makes: None, needs: Vec::new() }
        });
        pieces.collect()
    }

    fn object(&self, key: &ObjectRef, object: &Object) -> Piece {
        let mut sql = match (&object.routine, key.kind) {
            (Some(routine), _) => self.routine(key, routine),
            // Their names are no identifiers.
            (None, Kind::Cast | Kind::Operator | Kind::Transform | Kind::UserMapping) => {
                format!("CREATE {} {};", words(key.kind), object.definition)
            }
            (None, _) => self.create(key, &object.definition),
        };
        let reference = self.reference(key);
        for alteration in &object.alterations {
            sql.push_str(&format!("\nALTER {reference} {alteration};"));
        }
        sql.extend(self.trigger_state(key));
        let needs = match &object.routine {
            Some(routine) => self.routine_needs_of(routine),
            None => Vec::new(),
        };
        let makes = ROUTINES.contains(&key.kind).then(|| Thing::Routine(key.name.clone()));
        Piece { definitions: vec![Definition { object: key.clone(), sql }], makes, needs }
    }

    /// A definition under the name that its object has now, on the table as it is called now.
    fn create(&self, key: &ObjectRef, definition: &str) -> String {
        let more = MORE_WORDS.iter().find(|words| definition.starts_with(**words));
        let definition = definition.get(more.map_or(0, |it| it.len())..).unwrap_or("").trim_start();
        let kind = more.map_or_else(|| words(key.kind), |words| words.to_ascii_uppercase());
        let name = match &key.part {
            Some(part) => self.ident(part),
            None => self.name(&key.name),
        };
        let mut rest = behind_name(definition).to_owned();
        let table_word = match key.kind {
            Kind::Trigger | Kind::Policy => Some(" on "),
            Kind::Rule => Some(" to "),
            _ => None,
        };
        if let Some(word) = table_word.filter(|_| key.part.is_some()) {
            let padded = format!(" {rest}");
            if let Some((before, after)) = padded.split_once(word) {
                let table = self.name(&key.name);
                let after = behind_name(after);
                rest = format!("{}{word}{table} {after}", before.trim_start());
                rest = rest.trim_start().to_owned();
            }
        }
        let guard = if key.kind == Kind::Extension { "IF NOT EXISTS " } else { "" };
        let space = if rest.is_empty() { "" } else { " " };
        format!("CREATE {kind} {guard}{name}{space}{rest};")
    }

    /// Whether a trigger or rule fires, where that was set.
    fn trigger_state(&self, key: &ObjectRef) -> Option<String> {
        let part = key.part.as_ref()?;
        let word = words(key.kind);
        let (_, table) = self.catalog.seen_table(&key.name)?;
        let state = table.options.get(&format!("{} {part}", word.to_ascii_lowercase()))?;
        let set = format!("{state} {word} {}", self.ident(part));
        (state != "ENABLE").then(|| format!("\nALTER TABLE {} {set};", self.name(&key.name)))
    }

    fn routine_needs_of(&self, routine: &CreateRoutine) -> Vec<Thing> {
        let mut needs = Vec::new();
        for parameter in &routine.parameters {
            needs.extend(self.text_needs(&parameter.ty));
            needs.extend(parameter.default.iter().flat_map(|it| self.text_needs(it)));
        }
        needs.extend(routine.returns.iter().flat_map(|it| self.text_needs(it)));
        if routine.atomic {
            needs.extend(routine.body.iter().flat_map(|it| self.text_needs(it)));
        }
        needs.retain(|thing| match thing {
            Thing::Routine(name) => name.name != routine.name.name,
            Thing::Relation(_) => true,
        });
        needs
    }

    /// MySQL's: the body has the parameters before it.
    fn stored_program(&self, key: &ObjectRef, routine: &CreateRoutine) -> String {
        let text = routine.body.as_deref().unwrap_or("()");
        let (mut depth, mut end) = (0_u32, text.len());
        for (at, c) in text.char_indices() {
            depth += u32::from(c == '(');
            if c == ')' {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    end = at + 1;
                    break;
                }
            }
        }
        let (parameters, body) = text.split_at(end);
        let returns = routine.returns.as_ref().map(|it| format!("\n    RETURNS {it}"));
        let returns = returns.unwrap_or_default();
        let name = self.name(&key.name);
        format!("CREATE {} {name}{parameters}{returns}\n{};", words(key.kind), body.trim())
    }

    fn routine(&self, key: &ObjectRef, routine: &CreateRoutine) -> String {
        if !self.is(Engine::Postgres) {
            return self.stored_program(key, routine);
        }
        let parameters: Vec<String> =
            routine.parameters.iter().map(|it| self.parameter(it)).collect();
        let name = self.name(&key.name);
        let mut sql = format!("CREATE {} {name}({})", words(key.kind), parameters.join(", "));
        let mut line = |text: String| sql.push_str(&format!("\n    {text}"));
        if let Some(returns) = &routine.returns {
            line(format!("RETURNS {returns}"));
        }
        if let Some(language) = &routine.language {
            line(format!("LANGUAGE {}", self.ident(language)));
        }
        if let Some(volatility) = routine.volatility.as_ref().filter(|it| *it != "VOLATILE") {
            line(volatility.clone());
        }
        if routine.security_definer {
            line("SECURITY DEFINER".to_owned());
        }
        let mut options = routine.options.clone();
        options.sort();
        options.into_iter().for_each(line);
        match (&routine.body, &routine.symbol) {
            (Some(body), _) if routine.atomic => sql.push_str(&format!("\n{body}")),
            (Some(file), Some(symbol)) => {
                let (file, symbol) = (super::literal(file), super::literal(symbol));
                sql.push_str(&format!("\nAS {file}, {symbol}"));
            }
            (Some(body), None) => {
                // A tag that the body does not hold.
                let mut tag = String::new();
                while body.contains(&format!("${tag}$")) || body.ends_with(&format!("${tag}")) {
                    tag.push('_');
                }
                sql.push_str(&format!("\nAS ${tag}${body}${tag}$"));
            }
            (None, _) => {}
        }
        sql + ";"
    }

    fn parameter(&self, parameter: &Parameter) -> String {
        let mode = parameter.mode.as_ref().filter(|mode| *mode != "IN");
        let words = mode.cloned().into_iter();
        let words = words.chain(parameter.name.as_ref().map(|name| self.ident(name)));
        let words = words.chain((!parameter.ty.is_empty()).then(|| parameter.ty.clone()));
        let default = parameter.default.as_ref().map(|it| format!("DEFAULT {it}"));
        words.chain(default).collect::<Vec<_>>().join(" ")
    }

    /// An object as ALTER, COMMENT and GRANT name it, with the word for its kind.
    pub(super) fn reference(&self, object: &ObjectRef) -> String {
        let kind = words(object.kind);
        let (name, arguments) = (self.name(&object.name), object.arguments.as_deref());
        match (&object.part, object.kind) {
            (Some(part), Kind::Column) => format!("{kind} {name}.{}", self.ident(part)),
            // `for role server name`, `for type language name`.
            (Some(part), Kind::UserMapping) => format!("{kind} FOR {part} SERVER {name}"),
            (Some(part), Kind::Transform) => format!("{kind} FOR {part} LANGUAGE {name}"),
            (Some(part), _) => {
                let domain = self.catalog.types.contains_key(&object.name);
                let domain = if domain { "DOMAIN " } else { "" };
                format!("{kind} {} ON {domain}{name}", self.ident(part))
            }
            (None, Kind::Cast) => format!("{kind} ({})", object.name.name),
            (None, Kind::Operator) => {
                let schema = object.name.schema.as_ref();
                let schema = schema.map(|it| format!("{}.", self.ident(it))).unwrap_or_default();
                format!("{kind} {schema}{} ({})", object.name.name, arguments.unwrap_or_default())
            }
            (None, Kind::OperatorClass | Kind::OperatorFamily) => {
                format!("{kind} {name} USING {}", arguments.unwrap_or("btree"))
            }
            (None, of) if of.is_routine() => {
                let arguments = arguments.map(str::to_owned).or_else(|| self.arguments_of(object));
                let arguments = arguments.map(|it| format!("({it})")).unwrap_or_default();
                format!("{kind} {name}{arguments}")
            }
            (None, _) => format!("{kind} {name}"),
        }
    }

    /// The arguments of a routine that is named without.
    fn arguments_of(&self, object: &ObjectRef) -> Option<String> {
        let mut named = self.catalog.objects_named(object.kind, &object.name);
        named.next().and_then(|(key, _)| key.arguments.clone())
    }
}

/// The words for a kind.
pub(super) fn words(kind: Kind) -> String {
    kind.words().to_ascii_uppercase()
}

/// A definition without the name that it begins with: the object may have another one by now.
fn behind_name(definition: &str) -> &str {
    let mut quoted = false;
    let end = definition.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        !(quoted || c.is_alphanumeric() || matches!(c, '_' | '$' | '.' | '"'))
    });
    definition.get(end.map_or(definition.len(), |(at, _)| at)..).unwrap_or("").trim()
}
