//! What is said about objects: owners, privileges, comments.

use super::{Definition, Writer, literal};
use crate::dialect::Engine;
use crate::schema::catalog::Relation;
use crate::schema::name::{ObjectKind as Kind, ObjectRef};

impl Writer<'_> {
    pub(super) fn owners(&self) -> Vec<Definition> {
        let owners = self.catalog.owners.iter().filter(|(object, _)| {
            // A sequence that a column owns belongs to the owner of its table.
            let owned = matches!(self.catalog.relations.get(&object.name),
                Some(Relation::Sequence(sequence)) if sequence.owner().is_some());
            self.stands(object) && !owned
        });
        let owners = owners.map(|(object, owner)| {
            let (reference, owner) = (self.reference(object), self.quote.role(owner));
            let sql = format!("ALTER {reference} OWNER TO {owner};");
            Definition { object: object.clone(), sql }
        });
        owners.collect()
    }

    pub(super) fn privileges(&self) -> Vec<Definition> {
        let mut all: Vec<Definition> = Vec::new();
        let single = self
            .catalog
            .privileges
            .iter()
            .filter(|(grant, _)| grant.privilege != "MEMBER" && self.stands(&grant.object));
        for (grant, granted) in single {
            let object = &grant.object;
            // GRANT has one word for all that is read like a table.
            let on = match object.kind {
                Kind::View | Kind::MaterializedView | Kind::ForeignTable => Kind::Table,
                kind => kind,
            };
            let on = self.reference(&ObjectRef { kind: on, ..object.clone() });
            let (privilege, role) = (&grant.privilege, self.quote.role(&grant.role));
            let option = granted.options.contains("GRANT OPTION");
            let sql = match (granted.grant, option) {
                (true, true) => format!("GRANT {privilege} ON {on} TO {role} WITH GRANT OPTION;"),
                (true, false) => format!("GRANT {privilege} ON {on} TO {role};"),
                (false, true) => {
                    format!("REVOKE GRANT OPTION FOR {privilege} ON {on} FROM {role};")
                }
                (false, false) => format!("REVOKE {privilege} ON {on} FROM {role};"),
            };
            match all.last_mut().filter(|last| last.object == *object) {
                Some(last) => last.sql.push_str(&format!("\n{sql}")),
                None => all.push(Definition { object: object.clone(), sql }),
            }
        }
        all
    }

    pub(super) fn comments(&self) -> Vec<Definition> {
        let comments = self.catalog.comments.iter().filter(|(object, _)| self.stands(object));
        let comments = comments.map(|(object, text)| {
            let sql = format!("COMMENT ON {} IS {};", self.reference(object), literal(text));
            Definition { object: object.clone(), sql }
        });
        comments.collect()
    }

    /// Whether an object is written above, and the engine has such remarks.
    fn stands(&self, object: &ObjectRef) -> bool {
        let whole_server =
            matches!(object.kind, Kind::Database | Kind::Role | Kind::Tablespace | Kind::Parameter);
        let relation = self.catalog.relations.get(&object.name);
        let made = match object.kind {
            kind if kind.is_relation() || object.part.is_some() => {
                relation.is_none_or(|it| it.origin().birth.is_some())
            }
            _ => true,
        };
        self.is(Engine::Postgres) && !whole_server && made
    }
}
