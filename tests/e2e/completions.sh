#!/usr/bin/env bash
# What a real shell makes of `cupaas completions`: completions.sh bash | zsh | fish
# Names of an app and an environment come from the repository of this machine; a clone's come from the clone.
# Ends with 77 where the shell is not there and cannot be installed (`apt-get install`, as root).
set -euo pipefail
cd "$(dirname "$0")/../.."

shell=${1:?which shell: bash, zsh or fish}
skip() { echo "$*" && exit 77; }
if ! command -v "$shell" >/dev/null && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  apt-get install --yes --no-install-recommends "$shell" >/dev/null 2>&1 || true
fi
command -v "$shell" >/dev/null || skip "needs $shell"

cargo build --quiet
cupaas=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/debug/cupaas
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ln -s "$cupaas" "$work/cupaas"
export PATH=$work:$PATH CUPAAS_HOME=$work/home CI='' TERM=dumb
unset CUPAAS_GITOPS
cupaas deploy examples/tasks/app --app embedded >/dev/null
mkdir -p "$work/clone/apps" "$work/elsewhere"
printf 'environments: {production: {cluster: home, domain: apps.example.cu}}\n' >"$work/clone/cupaas.yaml"
printf 'format: 1\n' >"$work/clone/apps/registered.yaml"
git -C "$work/clone" init --quiet
git -C "$work/clone" add -A
git -C "$work/clone" -c user.name=t -c user.email=t@example.cu commit --quiet -m Begin

# in_SHELL WORDS…: what the shell offers for the last word; or its whole screen. Called by name.
# shellcheck disable=SC2317
in_bash() {
  # shellcheck disable=SC2016
  bash --norc -c '
    source <(cupaas completions bash)
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_TYPE=9
    _clap_complete_cupaas cupaas "${COMP_WORDS[COMP_CWORD]}" 2>/dev/null
    printf "%s\n" "${COMPREPLY[@]}"' bash "$@"
}
# shellcheck disable=SC2317
in_fish() { fish --no-config -c 'cupaas completions fish | source; complete -C "'"$*"'"'; }
# shellcheck disable=SC2317
in_zsh() {
  # A completion needs an editor, and that a terminal.
  # shellcheck disable=SC2016
  timeout 60 zsh -f -c '
    zmodload zsh/zpty zsh/datetime
    zpty shell zsh -f -i
    zpty -w shell "PS1=; autoload -Uz compinit && compinit -u -D; source <(cupaas completions zsh); print rea\"\"dy"
    zpty -r -m shell screen "*ready*"
    zpty -w -n shell "$*"$'"'\\t'"'
    screen= until=$((EPOCHREALTIME + 30))
    while [[ $screen != *$EXPECTED* ]] && ((EPOCHREALTIME < until)); do
      if zpty -r -t shell part; then screen+=$part; else sleep 0.05; fi
    done
    zpty -d shell
    print -r -- "$screen"' zsh "$@"
}

failed=0
offers() { # FOLDER EXPECTED WORDS…
  local folder=$1 expected=$2 found
  shift 2
  found=$(cd "$folder" && EXPECTED=$expected "in_$shell" "$@" 2>&1)
  case $found in
    *"$expected"*) echo "ok: $* -> $expected" ;;
    *)
      echo "FAILED: $* does not offer $expected, but:"
      echo "$found"
      failed=1
      ;;
  esac
}
offers "$work/elsewhere" embedded cupaas deploy --app ""
offers "$work/elsewhere" production cupaas deploy --env pro
offers "$work/elsewhere" forgejo cupaas deploy --forge f
offers "$work/elsewhere" mongodb cupaas new --service m
offers "$work/clone" registered cupaas env set --app r
offers "$work" where/ cupaas deploy else
exit "$failed"
