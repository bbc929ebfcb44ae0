//! The forms: which lock each takes on which objects, and what it does there while it holds it.
//!
//! Facts: `tests/facts/postgres.csv`, measured on 10 to 18; `tests/effects.rs` compares every row.
//! Which form a change is, is for the classifier alone.

use crate::effects::LockMode::{self, *};
use crate::effects::Role::{self, *};

/// What a statement does, as far as locks and work go.
#[derive(Debug)]
pub struct Form {
    /// What is locked, the target first.
    pub parts: &'static [Part],
}

/// What a form does to the objects of one role.
#[derive(Debug)]
pub struct Part {
    /// The role.
    pub role: Role,
    /// The lock.
    pub mode: LockMode,
    /// What is done under it.
    pub work: Work,
}

/// Work that grows with the size of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// None: the catalog changes and nothing else.
    Brief,
    /// All rows are read.
    Scan,
    /// A table: all rows are read to build an index. An index: it is built anew.
    Build,
    /// A table: all rows are written anew.
    Rewrite,
}

const fn brief(role: Role, mode: LockMode) -> Part {
    Part { role, mode, work: Work::Brief }
}

const fn works(role: Role, mode: LockMode, work: Work) -> Part {
    Part { role, mode, work }
}

/// `ALTER TABLE` and most other commands on a relation: everything else waits for a moment.
pub const EXCLUSIVE: Form =
    Form { parts: &[brief(Target, AccessExclusive), brief(Partition, AccessExclusive)] };

/// Storage parameters, statistics targets, comments, publications.
pub const SETTINGS: Form =
    Form { parts: &[brief(Target, ShareUpdateExclusive), brief(Partition, ShareUpdateExclusive)] };

/// A name or a definition is looked up, or rows are read.
pub const READ: Form = Form { parts: &[brief(Target, AccessShare)] };

/// A table that writes every row, and with them every index, anew.
pub const REWRITE: Form = Form {
    parts: &[
        works(Target, AccessExclusive, Work::Rewrite),
        works(Partition, AccessExclusive, Work::Rewrite),
        works(Index, AccessExclusive, Work::Build),
    ],
};

/// A table's file is copied to another tablespace; its indexes stay where they are.
pub const COPY_FILE: Form = Form { parts: &[works(Target, AccessExclusive, Work::Rewrite)] };

/// Each row is checked under the strongest lock.
pub const CHECK_ROWS: Form = Form {
    parts: &[
        works(Target, AccessExclusive, Work::Scan),
        works(Partition, AccessExclusive, Work::Scan),
    ],
};

/// `VALIDATE CONSTRAINT`; of a foreign key, the referenced table's rows are looked up.
pub const VALIDATE: Form = Form {
    parts: &[
        works(Target, ShareUpdateExclusive, Work::Scan),
        works(Partition, ShareUpdateExclusive, Work::Scan),
        works(Referenced, RowShare, Work::Scan),
    ],
};

/// A foreign key whose rows are not checked: triggers are put on both tables.
pub const FOREIGN_KEY: Form = Form {
    parts: &[
        brief(Target, ShareRowExclusive),
        brief(Partition, ShareRowExclusive),
        brief(Referenced, ShareRowExclusive),
    ],
};

/// A foreign key that each row is checked against.
pub const FOREIGN_KEY_CHECKED: Form = Form {
    parts: &[
        works(Target, ShareRowExclusive, Work::Scan),
        works(Partition, ShareRowExclusive, Work::Scan),
        works(Referenced, ShareRowExclusive, Work::Scan),
    ],
};

/// A foreign key is dropped, or its triggers change.
pub const FOREIGN_KEY_DROPPED: Form = Form {
    parts: &[
        brief(Target, AccessExclusive),
        brief(Partition, AccessExclusive),
        brief(Referenced, AccessExclusive),
    ],
};

/// A foreign key that `ALTER CONSTRAINT ... ENFORCED` checks (18).
pub const FOREIGN_KEY_ENFORCED: Form = Form {
    parts: &[
        works(Target, AccessExclusive, Work::Scan),
        works(Partition, AccessExclusive, Work::Scan),
        works(Referenced, ShareRowExclusive, Work::Scan),
    ],
};

/// A foreign key that comes back with a changed column, and that each row is checked against.
pub const FOREIGN_KEY_REMADE: Form = Form {
    parts: &[
        works(Target, AccessExclusive, Work::Scan),
        works(Referenced, AccessExclusive, Work::Scan),
    ],
};

/// A unique constraint, primary key or exclusion constraint, with its index.
pub const KEY: Form = Form { parts: &[works(Target, AccessExclusive, Work::Build)] };

/// An index becomes a constraint.
pub const KEY_USING_INDEX: Form =
    Form { parts: &[brief(Target, AccessExclusive), brief(Index, ShareUpdateExclusive)] };

/// Indexes that go, change hands or are replaced, with their table.
pub const WITH_INDEXES: Form = Form {
    parts: &[
        brief(Target, AccessExclusive),
        brief(Partition, AccessExclusive),
        brief(Index, AccessExclusive),
    ],
};

/// Indexes are built anew, the table stays.
pub const REBUILD_INDEXES: Form = Form {
    parts: &[
        works(Target, AccessExclusive, Work::Build),
        works(Index, AccessExclusive, Work::Build),
    ],
};

/// Sequences that go along.
pub const SEQUENCES: Form = Form { parts: &[brief(Sequence, AccessExclusive)] };

/// The sequence of an identity column changes: `nextval` waits.
pub const SEQUENCE_CHANGED: Form = Form { parts: &[brief(Sequence, ShareRowExclusive)] };

/// Triggers are made, switched on or off.
pub const TRIGGER: Form =
    Form { parts: &[brief(Target, ShareRowExclusive), brief(Partition, ShareRowExclusive)] };

/// `CLUSTER ON`.
pub const CLUSTER_ON: Form =
    Form { parts: &[brief(Target, ShareUpdateExclusive), brief(Index, ShareUpdateExclusive)] };

/// `REPLICA IDENTITY USING INDEX`.
pub const REPLICA_INDEX: Form =
    Form { parts: &[brief(Target, AccessExclusive), brief(Index, Share)] };

/// The table that a foreign key refers to, where its triggers are made or go.
pub const REFERENCED: Form = Form { parts: &[brief(Referenced, ShareRowExclusive)] };

/// A foreign key of a partitioned table comes to a partition that had none: its rows are looked up.
pub const REFERENCED_CHECKED: Form = Form {
    parts: &[
        works(Partition, AccessExclusive, Work::Scan),
        works(Referenced, ShareRowExclusive, Work::Scan),
    ],
};

/// A partition's own foreign key becomes part of its parent's.
pub const REFERENCED_MERGED: Form = Form { parts: &[brief(Referenced, AccessExclusive)] };

/// A table that becomes a partition.
pub const PARTITION: Form = Form { parts: &[brief(Partition, AccessExclusive)] };

/// A table that becomes a partition, whose rows are verified.
pub const PARTITION_CHECKED: Form =
    Form { parts: &[works(Partition, AccessExclusive, Work::Scan)] };

/// `CREATE INDEX`: writes wait until it is built.
pub const INDEX: Form =
    Form { parts: &[works(Target, Share, Work::Build), works(Partition, Share, Work::Build)] };

/// An index that need not be built.
pub const INDEX_BRIEF: Form = Form { parts: &[brief(Target, Share)] };

/// `CREATE INDEX CONCURRENTLY`.
pub const INDEX_CONCURRENTLY: Form =
    Form { parts: &[works(Target, ShareUpdateExclusive, Work::Build)] };

/// `REINDEX`: writes wait, and the planner of each SELECT waits for the index.
pub const REINDEX: Form = Form {
    parts: &[works(Target, Share, Work::Build), works(Index, AccessExclusive, Work::Build)],
};

/// `REINDEX CONCURRENTLY`: the strong lock on the old index lasts a moment.
pub const REINDEX_CONCURRENTLY: Form = Form {
    parts: &[
        works(Target, ShareUpdateExclusive, Work::Build),
        works(Index, AccessExclusive, Work::Build),
    ],
};

/// `REINDEX` of a partitioned table, and of its partitions before each has its turn.
pub const REINDEX_PARTITIONED: Form = Form { parts: &[brief(Target, Share)] };

/// `REFRESH MATERIALIZED VIEW CONCURRENTLY`: its rows are compared.
pub const REFRESH_CONCURRENTLY: Form = Form { parts: &[works(Target, Exclusive, Work::Scan)] };
