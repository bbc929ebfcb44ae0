//! What a catalog does not claim to know.

use super::{Catalog, Relation, Space, TEMPORARY_SCHEMA};
use crate::schema::knowledge::Cloud;
use crate::schema::name::Name;
use imbl::OrdSet;

/// Something that may be otherwise than the catalog has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The object; `None` is everything that stood before the statement.
    pub object: Option<Name>,
    /// The column, constraint or other part of it, where it is only that.
    pub part: Option<String>,
    /// The statement that may have changed it; `None` where nobody saw it created.
    pub by: Option<Cloud>,
}

impl Catalog {
    /// What is not certain: everything behind a statement that was not followed, objects that one
    /// may have touched, and objects that statements use and none created.
    pub fn doubts(&self) -> Vec<Doubt> {
        let everything = self.cloud.filter(|cloud| self.is_open(cloud));
        let mut doubts: Vec<Doubt> = everything
            .map(|cloud| Doubt { object: None, part: None, by: Some(cloud) })
            .into_iter()
            .collect();
        for ((name, part), cloud) in &self.clouds {
            let stands = match part {
                None => self.doubted_since(name).is_none_or(|since| cloud.tick >= since),
                Some(part) => self.column(name, part).seen().is_some() || self.has_part(name, part),
            };
            if stands {
                let object = Some(name.clone());
                doubts.push(Doubt { object, part: part.clone(), by: Some(*cloud) });
            }
        }
        let unseen = self.relations.iter().filter(|(_, relation)| {
            let origin = relation.origin();
            origin.birth.is_none() && origin.assumed
        });
        doubts.extend(unseen.map(|(name, _)| Doubt {
            object: Some((**name).clone()),
            part: None,
            by: None,
        }));
        let stays = |name: &Name| name.schema.as_deref() != Some(TEMPORARY_SCHEMA);
        doubts.retain(|doubt| doubt.object.as_ref().is_none_or(stays));
        doubts
    }

    /// Whether something stands that is not younger than the statement.
    fn is_open(&self, cloud: &Cloud) -> bool {
        let older = |relation: &Relation| relation.origin().confirmed <= cloud.tick;
        self.relations.values().any(older) || self.tick == cloud.tick
    }

    /// When a relation, a type, or that there is none was last certain.
    fn doubted_since(&self, name: &Name) -> Option<u32> {
        let relation = self.relations.get(name).map(|relation| relation.origin().confirmed);
        let ty = self.types.get(name).map(|ty| ty.origin.confirmed);
        let gone = [Space::Relation, Space::Type]
            .map(|space| self.gone.get(&(space, name.clone())).copied());
        relation.into_iter().chain(ty).chain(gone.into_iter().flatten()).max()
    }

    fn has_part(&self, name: &Name, part: &str) -> bool {
        self.seen_table(name).is_some_and(|(_, table)| table.constraint(part).is_some())
    }

    /// The catalog without some tables, and without what belongs to them.
    pub fn without_tables(&self, gone: impl Fn(&Name) -> bool) -> Self {
        let mut rest = self.clone();
        let tables: OrdSet<Name> =
            self.tables().map(|(name, _)| name).filter(|name| gone(name)).cloned().collect();
        let belongs = |relation: &Relation| match relation {
            Relation::Index(index) => index.table.as_ref().is_some_and(|it| tables.contains(it)),
            Relation::Sequence(sequence) => {
                sequence.owner().is_some_and(|(table, _)| tables.contains(table))
            }
            Relation::Table(_) | Relation::View(_) => false,
        };
        for (name, relation) in &self.relations {
            if tables.contains(&**name) || belongs(relation) {
                rest.relations.remove(name);
            }
        }
        let stays =
            |name: &Name| !self.relations.contains_key(name) || rest.relations.contains_key(name);
        rest.objects =
            self.objects.clone().into_iter().filter(|(key, _)| stays(&key.name)).collect();
        rest.comments =
            self.comments.clone().into_iter().filter(|(key, _)| stays(&key.name)).collect();
        rest.owners = self.owners.clone().into_iter().filter(|(key, _)| stays(&key.name)).collect();
        rest.privileges = self
            .privileges
            .clone()
            .into_iter()
            .filter(|(key, _)| stays(&key.object.name))
            .collect();
        rest
    }
}
