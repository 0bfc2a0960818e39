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
for file in $(git ls-files templates src/schema/kinds/*.jsonl ':!templates/**/cases/**') build.rs Cargo.lock LICENSE-MIT NOTICE README.md; do
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
# Stands for GitHub's releases: a file for each, and what was asked, with the tags that were there by then.
mkdir "$work/bin" "$work/releases"
cat >"$work/bin/gh" <<'GH'
#!/usr/bin/env bash
set -euo pipefail
[ "$1" = release ] && file=$RELEASES/$3
tags=$(git ls-remote --refs --tags origin | sed 's,.*refs/tags/,,' | tr '\n' ' ')
[ "$2" = list ] || echo "$2 ${*:4} with ${tags% }" | sed "s,[^ ]*/notes,NOTES," >>"$RELEASES/asked"
[ "$2" != "${FAIL:-}" ] || exit 1
case $2 in
  list) [ ! -f "$RELEASES/${TAG:?}" ] || cut -d' ' -f1 "$RELEASES/$TAG" ;;
  create) [ ! -e "$file" ] && [ -s "${*: -1}" ] && echo true >"$file" ;;
  upload) [ -e "$file" ] && sha256sum "${@:5}" | sed 's,  .*/,  ,' >"$file.files" ;;
  edit) grep -q true "$file" && [ -s "$file.files" ] && [[ " $tags" == *" $3 "* ]] && echo "false ${*:4}" >"$file" ;;
  *) exit 1 ;;
esac
GH
chmod 755 "$work/bin/gh"
git init -q --bare "$work/origin.git"
git remote add origin "$work/origin.git"
publish() { TAG=v$version PATH=$work/bin:$PATH RELEASES=$work/releases .ci/release publish "$1"; }
remote() { git ls-remote origin "refs/tags/$1" | cut -f1; }
git tag "release-$version" && git push -q origin HEAD:refs/heads/main "release-$version"
major=v${version%%.*}

# Each run ends somewhere else, in a checkout of its own as the workflow has it; what is there then is never half a release.
hour=0
again() {
  rm -rf "$work/run"
  git clone -q --depth 1 --branch "release-$version" "file://$work/origin.git" "$work/run" 2>/dev/null
  hour=$((hour + 1))
  (cd "$work/run" && GIT_COMMITTER_DATE="2030-01-01T0$hour:00:00Z" FAIL=${1:-} publish "$work/first")
}
if again upload; then wrong "a release without files is one"; fi
[ -z "$(remote "v$version")$(remote "$major")" ] || wrong "a version is tagged before its files are there"
if again edit; then wrong "a release that nobody sees is one"; fi
tagged=$(remote "v$version")
[ -n "$tagged" ] || wrong "a release is published before its version is tagged"
[ -z "$(remote "$major")" ] || wrong "$major moves before the release is published"
again
[ "$(remote "v$version")" = "$tagged" ] || wrong "a run that goes on tags again"
[ "$(remote "$major")" = "$tagged" ] || wrong "$major is another version"
before=$(wc -l <"$work/releases/asked")
again
[ "$(wc -l <"$work/releases/asked")" = "$before" ] || wrong "a published release is changed: $(tail -n 1 "$work/releases/asked")"
[ "$(cut -d' ' -f1-4 "$work/releases/v$version")" = "false --draft=false --verify-tag --latest=true" ] || wrong "published as: $(cat "$work/releases/v$version")"
grep -qx "create --draft --title v$version --notes-file NOTES with release-$version" "$work/releases/asked" || wrong "asked: $(cat "$work/releases/asked")"
for file in SHA256SUMS "cupaas-$version-$target.tar.gz"; do
  grep -q "  $file$" "$work/releases/v$version.files" || wrong "the release lacks $file"
done
# The same version of other archives is another version.
cp -r "$work/first" "$work/other"
cp "$work/other/cupaas-$version-x86_64-unknown-linux-musl.tar.gz" "$work/other/cupaas-$version-aarch64-unknown-linux-musl.tar.gz"
rm -rf "$work/run" && git clone -q --depth 1 --branch "release-$version" "file://$work/origin.git" "$work/run" 2>/dev/null
if (cd "$work/run" && publish "$work/other") 2>/dev/null; then wrong "a version is released twice"; fi

# What is older or not yet finished is released, and moves nothing.
first=$version newer="${version%%.*}.999.0"
git push -q origin "HEAD:refs/tags/v$newer"
for version in "${first%.*}.998" "${first%%.*}.1000.0-rc.1"; do
  sed -i "s/^version = \".*\"/version = \"$version\"/" Cargo.toml
  sed -i "s/^## \[Unreleased\]/&\n\n## [$version] - 2030-01-02\n\n- Another thing./" CHANGELOG.md
  git commit -qam "Prepare $version" && git tag "release-$version" && git push -q origin "release-$version"
  mkdir "$work/files-$version"
  for file in "$work/first"/*.tar.gz; do
    name=${file##*/}
    cp "$file" "$work/files-$version/${name/"$first"/"$version"}"
  done
  rm -rf "$work/run" && git clone -q --depth 1 --branch "release-$version" "file://$work/origin.git" "$work/run" 2>/dev/null
  (cd "$work/run" && publish "$work/files-$version")
  [ "$(remote "$major")" = "$tagged" ] || wrong "$version moves $major"
  kind=
  case $version in *-*) kind=" --prerelease" ;; esac
  [ "$(cat "$work/releases/v$version")" = "false --draft=false --verify-tag$kind --latest=false" ] || wrong "published as: $(cat "$work/releases/v$version")"
done
version=$first
git fetch -q origin "refs/tags/v$version:refs/tags/v$version"
git checkout -q "v$version"
[ "$(git diff --name-only HEAD~ HEAD)" = action/SHA256SUMS ] || wrong "the release changes more than the sums"
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
