#!/usr/bin/env bash
# A tier that is killed half-way, with a signal that nothing can catch, leaves nothing: no process, no mount, no
# namespace, no interface, and no cgroup once the next run begins.
#   tests/e2e/killed.sh pods
set -euo pipefail
cd "$(dirname "$0")/../.."
tier=${1:?which tier: api, gitops or pods}

wrong() { echo "WRONG: $*" && problems=$((problems + 1)); }
problems=0
# The processes that this run's work folder is mounted for.
inside() { grep -lsF "$work" /proc/[0-9]*/mountinfo || true; }
namespaces() { find /proc/[0-9]*/ns/net /proc/[0-9]*/ns/mnt -printf '%l\n' 2>/dev/null | sort -u || true; }
interfaces() { ip -o link | awk '{print $2}' | sort; }

runs() { find .e2e -mindepth 2 -maxdepth 2 -name work 2>/dev/null | sort; }
pods() { find /sys/fs/cgroup -path "*/cupaas-e2e-$script/*/*" 2>/dev/null; }

before=$(runs)
interfaces_before=$(interfaces)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
tests/e2e/cluster.sh "$tier" --nocapture >"$log" 2>&1 &
script=$!
work=
echo "waiting until it is half-way"
for _ in $(seq 6000); do
  kill -0 "$script" 2>/dev/null || { status=0; wait "$script" || status=$?; tail -n 5 "$log"; exit "$status"; }
  # Half-way: the checks have begun, and in the tier that has pods, some run.
  work=$(comm -13 <(echo "$before") <(runs) | head -n 1)
  if [ -n "$work" ] && grep -q '^running' "$log"; then
    if [ "$tier" != pods ] || pods | grep -q .; then break; fi
  fi
  sleep 0.1
done
work=$PWD/$work
count=$(inside | wc -l)
echo "killing it; $count processes run"
[ "$count" -gt 2 ] || wrong "it was not half-way"
inner=$(inside | head -n 1)
inner=$(readlink "${inner%/mountinfo}/ns/net")
kill -KILL "$script"
wait "$script" 2>/dev/null || true

for _ in $(seq 100); do
  [ "$(inside | wc -l)" = 0 ] && break
  sleep 0.1
done
[ "$(inside | wc -l)" = 0 ] || wrong "$(inside | wc -l) processes run on"
! namespaces | grep -qF "$inner" || wrong "its network namespace is there"
! grep -qF "$work" /proc/self/mountinfo || wrong "its work folder is mounted"
[ -z "$(ls -A "$work")" ] || wrong "its data is there: $(ls "$work")"
[ "$(interfaces)" = "$interfaces_before" ] || wrong "an interface is left: $(interfaces)"
# The next run begins by this; it needs no more of it here than that.
tests/e2e/cluster.sh "$tier" --list >/dev/null
! find /sys/fs/cgroup -path "*/cupaas-e2e-$script*" 2>/dev/null | grep -q . || wrong "its cgroups are there"
rm -rf "$(dirname "$work")"
[ "$problems" = 0 ] && echo "nothing was left"
