//! The tables of measurements, read.

use super::forms::{Form, forms};
use super::said::Seen;
use lockgate::effects::LockMode;
use std::collections::BTreeMap;

/// A form, with what was measured of it.
pub struct Measured {
    pub form: Form,
    pub rows: Vec<Row>,
    classes: BTreeMap<String, String>,
}

impl Measured {
    /// The class of impact on a version.
    pub fn class(&self, version: u16) -> &str {
        &self.classes[&format!("pg{version}")]
    }

    /// Whether that version took the form.
    pub fn ran(&self, version: u16) -> bool {
        self.class(version) != "error"
    }
}

/// What a form did to one relation.
pub struct Row {
    pub relation: String,
    cells: BTreeMap<String, String>,
}

impl Row {
    pub fn seen(&self, version: u16) -> Seen {
        let mode = &self.cells[&format!("pg{version}")];
        Seen {
            relation: self.relation.clone(),
            is_index: self.cells["relation_role"].starts_with("index"),
            is_empty: false,
            is_gone: false,
            mode: LockMode::ALL.into_iter().find(|it| it.name() == mode),
            rewrites: matches!(self.at("rewrite", version), "yes" | "copied block by block"),
            scans: self.at("scan", version) == "yes",
            rebuilds: !matches!(self.at("index_rebuild", version), "" | "no"),
        }
    }

    pub fn block_ok(&self, version: u16) -> bool {
        self.at("txn_block_ok", version) == "yes"
    }

    /// A cell's value for a version: `10:yes; 11-18:no` differs by version.
    fn at(&self, column: &str, version: u16) -> &str {
        let cell = &self.cells[column];
        for part in cell.split("; ") {
            let Some((versions, value)) = part.split_once(':') else { return part };
            let (from, to) = versions.split_once('-').unwrap_or((versions, versions));
            if (from.parse().unwrap()..=to.parse().unwrap()).contains(&version) {
                return value;
            }
        }
        ""
    }
}

/// Every form of the tables that begin with `name`, in the order of its file.
pub fn all(name: &str) -> Vec<Measured> {
    let path = format!("tests/facts/{name}");
    let mut rows: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for cells in table(&format!("{path}.csv")) {
        let relation = cells["relation"].clone();
        rows.entry(cells["id"].clone()).or_default().push(Row { relation, cells });
    }
    let classes = table(&format!("{path}_impact.csv")).into_iter();
    let mut classes: BTreeMap<String, _> = classes.map(|it| (it["id"].clone(), it)).collect();
    let measured = |form: Form| Measured {
        rows: rows.remove(&form.id).unwrap(),
        classes: classes.remove(&form.id).unwrap(),
        form,
    };
    forms(name).into_iter().map(measured).collect()
}

/// A CSV file as one map for each line, by the names in its first.
fn table(path: &str) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut records = vec![vec![String::new()]];
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(character) = chars.next() {
        let cell = records.last_mut().unwrap().last_mut().unwrap();
        match character {
            '"' if quoted && chars.peek() == Some(&'"') => cell.extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => records.last_mut().unwrap().push(String::new()),
            '\n' if !quoted => records.push(vec![String::new()]),
            other => cell.push(other),
        }
    }
    let header = records.remove(0);
    let whole = records.into_iter().filter(|record| record.len() == header.len());
    whole.map(|record| header.iter().cloned().zip(record).collect()).collect()
}
