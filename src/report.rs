//! Reports: one verdict, many forms.
