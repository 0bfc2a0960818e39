#!/bin/sh
# The action's one step: installs cupaas, and runs one command of it. Inputs are INPUT_* variables (action.yml says what
# each one is), and stay values: nothing in here evaluates one. POSIX sh; beside it git, and to install a release curl or
# wget, tar, gzip and sha256sum, shasum or openssl.
set -eu

# Secrets leave the environment before any program is started. A variable that the job has exported would stay so.
unset gitops_token token forge_token source_token registry_password value
gitops_token=${INPUT_GITOPS_TOKEN:-} token=${INPUT_TOKEN:-} forge_token=${INPUT_FORGE_TOKEN:-}
source_token=${INPUT_SOURCE_TOKEN:-} registry_password=${INPUT_REGISTRY_PASSWORD:-} value=${INPUT_VALUE:-}
unset INPUT_GITOPS_TOKEN INPUT_TOKEN INPUT_FORGE_TOKEN INPUT_SOURCE_TOKEN INPUT_REGISTRY_PASSWORD INPUT_VALUE

case $0 in */*) here=${0%/*} ;; *) here=. ;; esac
here=$(cd -- "${here:-/}" && pwd)

# What installs needs no token, and a build runs the code of others: none gets there, the job's own neither.
forget_tokens() {
  unset CUPAAS_GITOPS_TOKEN CUPAAS_FORGE_TOKEN CUPAAS_SOURCE_TOKEN CUPAAS_REGISTRY_PASSWORD SOPS_AGE_KEY
  unset GITHUB_TOKEN GH_TOKEN GITEA_TOKEN FORGEJO_TOKEN ACTIONS_RUNTIME_TOKEN ACTIONS_ID_TOKEN_REQUEST_TOKEN
}

# Runs a program that is not cupaas, without the tokens that the job itself has exported.
alone() (
  forget_tokens
  exec "$@"
)

# What the runner shows as an annotation. Only this script's own words get in.
fail() {
  printf '::error title=cupaas::%s\n' "$1" >&2
  exit 2
}

# The runner hides what it is told to, wherever it is printed later: each line by itself, and no line so short that half
# of the log would be hidden.
mask() {
  printf '%s\n' "$1" | alone sed -e 's/%/%25/g' -e 's/\r/%0D/g' -e '/^.\{4,\}$/!d' -e 's/^/::add-mask::/'
}

# Whether an input is on.
on() { # NAME VALUE
  case $2 in
    true) return 0 ;;
    false | "") return 1 ;;
    *) fail "$1 is neither true nor false" ;;
  esac
}

# --- Installing -----------------------------------------------------------------------------------------------------

digest() { # FILE
  if command -v sha256sum >/dev/null; then
    sha256sum <"$1" | cut -c1-64
  elif command -v shasum >/dev/null; then
    shasum -a 256 <"$1" | cut -c1-64
  else
    openssl dgst -sha256 -r <"$1" | cut -c1-64
  fi
}

fetch() { # URL FILE
  if command -v curl >/dev/null; then
    curl -fsSL --proto '=https,http' --max-filesize 200000000 --retry 4 --retry-delay 3 --connect-timeout 30 --output "$2" -- "$1"
  else
    wget -q -O "$2" -- "$1"
  fi
}

# The sum of an archive of the release that this action came with; nothing where it came with none.
known() { # NAME
  sed -n "s/^\([0-9a-f]\{64\}\)  $1\$/\1/p" "$here/SHA256SUMS"
}

# The version that this action came with; nothing before the first release.
pinned() {
  sed -n 's/^[0-9a-f]\{64\}  cupaas-\([0-9A-Za-z.-]*\)-x86_64-unknown-linux-musl\.tar\.gz$/\1/p' "$here/SHA256SUMS"
}

target() {
  case $(uname -s)-$(uname -m) in
    Linux-x86_64 | Linux-amd64) echo x86_64-unknown-linux-musl ;;
    Linux-aarch64 | Linux-arm64) echo aarch64-unknown-linux-musl ;;
    *) echo none ;;
  esac
}

# Prints where the program is, unpacked anew. What is kept for the next job is the archive. Others may run jobs on this
# machine, so what is looked at and unpacked is a copy that is this job's own.
release() { # VERSION TARGET
  name=cupaas-$1-$2.tar.gz
  sum=${INPUT_CHECKSUM:-$(known "$name")}
  case $sum in
    "") fail "no checksum is known of cupaas $1: give it as checksum, or let the action install its own version" ;;
    *[!0-9a-f]*) fail "checksum is no SHA-256: 64 digits and letters from a to f" ;;
  esac
  command -v sha256sum >/dev/null || command -v shasum >/dev/null || command -v openssl >/dev/null ||
    fail "needs sha256sum, shasum or openssl"
  [ ! -f "$cache/$name" ] || cp "$cache/$name" "$work/$name" || fail "cannot read $cache/$name"
  if [ ! -f "$work/$name" ] || [ "$(digest "$work/$name")" != "$sum" ]; then
    command -v curl >/dev/null || command -v wget >/dev/null || fail "needs curl or wget"
    url=${INPUT_MIRROR:-${CUPAAS_MIRROR:-https://github.com/cupaas/cupaas/releases/download}}
    fetch "${url%/}/v$1/$name" "$work/$name" ||
      fail "cannot download $name: give a mirror that has it, or say build: true, or give a binary"
    [ "$(digest "$work/$name")" = "$sum" ] || fail "$name is not what was released: its SHA-256 is another one"
    # By one step, so that a job beside this one finds all of it or what was there.
    new=$(mktemp "$cache/.new-XXXXXX")
    cp "$work/$name" "$new"
    mv "$new" "$cache/$name"
  fi
  tar -xzf "$work/$name" -C "$work" cupaas || fail "$name holds no cupaas"
  rm -f "$work/$name"
  printf '%s\n' "$work/cupaas"
}

# Prints where the program is, built from the source that this action is part of. Anew each time: a program that an earlier
# job left on this machine has no sum to be known by. From the source's folder, as the app's may name a toolchain of its own.
source_build() {
  command -v cargo >/dev/null || fail "build needs cargo"
  (cd "$here/.." && CARGO_TARGET_DIR=$work/build/target cargo install --quiet --locked --root "$work/build" --path .) >&2 ||
    fail "cupaas cannot be built here"
  mv "$work/build/bin/cupaas" "$work/cupaas"
  rm -rf "$work/build"
  printf '%s\n' "$work/cupaas"
}

# Prints where a program is that is there already, by its whole path: a word of the shell is no program, and what is relative
# would be another one for later steps, in another folder.
existing() { # PATH OR NAME
  found=
  case $1 in
    *"
"*) fail "binary has several lines" ;;
    /*) found=$1 ;;
    */*) fail "binary is a relative path: give the whole one, which begins with /, or a name on the PATH" ;;
    *)
      rest=$PATH:
      while [ -z "$found" ] && [ -n "$rest" ]; do
        folder=${rest%%:*} rest=${rest#*:}
        case $folder in
          /*) if [ -f "${folder%/}/$1" ] && [ -x "${folder%/}/$1" ]; then found=${folder%/}/$1; fi ;;
        esac
      done
      ;;
  esac
  if [ ! -f "$found" ] || [ ! -x "$found" ]; then fail "there is no program of the name that binary says"; fi
  printf '%s\n' "$found"
}

# Prints where the program is.
install() {
  binary=${INPUT_BINARY:-${CUPAAS_BINARY:-}}
  if [ -n "$binary" ]; then
    existing "$binary"
    return
  fi
  cache=${RUNNER_TOOL_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}}/cupaas
  if ! mkdir -p "$cache" 2>/dev/null || [ ! -w "$cache" ]; then cache=$work; fi
  version=${INPUT_VERSION:-$(pinned)}
  version=${version#v}
  case $version in *[!0-9A-Za-z.-]* | -* | .*) fail "version is no version" ;; esac
  target=$(target)
  if on build "${INPUT_BUILD:-}"; then
    [ -z "${INPUT_VERSION:-}" ] || fail "build takes the version of the action itself: leave version out"
    source_build
  elif [ -z "$version" ]; then
    fail "this action came with no release of cupaas: say build: true, or give a binary, or a version with its checksum"
  elif [ "$target" = none ]; then
    fail "there is no cupaas for $(uname -s) on $(uname -m): say build: true, or give a binary"
  else
    release "$version" "$target"
  fi
}

# --- Running --------------------------------------------------------------------------------------------------------

command=${INPUT_COMMAND:-deploy}
case $command in
  *[!a-z\ -]* | -* | *' -'*) fail "command is no command of cupaas" ;;
esac
# One blank between words, and none around them: what follows looks at the words.
# shellcheck disable=SC2086
set -- $command
command=$*
[ -n "$command" ] || fail "command is blank"
# Without one, cupaas works in a repository on this machine, for trying it out: in a job that would be lost, and green.
case ${command%% *} in
  deploy | diff | remove | sync | app | env | secret | pin | unpin | wait)
    [ -n "${INPUT_GITOPS:-}${CUPAAS_GITOPS:-}" ] || printf '%s\n' "${INPUT_ARGS:-}" | alone grep -qE '^--gitops(=.|$)' ||
      fail "$command needs the GitOps repository: gitops and CUPAAS_GITOPS are both empty (is the variable set, and for this repository?)"
    ;;
esac
# Stays until the job ends: there is the plan's file, which later steps may read. Where it does not come to that, it goes.
work=$(alone mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/cupaas-XXXXXX")
kept=
trap '[ -n "$kept" ] || alone rm -rf -- "$work"' EXIT
for secret in "$gitops_token" "$token" "$forge_token" "$source_token" "$registry_password" "$value"; do
  mask "$secret"
done
program=$(set -e; forget_tokens; install)
if [ "$command" = install ]; then
  folder=${program%/*}
  printf '%s\n' "${folder:-/}" >>"${GITHUB_PATH:?}"
  kept=1
  exit
fi
command -v git >/dev/null || fail "needs git"

# What is not given leaves the variable as the job has it.
[ -z "${INPUT_ENVIRONMENT:-}" ] || export CUPAAS_ENV="$INPUT_ENVIRONMENT"
[ -z "${INPUT_IMAGE:-}" ] || export CUPAAS_IMAGE="$INPUT_IMAGE"
[ -z "${INPUT_GITOPS:-}" ] || export CUPAAS_GITOPS="$INPUT_GITOPS"
[ -z "${INPUT_GITOPS_BRANCH:-}" ] || export CUPAAS_GITOPS_BRANCH="$INPUT_GITOPS_BRANCH"
[ -z "${INPUT_ALLOW_DATA_LOSS:-}" ] || export CUPAAS_ALLOW_DATA_LOSS="$INPUT_ALLOW_DATA_LOSS"
[ -z "${INPUT_REGISTRY_USER:-}" ] || export CUPAAS_REGISTRY_USER="$INPUT_REGISTRY_USER"
# Tokens get to cupaas by its environment alone.
[ -z "$gitops_token" ] || export CUPAAS_GITOPS_TOKEN="$gitops_token"
[ -z "$forge_token" ] || export CUPAAS_FORGE_TOKEN="$forge_token"
[ -z "$source_token" ] || export CUPAAS_SOURCE_TOKEN="$source_token"
[ -z "$registry_password" ] || export CUPAAS_REGISTRY_PASSWORD="$registry_password"
[ -z "$token" ] || export GITHUB_TOKEN="$token"
export CUPAAS_PLAN_FILE="$work/plan.json"

# A command is one word or two.
# shellcheck disable=SC2086
set -- $command
[ -z "${INPUT_APP:-}" ] || set -- "$@" "--app=$INPUT_APP"
! on pull-request "${INPUT_PULL_REQUEST:-}" || set -- "$@" --pull-request
! on auto-merge "${INPUT_AUTO_MERGE:-}" || set -- "$@" --auto-merge
! on status "${INPUT_STATUS:-}" || set -- "$@" --status
! on wait "${INPUT_WAIT:-}" || set -- "$@" --wait
! on comment "${INPUT_COMMENT:-}" || set -- "$@" --comment
for option in set label reviewer ""; do
  case $option in
    set) lines=${INPUT_SET:-} ;;
    label) lines=${INPUT_LABELS:-} ;;
    reviewer) lines=${INPUT_REVIEWERS:-} ;;
    "") lines=${INPUT_ARGS:-} ;;
  esac
  while IFS= read -r line || [ -n "$line" ]; do
    [ -z "$line" ] || set -- "$@" "${option:+--$option=}$line"
  done <<END
$lines
END
done
[ -z "${INPUT_FOLDER:-}" ] || set -- "$@" -- "$INPUT_FOLDER"

# A runner that cancels the job tells this shell alone. Whatever it says gets to cupaas, which then ends git and leaves nothing
# half done; its exit is waited for. A program in the background is deaf to INT, so TERM is what it is told.
child="" stop=""
stopped() {
  stop=1
  [ -z "$child" ] || kill -TERM "$child" 2>/dev/null || :
}
trap stopped INT TERM HUP
# Waits for the program that was started last.
ended() {
  child=$1 code=0
  [ -z "$stop" ] || stopped
  wait "$child" || code=$?
  # A signal ends the waiting, and not the program.
  while kill -0 "$child" 2>/dev/null; do
    code=0
    wait "$child" || code=$?
  done
}

code=0 kept=1
case $command in
  "secret set")
    printf '%s' "$value" | "$program" "$@" &
    ended $!
    ;;
  render | dockerfile | schema* | completions* | man*)
    # A file for another program: it is shown as it is, and no line of it is a command of the runner's.
    "$program" "$@" </dev/null >"$work/out" &
    ended $!
    word=$(alone od -An -N16 -tx1 /dev/urandom | alone tr -d ' \n')
    printf '::stop-commands::%s\n' "$word"
    alone cat "$work/out"
    printf '\n::%s::\n' "$word"
    alone rm -f "$work/out"
    ;;
  *)
    "$program" "$@" </dev/null &
    ended $!
    ;;
esac
[ "$program" != "$work/cupaas" ] || alone rm -f "$program"
exit "$code"
