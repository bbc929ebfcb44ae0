// Makes the package of one platform: node npm/platform.js PLATFORM PROGRAM FOLDER
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const [platform, program, folder] = process.argv.slice(2);
const main = require("./lockgate/package.json");
if (!(platform in require("./platforms.json")) || !program || !folder) {
  console.error("usage: node npm/platform.js PLATFORM PROGRAM FOLDER");
  process.exit(2);
}
const [os, cpu] = platform.split("-");
const file = os === "win32" ? "lockgate.exe" : "lockgate";
fs.mkdirSync(folder, { recursive: true });
fs.copyFileSync(program, path.join(folder, file));
fs.chmodSync(path.join(folder, file), 0o755);
const manifest = {
  name: `@lockgate/${platform}`,
  version: main.version,
  description: `The program of lockgate for ${platform}`,
  license: main.license,
  repository: main.repository,
  os: [os],
  cpu: [cpu],
  files: [file],
};
fs.writeFileSync(path.join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
