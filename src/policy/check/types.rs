//! What is known of a value by the JSON Schema of the input.

use serde_json::Value;
use std::collections::BTreeSet;

/// A JSON Schema with `$defs`: each object in it is closed, but for maps.
#[derive(Clone, Copy)]
pub(super) struct Types<'s> {
    root: &'s Value,
}

/// The type of a value: the schemas that it may have, or a list of what has them.
#[derive(Clone, Debug)]
pub(super) enum Type<'s> {
    /// One of these, without `$ref` and alternatives.
    Schemas(Vec<&'s Value>),
    /// A list or a set that a policy made.
    List(Box<Self>),
}

impl PartialEq for Type<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Schemas(one), Self::Schemas(other)) => {
                one.len() == other.len()
                    && one.iter().zip(other).all(|(one, other)| std::ptr::eq(*one, *other))
            }
            (Self::List(one), Self::List(other)) => one == other,
            _ => false,
        }
    }
}

/// Why a value has no such key.
pub(super) enum Lacks<'s> {
    /// It is an object with these.
    Keys(Vec<&'s str>),
    /// It is a list.
    List,
    /// It is a text, a number or a boolean.
    Scalar,
}

impl<'s> Types<'s> {
    pub fn new(root: &'s Value) -> Self {
        Self { root }
    }

    /// `input` or `data`.
    pub fn document(self, name: &str) -> Option<Type<'s>> {
        self.root.get("properties")?.get(name).map(|it| self.resolved(it))
    }

    fn resolved(self, schema: &'s Value) -> Type<'s> {
        let mut all = Vec::new();
        self.alternatives(schema, &mut all, 0);
        Type::Schemas(all)
    }

    fn alternatives(self, schema: &'s Value, to: &mut Vec<&'s Value>, depth: usize) {
        const DEPTH_MAX: usize = 16;
        let defined = schema.get("$ref").and_then(Value::as_str);
        let defined = defined.and_then(|it| self.root.pointer(it.strip_prefix('#')?));
        let any = ["anyOf", "oneOf"].iter().find_map(|it| schema.get(it)?.as_array());
        match (defined, any) {
            _ if depth > DEPTH_MAX => to.push(&Value::Bool(true)),
            (Some(defined), _) => self.alternatives(defined, to, depth + 1),
            (None, Some(any)) => any.iter().for_each(|it| self.alternatives(it, to, depth + 1)),
            (None, None) => to.push(schema),
        }
    }

    /// What a key holds; `None` where nobody knows.
    ///
    /// # Errors
    /// Why there is no such key.
    pub fn member(self, ty: &Type<'s>, name: &str) -> Result<Option<Type<'s>>, Lacks<'s>> {
        let Type::Schemas(schemas) = ty else { return Err(Lacks::List) };
        let mut found = Vec::new();
        let mut keys = BTreeSet::new();
        let mut is_list = false;
        for schema in schemas {
            let own = schema.get("properties").and_then(Value::as_object);
            let any = schema.get("additionalProperties").filter(|it| it.is_object());
            match own.and_then(|it| it.get(name)).or(any) {
                Some(member) => self.alternatives(member, &mut found, 0),
                None if is_open(schema) => return Ok(None),
                None => {
                    is_list |= schema.get("items").is_some();
                    keys.extend(own.into_iter().flat_map(|it| it.keys()).map(String::as_str));
                }
            }
        }
        match () {
            () if !found.is_empty() => Ok(Some(Type::Schemas(found))),
            () if !keys.is_empty() => Err(Lacks::Keys(keys.into_iter().collect())),
            () if is_list => Err(Lacks::List),
            () => Err(Lacks::Scalar),
        }
    }

    /// What an item of a list or a value of a map is; `None` where nobody knows.
    pub fn item(self, ty: &Type<'s>) -> Option<Type<'s>> {
        let schemas = match ty {
            Type::List(item) => return Some((**item).clone()),
            Type::Schemas(schemas) => schemas,
        };
        let mut found = Vec::new();
        for schema in schemas {
            let items = schema.get("items");
            let values = schema.get("additionalProperties").filter(|it| it.is_object());
            match items.or(values) {
                Some(item) => self.alternatives(item, &mut found, 0),
                None if schema.get("properties").is_some() || is_open(schema) => return None,
                None => {}
            }
        }
        (!found.is_empty()).then_some(Type::Schemas(found))
    }

    /// The words that a text may be; `None` where it may be any.
    pub fn words(self, ty: &Type<'s>) -> Option<Vec<&'s str>> {
        let Type::Schemas(schemas) = ty else { return None };
        let mut words = Vec::new();
        for schema in schemas {
            match (schema.get("enum").and_then(Value::as_array), schema.get("const")) {
                (Some(all), _) => {
                    for word in all {
                        words.push(word.as_str()?);
                    }
                }
                (None, Some(word)) => words.push(word.as_str()?),
                (None, None) => return None,
            }
        }
        Some(words).filter(|it| !it.is_empty())
    }
}

/// Whether a schema says nothing of the keys that a value has.
fn is_open(schema: &Value) -> bool {
    let ty = schema.get("type").and_then(Value::as_str);
    match (ty, schema.get("additionalProperties")) {
        (_, Some(more)) => more == &Value::Bool(true),
        (Some("object"), None) => schema.get("properties").is_none(),
        (Some(_), None) => false,
        (None, None) => {
            ["properties", "items", "enum", "const"].iter().all(|it| schema.get(it).is_none())
        }
    }
}
