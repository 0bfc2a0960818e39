#!/usr/bin/env bash
# What .github/workflows/release.yml calls, in a clone of this repository with a program that stands for the built one: the
# checks of a tag, the archives, the notes, and a tag whose action knows the archives' sums. And what crates.io would get.
set -euo pipefail
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wrong() { echo "WRONG: $*" && exit 1; }

cargo package --list --allow-dirty --package cupaas >"$work/packaged"
# All that the build embeds or the reader of a crate looks for.
for file in $(git ls-files templates schemas/*.jsonl ':!templates/**/cases/**') build.rs Cargo.lock LICENSE-MIT NOTICE README.md; do
  grep -qxF -- "$file" "$work/packaged" || wrong "the package lacks $file"
done

export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.cu GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.cu
git init -q "$work/clone"
git ls-files -z '.ci' action CHANGELOG.md Cargo.toml LICENSE-MIT NOTICE README.md | xargs -0 cp --parents -t "$work/clone"
cd "$work/clone"
git add -A && git commit -qm "a version"
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
if .ci/release check "release-$version" 2>/dev/null; then wrong "a version that the changelog does not have is released"; fi
sed -i "s/^## \[Unreleased\]/## [Unreleased]\n\n## [$version] - 2030-01-01\n\n### Added\n\n- A thing.\n\n## [0.0.1] - 2029-01-01\n\n- Older./" CHANGELOG.md
.ci/release check "release-$version"
if .ci/release check "release-9$version" 2>/dev/null; then wrong "a tag of another version is released"; fi
[ "$(.ci/release notes)" = "$(printf '### Added\n\n- A thing.')" ] || wrong "the notes are: $(.ci/release notes)"

export CARGO_TARGET_DIR=$work/target
for target in x86_64-unknown-linux-musl aarch64-unknown-linux-musl; do
  mkdir -p "$CARGO_TARGET_DIR/$target/release"
  printf '#!/bin/sh\necho "%s: $*"\n' "$target" >"$CARGO_TARGET_DIR/$target/release/cupaas"
  chmod 755 "$CARGO_TARGET_DIR/$target/release/cupaas"
  .ci/release archive "$target" "$work/first"
  .ci/release archive "$target" "$work/second"
done
cmp "$work/first/cupaas-$version-$target.tar.gz" "$work/second/cupaas-$version-$target.tar.gz"
git add -A && git commit -qm "Prepare a release"
.ci/release tag "$work/first"
[ "$(git rev-parse "v$version")" = "$(git rev-parse "v${version%%.*}")" ] || wrong "v${version%%.*} is another version"
[ "$(git diff --name-only HEAD~ HEAD)" = action/SHA256SUMS ] || wrong "the release changes more than the sums"
git checkout -q "v$version"
mkdir -p "$work/mirror/v$version" && cp "$work/first"/* "$work/mirror/v$version"
machine=$(uname -m)
said=$(RUNNER_TOOL_CACHE=$work/tools RUNNER_TEMP=$work INPUT_COMMAND=check INPUT_VERSION='' INPUT_MIRROR="file://$work/mirror" sh action/cupaas.sh 2>&1) &&
  wrong "a file is downloaded: $said"
(cd "$work/mirror" && exec python3 -u -m http.server --bind 127.0.0.1 0) >"$work/server" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
until address=$(grep -soE 'http://[0-9.:]+' "$work/server"); do kill -0 "$server" || wrong "no server"; done
said=$(RUNNER_TOOL_CACHE=$work/tools RUNNER_TEMP=$work INPUT_COMMAND=check INPUT_MIRROR="$address" sh action/cupaas.sh)
[ "$said" = "$machine-unknown-linux-musl: check" ] || wrong "the action runs: $said"
echo "ok: release-$version becomes v$version"
