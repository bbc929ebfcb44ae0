//! Small projects, one for each framework that lockgate writes migrations of.

/// A project.
pub struct Project {
    /// The framework, and what is special.
    pub name: &'static str,
    /// Its files: path and text.
    pub files: Vec<(String, String)>,
}

const TABLES: &str = "\
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (
  id bigint PRIMARY KEY,
  customer bigint,
  status text,
  total numeric(12, 2)
);
CREATE INDEX orders_total ON orders (total);
";

/// Statements that lock, between others, with comments.
const MANY: &str = "\
ALTER TABLE orders ADD COLUMN placed_at timestamptz;

-- Support looks for what is open.
CREATE INDEX orders_status ON orders (status)
  WHERE status <> 'done';
CREATE UNIQUE INDEX ON orders USING btree (customer, placed_at);
DROP INDEX orders_total;

ALTER TABLE orders
  ADD CONSTRAINT orders_customer FOREIGN KEY (customer) REFERENCES customers (id) ON DELETE CASCADE,
  ADD CHECK (total >= 0);
";

/// A file that holds one statement.
const ONE: &str =
    "-- Support looks for what is open.\nCREATE INDEX orders_status ON orders (status);\n";

fn files(files: &[(&str, &str)]) -> Vec<(String, String)> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

fn marked(up: &str, text: &str, down: &str, back: &str) -> String {
    format!("{up}\n{text}\n{down}\n{back}\n")
}

const BACK: &str = "DROP INDEX orders_status;";

/// All of them.
pub fn projects() -> Vec<Project> {
    let project = |name, list: &[(&str, &str)]| Project { name, files: files(list) };
    let goose = |text: &str| marked("-- +goose Up", text, "-- +goose Down", BACK);
    let dbmate = |text: &str| marked("-- migrate:up", text, "-- migrate:down", BACK);
    let sql_migrate = |text: &str| marked("-- +migrate Up", text, "-- +migrate Down", BACK);
    vec![
        project(
            "flyway",
            &[
                ("db/V1__tables.sql", TABLES),
                ("db/V2__orders.sql", MANY),
                ("db/V3__note.sql", "COMMENT ON TABLE orders IS 'sold';\n"),
            ],
        ),
        project("flyway-one", &[("db/V1__tables.sql", TABLES), ("db/V2__orders.sql", ONE)]),
        project(
            "golang-migrate",
            &[
                ("m/000001_tables.up.sql", TABLES),
                ("m/000001_tables.down.sql", "DROP TABLE orders;\nDROP TABLE customers;\n"),
                ("m/000002_orders.up.sql", MANY),
                ("m/000002_orders.down.sql", "DROP INDEX orders_status;\n"),
            ],
        ),
        project(
            "golang-migrate-one",
            &[
                ("m/1_tables.up.sql", TABLES),
                ("m/2_orders.up.sql", ONE),
                ("m/1_tables.down.sql", ""),
            ],
        ),
        project(
            "goose",
            &[("m/00001_tables.sql", &goose(TABLES)), ("m/00002_orders.sql", &goose(MANY))],
        ),
        project(
            "goose-one",
            &[("m/00001_tables.sql", &goose(TABLES)), ("m/00002_orders.sql", &goose(ONE))],
        ),
        project(
            "dbmate",
            &[
                ("db/migrations/20260101000000_tables.sql", &dbmate(TABLES)),
                ("db/migrations/20260102095959_orders.sql", &dbmate(MANY)),
            ],
        ),
        project(
            "dbmate-one",
            &[
                ("db/migrations/20260101000000_tables.sql", &dbmate(TABLES)),
                ("db/migrations/20260102000000_orders.sql", &dbmate(ONE)),
            ],
        ),
        project(
            "sqlx",
            &[
                ("Cargo.toml", "[dependencies]\nsqlx = \"0.8\"\n"),
                ("migrations/20260101000000_tables.sql", TABLES),
                ("migrations/20260102000000_orders.sql", MANY),
            ],
        ),
        project(
            "sqlx-one",
            &[
                ("Cargo.toml", "[dependencies]\nsqlx = \"0.8\"\n"),
                ("migrations/20260101000000_tables.up.sql", TABLES),
                ("migrations/20260101000000_tables.down.sql", "DROP TABLE orders, customers;\n"),
                ("migrations/20260102000000_orders.up.sql", ONE),
                ("migrations/20260102000000_orders.down.sql", "DROP INDEX orders_status;\n"),
            ],
        ),
        project(
            "diesel",
            &[
                ("diesel.toml", ""),
                ("migrations/2026-01-01-000000_tables/up.sql", TABLES),
                ("migrations/2026-01-01-000000_tables/down.sql", "DROP TABLE orders, customers;\n"),
                ("migrations/2026-01-02-000000_orders/up.sql", MANY),
                ("migrations/2026-01-02-000000_orders/down.sql", "DROP INDEX orders_status;\n"),
            ],
        ),
        project(
            "diesel-one",
            &[
                ("diesel.toml", ""),
                ("migrations/2026-01-01-000000_tables/up.sql", TABLES),
                ("migrations/2026-01-02-000000_orders/up.sql", ONE),
            ],
        ),
        project(
            "prisma",
            &[
                ("prisma/migrations/migration_lock.toml", "provider = \"postgresql\"\n"),
                ("prisma/migrations/20260101000000_tables/migration.sql", TABLES),
                ("prisma/migrations/20260102000000_orders/migration.sql", MANY),
            ],
        ),
        project(
            "sql-migrate",
            &[
                ("m/20260101000000-tables.sql", &sql_migrate(TABLES)),
                ("m/20260102000000-orders.sql", &sql_migrate(MANY)),
            ],
        ),
        project(
            "sql-migrate-one",
            &[
                ("m/20260101000000-tables.sql", &sql_migrate(TABLES)),
                ("m/20260102000000-orders.sql", &sql_migrate(ONE)),
            ],
        ),
        project(
            "supabase",
            &[
                ("supabase/config.toml", "project_id = \"shop\"\n"),
                ("supabase/migrations/20260101000000_tables.sql", TABLES),
                ("supabase/migrations/20260102000000_orders.sql", MANY),
            ],
        ),
        project(
            "refinery",
            &[
                ("refinery.toml", ""),
                ("migrations/V1__tables.sql", TABLES),
                ("migrations/V2__orders.sql", MANY),
            ],
        ),
        project(
            "not-null",
            &[
                ("db/V1__tables.sql", TABLES),
                (
                    "db/V2__status.sql",
                    "ALTER TABLE orders\n  ALTER COLUMN status SET NOT NULL,\n  ALTER status SET DEFAULT 'new';\n",
                ),
            ],
        ),
        project(
            "not-null-with-a-check",
            &[
                ("m/1_tables.sql", &goose(TABLES)),
                (
                    "m/2_check.sql",
                    &goose(
                        "ALTER TABLE orders ADD CONSTRAINT has_status CHECK (status IS NOT NULL) NOT VALID;",
                    ),
                ),
                ("m/3_status.sql", &goose("ALTER TABLE orders ALTER status SET NOT NULL;")),
            ],
        ),
        project(
            "reindex",
            &[
                ("m/1_tables.sql", &goose(TABLES)),
                ("m/2_again.sql", &goose("REINDEX TABLE orders;\nREINDEX INDEX orders_total;\n")),
            ],
        ),
        project("plain", &[("sql/001_tables.sql", TABLES), ("sql/002_orders.sql", MANY)]),
    ]
}
