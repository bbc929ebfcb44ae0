//! Views and materialized views.

use super::order::{Piece, Thing};
use super::{Definition, Writer, with_options};
use crate::schema::catalog::View;
use crate::schema::name::{Name, ObjectKind};

impl Writer<'_> {
    pub(super) fn views(&self) -> Vec<Piece> {
        let shown = |view: &View| !view.temporary && view.origin.birth.is_some();
        let views = self.catalog.views().filter(|(_, view)| shown(view));
        views.map(|(name, view)| self.view(name, view)).collect()
    }

    fn view(&self, name: &Name, view: &View) -> Piece {
        let kind = match view.materialized {
            true => ObjectKind::MaterializedView,
            false => ObjectKind::View,
        };
        let columns = match view.columns.is_empty() {
            true => String::new(),
            false => format!(" ({})", self.idents(&view.columns)),
        };
        let data = if view.materialized && !view.populated { "\nWITH NO DATA" } else { "" };
        let words = kind.words().to_ascii_uppercase();
        let shown = self.name(name);
        let mut sql = format!("CREATE {words} {shown}{columns}");
        if let Some(method) = view.options.get("using").or(view.options.get("access method")) {
            sql.push_str(&format!(" USING {}", self.ident(method)));
        }
        let is_parameter =
            |name: &str| !name.contains(' ') && !["tablespace", "using"].contains(&name);
        sql.push_str(&with_options(view.options.iter().filter(|(name, _)| is_parameter(name))));
        if let Some(tablespace) = view.options.get("tablespace") {
            sql.push_str(&format!(" TABLESPACE {}", self.ident(tablespace)));
        }
        sql.push_str(&format!(" AS\n{}{data};", view.query.text));
        for (option, value) in &view.options {
            let alter = match option.split_once(' ') {
                Some(("default", column)) => {
                    format!("ALTER COLUMN {} SET DEFAULT {value}", self.ident(column))
                }
                Some(("column", column)) => {
                    format!("RENAME COLUMN {} TO {}", self.ident(column), self.ident(value))
                }
                _ => continue,
            };
            sql.push_str(&format!("\nALTER {words} {shown} {alter};"));
        }
        let mut needs: Vec<Thing> = view.reads.iter().cloned().map(Thing::Relation).collect();
        needs.extend(self.routine_needs(&view.query.functions));
        if !view.query.read {
            needs.extend(self.text_needs(&view.query.text));
        }
        let mut definitions = vec![Definition::new(kind, name, sql)];
        definitions.extend(self.indexes(name));
        Piece { definitions, makes: Some(Thing::Relation(name.clone())), needs }
    }
}
