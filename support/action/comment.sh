#!/usr/bin/env bash
# One comment on the pull request, kept up to date. It never fails the job: annotations and summary
# have said everything already.
set -euo pipefail

# The token of a run for a fork may only read.
[[ $LOCKGATE_HEAD == "$GITHUB_REPOSITORY" ]] || exit 0

skip() {
    echo "::notice title=lockgate::no comment was written: $1"
    exit 0
}

[[ $LOCKGATE_KEY =~ ^[A-Za-z0-9._-]+$ ]] || skip "comment-key takes letters, digits, dots, hyphens and underscores"
[[ $LOCKGATE_PULL =~ ^[0-9]+$ ]] || skip "the pull request has no number"
command -v gh >/dev/null || skip "the GitHub command line (gh) is not installed"
if [[ ${GITHUB_SERVER_URL:-https://github.com} != https://github.com ]]; then
    export GH_HOST=${GITHUB_SERVER_URL#https://}
    export GH_ENTERPRISE_TOKEN=$GH_TOKEN
fi

marker="<!-- lockgate: $LOCKGATE_KEY -->"
comments=repos/$GITHUB_REPOSITORY/issues
ours=".[] | select(.user.type == \"Bot\" and (.body | startswith(\"$marker\"))) | .id"
ids=$(gh api --paginate "$comments/$LOCKGATE_PULL/comments" --jq "$ours") ||
    skip "the comments cannot be read; the job needs pull-requests: write"
id=${ids%%$'\n'*}

# Nothing to say, and nothing said before that would be wrong now.
[[ -n $id || $LOCKGATE_VERDICT != pass || ${LOCKGATE_FOUND:-0} != 0 ]] || exit 0

body=$RUNNER_TEMP/lockgate-comment.md
{
    echo "$marker"
    cat "$LOCKGATE_REPORT"
} >"$body"
if [[ -n $id ]]; then
    gh api --method PATCH "$comments/comments/$id" --field "body=@$body" --silent
else
    gh api --method POST "$comments/$LOCKGATE_PULL/comments" --field "body=@$body" --silent
fi || skip "the job needs pull-requests: write"
