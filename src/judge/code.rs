//! Names of the schema in the application's code: what is said of a drop or a rename, and the words
//! that it goes by.

use crate::finding::{Finding, Subject};
use crate::judge::{Case, Judged, State};
use std::collections::{BTreeMap, BTreeSet};

/// A name that is sought in code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    /// The name, without its schema or table.
    pub name: String,
    /// Its table, where it is a column.
    pub table: Option<String>,
}

impl Sought {
    /// Whether the name alone says nothing: so many things are called so that only a file that
    /// names the table too speaks of this one.
    pub fn is_common(&self) -> bool {
        const SHORT: usize = 3;
        self.table.is_some()
            && (self.name.len() <= SHORT || COMMON.contains(&self.name.to_lowercase().as_str()))
    }

    /// The words that the name goes by: a table of several words is a class of one of its rows too.
    fn words(&self) -> Vec<String> {
        let row = self.table.is_none() && self.name.contains('_');
        let row = if row { singular(&self.name) } else { None };
        std::iter::once(self.name.clone()).chain(row).collect()
    }
}

/// Columns that every second table has.
const COMMON: &[&str] = &[
    "active",
    "address",
    "amount",
    "author",
    "body",
    "category",
    "code",
    "color",
    "comment",
    "config",
    "content",
    "count",
    "country",
    "created",
    "created_at",
    "created_by",
    "currency",
    "data",
    "date",
    "default",
    "deleted",
    "deleted_at",
    "description",
    "email",
    "enabled",
    "end",
    "error",
    "file",
    "first_name",
    "group",
    "hash",
    "height",
    "image",
    "index",
    "info",
    "items",
    "kind",
    "label",
    "language",
    "last_name",
    "length",
    "level",
    "limit",
    "link",
    "locale",
    "location",
    "message",
    "meta",
    "metadata",
    "mode",
    "name",
    "note",
    "notes",
    "number",
    "options",
    "order",
    "owner",
    "parent",
    "parent_id",
    "password",
    "path",
    "payload",
    "phone",
    "position",
    "price",
    "priority",
    "properties",
    "public",
    "rank",
    "reason",
    "ref",
    "result",
    "role",
    "score",
    "settings",
    "size",
    "slug",
    "sort",
    "source",
    "start",
    "state",
    "status",
    "subject",
    "tags",
    "target",
    "text",
    "time",
    "timestamp",
    "title",
    "token",
    "total",
    "type",
    "updated",
    "updated_at",
    "updated_by",
    "user",
    "user_id",
    "username",
    "uuid",
    "value",
    "version",
    "visible",
    "weight",
    "width",
];

/// Where the code has a name: a file, and the first line there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// That the file does not name the table too: such places come last.
    pub without_table: bool,
    /// The path.
    pub path: String,
    /// The line, counted from 1.
    pub line: usize,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// How many files were read.
    pub files: usize,
    /// The places of each name, in the order in which they were sought.
    pub places: Vec<Vec<Place>>,
}

/// Words to find in one pass over a text.
#[derive(Debug)]
pub struct Words<'a> {
    sought: &'a [Sought],
    /// What a word is without underscores and in lower case, to the words that are so.
    index: BTreeMap<Vec<u8>, Vec<Word>>,
    /// Words that are no identifier: they are sought as they are.
    odd: Vec<Word>,
}

#[derive(Clone, Debug)]
struct Word {
    text: String,
    sought: usize,
    is_table: bool,
}

impl<'a> Words<'a> {
    /// All words of what is sought.
    pub fn new(sought: &'a [Sought]) -> Self {
        let mut words = Self { sought, index: BTreeMap::new(), odd: Vec::new() };
        for (position, it) in sought.iter().enumerate() {
            let names = it.words().into_iter().map(|text| (text, false));
            let table = it.table.iter().flat_map(|table| {
                [Some(table.clone()), singular(table)].into_iter().flatten().map(|it| (it, true))
            });
            for (text, is_table) in names.chain(table) {
                let word = Word { text, sought: position, is_table };
                match word.text.bytes().all(|byte| is_word(&byte)) {
                    true if word.text.is_empty() => {}
                    true => words.index.entry(plain(word.text.as_bytes())).or_default().push(word),
                    false => words.odd.push(word),
                }
            }
        }
        words
    }

    /// Reads a file, and notes where it has the names.
    pub fn search(&self, path: &str, text: &[u8], survey: &mut Survey) {
        survey.files += 1;
        survey.places.resize(self.sought.len(), Vec::new());
        let mut first: BTreeMap<usize, usize> = BTreeMap::new();
        let mut tables: BTreeSet<usize> = BTreeSet::new();
        let mut found = |word: &Word, at: usize| {
            if word.is_table {
                tables.insert(word.sought);
            } else {
                let first = first.entry(word.sought).or_insert(at);
                *first = at.min(*first);
            }
        };
        each_word(text, &mut |at, word| {
            for wanted in self.index.get(&plain(word)).into_iter().flatten() {
                if is_spelled(word, wanted.text.as_bytes()) {
                    found(wanted, at);
                }
            }
        });
        for wanted in &self.odd {
            if let Some(at) = place_of(text, &wanted.text) {
                found(wanted, at);
            }
        }
        for (sought, at) in first {
            let without_table = !tables.contains(&sought);
            let place = Place { without_table, path: path.to_owned(), line: line_at(text, at) };
            if let Some(places) = survey.places.get_mut(sought) {
                places.push(place);
            }
        }
    }
}

/// Shows each identifier of a text, and several that hyphens join as one too.
fn each_word(text: &[u8], see: &mut dyn FnMut(usize, &[u8])) {
    const WORD_MAX: usize = 200;
    let mut at = 0;
    let mut joined: Option<usize> = None;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let length = rest.iter().take_while(|byte| is_word(byte)).count();
        if length == 0 {
            at += 1;
            continue;
        }
        let end = at + length;
        if let Some(word) = rest.get(..length).filter(|_| length <= WORD_MAX) {
            see(at, word);
        }
        let goes_on = text.get(end) == Some(&b'-') && text.get(end + 1).is_some_and(is_word);
        let start = joined.unwrap_or(at);
        joined = goes_on.then_some(start);
        if !goes_on && start < at && end - start <= WORD_MAX {
            see(start, text.get(start..end).unwrap_or_default());
        }
        at = end + 1;
    }
}

fn is_word(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || *byte == b'_' || !byte.is_ascii()
}

/// A word in lower case without what joins its parts.
fn plain(word: &[u8]) -> Vec<u8> {
    let parts = word.iter().filter(|byte| !matches!(byte, b'_' | b'-'));
    parts.map(u8::to_ascii_lowercase).collect()
}

/// Whether a word of code that is like a name but for its case and its joints is one of its
/// spellings: in upper or lower case, or `orderTotal`, `OrderTotal`, `UserID`, `order-total` for
/// `order_total`, or the other way round.
fn is_spelled(word: &[u8], name: &[u8]) -> bool {
    if word.eq_ignore_ascii_case(name) {
        return true;
    }
    let inside = word.get(1..word.len().saturating_sub(1)).unwrap_or_default();
    let joined = inside.iter().any(|byte| matches!(byte, b'_' | b'-'));
    let humps =
        inside.iter().any(u8::is_ascii_uppercase) && word.iter().any(u8::is_ascii_lowercase);
    let edges = [word.first(), word.last()];
    !edges.contains(&Some(&b'_')) && (joined || humps)
}

/// The line, counted from 1, on which a text first has a name as a whole word.
pub fn line_of(text: &[u8], name: &str) -> Option<usize> {
    let sought = [Sought { name: name.to_owned(), table: None }];
    let mut survey = Survey::default();
    Words::new(&sought).search("", text, &mut survey);
    survey.places.first()?.first().map(|place| place.line)
}

/// How programs that compare without case may find a name: as it is, and as its parts are joined in
/// code.
pub fn spellings(name: &str) -> [String; 3] {
    [name.to_owned(), name.replace('_', ""), name.replace('_', "-")]
}

fn place_of(text: &[u8], word: &str) -> Option<usize> {
    let word = word.as_bytes();
    text.windows(word.len().max(1)).enumerate().position(|(at, window)| {
        window.eq_ignore_ascii_case(word)
            && !at.checked_sub(1).and_then(|before| text.get(before)).is_some_and(is_word)
            && !text.get(at + word.len()).is_some_and(is_word)
    })
}

fn line_at(text: &[u8], offset: usize) -> usize {
    1 + text.iter().take(offset).filter(|byte| **byte == b'\n').count()
}

/// A plural's singular, as mappers make it.
fn singular(name: &str) -> Option<String> {
    if let Some(stem) = name.strip_suffix("ies") {
        return Some(format!("{stem}y"));
    }
    let es = ["sses", "xes", "ches", "shes"].iter().any(|end| name.ends_with(end));
    let stem = name.strip_suffix(if es { "es" } else { "s" })?;
    (!stem.is_empty() && (es || !stem.ends_with('s'))).then(|| stem.to_owned())
}

/// Says of every reported drop and rename whether the code still has the name; nothing is read
/// unless there is one.
pub fn say_where(judged: &mut [Judged], case: &Case<'_>) {
    let globs = &case.config.code;
    let Some(evidence) = case.evidence.filter(|_| !globs.is_empty()) else { return };
    let mut drops: Vec<(&mut Finding, Sought)> = judged
        .iter_mut()
        .filter(|judged| judged.state == State::Reported)
        .filter_map(|judged| sought(&judged.finding).map(|sought| (&mut judged.finding, sought)))
        .collect();
    if drops.is_empty() {
        return;
    }
    let all: Vec<Sought> = drops.iter().map(|(_, sought)| sought.clone()).collect();
    let read: Vec<&str> = case.files.iter().map(|file| file.path.as_str()).collect();
    let survey = evidence.mentions(&all, &read);
    for (position, (finding, sought)) in drops.iter_mut().enumerate() {
        let said = match &survey {
            Ok(survey) => said(survey, position, sought, globs),
            Err(why) => {
                format!("; whether the code still names `{}` is not known: {why}", sought.name)
            }
        };
        finding.message.push_str(&said);
    }
}

/// What a finding makes nameless.
fn sought(finding: &Finding) -> Option<Sought> {
    let name = finding.gone.clone()?;
    let table = match &finding.subject {
        Subject::Column(table, _) => Some(table.name.clone()),
        _ => None,
    };
    Some(Sought { name, table })
}

fn said(survey: &Survey, position: usize, sought: &Sought, globs: &[String]) -> String {
    const SHOWN_MAX: usize = 3;
    let Sought { name, .. } = sought;
    let common = sought.is_common();
    let places = survey.places.get(position).map_or(&[][..], Vec::as_slice);
    let mut places: Vec<&Place> =
        places.iter().filter(|place| !(common && place.without_table)).collect();
    places.sort();
    let beside = match (&sought.table, common) {
        (Some(table), true) => format!(" beside `{table}`"),
        _ => String::new(),
    };
    let files = survey.files;
    if places.is_empty() {
        let globs: Vec<String> = globs.iter().map(|glob| format!("`{glob}`")).collect();
        return format!(
            "; `{name}` is named nowhere{beside} in {} ({files} files read)",
            globs.join(", ")
        );
    }
    let shown = places.iter().take(SHOWN_MAX).map(|it| format!("{}:{}", it.path, it.line));
    let shown = shown.collect::<Vec<_>>().join(", ");
    let more = match places.len().saturating_sub(SHOWN_MAX) {
        0 => String::new(),
        1 => " and 1 more file".to_owned(),
        more => format!(" and {more} more files"),
    };
    format!("; the code still names `{name}`{beside}: {shown}{more}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survey(sought: &[Sought], files: &[(&str, &str)]) -> Survey {
        let mut survey = Survey::default();
        let words = Words::new(sought);
        for (path, text) in files {
            words.search(path, text.as_bytes(), &mut survey);
        }
        survey
    }

    fn column(table: &str, name: &str) -> Sought {
        Sought { name: name.to_owned(), table: Some(table.to_owned()) }
    }

    #[test]
    fn one_pass_finds_every_name_and_those_beside_their_table_first() {
        let sought = [column("order_items", "unit_price"), column("users", "name")];
        let files = [
            ("a.ts", "x.unitPrice"),
            ("b.rb", "class OrderItem\n  self.unit_price"),
            ("c.rb", "user.name"),
            ("d.rb", "full_name usersName"),
            ("e.rb", "name"),
        ];
        let survey = survey(&sought, &files);
        let globs = ["app".to_owned()];
        assert_eq!(
            said(&survey, 0, &sought[0], &globs),
            "; the code still names `unit_price`: b.rb:2, a.ts:1"
        );
        assert_eq!(
            said(&survey, 1, &sought[1], &globs),
            "; the code still names `name` beside `users`: c.rb:1"
        );
    }

    #[test]
    fn a_name_is_a_whole_identifier_in_the_spellings_of_mappers() {
        let is_in = |text: &str, name: &str| line_of(text.as_bytes(), name).is_some();
        for word in
            ["user_id", "USER_ID", "userId", "UserId", "userID", "UserID", "user-id", ":user_id"]
        {
            assert!(is_in(word, "user_id"), "{word}");
        }
        for word in [
            "userid",
            "USERID",
            "user_ids",
            "my_user_id",
            "my-user-id",
            "userIdx",
            "_userid",
            "user id",
        ] {
            assert!(!is_in(word, "user_id"), "{word}");
        }
        assert!(is_in("order_total", "orderTotal"));
        assert!(is_in("struct AgentRun", "agent_runs"), "the class of its rows");
        assert!(!is_in("Order", "orders"), "which for one word may be anything");
        assert!(is_in("a-total", "total") && !is_in("_total", "total"));
    }

    #[test]
    fn singulars() {
        for (plural, one) in [
            ("orders", Some("order")),
            ("categories", Some("category")),
            ("boxes", Some("box")),
            ("addresses", Some("address")),
            ("class", None),
            ("stock", None),
            ("s", None),
        ] {
            assert_eq!(singular(plural).as_deref(), one, "{plural}");
        }
    }

    #[test]
    fn what_is_found_nowhere_is_evidence_too() {
        let sought = [column("orders", "unit_price"), column("orders", "id")];
        let survey = survey(&sought, &[("a", "id"), ("b", "")]);
        let globs = ["app/**".to_owned(), "lib".to_owned()];
        assert_eq!(
            said(&survey, 0, &sought[0], &globs),
            "; `unit_price` is named nowhere in `app/**`, `lib` (2 files read)"
        );
        assert_eq!(
            said(&survey, 1, &sought[1], &globs),
            "; `id` is named nowhere beside `orders` in `app/**`, `lib` (2 files read)"
        );
    }
}
