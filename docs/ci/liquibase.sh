#!/usr/bin/env bash
# Liquibase: the changelog is judged as it lies on the disk, and runs only where it passes.
set -euo pipefail

# The release that runs now, as the pipeline knows it: what came since is new.
lockgate lint --against "${DEPLOYED:?the tag or commit that is deployed}"
liquibase update
