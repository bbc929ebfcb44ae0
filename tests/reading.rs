//! What each form of statement is read as: `tests/reading/*.sql` against the `.txt` beside it.
//! A name that begins with an engine's is read as that engine's SQL.
//!
//! `SNAPSHOTS=overwrite cargo test --test reading` writes the `.txt` files anew.

use lockgate::dialect::Engine;
use lockgate::migration::{Context, Reading, SqlText};
use lockgate::source::SourceFile;

fn summary(path: &str, text: &str, engine: Engine) -> String {
    let file = SourceFile::new(path, text);
    let sql = SqlText::verbatim(file.text.clone(), 0);
    let mut summary = String::new();
    for statement in lockgate::sql::read(&sql, engine).statements {
        let place = file.place(statement.span.start);
        let reading = match statement.reading {
            Reading::Understood => "understood".to_owned(),
            Reading::Opaque { why } => format!("opaque: {why}"),
            Reading::Unread { why, at } => {
                let at = file.place(at.start);
                format!("unread at {}:{}: {why}", at.line, at.column)
            }
        };
        summary += &format!("{}:{} {reading}\n", place.line, place.column);
        for located in statement.changes {
            let context = match located.context {
                Context::Top => "",
                Context::Do { certain: true } => "DO ",
                Context::Do { certain: false } => "DO maybe ",
            };
            let change = &located.change.value;
            let at = file.place(located.change.span.start);
            let object = change.object().map(|object| object.to_string()).unwrap_or_default();
            summary +=
                &format!("  {context}{} {object} @{}:{}\n", change.kind(), at.line, at.column);
            summary += &format!("    {change:?}\n");
        }
    }
    summary
}

#[test]
fn every_form_is_read_as_recorded() {
    let assert = snapbox::Assert::new().action_env("SNAPSHOTS");
    for entry in std::fs::read_dir("tests/reading").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "sql") {
            let text = std::fs::read_to_string(&path).unwrap();
            let expected = path.with_extension("txt");
            let name = path.file_stem().unwrap().to_string_lossy();
            let engine = Engine::ALL.into_iter().find(|engine| name.starts_with(engine.name()));
            let engine = engine.unwrap_or(Engine::Postgres);
            assert.eq(
                summary(&path.to_string_lossy(), &text, engine),
                snapbox::Data::read_from(&expected, Some(snapbox::data::DataFormat::Text)).raw(),
            );
        }
    }
}
