//! Globs of the config: `exclude`, `framework: { pattern }`.

/// Whether a path with `/` matches: `*` is any text within one folder name, `**` any folders too,
/// `?` one character. A glob that names a folder matches all that is in it.
pub fn matches(glob: &str, path: &str) -> bool {
    let glob = glob.trim_start_matches("./").trim_end_matches('/');
    let glob: Vec<&str> = glob.split('/').collect();
    let path: Vec<&str> = path.trim_start_matches("./").split('/').collect();
    folders_match(&glob, &path)
}

fn folders_match(glob: &[&str], path: &[&str]) -> bool {
    match (glob, path) {
        // The glob is used up: the rest of the path lies in the folder that it named.
        ([], _) => true,
        (["**", rest @ ..], _) => {
            (0..=path.len()).any(|skipped| folders_match(rest, path.get(skipped..).unwrap_or(&[])))
        }
        (_, []) => false,
        ([glob, globs @ ..], [name, names @ ..]) => {
            let glob: Vec<char> = glob.chars().collect();
            let name: Vec<char> = name.chars().collect();
            name_matches(&glob, &name) && folders_match(globs, names)
        }
    }
}

/// Backtracks only to the last star: linear in practice, quadratic at worst.
fn name_matches(glob: &[char], name: &[char]) -> bool {
    let (mut at, mut star, mut seen) = (0, None, 0);
    let mut index = 0;
    while index < name.len() {
        match glob.get(at) {
            Some('*') => {
                (star, seen) = (Some(at), index);
                at += 1;
            }
            Some(wanted) if *wanted == '?' || name.get(index) == Some(wanted) => {
                at += 1;
                index += 1;
            }
            _ => {
                let Some(last) = star else { return false };
                seen += 1;
                (at, index) = (last + 1, seen);
            }
        }
    }
    glob.iter().skip(at).all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_folders() {
        assert!(matches("db/old", "db/old/V1__a.sql"));
        assert!(matches("db/old/", "db/old/V1__a.sql"));
        assert!(matches("**/*.down.sql", "db/x/1_a.down.sql"));
        assert!(matches("**/*.down.sql", "1_a.down.sql"));
        assert!(matches("db/V?__*.sql", "db/V1__a_b.sql"));
        assert!(!matches("db/V?__*.sql", "db/V12__a.sql"));
        assert!(!matches("*.sql", "db/a.sql"));
        assert!(!matches("old", "db/old/a.sql"));
        assert!(matches("**", "a"));
        assert!(!matches("a*a*a*a*a*b", &"a".repeat(200)));
    }
}
