//! Two catalogs compared.

mod spelling;
