//! Words for what a GRANT is on.

use crate::finding::listed;
use crate::schema::change::Privileges;

/// What a grant is on, in words.
pub fn granted_on(it: &Privileges) -> String {
    let names: Vec<String> = it.objects.iter().map(|object| object.name.to_string()).collect();
    match it.all_of {
        Some(kind) => format!("every {} of {}", kind.words(), listed(&names)),
        None => listed(&names),
    }
}
