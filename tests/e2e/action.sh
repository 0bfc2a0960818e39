#!/usr/bin/env bash
# The action as a runner runs it: act in host mode, every command, inputs that would like to be executed, tokens that must
# not be seen, an installation from a release's archive. Ends with 77 where act cannot be had.
#   tests/e2e/action.sh           all
#   tests/e2e/action.sh NAME…     some of the tests of tests/e2e/action.py
set -euo pipefail
cd "$(dirname "$0")/../.."

command -v python3 >/dev/null || { echo "needs python3" && exit 77; }
act=$(.ci/tool act) || { echo "act cannot be had here" && exit 77; }
shells=(sh)
for shell in dash bash; do
  ! command -v "$shell" >/dev/null || shells+=("$shell")
done
cargo build --quiet
cupaas=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/debug/cupaas
ACT=$act/act CUPAAS=$cupaas SHELLS="${shells[*]}" exec python3 tests/e2e/action.py "$@"
