//! Privileges: what each role may do with each object, beyond what it may without a word.

use super::DifferenceKind as Kind;
use super::apply::Apply;
use crate::schema::catalog::{Grant, Granted, Relation};
use crate::schema::change::Privileges;
use crate::schema::name::{Name, ObjectKind, ObjectRef};

/// All privileges on an object; sorts before each of them.
const ALL: &str = "ALL";

/// What everyone may do with every routine, type, language and database (PostgreSQL manual, table
/// "Summary of Access Privileges"), so that taking it away says something.
const OPEN: &[ObjectKind] = &[
    ObjectKind::Aggregate,
    ObjectKind::Database,
    ObjectKind::Domain,
    ObjectKind::Function,
    ObjectKind::Language,
    ObjectKind::Procedure,
    ObjectKind::Routine,
    ObjectKind::Schema,
    ObjectKind::Type,
];

impl Apply {
    pub(super) fn privileges(&mut self, change: &Privileges) {
        if change.membership {
            return self.memberships(change);
        }
        let objects: Vec<ObjectRef> = match change.all_of {
            Some(kind) => {
                change.objects.iter().flat_map(|schema| self.all_in(schema, kind)).collect()
            }
            None => change.objects.iter().map(|object| self.granted_object(object)).collect(),
        };
        for object in &objects {
            for role in &change.roles {
                for privilege in &change.privileges {
                    let privilege = match privilege.as_str() {
                        "ALL PRIVILEGES" => ALL.to_owned(),
                        other => other.to_owned(),
                    };
                    let (object, role) = (object.clone(), role.clone());
                    self.set_privilege(Grant { object, role, privilege }, change);
                }
            }
        }
        for object in &change.objects {
            let object = self.granted_object(object);
            self.differ(object, Kind::ObjectChanged);
        }
    }

    fn memberships(&mut self, change: &Privileges) {
        let granted = Granted { grant: change.grant, options: change.options.clone() };
        for group in &change.privileges {
            for role in &change.roles {
                let object = ObjectRef::new(ObjectKind::Role, Name::bare(group.clone()));
                let grant = Grant { object, role: role.clone(), privilege: "MEMBER".to_owned() };
                self.catalog.privileges.insert(grant, granted.clone());
            }
        }
    }

    /// The object that a privilege is on: GRANT calls every relation a table.
    fn granted_object(&self, object: &ObjectRef) -> ObjectRef {
        let mut key = self.key_of_remark(object);
        if let Some(relation) = self.catalog.relations.get(&key.name)
            && key.kind.is_relation()
        {
            key.kind = relation.kind();
        }
        key
    }

    /// The objects of a kind that a schema has now; later ones get nothing.
    fn all_in(&self, schema: &ObjectRef, kind: ObjectKind) -> Vec<ObjectRef> {
        let inside = |name: &Name| name.schema.as_ref() == Some(&schema.name.name);
        match kind {
            ObjectKind::Table | ObjectKind::Sequence => {
                let of_kind = |relation: &Relation| match relation {
                    Relation::Sequence(_) => kind == ObjectKind::Sequence,
                    Relation::Index(_) => false,
                    Relation::Table(_) | Relation::View(_) => kind == ObjectKind::Table,
                };
                let relations = self.catalog.relations.iter();
                relations
                    .filter(|(name, relation)| inside(name) && of_kind(relation))
                    .map(|(name, relation)| ObjectRef::new(relation.kind(), (**name).clone()))
                    .collect()
            }
            _ => {
                use ObjectKind::{Aggregate, Function, Procedure, Routine};
                let of_kind = |it: ObjectKind| match kind {
                    Routine => matches!(it, Aggregate | Function | Procedure),
                    Function => matches!(it, Aggregate | Function),
                    _ => it == kind,
                };
                let keys = self.catalog.objects.keys();
                keys.filter(|key| inside(&key.name) && of_kind(key.kind)).cloned().collect()
            }
        }
    }

    fn set_privilege(&mut self, key: Grant, change: &Privileges) {
        let from = Grant { privilege: String::new(), ..key.clone() };
        let of_role = self.catalog.privileges.range(from..).map(|(other, _)| other);
        let of_role: Vec<Grant> = of_role
            .take_while(|other| other.object == key.object && other.role == key.role)
            .cloned()
            .collect();
        let held = &mut self.catalog.privileges;
        if !change.grant && change.options.contains("OPTION FOR") {
            if let Some(granted) = held.get_mut(&key) {
                granted.options = String::new();
            }
            return;
        }
        let has_all = held.get(&Grant { privilege: ALL.to_owned(), ..key.clone() });
        let has_all = has_all.is_some_and(|it| it.grant);
        if key.privilege == ALL {
            for other in &of_role {
                held.remove(other);
            }
        }
        let open = key.role == "public" && OPEN.contains(&key.object.kind);
        if change.grant || open || (has_all && key.privilege != ALL) {
            let options = change.options.clone();
            held.insert(key, Granted { grant: change.grant, options });
        } else {
            held.remove(&key);
        }
    }
}
