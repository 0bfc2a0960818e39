#!/usr/bin/env bash
# What cupaas renders, seen by the programs that will read it. Needs no cluster.
#   tests/e2e/render.sh                 all parts
#   tests/e2e/render.sh kustomize       one: kustomize score validate sops readers
# A part ends with 77 where its tool cannot be had (`.ci/tool` makes it, at a pinned version); the whole with 1 where
# a part found something wrong.
#   kustomize   `kustomize build` of each folder lists the objects that tests/e2e/variants/<variant>/objects names
#   score       kube-score has nothing critical beyond kube-score-waivers.txt
#   validate    kubernetes-validate, strict, for every supported Kubernetes version
#   sops        the official sops decrypts each credential of a real deploy, and with the official age random secrets
#               that were set by the program, for one and for three recipients
#   readers     Go's YAML readers, kustomize and the kubelet's expansion pass on what was meant, whatever a value holds
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
work=$root/.e2e/render
image=@sha256:4c1a0d5b0b1e8a5f7a1d6c0f3b2e9d8c7b6a5f4e3d2c1b0a9f8e7d6c5b4a3f2e

skip() { echo "$*" && exit 77; }
wrong() { echo "WRONG: $*" && problems=$((problems + 1)); }
problems=0

# Each variant, a deploy of the example, and what each case renders, into $work/trees/<name>/.
render() {
  cargo build --quiet
  cupaas=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/debug/cupaas
  rm -rf "$work"
  mkdir -p "$work/trees" "$work/home"
  local variant name
  for variant in tests/e2e/variants/*/; do
    name=$(basename "$variant")
    CUPAAS_HOME=$work/home "$cupaas" render "$variant" --app "$name" --gitops "$variant/gitops" \
      --image "registry.example.cu/$name$image" --out "$work/trees/$name" >/dev/null
  done
  # A deploy, so that what is sealed is looked at too; into the repository of this machine, also in a job.
  CUPAAS_CI=none CUPAAS_HOME=$work/home "$cupaas" deploy examples/tasks/app --image "registry.example.cu/tasks$image" >/dev/null
  mkdir "$work/trees/example"
  git -C "$work/home/gitops.git" archive HEAD | tar -x -C "$work/trees/example"
  # What every case renders, whole.
  local tree
  TREES_DIR=$work/cases cargo test --quiet --test cases >"$work/cases.log" || { cat "$work/cases.log" && exit 1; }
  for tree in "$work"/cases/*; do
    mv "$tree" "$work/trees/case-${tree##*/}"
  done
}

# apps: the deploy/<env>/<app> folders of all trees.
apps() { find "$work/trees" -path '*/deploy/*/*' -mindepth 4 -maxdepth 4 -type d | sort; }

part_kustomize() {
  local kustomize readers app room name built
  kustomize=$(.ci/tool kustomize) || skip "kustomize cannot be had here"
  readers=$(.ci/tool readers) || skip "the Go readers cannot be built here"
  local count=0
  for app in $(apps); do
    name=${app#"$work/trees/"}
    name=${name%%/*}
    # What runs once is a folder of its own, which the app's does not name.
    for room in . base app $(cd "$app" && find runs -mindepth 1 -maxdepth 1 -type d 2>/dev/null); do
      built=$work/built.yaml
      if ! "$kustomize" build "$app/$room" >"$built" 2>"$work/errors"; then
        wrong "kustomize build ${app#"$work/trees/"}/$room: $(cat "$work/errors")"
        continue
      fi
      "$readers/objects" "$built" >"$work/objects"
      # One object a file, and the file is named after it.
      find "$app/$room" -path "$app/./runs" -prune -o -name '*.yaml' ! -name kustomization.yaml -printf '%f\n' | sort >"$work/files"
      awk '{ print tolower($2) "-" tolower($4) ".yaml" }' "$work/objects" | sort | diff "$work/files" - ||
        wrong "$app/$room: files and objects differ"
      # What tells a forge of the rollout stands where Flux reads it.
      awk -v app="$(basename "$app")-" 'index($3, app) != 1 && !($2 == "Alert" && index($4, app) == 1)' "$work/objects" | grep . &&
        wrong "$app/$room: objects of another namespace"
      count=$((count + 1))
      case $name in case-*) continue ;; esac
      # The release Job's name holds a hash of its pod template.
      { echo "# $room" && sed -E 's/(release-)[0-9a-f]{8}$/\1HASH/' "$work/objects"; } >>"$work/$name.objects"
    done
  done
  local listed
  for built in "$work"/*.objects; do
    name=$(basename "$built" .objects)
    listed=tests/e2e/variants/$name/objects
    [ "$name" != example ] || listed=tests/e2e/example.objects
    if [ "${UPDATE:-}" = 1 ] && [ -z "${CI:-}" ]; then cp "$built" "$listed"; fi
    diff "$listed" "$built" || wrong "$name: not the objects that $listed lists (UPDATE=1 rewrites it)"
  done
  echo "$count folders built by kustomize"
}

part_score() {
  local kustomize score app files=()
  kustomize=$(.ci/tool kustomize) || skip "kustomize cannot be had here"
  score=$(.ci/tool kube-score) || skip "kube-score cannot be had here"
  for app in $(apps); do
    "$kustomize" build "$app" >"$work/built.yaml"
    local name=${app#"$work/trees/"}
    "$score" score --kubernetes-version v1.33 --output-format json "$work/built.yaml" \
      >"$work/score-${name//\//-}.json" || [ $? = 1 ] || wrong "kube-score failed for $name"
    files+=("$work/score-${name//\//-}.json")
  done
  python3 tests/e2e/score.py tests/e2e/kube-score-waivers.txt "${files[@]}" || wrong "kube-score"
}

part_validate() {
  local program
  program=$(.ci/tool kubernetes-validate) || skip "kubernetes-validate cannot be had here"
  "$(dirname "$program")/python" tests/e2e/validate.py "$work/trees" || wrong "kubernetes-validate"
}

part_sops() {
  local sops file count=0
  sops=$(.ci/tool sops) || skip "sops cannot be had here"
  export SOPS_AGE_KEY_FILE=$work/home/age/keys.txt
  while IFS= read -r file; do
    "$sops" decrypt --output-type json "$file" | python3 -c '
import json, sys
data = json.load(sys.stdin)["stringData"]
assert data and all(isinstance(text, str) and text for text in data.values()), "an empty value"
assert any(len(text) >= 20 for text in data.values()), "no password"
' || wrong "sops cannot decrypt $file"
    count=$((count + 1))
  done < <(grep -rl '^sops:' "$work/trees/example")
  [ "$count" -gt 0 ] || wrong "the example's deploy has no credential"
  echo "$count credentials decrypted"
  local age
  age=$(.ci/tool age) || skip "age cannot be had here"
  SOPS_BIN=$sops AGE_BIN=$age cargo test --quiet --test sops -- --nocapture || wrong "random files"
}

part_readers() {
  local readers kustomize folder
  readers=$(.ci/tool readers) || skip "the Go readers cannot be built here"
  kustomize=$(.ci/tool kustomize) || skip "kustomize cannot be had here"
  mkdir -p "$work/documents" "$work/kustomized"
  READERS_DIR=$work/documents cargo test --quiet --test readers -- --nocapture
  "$readers/readers" "$work/documents" >"$work/readers" || wrong "YAML readers"
  tail -n 20 "$work/readers"
  for folder in "$work"/documents/kustomize/*; do
    "$kustomize" build "$folder" >"$work/kustomized/${folder##*/}.yaml" || wrong "kustomize refuses $folder"
    cp "$folder/expected" "$work/kustomized/${folder##*/}.json"
  done
  "$readers/readers" "$work/kustomized" >"$work/readers" || wrong "values that went through kustomize"
  tail -n 20 "$work/readers"
  "$readers/expand" "$work/documents/expansion.list" >"$work/expand" || wrong "the kubelet's expansion"
  tail -n 20 "$work/expand"
}

parts=("$@")
[ $# -gt 0 ] || parts=(kustomize score validate sops readers)
render
skipped=0
for part in "${parts[@]}"; do
  declare -F "part_$part" >/dev/null || { echo "no part $part"; exit 2; }
  echo "--- $part"
  if [ ${#parts[@]} = 1 ]; then
    "part_$part"
    continue
  fi
  # A shell of its own: what skips ends only itself.
  code=0
  ("part_$part" && exit $((problems > 0))) || code=$?
  case $code in
    0) ;;
    77) skipped=$((skipped + 1)) && echo "!!! SKIPPED: $part !!!" ;;
    *) problems=$((problems + 1)) ;;
  esac
done
echo "render: ${#parts[@]} parts, $problems with problems, $skipped not run"
[ "$problems" -eq 0 ]
