//! Two databases, object by object.

use crate::cluster::Cluster;
use std::collections::{BTreeMap, BTreeSet};

const COMPARE: &str = include_str!("compare.sql");

/// What was compared.
#[derive(Default)]
pub struct Counts {
    /// By kind of object: how many, and how many differ.
    pub kinds: BTreeMap<String, (usize, usize)>,
    /// Migrations that the server did not take.
    pub refused: usize,
}

impl Counts {
    /// Counts objects of a kind.
    pub fn add(&mut self, kind: &str, compared: usize, differ: usize) {
        let counts = self.kinds.entry(kind.to_owned()).or_default();
        *counts = (counts.0 + compared, counts.1 + differ);
    }

    /// All kinds together.
    pub fn sum(&self) -> (usize, usize) {
        self.kinds.values().fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1))
    }
}

type Facts = BTreeMap<String, BTreeMap<String, String>>;

fn facts(cluster: &Cluster, database: &str) -> Result<Facts, String> {
    let mut facts = Facts::new();
    for row in cluster.rows(database, COMPARE)? {
        let mut cells = row.splitn(3, '\t').map(str::to_owned);
        let (kind, name) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
        facts.entry(kind).or_default().insert(name, cells.next().unwrap_or_default());
    }
    Ok(facts)
}

/// Compares what the server made of the migrations with what it made of the replay's catalog.
pub fn compare(cluster: &Cluster, total: &mut Counts) -> Result<(), String> {
    let (server, replay) = (facts(cluster, "migrated")?, facts(cluster, "replayed")?);
    let kinds: BTreeSet<&String> = server.keys().chain(replay.keys()).collect();
    let none = BTreeMap::new();
    for kind in kinds {
        let (ours, theirs) = (replay.get(kind).unwrap_or(&none), server.get(kind).unwrap_or(&none));
        let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
        for name in names {
            let same = ours.get(name) == theirs.get(name);
            total.add(kind, 1, usize::from(!same));
            if !same {
                println!("  {kind} {name}");
                println!("    server: {}", theirs.get(name).map_or("absent", String::as_str));
                println!("    replay: {}", ours.get(name).map_or("absent", String::as_str));
            }
        }
    }
    Ok(())
}
