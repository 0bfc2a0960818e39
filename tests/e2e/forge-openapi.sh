#!/usr/bin/env bash
# The requests that forges get in the tests, compared with what the forges' projects say of their APIs: GitHub's
# published description (github.com, and Enterprise Server from its oldest version on), and Gitea's. GraphQL and the
# question which forge it is are in none of them.
# Ends with 77 where a description cannot be had (`.ci/tool github-api`; Go for Gitea's), with 1 where a request does
# not fit.
set -euo pipefail
cd "$(dirname "$0")/../.."

skip() { echo "$*" && exit 77; }
command -v python3 >/dev/null || skip "needs python3"
github=$(.ci/tool github-api) || skip "GitHub's description of its API cannot be had here"

record=$(mktemp -d)
trap 'rm -rf "$record"' EXIT
CUPAAS_FORGE_RECORD=$record cargo test --quiet --test forge >"$record/log" 2>&1 || { tail -n 40 "$record/log"; exit 1; }

problems=0
compare() { tests/e2e/forge_api.py "$@" || problems=$((problems + 1)); }
for description in "$github"/api.github.com.json "$github"/ghes-*.json; do
  echo "--- $(basename "$description")"
  compare "$description" "$record/github.jsonl" /api/
done

# Its description is a template with two holes.
module=$(cd tests/e2e/parts/gitea && go mod download code.gitea.io/gitea 2>/dev/null &&
  go list -m -f '{{.Dir}}' code.gitea.io/gitea 2>/dev/null) || module=
if [ -f "$module/templates/swagger/v1_json.tmpl" ]; then
  sed 's/{{\.SwaggerAppVer}}/0/; s/{{\.SwaggerAppSubUrl}}//' "$module/templates/swagger/v1_json.tmpl" >"$record/gitea.json"
  echo "--- gitea"
  compare "$record/gitea.json" "$record/gitea.jsonl" /api/
else
  echo "!!! Gitea's description cannot be had here: its requests were not compared !!!"
fi
[ "$problems" -eq 0 ]
