#!/usr/bin/env node
// Starts the program of this platform's package. Where there is none the exit code is 2: a gate does
// not pass because it is missing.
"use strict";

const { spawnSync } = require("node:child_process");

const name = `@lockgate/${process.platform}-${process.arch}`;
let program;
try {
  program = require.resolve(`${name}/lockgate${process.platform === "win32" ? ".exe" : ""}`);
} catch {
  console.error(`error: the package ${name} is not installed`);
  console.error(
    "  help: install without --no-optional and --omit=optional; where there is no such package, build lockgate with cargo",
  );
  process.exit(2);
}
const ran = spawnSync(program, process.argv.slice(2), { stdio: "inherit" });
if (ran.error) {
  console.error(`error: ${program} cannot be started: ${ran.error.message}`);
}
if (ran.signal) {
  process.kill(process.pid, ran.signal);
}
process.exitCode = ran.status ?? 2;
