//! Objects as they stand in a catalog, with their places, comments and tags.

use super::View;
use super::about::subject;
use super::change::Node;
use crate::finding::Subject;
use crate::policy::place::{Place, Places};
use crate::schema::catalog::{Catalog, Relation};
use crate::schema::change::CreateTable;
use crate::schema::document::{
    Column, Constraint, Index, Other, Sequence, Table, Type, View as ViewDocument,
};
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use crate::schema::table::{self, Birth};
use crate::source::{FileId, Span};
use std::collections::BTreeMap;

/// The key of a comment among the options of a MySQL or MariaDB table or column.
pub(super) const COMMENT: &str = "comment";

/// Makes documents of objects, and keeps their places.
pub(super) struct Nodes<'w, 'a> {
    pub view: &'w View<'a>,
    pub places: &'w mut Places,
}

impl<'a> Nodes<'_, 'a> {
    /// The `loc` of a place; `None` for one that is in no file of the run, as in the base schema.
    pub fn loc(&mut self, file: FileId, span: Span, subject: Option<Subject>) -> Option<u32> {
        self.view.file(file)?;
        Some(self.places.add(Place { file, span, subject }))
    }

    /// The `loc` of what was created there.
    pub fn loc_of(
        &mut self,
        birth: Option<Birth>,
        subject: impl FnOnce() -> Subject,
    ) -> Option<u32> {
        let birth = birth?;
        self.view.file(birth.file)?;
        self.loc(birth.file, birth.span, Some(subject()))
    }

    /// The statement that created a table, where it was read.
    fn create(&self, birth: Option<Birth>) -> Option<&'a CreateTable> {
        let birth = birth?;
        self.view.creates.get(&(birth.file, birth.span)).copied()
    }

    /// An object as it stands in a catalog.
    pub fn node(&mut self, catalog: &Catalog, key: &ObjectRef) -> Option<Node> {
        let name = &key.name;
        Some(match (key.kind, &key.part) {
            (ObjectKind::Column, Some(column)) => {
                let (_, table) = catalog.seen_table(name)?;
                let column = table.column(column)?;
                let mut document = Column::new(&column.definition);
                self.remark(catalog, name, (0, column), &mut document);
                Node::Column(Box::new(document))
            }
            (ObjectKind::Constraint, Some(constraint)) => {
                let (_, table) = catalog.seen_table(name)?;
                let document = Constraint::new(table.constraint(constraint)?);
                Node::Constraint(Box::new(self.placed(name, table.origin.birth, document)))
            }
            (kind, None) if kind.is_relation() => match catalog.relations.get(name)? {
                Relation::Table(_) => Node::Table(Box::new(self.table(catalog, name)?.1)),
                Relation::View(it) => Node::View(Box::new(self.view(catalog, name, it))),
                Relation::Index(it) => Node::Index(Box::new(self.index(name, it))),
                Relation::Sequence(it) => {
                    let loc = self.loc_of(it.origin.birth, || subject(key, None));
                    Node::Sequence(Box::new(Sequence { loc, ..Sequence::new(name, it) }))
                }
            },
            (ObjectKind::Type | ObjectKind::Domain, None) => {
                let it = catalog.types.get(name)?;
                let loc = self.loc_of(it.origin.birth, || subject(key, None));
                Node::Type(Box::new(Type { loc, ..Type::new(name, it)? }))
            }
            _ => {
                let exact = catalog.objects.get_key_value(key).map(|(key, it)| (key, &**it));
                let named = || {
                    let mut named = catalog.objects_named(key.kind, name);
                    named.find(|(found, _)| found.part == key.part)
                };
                let (key, it) = exact.or_else(named)?;
                let loc = self.loc_of(it.origin.birth, || subject(key, None));
                Node::Other(Box::new(Other { loc, ..Other::new(key, it) }))
            }
        })
    }

    /// A table that was seen, under its name.
    pub fn table(&mut self, catalog: &Catalog, name: &Name) -> Option<(String, Table)> {
        let (name, it) = catalog.seen_table(name)?;
        let mut document = Table::new(catalog, name, it);
        document.partial = catalog.shape(name).known().is_none_or(|it| !it.whole);
        let key = || ObjectRef::new(it.kind, name.clone());
        document.comment = comment(catalog, key, &document.options);
        document.tags = tags(document.comment.as_deref());
        document.loc = self.loc_of(it.origin.birth, || Subject::Table(name.clone()));
        for (index, (document, column)) in document.columns.iter_mut().zip(&it.columns).enumerate()
        {
            self.remark(catalog, name, (index, column), document);
        }
        for document in &mut document.constraints {
            document.loc = self.loc_of_constraint(name, it.origin.birth, document);
        }
        for (document, (name, index)) in document.indexes.iter_mut().zip(catalog.indexes_of(name)) {
            document.loc = self.loc_of_index(name, index);
        }
        Some((name.to_string(), document))
    }

    /// A view.
    pub fn view(&mut self, catalog: &Catalog, name: &Name, it: &table::View) -> ViewDocument {
        let mut document = ViewDocument::new(catalog, name, it);
        let kind = if it.materialized { ObjectKind::MaterializedView } else { ObjectKind::View };
        let key = ObjectRef::new(kind, name.clone());
        document.loc = self.loc_of(it.origin.birth, || subject(&key, None));
        for (document, (name, index)) in document.indexes.iter_mut().zip(catalog.indexes_of(name)) {
            document.loc = self.loc_of_index(name, index);
        }
        document
    }

    fn index(&mut self, name: &Name, it: &table::Index) -> Index {
        Index { loc: self.loc_of_index(name, it), ..Index::new(name, it) }
    }

    fn loc_of_index(&mut self, name: &Name, it: &table::Index) -> Option<u32> {
        let key = || ObjectRef::new(ObjectKind::Index, name.clone());
        self.loc_of(it.origin.birth, || subject(&key(), it.table.as_ref()))
    }

    /// What a column's document has beside its definition. It is likely to stand at `index` of the
    /// statement that created its table.
    fn remark(
        &mut self,
        catalog: &Catalog,
        table: &Name,
        (index, it): (usize, &table::Column),
        document: &mut Column,
    ) {
        let name = &it.definition.name;
        let key = || ObjectRef::part(ObjectKind::Column, table.clone(), name.clone());
        document.comment = comment(catalog, key, &document.options);
        document.tags = tags(document.comment.as_deref());
        let written = self.create(it.birth).and_then(|create| {
            let likely = create.columns.get(index);
            likely.into_iter().chain(&create.columns).find(|column| column.value.name == *name)
        });
        let birth = it.birth.map(|birth| match written {
            Some(written) => Birth { span: written.span, ..birth },
            None => birth,
        });
        document.loc = self.loc_of(birth, || Subject::Column(table.clone(), name.clone()));
    }

    fn placed(&mut self, table: &Name, birth: Option<Birth>, document: Constraint) -> Constraint {
        Constraint { loc: self.loc_of_constraint(table, birth, &document), ..document }
    }

    /// Where a constraint stands, where it came with its table. One that got its name from the
    /// engine is known by what it demands.
    fn loc_of_constraint(
        &mut self,
        table: &Name,
        birth: Option<Birth>,
        document: &Constraint,
    ) -> Option<u32> {
        let name = document.name.as_ref()?;
        let written = self.create(birth)?.constraints.iter().find(|it| match &it.value.name {
            Some(written) => written == name,
            None => {
                let written = Constraint::new(&it.value);
                written.kind == document.kind
                    && written.columns == document.columns
                    && written.expression == document.expression
            }
        })?;
        let subject = || Subject::Object("constraint", format!("{table}.{name}"));
        self.loc_of(birth.map(|birth| Birth { span: written.span, ..birth }), subject)
    }
}

/// The comment on a table or column: a statement's of its own, or one among its options.
fn comment(
    catalog: &Catalog,
    key: impl FnOnce() -> ObjectRef,
    options: &BTreeMap<String, String>,
) -> Option<String> {
    let said = if catalog.comments.is_empty() { None } else { catalog.comments.get(&key()) };
    said.or_else(|| options.get(COMMENT)).filter(|text| !text.is_empty()).cloned()
}

/// The tags in a comment, in lower case: words in square brackets.
pub(super) fn tags(comment: Option<&str>) -> Vec<String> {
    let Some(comment) = comment else { return Vec::new() };
    let parts = comment.split('[').skip(1);
    let words = parts.filter_map(|part| part.split_once(']').map(|(word, _)| word.trim()));
    let is_tag = |word: &&str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || "_-:./=".contains(c);
        !word.is_empty() && word.chars().all(fits)
    };
    words.filter(is_tag).map(str::to_ascii_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_words_in_square_brackets() {
        let cases = [
            ("who bought [PII], kept [retention:30d]", "pii retention:30d"),
            ("[encrypted]", "encrypted"),
            ("an array [1, 2] and [] and [two words] and an open [", ""),
            ("[ pii ] [a[b]]", "pii b"),
        ];
        for (comment, expected) in cases {
            assert_eq!(tags(Some(comment)).join(" "), expected, "{comment}");
        }
        assert!(tags(None).is_empty());
    }
}
