#!/usr/bin/env bash
# One run, all reports; the exit code is lockgate's own. Bash 3.2 (macOS) is enough.
set -euo pipefail

refuse() {
    echo "::error title=lockgate::$1"
    echo "verdict=error" >>"$GITHUB_OUTPUT"
    exit 2
}

command -v -- "$LOCKGATE_BINARY" >/dev/null || refuse "there is no lockgate program to run"

place=$(mktemp -d "$RUNNER_TEMP/lockgate.XXXXXX")
args=(lint --format github --output "sarif=$place/lockgate.sarif")
args+=(--output "json=$place/lockgate.json" --output "markdown=$place/lockgate.md")
[[ -z $LOCKGATE_CONFIG ]] || args+=("--config=$LOCKGATE_CONFIG")
[[ -z $LOCKGATE_FAIL_ON ]] || args+=("--fail-on=$LOCKGATE_FAIL_ON")

case "$LOCKGATE_SCOPE" in
    new)
        base=$LOCKGATE_BASE
        # Without paths lockgate finds the base itself; named paths are judged as they are.
        if [[ -z $base && -n $LOCKGATE_PATHS && $LOCKGATE_EVENT_BASE == *[!0]* ]]; then
            base=$LOCKGATE_EVENT_BASE
        fi
        [[ -z $base ]] || args+=("--against=$base")
        ;;
    all)
        [[ -z $LOCKGATE_BASE ]] || refuse "the input base says nothing where scope is all"
        args+=(--all)
        ;;
    *) refuse "the input scope is new or all" ;;
esac

while IFS= read -r line; do
    [[ -z $line ]] || args+=("$line")
done <<<"$LOCKGATE_ARGS"
args+=(--)
while IFS= read -r line; do
    [[ -z $line ]] || args+=("$line")
done <<<"$LOCKGATE_PATHS"

code=0
"$LOCKGATE_BINARY" "${args[@]}" >"$place/log" || code=$?
cat "$place/log"

# A program that is another one is no pass.
[[ $code != 0 || -f $place/lockgate.json ]] || refuse "the program has written no report"
case $code in
    0) verdict=pass ;;
    1) verdict=fail ;;
    3) verdict=empty ;;
    *) verdict=error ;;
esac
# A run that was no run (a wrong flag) writes no reports.
reported() {
    [[ ! -f $place/$2 ]] || echo "$1=$place/$2"
}
{
    echo "verdict=$verdict"
    reported sarif-file lockgate.sarif
    reported json-file lockgate.json
    reported markdown-file lockgate.md
    counts='^([0-9]+) errors?, ([0-9]+) warnings?, '
    while IFS= read -r line; do
        if [[ $line =~ $counts ]]; then
            echo "errors=${BASH_REMATCH[1]}"
            echo "warnings=${BASH_REMATCH[2]}"
            echo "found=$((BASH_REMATCH[1] + BASH_REMATCH[2]))"
        fi
    done <"$place/log"
} >>"$GITHUB_OUTPUT"

if [[ $LOCKGATE_SUMMARY == true && -f $place/lockgate.md ]]; then
    cat "$place/lockgate.md" >>"$GITHUB_STEP_SUMMARY"
fi
exit "$code"
