//! The packs that lockgate brings: `policies: [pack: privacy]`.

use crate::config::closest::did_you_mean;
use crate::source::SourceFile;

/// Declares the packs: one word for each policy, which is the name of its file in
/// `policies/<pack>/`.
macro_rules! packs {
    ($($pack:ident { $($policy:ident),* $(,)? })*) => {
        /// Each pack with the names and the texts of its policies.
        const PACKS: &[(&str, &[(&str, &str)])] = &[$((
            stringify!($pack),
            &[$((
                stringify!($policy),
                include_str!(concat!(
                    "../../policies/", stringify!($pack), "/", stringify!($policy), ".rego"
                )),
            ),)*],
        ),)*];
    };
}

packs! {
    audit {
        audit_columns, definer_open_to_public, grantee_not_listed, logging_switched_off,
        mysql_definer, mysql_password, owner_not_listed, powerful_grant, privileges_with_schema,
        role_attribute, row_security_missing, secret_in_statement, ticket_for_privileges,
        trail_rewritten,
    }
    conventions {
        character_set, column_comment, column_name, column_name_for_type, comment_lost,
        constraint_name, forbidden_extension, forbidden_type, index_name, object_name, other_schema,
        primary_key_type, required_columns, reserved_name, storage_engine, table_comment,
        table_name, unnamed_constraint,
    }
    delivery {
        data_with_schema, down_missing, one_table, owner_missing, owner_not_asked,
        session_setting_left, ticket_missing, title_too_short, too_large,
    }
    privacy {
        personal_data_copied, personal_data_in_text, personal_tag_lost, unprotected_personal_column,
        untagged_personal_column,
    }
    replication {
        ddl_not_carried, identity_full_or_nothing, identity_missing, identity_of_partitions,
        key_changed, loaded_while_unlogged, mysql_binlog_skipped, mysql_engine,
        mysql_temporary_table, mysql_unsafe_statement, not_published, truncate_not_carried,
    }
}

/// The policies of a pack.
///
/// # Errors
/// That there is no such pack.
pub fn files(name: &str) -> Result<Vec<SourceFile>, String> {
    let Some((pack, policies)) = PACKS.iter().find(|(pack, _)| *pack == name) else {
        let hint = did_you_mean(name, PACKS.iter().map(|(pack, _)| *pack));
        return Err(format!("there is no pack `{name}`{hint}"));
    };
    let file = |(name, text): &(&str, &str)| SourceFile::new(path(pack, name), text);
    Ok(policies.iter().map(file).collect())
}

/// How reports name a file of a pack: it is none of the repository.
fn path(pack: &str, policy: &str) -> String {
    format!("pack:{pack}/{policy}.rego")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    #[test]
    fn the_table_of_packs_and_the_folder_agree() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
        let list = |folder: &Path| -> Vec<String> {
            let entries = std::fs::read_dir(folder).map(|it| it.flatten().collect());
            let entries: Vec<std::fs::DirEntry> = entries.unwrap_or_default();
            entries.iter().map(|it| it.file_name().to_string_lossy().into_owned()).collect()
        };
        let mut found = BTreeSet::new();
        for pack in list(&folder).iter().filter(|pack| folder.join(pack).is_dir()) {
            let policies = list(&folder.join(pack)).into_iter().filter_map(|file| {
                let name = file.strip_suffix(".rego")?;
                (!name.ends_with("_test")).then(|| path(pack, name))
            });
            found.extend(policies);
        }
        let all = PACKS.iter().flat_map(|(pack, _)| files(pack).unwrap());
        let table: BTreeSet<String> = all.map(|file| file.path).collect();
        assert_eq!(table, found);
        let unknown = files("privcy").unwrap_err();
        assert_eq!(unknown, "there is no pack `privcy`; did you mean `privacy`?");
    }
}
