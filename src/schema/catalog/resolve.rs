//! From names as written to the objects that they mean.

use super::{Catalog, Object, TEMPORARY_SCHEMA};
use crate::dialect::Engine;
use crate::schema::name::{Name, ObjectKind, ObjectRef};

impl Catalog {
    /// The key of an index among the relations: MySQL and MariaDB have one name space for each
    /// table, the others one for each schema.
    pub fn index_name(&self, table: &Name, index: &str) -> Name {
        match self.engine {
            Engine::Mysql | Engine::Mariadb => Name::of_table(table, index),
            Engine::Postgres | Engine::Sqlite => {
                Name { schema: table.schema.clone(), name: index.to_owned() }
            }
        }
    }

    /// The schemas in which an unqualified name is sought, first where it is created.
    pub fn search_path(&self) -> impl Iterator<Item = &str> {
        let set = self.setting("search_path");
        let own: &[&str] = match self.engine {
            _ if set.is_some() => &[],
            Engine::Postgres => &["public"],
            Engine::Sqlite => &["main"],
            Engine::Mysql | Engine::Mariadb => &[],
        };
        let set = set.unwrap_or_default().iter().map(String::as_str);
        let set = set.filter(|it| !matches!(*it, "" | "$user" | "pg_catalog" | "pg_temp"));
        set.chain(own.iter().copied())
    }

    /// The relation that a name means: the temporary one, else the first on the search path; where
    /// there is none, the one that it would create.
    pub fn resolve(&self, name: &Name) -> Name {
        if name.schema.is_some() {
            return self.canonical(name);
        }
        match self.find(name) {
            Some((found, _)) => found.clone(),
            None => self.in_schema(self.search_path().next(), &name.name),
        }
    }

    /// The type that a name means, likewise.
    pub fn resolve_type(&self, name: &Name) -> Name {
        self.resolve_by(name, |name| self.types.contains_key(name))
    }

    /// The routine that a name means, likewise.
    pub(crate) fn resolve_by_routine(&self, name: &Name) -> Name {
        self.resolve_by(name, |name| self.objects_named(ObjectKind::Routine, name).next().is_some())
    }

    /// The object that a statement names. A part (column, constraint, trigger, policy, rule) is
    /// found by its table; a routine without arguments by its name.
    pub fn resolve_object(&self, object: &ObjectRef) -> ObjectRef {
        let name = match object.kind {
            kind if kind.is_relation() || object.part.is_some() => {
                // `COMMENT ON CONSTRAINT c ON DOMAIN d` has a part and no relation.
                let relation = self.resolve(&object.name);
                let ty = self.resolve_type(&object.name);
                let is_type =
                    !self.relations.contains_key(&relation) && self.types.contains_key(&ty);
                if is_type { ty } else { relation }
            }
            ObjectKind::Type | ObjectKind::Domain => self.resolve_type(&object.name),
            kind if is_in_schema(kind) => self.resolve_by(&object.name, |name| {
                self.objects_named(object.kind, name).next().is_some()
            }),
            _ => object.name.clone(),
        };
        ObjectRef { name, ..object.clone() }
    }

    /// The objects of this kind (or, for Routine, any routine) and name.
    pub fn objects_named<'a>(
        &'a self,
        kind: ObjectKind,
        name: &Name,
    ) -> impl Iterator<Item = (&'a ObjectRef, &'a Object)> {
        let kinds: &[ObjectKind] = match kind {
            ObjectKind::Routine => {
                &[ObjectKind::Aggregate, ObjectKind::Function, ObjectKind::Procedure]
            }
            _ => &[],
        };
        let first = kinds.is_empty().then_some(kind);
        kinds.iter().copied().chain(first).flat_map(move |kind| {
            self.objects
                .range(ObjectRef::new(kind, name.clone())..)
                .take_while(move |(key, _)| key.kind == kind && key.name == *name)
                .map(|(key, object)| (key, &**object))
        })
    }

    /// The name under which a relation, type or routine is created.
    pub fn creation_name(&self, name: &Name, temporary: bool) -> Name {
        match &name.schema {
            _ if temporary => Name::qualified(TEMPORARY_SCHEMA, name.name.clone()),
            Some(_) => self.canonical(name),
            None => self.in_schema(self.search_path().next(), &name.name),
        }
    }

    fn resolve_by(&self, name: &Name, exists: impl Fn(&Name) -> bool) -> Name {
        if name.schema.is_some() {
            return self.canonical(name);
        }
        std::iter::once(TEMPORARY_SCHEMA)
            .chain(self.search_path())
            .map(|schema| Name::qualified(schema, name.name.clone()))
            .find(|name| exists(name))
            .unwrap_or_else(|| self.in_schema(self.search_path().next(), &name.name))
    }

    fn in_schema(&self, schema: Option<&str>, name: &str) -> Name {
        Name { schema: schema.map(str::to_owned), name: name.to_owned() }
    }

    fn canonical(&self, name: &Name) -> Name {
        self.in_schema(name.schema.as_deref().map(|it| self.canonical_schema(it)), &name.name)
    }

    /// Each session's own schema has one name here.
    pub(super) fn canonical_schema<'a>(&self, schema: &'a str) -> &'a str {
        let is_own =
            schema.starts_with("pg_temp_") || (self.engine == Engine::Sqlite && schema == "temp");
        if is_own { TEMPORARY_SCHEMA } else { schema }
    }
}

/// Whether objects of this kind stand in a schema (but for relations and types).
fn is_in_schema(kind: ObjectKind) -> bool {
    use ObjectKind as Kind;
    matches!(
        kind,
        Kind::Aggregate
            | Kind::Collation
            | Kind::Conversion
            | Kind::Function
            | Kind::Operator
            | Kind::OperatorClass
            | Kind::OperatorFamily
            | Kind::Procedure
            | Kind::Routine
            | Kind::Statistics
            | Kind::TextSearchConfiguration
            | Kind::TextSearchDictionary
            | Kind::TextSearchParser
            | Kind::TextSearchTemplate
    )
}

/// Whether the engine itself brings it.
pub(super) fn is_system(engine: Engine, name: &Name) -> bool {
    if matches!(engine, Engine::Mysql | Engine::Mariadb) {
        let systems = ["information_schema", "mysql", "performance_schema", "sys"];
        return name.schema.as_deref().is_some_and(|schema| systems.contains(&schema));
    }
    match name.schema.as_deref() {
        Some("pg_catalog" | "information_schema" | "pg_toast") => true,
        _ if name.name.starts_with("sqlite_") => !name.name.starts_with("sqlite_autoindex_"),
        _ => name.name.starts_with("pg_"),
    }
}
