#!/usr/bin/env bash
# Which archive this machine takes: its version, its checksum, and the folder that is cached.
set -euo pipefail

refuse() {
    echo "::error title=lockgate::$1"
    exit 2
}

if [[ -n $LOCKGATE_BINARY ]]; then
    command -v -- "$LOCKGATE_BINARY" >/dev/null || refuse "the input binary is no program that can be run"
    exit 0
fi

case "$RUNNER_OS-$RUNNER_ARCH" in
    Linux-X64) target=x86_64-unknown-linux-musl ;;
    Linux-ARM64) target=aarch64-unknown-linux-musl ;;
    macOS-X64) target=x86_64-apple-darwin ;;
    macOS-ARM64) target=aarch64-apple-darwin ;;
    Windows-X64) target=x86_64-pc-windows-msvc ;;
    *) refuse "there is no lockgate for $RUNNER_OS on $RUNNER_ARCH; build it and give the input binary" ;;
esac

table=${LOCKGATE_VERSIONS:-$GITHUB_ACTION_PATH/support/action/versions}
newest=
sha256=
while read -r version at sum; do
    [[ -z $version || $version == '#'* ]] && continue
    newest=$version
    if [[ $at == "$target" && $version == "${LOCKGATE_VERSION:-$version}" ]]; then
        chosen=$version
        sha256=$sum
    fi
done <"$table"

[[ -n $newest ]] || refuse "this commit of the action knows no release; take a newer one, or give the input binary"
if [[ -z $sha256 ]]; then
    # The version may hold anything: it is not repeated here, since a log line can be a command.
    refuse "this commit of the action does not know the version that was asked for on $target; it knows $newest (support/action/versions)"
fi

{
    echo "version=$chosen"
    echo "archive=lockgate-v$chosen-$target.tar.gz"
    echo "sha256=$sha256"
    echo "folder=$RUNNER_TEMP/lockgate-archive"
} >>"$GITHUB_OUTPUT"
