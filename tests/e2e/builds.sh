#!/usr/bin/env bash
# What `cupaas dockerfile` prints, built by buildah, started as a pod would, and built again after a change of the code.
#   tests/e2e/builds.sh                all apps of tests/e2e/builds/apps.py
#   tests/e2e/builds.sh python ruby    these
# The images that a Dockerfile names are stood in for by ones of their names, made once from Debian's packages and what the
# registries of packages have (tests/e2e/builds/images). They stay in $CUPAAS_TOOLS/builds (default ~/.cache/cupaas-tools/builds).
# CUPAAS=/path/to/it takes a program that is built already. Ends with 77, and says why, where this machine cannot run it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

skip() { echo "$*" && exit 77; }
[ "$(uname -s)" = Linux ] || skip "images of Linux are built on Linux"
[ "$(id -u)" = 0 ] || skip "building and starting images needs root"
for program in unshare ip git npm cargo go; do
  command -v "$program" >/dev/null || skip "needs $program"
done
missing=()
for program in buildah mmdebstrap; do
  command -v "$program" >/dev/null || missing+=("$program")
done
# Debian's own Python, whose packages are Debian's.
/usr/bin/python3 -c 'import sys, yaml; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || missing+=(python3 python3-yaml)
[ ${#missing[@]} = 0 ] || "$root/.ci/tool" packages "${missing[@]}" || skip "needs ${missing[*]}"
unshare --net --mount --pid --uts --ipc --fork --kill-child ip link set lo up 2>/dev/null || skip "this machine allows no namespaces of one's own"

cupaas=${CUPAAS:-}
if [ -z "$cupaas" ]; then
  (cd "$root" && cargo build --quiet)
  cupaas=${CARGO_TARGET_DIR:-$root/target}/debug/cupaas
fi
cupaas=$(realpath "$cupaas")
storage=${CUPAAS_TOOLS:-${HOME:-/tmp}/.cache/cupaas-tools}/builds
mkdir -p "$storage"
# One run at a time: they share what they build from.
exec 9>"$storage/lock"
flock 9
export CUPAAS_HOME=/nonexistent GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 PYTHONDONTWRITEBYTECODE=1
/usr/bin/python3 "$here/builds/run.py" "$cupaas" "$storage" "$@"
