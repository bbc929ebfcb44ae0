#!/usr/bin/env python3
"""How loud the rules are on real migrations, beside squawk on the same files.

    benches/noise.py CORPORA DIR LOCKGATE [--squawk BIN] [--config FILE] [--tsv FILE]
                     [--sample N --seed S]

Files whose names say that they are for another engine are left out.

CORPORA is a table of repositories (tab separated; name, dialect and root are read), DIR holds one
folder for each row that is laid out. Every PostgreSQL row is linted as its whole history were new.
Prints, as Markdown, findings per rule per 100 files, and the share of files with an error; with
--sample, N findings drawn with a seed, to be read by somebody. --tsv is the table of every rule
against every row.
"""

import argparse
import collections
import csv
import json
import os
import random
import subprocess
import sys


def rows(table, folder):
    """The PostgreSQL rows that are laid out: name, folder, root."""
    with open(table, newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            home = os.path.join(folder, row["name"])
            root = os.path.join(home, row["root"])
            if "postgres" in row["dialect"] and row["root"] and os.path.isdir(root):
                yield row["name"], home, row["root"]


# Some sets keep the scripts of all engines in one folder.
OTHERS = ["mysql", "mariadb", "oracle", "mssql", "db2", "h2", "hsql", "sqlite", "cockroachdb"]


def lint(lockgate, home, root, config):
    """The JSON report of one row."""
    mine = os.path.join(home, ".lockgate-noise.yaml")
    with open(mine, "w") as out:
        named = [glob.format(engine) for engine in OTHERS for glob in ('"**/{}_*"', '"**/*.{}.*"')]
        globs = ", ".join(named)
        out.write(f"exclude: [{globs}]\n{open(config).read() if config else ''}")
    flags = ["--config", mine]
    run = subprocess.run(
        [lockgate, "lint", root, "--dialect", "postgres", "--format", "json", *flags],
        cwd=home, capture_output=True, text=True,
    )
    report = json.loads(run.stdout)
    if report["errors"]:
        print(f"{home}: {report['errors'][0]}", file=sys.stderr)
    return report


def squawk(binary, files):
    """What squawk finds, as pairs of file and rule."""
    version = subprocess.run([binary, "--version"], capture_output=True, text=True).stdout.strip()
    run = subprocess.run(
        [binary, "--assume-in-transaction", "--reporter", "json", *files],
        capture_output=True, text=True,
    )
    found = json.loads(run.stdout)
    return version, [(it["file"], it["rule_name"]) for it in found]


def main():
    take = argparse.ArgumentParser()
    take.add_argument("corpora")
    take.add_argument("dir")
    take.add_argument("lockgate")
    take.add_argument("--squawk")
    take.add_argument("--config")
    take.add_argument("--tsv")
    take.add_argument("--sample", type=int, default=0)
    take.add_argument("--seed", type=int, default=1)
    args = take.parse_args()

    per_row = collections.Counter()
    sizes = {}
    counts, files_of = collections.Counter(), collections.defaultdict(set)
    ups, with_error, with_warning, found = set(), set(), set(), []
    print("| set | files | with an error | with a warning |\n| --- | ---: | ---: | ---: |")
    for name, home, root in rows(args.corpora, args.dir):
        report = lint(args.lockgate, home, root, args.config)
        absolute = lambda path: os.path.abspath(os.path.join(home, path))
        mine = {absolute(it["file"]) for it in report["migrations"] if it["direction"] != "down"}
        levels = collections.defaultdict(set)
        for it in report["findings"]:
            path = absolute(it["file"])
            if it["state"] != "reported" or path not in mine:
                continue
            counts[it["rule"], it["level"]] += 1
            per_row[it["rule"], it["level"], name] += 1
            files_of[it["rule"], it["level"]].add(path)
            levels[it["level"]].add(path)
            found.append((path, it))
        ups |= mine
        with_error |= levels["error"]
        with_warning |= levels["warning"]
        sizes[name] = max(1, len(mine))
        share = 100 * len(levels["error"]) / max(1, len(mine))
        print(f"| {name} | {len(mine)} | {share:.1f} % | {100 * len(levels['warning']) / max(1, len(mine)):.1f} % |")
    total = max(1, len(ups))
    print(f"| **all** | {len(ups)} | **{100 * len(with_error) / total:.1f} %** | {100 * len(with_warning) / total:.1f} % |")

    print("\n| rule | level | findings per 100 files | % of files |\n| --- | --- | ---: | ---: |")
    for (rule, level), count in counts.most_common():
        share = 100 * len(files_of[rule, level]) / total
        print(f"| {rule} | {level} | {100 * count / total:.2f} | {share:.2f} |")

    if args.tsv:
        with open(args.tsv, "w") as out:
            out.write("rule\tlevel\trow\tfindings\tper 100 files\n")
            for (rule, level, name), count in sorted(per_row.items()):
                out.write(f"{rule}\t{level}\t{name}\t{count}\t{100 * count / sizes[name]:.1f}\n")

    if args.squawk:
        version, theirs = squawk(args.squawk, sorted(path for path in ups if path.endswith(".sql")))
        per_rule, per_file = collections.Counter(), collections.defaultdict(set)
        for path, rule in theirs:
            per_rule[rule] += 1
            per_file[rule].add(path)
        flagged = len({path for path, _ in theirs})
        print(f"\n{version}, --assume-in-transaction: {100 * flagged / total:.1f} % of the same files have a finding\n")
        print("| squawk's rule | findings per 100 files | % of files |\n| --- | ---: | ---: |")
        for rule, count in per_rule.most_common():
            print(f"| {rule} | {100 * count / total:.2f} | {100 * len(per_file[rule]) / total:.2f} |")

    if args.sample:
        draw = random.Random(args.seed).sample([it for it in found if it[1]["level"] != "note"], args.sample)
        print()
        for path, it in draw:
            print(f"- {path}:{it['line']} {it['level']} {it['rule']}: {it['message']}")


if __name__ == "__main__":
    main()
