#!/usr/bin/env python3
"""How fast a run is: beside squawk on real migrations, and how it grows.

    benches/speed.py LOCKGATE [--corpora TABLE DIR --squawk BIN] [--runs 11]

With --corpora both lint every PostgreSQL row that is laid out in one process each, in turns; the
median of the ratios is what counts, as other work on the machine slows both. Then a made-up history
of 1x, 10x and 100x is linted: time, MB/s, statements/s and peak memory of each.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time

from noise import rows


def timed(command):
    """Seconds and peak memory in MB of a command; what it writes is dropped."""
    began = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{command[0]} could not run: {status}")
    return time.monotonic() - began, usage.ru_maxrss / 1024


def compare(args):
    table, folder = args.corpora
    roots = [os.path.abspath(os.path.join(home, root)) for _, home, root in rows(table, folder)]
    ours = [args.lockgate, "lint", "--dialect", "postgres", "--format", "json", *roots]
    report = json.loads(subprocess.run(ours, capture_output=True, text=True).stdout)
    files = sorted({it["file"] for it in report["migrations"] if it["file"].endswith(".sql")})
    size = sum(os.path.getsize(file) for file in files) / 1e6
    theirs = [args.squawk, "--reporter", "json", *files]
    version = subprocess.run([args.squawk, "--version"], capture_output=True, text=True).stdout.strip()
    print(f"{len(roots)} sets, {len(files)} files, {size:.1f} MB, {report['statements']['total']} statements")
    ratios, seconds, memory = [], [], 0
    for _ in range(args.runs):
        (our, peak), (their, _) = timed(ours), timed(theirs)
        ratios.append(our / their)
        seconds.append((our, their))
        memory = max(memory, peak)
    our, their = (statistics.median(it) for it in zip(*seconds))
    print(f"lockgate {our:.2f} s, {size / our:.1f} MB/s, {report['statements']['total'] / our:.0f} statements/s, {memory:.0f} MB")
    print(f"{version} {their:.2f} s")
    print(f"median of {args.runs} ratios lockgate / squawk: {statistics.median(ratios):.2f}")


def history(folder, files):
    """A history that looks like life: tables, keys, columns, indexes, changes of types."""
    for number in range(1, files + 1):
        if number % 4 == 1:
            text = (
                f"CREATE TABLE t{number} (\n  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n"
                f"  name varchar(80) NOT NULL,\n  made_at timestamptz NOT NULL DEFAULT now(),\n"
                f"  amount numeric(12, 2) CHECK (amount >= 0)\n);\n"
                f"CREATE INDEX t{number}_name ON t{number} (name);\n"
                f"COMMENT ON TABLE t{number} IS 'made by migration {number}; DROP TABLE is a word here';\n"
            )
        else:
            made = number - (number - 1) % 4
            text = {
                2: f"ALTER TABLE t{made} ADD COLUMN note text;\nCREATE INDEX CONCURRENTLY t{made}_note ON t{made} (note);\n",
                3: f"ALTER TABLE t{made} ALTER COLUMN name TYPE varchar(120), ADD COLUMN owner_id bigint;\n"
                   f"UPDATE t{made} SET owner_id = id WHERE owner_id IS NULL;\n",
                0: f"ALTER TABLE t{made} ADD CONSTRAINT t{made}_owner FOREIGN KEY (owner_id) REFERENCES t1 (id) NOT VALID;\n"
                   f"ALTER TABLE t{made} VALIDATE CONSTRAINT t{made}_owner;\n",
            }[number % 4]
        with open(os.path.join(folder, f"V{number}__step.sql"), "w") as out:
            out.write(text)


def growth(args):
    print("\n| files | s | MB/s | statements/s | peak MB | s, times the row above |\n| ---: | ---: | ---: | ---: | ---: | ---: |")
    before = None
    for files in (100, 1000, 10000):
        with tempfile.TemporaryDirectory() as folder:
            history(folder, files)
            command = [args.lockgate, "lint", folder, "--dialect", "postgres", "--format", "json"]
            report = json.loads(subprocess.run(command, capture_output=True, text=True).stdout)
            size = sum(entry.stat().st_size for entry in os.scandir(folder)) / 1e6
            runs = [timed(command) for _ in range(3)]
            seconds, peak = min(it[0] for it in runs), max(it[1] for it in runs)
            times = f"{seconds / before:.1f}" if before else ""
            statements = report["statements"]["total"]
            print(f"| {files} | {seconds:.3f} | {size / seconds:.2f} | {statements / seconds:.0f} | {peak:.0f} | {times} |")
            before = seconds


def main():
    take = argparse.ArgumentParser()
    take.add_argument("lockgate")
    take.add_argument("--corpora", nargs=2, metavar=("TABLE", "DIR"))
    take.add_argument("--squawk")
    take.add_argument("--runs", type=int, default=11)
    args = take.parse_args()
    if args.corpora:
        compare(args)
    growth(args)


if __name__ == "__main__":
    main()
