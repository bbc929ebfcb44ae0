#!/usr/bin/env python3
"""What policies cost: beside the built-in rules, and with a large catalog.

    benches/policies.py LOCKGATE [--files 1000] [--tables 5000] [--runs 7] [--shipped]

Twenty policies judge a made-up history: six shipped ones that do real work and fourteen small ones,
each of which looks at one kind of change; with --shipped the first four of each pack, those that
read `data.catalog` first. Each time is that of a whole run, in turns; what policies cost is the
difference to the same run without them, what the rules cost the difference between `lint` and
`schema`, which replays and judges nothing. Medians.
"""

import argparse
import glob
import os
import shutil
import statistics
import tempfile

from speed import timed

PACKS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "policies")
POLICIES_PER_PACK = 4
REAL = [
    "audit/audit_columns",
    "conventions/required_columns",
    "conventions/table_name",
    "delivery/one_table",
    "privacy/untagged_personal_column",
    "replication/identity_missing",
]
SMALL = """# METADATA
# title: Small policy {number}
# description: Looks at one kind of change.
# custom:
#   level: warning
package policy.small.s{number}

deny contains {{"message": sprintf("table `%s` is called x{number}", [change.table]), "at": change}} if {{
\tsome change in input.changes
\tchange.kind == "create_table"
\tendswith(change.object.name, "x{number}")
}}
"""


def policies(folder, shipped=False):
    """Copies or writes the policies of the bench."""
    os.mkdir(folder)
    if not shipped:
        for name in REAL:
            shutil.copy(os.path.join(PACKS, f"{name}.rego"), os.path.join(folder, name.replace("/", "_") + ".rego"))
        for number in range(14):
            with open(os.path.join(folder, f"small_{number}.rego"), "w") as out:
                out.write(SMALL.format(number=number))
        return len(REAL) + 14
    count = 0
    for pack in sorted(os.listdir(PACKS)):
        files = sorted(glob.glob(os.path.join(PACKS, pack, "*.rego")))
        files = [it for it in files if not it.endswith("_test.rego")]
        # Those that read the catalog come first.
        files.sort(key=lambda it: "data.catalog" not in open(it).read())
        for file in files[:POLICIES_PER_PACK]:
            shutil.copy(file, os.path.join(folder, f"{pack}_{os.path.basename(file)}"))
            count += 1
    return count


def history(folder, files):
    """Migrations of ten changes each on ten tables."""
    os.mkdir(folder)
    for number in range(1, files + 1):
        text = "".join(
            f"CREATE TABLE t{number}_{table} (\n  id bigint PRIMARY KEY,\n  name text NOT NULL,\n"
            f"  made_at timestamptz NOT NULL\n);\n"
            for table in range(4)
        )
        older = max(1, number - 3)
        text += (
            f"ALTER TABLE t{older}_0 ADD COLUMN note_{number} text;\n"
            f"ALTER TABLE t{older}_1 DROP COLUMN IF EXISTS nothing_{number};\n"
            f"CREATE INDEX t{number}_name ON t{number}_0 (name);\n"
            f"COMMENT ON TABLE t{number}_1 IS 'what is kept';\n"
            f"UPDATE t{number}_2 SET name = 'x' WHERE id = 1;\n"
            f"GRANT SELECT ON t{number}_3 TO reader;\n"
        )
        with open(os.path.join(folder, f"V{number}__change.sql"), "w") as out:
            out.write(text)


def base(path, tables):
    """A schema that stood before."""
    with open(path, "w") as out:
        for number in range(tables):
            out.write(
                f"CREATE TABLE public.old_{number} (\n    id bigint NOT NULL,\n    name text,\n"
                f"    made_at timestamptz\n);\n"
                f"ALTER TABLE ONLY public.old_{number} ADD CONSTRAINT old_{number}_pkey PRIMARY KEY (id);\n"
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("lockgate")
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--tables", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--shipped", action="store_true")
    args = parser.parse_args()
    lockgate = os.path.abspath(args.lockgate)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        count = policies("policies", args.shipped)
        history("db", args.files)
        base("base.sql", args.tables)
        judged = "policies: [{path: policies}]\n"
        configs = {"plain": "", "judged": judged}
        configs |= {f"{name} large": f"schema: base.sql\n{text}" for name, text in configs.items()}
        commands = {}
        for name, text in configs.items():
            with open(f"{name}.yaml", "w") as out:
                out.write("dialect: postgres\nframework: flyway\n" + text)
            flags = ["db", "--config", f"{name}.yaml", "--format", "json"]
            commands[name] = [lockgate, "lint", *flags]
        commands["replayed"] = [lockgate, "schema", *flags[:1], "--config", "plain.yaml", "--format", "json"]
        commands["loaded"] = [lockgate, "rules", "--config", "judged.yaml"]
        seconds = {name: [] for name in commands}
        for _ in range(args.runs):
            for name, command in commands.items():
                seconds[name].append(timed(command)[0])

    def cost(more, less):
        return statistics.median(a - b for a, b in zip(seconds[more], seconds[less]))

    rules = cost("plain", "replayed")
    small, large = cost("judged", "plain"), cost("judged large", "plain large")
    per_file = 1000 / args.files
    print(f"{count} policies, {args.files} files, {os.cpu_count()} cores, median of {args.runs} runs")
    print(f"lint without policies {statistics.median(seconds['plain']):.3f} s, with {statistics.median(seconds['judged']):.3f} s")
    print(f"built-in rules {rules * per_file:.3f} ms a file")
    print(f"policies {small * per_file:.3f} ms a file, {small / rules:.1f} times the built-in rules")
    print(f"with {args.tables} tables more {large * per_file:.3f} ms a file, {100 * (large / small - 1):+.0f} %")


if __name__ == "__main__":
    main()
