//! Dumps as people have them: packed, piped in, cut off, in old encodings, and as a base schema.

use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const DUMP: &str = include_str!("../fixtures/dump-postgres-harbour/harbour.sql");

/// What `lint` finds in [`DUMP`], at the place that it has in the dump with all its rows.
const FOUND: &str = "missing-primary-key harbour:69:1";

fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("dumps-{name}"));
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).expect("the target folder can be written");
    path
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory can be written");
    encoder.finish().expect("memory can be written")
}

fn zstandard(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

/// The exit code and, one a line, findings as `rule stem:line:column` and errors.
fn lint(folder: &Path, arguments: &[&str], stdin: &[u8]) -> (Option<i32>, Vec<String>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lockgate"))
        .args(["lint", "--format", "json"])
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    // A program that does not read its input closes it.
    let _ = child.stdin.take().map(|mut pipe| pipe.write_all(stdin));
    let output = child.wait_with_output().expect("the binary runs");
    let document: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("one JSON document on stdout");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let list = |key: &str| document[key].as_array().cloned().unwrap_or_default();
    let findings = list("findings").into_iter().map(|finding| {
        let (rule, file) = (text(&finding["rule"]), text(&finding["file"]));
        let stem = file.split('.').next().unwrap_or("").to_owned();
        format!("{rule} {stem}:{}:{}", finding["line"], finding["column"])
    });
    let errors = list("errors")
        .into_iter()
        .map(|error| format!("error {}: {}", text(&error["path"]), text(&error["message"])));
    (output.status.code(), findings.chain(errors).collect())
}

/// What a file of these bytes gives.
fn of(name: &str, bytes: &[u8]) -> (Option<i32>, Vec<String>) {
    let folder = folder(name);
    std::fs::write(folder.join(name), bytes).expect("the target folder can be written");
    lint(&folder, &[name], b"")
}

#[test]
fn a_packed_dump_is_the_dump() {
    let dump = DUMP.as_bytes();
    let found = (Some(1), vec![FOUND.to_owned()]);
    // Members and frames that follow each other, as `pigz` and `cat` make them.
    let (head, tail) = dump.split_at(dump.len() / 2);
    let skipped = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3][..], &zstandard(tail)].concat();
    for (name, bytes) in [
        ("harbour.sql", dump.to_vec()),
        ("harbour.sql.gz", gzip(dump)),
        ("harbour.sql.zst", zstandard(dump)),
        ("harbour.members.gz", [gzip(head), gzip(tail)].concat()),
        ("harbour.frames.sql.zst", [zstandard(head), skipped].concat()),
        ("harbour.backup", dump.to_vec()),
        // The name says nothing.
        ("harbour.gz", dump.to_vec()),
        ("harbour.packed.sql", gzip(dump)),
        ("harbour.crlf.sql", DUMP.replace('\n', "\r\n").into_bytes()),
        ("harbour.bom.sql", [b"\xef\xbb\xbf", dump].concat()),
        (
            "harbour.latin1.sql",
            DUMP.replace("Where boats", "O\u{f9}")
                .chars()
                .map(|c| u8::try_from(c).unwrap_or(b'a'))
                .collect(),
        ),
    ] {
        assert_eq!(of(name, &bytes), found, "{name}");
    }
    let folder = folder("stdin");
    let stdin = ["-", "--stdin-filename", "harbour.sql"];
    assert_eq!(lint(&folder, &stdin, &gzip(dump)), found);
    assert_eq!(lint(&folder, &stdin, dump), found);
}

#[test]
fn a_dump_that_cannot_be_read_is_an_error_with_its_place() {
    let dump = DUMP.as_bytes();
    let (gz, zst) = (gzip(dump), zstandard(dump));
    let rows = DUMP.find("Kestrel").expect("the fixture has rows");
    let body = DUMP.find("INSERT INTO").expect("the fixture has a routine");
    let mut broken = gz.clone();
    let middle = broken.len() / 2;
    broken.iter_mut().skip(middle).take(9).for_each(|byte| *byte ^= 0x55);
    let mut checksum = zst.clone();
    checksum.iter_mut().rev().take(1).for_each(|byte| *byte ^= 1);
    let custom = b"PGDMP\x01\x0e\0\x04\x08".to_vec();
    for (name, bytes, code, message) in [
        ("a.sql.gz", gz[..gz.len() - 9].to_vec(), 2, "gzip data that breaks after "),
        ("b.sql.gz", broken, 2, "gzip data that breaks after "),
        ("a.sql.zst", zst[..zst.len() - 9].to_vec(), 2, "Zstandard data that breaks after "),
        ("b.sql.zst", checksum, 2, "Zstandard data that breaks after "),
        (
            "a.dump",
            custom,
            2,
            "pg_dump's custom format, which is no SQL: `pg_restore -f dump.sql` makes SQL of it",
        ),
        (
            "rows.sql",
            dump[..rows].to_vec(),
            2,
            "cut off: the statement that begins in line 156 does not end",
        ),
        (
            "body.sql",
            dump[..body].to_vec(),
            2,
            "cut off: the statement that begins in line 38 does not end",
        ),
        ("binary.sql", [dump, b"\0"].concat(), 2, "not text: a NUL byte at offset "),
        ("binary.sql.gz", b"\x7fELF\0\0".to_vec(), 3, "holds no migration that lockgate knows"),
    ] {
        let (found, lines) = of(name, &bytes);
        assert_eq!(found, Some(code), "{name}: {lines:?}");
        let expected = format!("error {name}: {message}");
        assert!(
            matches!(lines.as_slice(), [line] if line.starts_with(&expected)),
            "{name}: {lines:?}"
        );
    }
}

#[test]
fn a_packed_dump_is_a_base_schema() {
    let folder = folder("base");
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(folder.join(name), bytes).expect("the target folder can be written");
    };
    write("before.sql.gz", &gzip(DUMP.as_bytes()));
    write("before.sql.zst", &zstandard(DUMP.as_bytes()));
    write("cut.sql.gz", &gzip(&DUMP.as_bytes()[..3000]));
    write("broken.sql.gz", &gzip(DUMP.as_bytes())[..300]);
    write("binary", b"\x7fELF\0\0");
    write("9_wider.sql", b"ALTER TABLE harbours ALTER depth_cm TYPE bigint;");
    let with = |schema: &str| lint(&folder, &["--schema", schema, "9_wider.sql"], b"");
    for schema in ["before.sql.gz", "before.sql.zst"] {
        let (code, lines) = with(schema);
        assert_eq!(
            (code, lines.first().map(String::as_str)),
            (Some(1), Some("column-type-rewrite 9_wider:1:22"))
        );
    }
    for (schema, message) in [
        ("cut.sql.gz", "cut off: the statement that begins in line "),
        ("broken.sql.gz", "gzip data that breaks after "),
        ("binary", "not text: a NUL byte at offset 4"),
        ("none.sql", "not found"),
    ] {
        let (code, lines) = with(schema);
        assert_eq!(code, Some(2), "{schema}");
        let expected = format!("error {schema}: cannot be read as a schema: {message}");
        assert!(matches!(lines.as_slice(), [line] if line.starts_with(&expected)), "{lines:?}");
    }
}
