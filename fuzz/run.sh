#!/usr/bin/env bash
# Throws mutated bytes at every reader.
#   fuzz/run.sh 60             each target for 60 s
#   fuzz/run.sh --together 60  all targets together for 60 s
#   fuzz/run.sh 60 plan emit   these targets
# Begins from the repository's own files. Ends with 77 where nightly Rust or cargo-fuzz cannot be had, with 1 where a
# target crashed: the input then is in fuzz/artifacts/<target>/.
set -euo pipefail
cd "$(dirname "$0")/.."

together=
[ "${1:-}" != --together ] || { together=1 && shift; }
seconds=${1:-60}
shift || true
targets=("$@")
[ $# -gt 0 ] || mapfile -t targets < <(sed -n 's/^path = "fuzz_targets\/\(.*\)\.rs"/\1/p' fuzz/Cargo.toml)
# The short run is the same run each time, so that what it finds it finds again; a long one looks further.
seed=0
[ -z "$together" ] || seed=1
[ -z "$together" ] || seconds=$(((seconds + ${#targets[@]} - 1) / ${#targets[@]}))

skip() { echo "$*" && exit 77; }
rustup run nightly cargo --version >/dev/null 2>&1 || skip "needs nightly Rust (rustup toolchain install nightly)"
fuzz=$(.ci/tool cargo-fuzz) || skip "cargo-fuzz cannot be had here"

# The target's own seeds, made from files that are here anyway.
seeds=$(mktemp -d)
logs=$(mktemp -d)
trap 'rm -rf "$seeds" "$logs"' EXIT
find examples templates tests/cases tests/e2e/variants -type f \( -name '.cupaas*' -o -name 'cupaas.yaml' -o -name 'recipe.yaml' \
  -o -name 'release.yaml' -o -path '*/apps/*.yaml' -o -path '*/schema/good/*.yaml' \) -print0 | sort -z |
  while IFS= read -r -d '' file; do
    number=$((${number:-0} + 1))
    cp "$file" "$seeds/$number"
  done
printf '%s' 'https://git.example.cu/team/gitops.git' >"$seeds/address"
# shellcheck disable=SC2016
printf '%s' 'cd /app && A=1 gunicorn -b "0.0.0.0:${PORT:-8000}" app:app || { echo no; exit 1; }' >"$seeds/shell"
printf '>=3.9,<3.13\0^3.11 || ~3.9\0==3.12.*' >"$seeds/ranges"
printf '\xff\xfe[\0a\0]\0\n\0b\0=\0"\0c\0"\0' >"$seeds/texts"
{
  printf '%s\n' 'format: 1' 'summary: x' 'versions: {default: "1", supported: ["1"]}' 'facts:' \
    '  - {fact: a, files: ["*.txt"], match: "(?m)^(\\w+)==", within: "(?s)(.*)", all: true, is: "{1}"}' \
    '  - {fact: b, files: ["*.py"], key: a.b, format: toml, is: "{value}", when: a, where: "top in [file, a]"}' \
    'start: [{when: b, command: "run {{ b }}"}, {command: x}]'
  printf '\0requirements.txt\0flask==3\ngunicorn\n\0app.py\0[a]\nb = "Flask"\n'
} >"$seeds/facts"

# A target folder of its own: nightly and these flags would make cargo build everything again. No sanitizer: there is
# no unsafe code of ours, and a panic, a time-out or too much memory is found without.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-fuzz/target}/fuzz
build() { PATH="$(dirname "$fuzz"):$PATH" rustup run nightly cargo-fuzz "$@"; }
build build --sanitizer none
failed=()
for target in "${targets[@]}"; do
  mkdir -p "fuzz/corpus/$target"
  echo "--- $target for $seconds s"
  if ! build run --sanitizer none "$target" "fuzz/corpus/$target" "$seeds" -- -max_total_time="$seconds" -seed="$seed" \
    -timeout=10 -rss_limit_mb=2048 -max_len=4096 -dict=fuzz/yaml.dict -verbosity=0 -print_final_stats=1 \
    2>"$logs/$target"; then
    failed+=("$target")
    tail -n 40 "$logs/$target"
  fi
  grep -E 'number_of_executed_units|peak_rss_mb' "$logs/$target" || true
done
[ ${#failed[@]} -eq 0 ] || { echo "crashed: ${failed[*]}" && exit 1; }
echo "${#targets[@]} targets, $seconds s each, no crash"
