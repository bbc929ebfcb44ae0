//! What `CASCADE` takes with a routine: PostgreSQL knows of each default, constraint, index, view,
//! policy, trigger and generated column that calls it.

use super::DifferenceKind as Kind;
use super::apply::Apply;
use super::names::mentions;
use crate::schema::catalog::{Column, Relation};
use crate::schema::change::ConstraintKind;
use crate::schema::expr::Expr;
use crate::schema::name::{Name, ObjectKind, ObjectRef};

impl Apply {
    /// Drops what calls the routine of this resolved name.
    pub(super) fn drop_callers(&mut self, routine: &Name) {
        let views = self.catalog.views().filter(|(_, view)| {
            let functions = &view.query.functions;
            functions.iter().any(|it| self.catalog.resolve_by_routine(it) == *routine)
        });
        let views = views.map(|(name, _)| name.clone()).collect();
        self.drop_relations(views, true);
        self.drop_calling_columns(routine);
        self.drop_calling_constraints(routine);
        self.drop_calling_indexes(routine);
        let calling = self.catalog.objects.iter().filter(|(key, found)| {
            matches!(key.kind, ObjectKind::Trigger | ObjectKind::Policy)
                && mentions(&found.definition, &routine.name)
        });
        for object in calling.map(|(key, _)| key.clone()).collect::<Vec<ObjectRef>>() {
            self.forget(|other| *other == object);
            self.differ(object, Kind::ObjectDropped);
        }
    }

    fn calls_routine(&self, expr: &Expr, routine: &Name) -> bool {
        expr.functions.iter().any(|it| self.catalog.resolve_by_routine(it) == *routine)
    }

    fn drop_calling_columns(&mut self, routine: &Name) {
        let calls = |expr: Option<&Expr>| expr.is_some_and(|it| self.calls_routine(it, routine));
        let columns_where = |calling: &dyn Fn(&Column) -> bool| -> Vec<(Name, String)> {
            let tables = self.catalog.tables();
            let columns = tables.flat_map(|(name, it)| it.columns.iter().map(move |it| (name, it)));
            let calling = columns.filter(|(_, column)| calling(column));
            calling.map(|(table, it)| (table.clone(), it.definition.name.clone())).collect()
        };
        let defaults = columns_where(&|column| calls(column.definition.default.as_ref()));
        let generated = columns_where(&|column| {
            calls(column.definition.generated.as_ref().map(|generated| &generated.expr))
        });
        for (table, column) in defaults {
            self.drop_default(&table, column);
        }
        for (table, column) in generated {
            self.drop_column(&table, std::slice::from_ref(&table), &column, false, true);
        }
    }

    /// Takes a column's default, and says so.
    pub(super) fn drop_default(&mut self, table: &Name, column: String) {
        self.each_column(std::slice::from_ref(table), &column, |it| it.default = None);
        self.differ_table(table, Kind::ColumnDefaultChanged { column });
    }

    fn drop_calling_constraints(&mut self, routine: &Name) {
        let checks = self.catalog.tables().flat_map(|(name, table)| {
            table.constraints.iter().filter_map(move |it| match &it.kind {
                ConstraintKind::Check(expr) => Some((name, it.name.as_ref()?, expr)),
                _ => None,
            })
        });
        let calling = checks.filter(|(_, _, expr)| self.calls_routine(expr, routine));
        let calling = calling.map(|(table, name, _)| (table.clone(), name.clone()));
        for (table, name) in calling.collect::<Vec<_>>() {
            self.remove_constraint(&table, &name);
            self.differ_table(&table, Kind::ConstraintDropped { name });
        }
    }

    fn drop_calling_indexes(&mut self, routine: &Name) {
        let calling = self.catalog.relations.iter().filter(|(_, relation)| match relation {
            Relation::Index(index) => {
                let exprs = index.keys.iter().map(|key| &key.expr).chain(&index.predicate);
                exprs.into_iter().any(|expr| self.calls_routine(expr, routine))
            }
            _ => false,
        });
        let calling = calling.map(|(name, _)| (**name).clone()).collect();
        self.drop_relations(calling, true);
    }
}
