#!/usr/bin/env bash
# Downloads the archive unless the cache had it, and unpacks it where its checksum is right.
set -euo pipefail

refuse() {
    echo "::error title=lockgate::$1"
    exit 2
}

sum() {
    if command -v sha256sum >/dev/null; then
        sha256sum <"$1"
    else
        shasum -a 256 <"$1"
    fi
}

from=${LOCKGATE_MIRROR:-https://github.com/lockgate/lockgate/releases/download/v$LOCKGATE_VERSION}
file=$LOCKGATE_FOLDER/$LOCKGATE_ARCHIVE
mkdir -p "$LOCKGATE_FOLDER"
if [[ ! -f $file ]]; then
    curl --proto '=https,file' --proto-redir '=https' --tlsv1.2 --fail --silent --show-error --location \
        --retry 3 --output "$file" -- "${from%/}/$LOCKGATE_ARCHIVE" ||
        refuse "$LOCKGATE_ARCHIVE cannot be downloaded"
fi
found=$(sum "$file")
if [[ ${found%% *} != "$LOCKGATE_SHA256" ]]; then
    rm -f "$file"
    refuse "$LOCKGATE_ARCHIVE has the checksum ${found%% *}, and not $LOCKGATE_SHA256"
fi

place=$(mktemp -d "$RUNNER_TEMP/lockgate.XXXXXX")
# From standard input: tar takes the drive of a path on Windows for a machine.
tar -xz -C "$place" <"$file"
binary=$place/lockgate
[[ $RUNNER_OS == Windows ]] && binary+=.exe
"$binary" --version
echo "binary=$binary" >>"$GITHUB_OUTPUT"
