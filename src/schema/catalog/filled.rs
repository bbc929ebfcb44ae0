//! What a row gets without being told.

use super::{Catalog, Column};
use crate::schema::table::TypeKind;

impl Catalog {
    /// Whether a column gets a value where an INSERT leaves it out: from a default of its own or of
    /// its domain, a sequence, or an expression.
    pub fn is_filled(&self, column: &Column) -> bool {
        let definition = &column.definition;
        let of_type = definition.ty.as_ref().and_then(|ty| self.type_of(&ty.name).seen());
        let type_gives =
            of_type.is_some_and(|ty| matches!(&ty.kind, TypeKind::Domain { default: Some(_), .. }));
        column.has_default()
            || definition.identity.is_some()
            || definition.generated.is_some()
            || type_gives
    }
}
