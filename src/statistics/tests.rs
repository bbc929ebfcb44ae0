//! Tests of the statistics.

use super::*;

fn document(tables: &str) -> String {
    format!(
        r#"{{"schema_version": 1, "as_of": "2026-11-01T03:04:05Z", "engine": "postgres", "tables": [{tables}]}}"#
    )
}

fn statistics(tables: &str) -> Statistics {
    read(SourceFile::new("stats.json", &document(tables))).unwrap()
}

/// The place and the message of what is wrong, without what to do.
fn wrong(text: &str) -> String {
    let failure = read(SourceFile::new("stats.json", text)).unwrap_err();
    let message = failure.message.split("; `lockgate stats`").next().unwrap_or_default();
    let message = message.trim_start_matches("these are no statistics that can be read: ");
    let place = failure.at.map(|at| at.0.place(at.1.start)).unwrap();
    format!("{}:{} {message}", place.line, place.column)
}

#[test]
fn what_the_document_says_is_known() {
    let read = statistics(
        r#"{"schema": "public", "name": "orders", "rows": 312, "bytes": 65536, "index_bytes": 16384,
            "writes_per_second": 0.5, "keys": [{"column": "id", "max_id": 400, "limit": 2147483647}]},
           {"schema": "shop", "name": "items", "rows": null, "bytes": 1, "index_bytes": 0,
            "writes_per_second": null}"#,
    );
    assert_eq!((read.as_of.to_string().as_str(), read.engine), ("2026-11-01", Engine::Postgres));
    assert_eq!(read.file.0.slice(read.file.1), "\"as_of\"");
    let sizes = Sizes { statistics: Some(Arc::new(read)), large_tables: None };
    let words = |name: Name| match sizes.of(&name) {
        Size::Measured(table, as_of) => format!("{table} as of {as_of}"),
        other => format!("{other:?}"),
    };
    assert_eq!(words(Name::qualified("public", "orders")), "312 rows (80 kB) as of 2026-11-01");
    assert_eq!(words(Name::qualified("shop", "items")), "1 bytes as of 2026-11-01");
    // Which schema a connection chooses is not said; another one is another table.
    assert_eq!(words(Name::qualified("public", "items")), "1 bytes as of 2026-11-01");
    assert!(words(Name::qualified("shop", "orders")).starts_with("Lacking"));
    assert!(words(Name::bare("nothing")).starts_with("Lacking"));
}

#[test]
fn classes_need_rows_and_bytes() {
    let class = |rows: Option<u64>, bytes, index_bytes| {
        let table =
            TableStatistics { rows, bytes, index_bytes, writes_per_second: None, keys: Vec::new() };
        table.class()
    };
    const MB: u64 = 1 << 20;
    assert_eq!(class(Some(9_999), 4 * MB, 4 * MB - 1), Class::Tiny);
    assert_eq!(class(Some(10_000), 1, 1), Class::Small);
    assert_eq!(class(Some(3), 4 * MB, 4 * MB), Class::Small);
    assert_eq!(class(Some(99_999), 60 * MB, 4 * MB - 1), Class::Small);
    assert_eq!(class(Some(100_000), 1, 1), Class::Large);
    assert_eq!(class(Some(3), 64 * MB, 0), Class::Large);
    assert_eq!(class(None, 1, 1), Class::Tiny);
    assert_eq!(class(Some(1), u64::MAX, u64::MAX), Class::Large);
}

#[test]
fn what_large_tables_lists_is_large() {
    let globs = ["orders", "shop.*", "audit_*"].map(str::to_owned).to_vec();
    let sizes = Sizes { statistics: None, large_tables: Some(globs) };
    let of = |schema: &str, name: &str| sizes.of(&Name::qualified(schema, name)).class();
    assert_eq!(of("public", "orders"), Class::Large);
    assert_eq!(of("shop", "customers"), Class::Large);
    assert_eq!(of("public", "audit_log"), Class::Large);
    assert_eq!(of("public", "customers"), Class::Small);
    assert_eq!(Sizes::default().of(&Name::bare("orders")), Size::Unknown);
}

#[test]
fn statistics_age() {
    let read = statistics("");
    let fresh = |day: &str| read.is_fresh(day.parse().unwrap());
    assert!(fresh("2026-11-01") && fresh("2026-12-01") && fresh("2026-10-31"));
    assert!(!fresh("2026-12-02") && !fresh("2026-10-30"));
}

#[test]
fn what_is_not_the_document_has_its_place() {
    let table = r#"{"name": "t", "rows": 1, "bytes": 1, "index_bytes": 1, "writes_per_second": 1}"#;
    let mut differ = Vec::new();
    for (text, expected) in [
        ("", "1:1 EOF while parsing a value"),
        ("{", "1:1 EOF while parsing an object"),
        ("[]", "1:2 invalid length 0, expected one object"),
        (
            "{\n  \"tabels\": []}",
            "2:10 unknown field `tabels`, expected one of `schema_version`, `as_of`, `engine`, `tables`",
        ),
        (
            &document("").replace("\"schema_version\": 1", "\"schema_version\": 2"),
            "1:20 `schema_version` 2 is not known; this lockgate reads 1",
        ),
        (
            &document("").replace("postgres", "oracle"),
            "1:73 `engine` cannot be `oracle`; it is one of postgres, mysql, mariadb, sqlite",
        ),
        (
            &document("").replace("T03", " 03"),
            "1:53 `2026-11-01 03:04:05Z` is not a moment in UTC; write it like 2026-12-31T23:59:59Z",
        ),
        (&document(&format!("{table},\n{table}")), "2:79 `t` is listed twice"),
        (
            &document(&table.replace("\"rows\": 1", "\"rows\": -1")),
            "1:112 invalid value: integer `-1`, expected a whole number from 0 on",
        ),
        (&document(&table.replace("\"rows\": 1", "\"rows\": 1e400")), "1:115 number out of range"),
        (
            &document(&table.replace("\"rows\": 1", "\"rows\": 99999999999999999999")),
            "1:130 invalid type: floating point `1e+20`, expected a whole number from 0 on",
        ),
        (
            &document(&table.replace("\"rows\": 1", "\"rows\": \"many\"")),
            "1:116 invalid type: string \"many\", expected a whole number from 0 on",
        ),
        (
            &document(&table.replace("second\": 1", "second\": -0.5")),
            "1:170 `t` has negative `writes_per_second`",
        ),
        (&document(&table.replace("\"bytes\": 1, ", "")), "1:154 missing field `bytes`"),
    ] {
        let found = wrong(text);
        if found != expected {
            differ.push(format!("{text}\n  wanted {expected}\n  found  {found}"));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
    let latin1 = SourceFile::decode("stats.json", b"{\"caf\xe9\": 1}").unwrap();
    assert!(read(latin1).unwrap_err().message.starts_with("is not UTF-8"));
}
