//! The columns of a query: each with the name that it has, written or not.

/// Words that end the list of what a query selects.
const ENDS: &[&str] = &["from", "where", "group", "order", "limit", "union", "except", "intersect"];

/// The parts of a query with each of its columns named: by `columns`, else as it is written, else
/// as the engine names it (PostgreSQL: `FigureColname`).
pub(super) fn named(parts: Vec<String>, columns: &[String]) -> Vec<String> {
    if parts.first().map(String::as_str) != Some("select") {
        return [parts, columns.to_vec()].concat();
    }
    let begin = 1 + usize::from(parts.get(1).is_some_and(|it| it == "distinct" || it == "all"));
    let len = parts.iter().skip(begin).take_while(|it| !ENDS.contains(&it.as_str())).count();
    let (head, rest) = parts.split_at(begin.min(parts.len()));
    let (list, rest) = rest.split_at(len.min(rest.len()));
    let mut columns = columns.iter();
    let mut named = head.to_vec();
    for (number, item) in list.split(|it| it == ",").enumerate() {
        if number > 0 {
            named.push(",".to_owned());
        }
        named.extend(output(item, columns.next()));
    }
    named.extend_from_slice(rest);
    named
}

fn output(item: &[String], column: Option<&String>) -> Vec<String> {
    let (expression, written) = match item {
        [expression @ .., word, alias] if word == "as" => (expression, Some(alias.clone())),
        [expression, alias] => (std::slice::from_ref(expression), Some(alias.clone())),
        expression => (expression, None),
    };
    let own = || {
        let text = expression.first()?;
        let name = text.split('(').next().filter(|it| !it.is_empty())?;
        Some(name.rsplit('.').next().unwrap_or(name).to_owned())
    };
    let name = column.cloned().or(written).or_else(own);
    let all = expression.last().is_some_and(|it| it == "*" || it.ends_with(".*"));
    let name = name.filter(|_| !all).map(|name| vec!["as".to_owned(), name]);
    [expression.to_vec(), name.unwrap_or_default()].concat()
}
