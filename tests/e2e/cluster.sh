#!/usr/bin/env bash
# What cupaas renders, on real parts of a cluster that this script starts and stops. Linux only.
#   tests/e2e/cluster.sh api       etcd and an API server
#   tests/e2e/cluster.sh gitops    and its controllers, Flux, Argo CD, Gitea
#   tests/e2e/cluster.sh waits N   the same without Argo CD: N runs of `wait`, good and bad ones, at the same time
#   tests/e2e/cluster.sh pods      and a scheduler, containerd, a kubelet, DNS, a registry (as root)
#   tests/e2e/cluster.sh services  the node of `pods`, with real servers (as root)
#   tests/e2e/cluster.sh forge     Gitea and a runner of its workflows, without a cluster
#   tests/e2e/cluster.sh api NAME  the checks whose name holds NAME
# Everything runs in namespaces of its own for processes, mounts and network: it can run beside another, and however it
# ends, the kernel takes every process, mount and interface away with it. Logs stay in .e2e/<tier>-… when it fails.
# Parts are made once, at the versions of tests/e2e/parts (.ci/tool); KUBERNETES=DIR, ETCD=DIR, FLUX=DIR and so on, or
# KUBEBUILDER_ASSETS=DIR, take programs that are there already. Ends with 77 where a part cannot be had.
set -euo pipefail
cd "$(dirname "$0")/../.."

skip() { echo "$*" && exit 77; }
tier=${1:?which tier: api, gitops, waits, pods, services or forge}
shift
packages=()
case $tier in
  api) parts=(etcd kubernetes crds) ;;
  forge) parts=(gitea act) ;;
  gitops) parts=(etcd kubernetes crds kubectl flux gitea argocd redis-server kustomize sops) ;;
  waits)
    parts=(etcd kubernetes crds kubectl flux gitea)
    # How many there are is no name of a check.
    export CUPAAS_E2E_WAITS=${1:-${CUPAAS_E2E_WAITS:-200}}
    shift "$((${#} > 0))"
    ;;
  pods)
    parts=(etcd kubernetes crds coredns images kubectl flux gitea act)
    packages=(containerd runc containernetworking-plugins iptables mmdebstrap buildah docker-registry)
    ;;
  services)
    parts=(etcd kubernetes coredns images servers kubectl sops)
    packages=(containerd runc containernetworking-plugins iptables mmdebstrap buildah docker-registry maven)
    ;;
  *) echo "no tier $tier" >&2 && exit 2 ;;
esac

[ "$(uname -s)" = Linux ] || skip "a cluster of one's own needs Linux"
for program in unshare setpriv ip openssl; do
  command -v "$program" >/dev/null || skip "needs $program"
done
root=()
[ "$(id -u)" = 0 ] || root=(--user --map-root-user)
# Where this script is killed, unshare is, so the first process of the namespaces is, and so all of them are.
inside=(setpriv --pdeathsig KILL unshare "${root[@]}" --mount --net --pid --fork --kill-child --mount-proc)
"${inside[@]}" ip link set lo up 2>/dev/null || skip "this machine allows no namespaces of one's own"

# cgroups lie outside of every namespace but their own kind: those of a run are below one with the number of this
# script's process, and what a killed run has left goes with the next one.
hierarchies() { for folder in /sys/fs/cgroup/ /sys/fs/cgroup/*/; do [ ! -e "$folder/cgroup.procs" ] || echo "${folder%/}"; done; }
make_cgroups() {
  local folder new file
  for folder in $(hierarchies); do
    # Inside a hierarchy there are no others.
    [[ $folder != /sys/fs/cgroup/* ]] || [ ! -e /sys/fs/cgroup/cgroup.procs ] || continue
    new=$folder/cupaas-e2e-$$
    mkdir "$new" || return 1
    # A cpuset takes no process before it is told where those may run.
    for file in cpuset.cpus cpuset.mems; do
      [ ! -e "$new/$file" ] || [ "$folder" = /sys/fs/cgroup ] || cat "$folder/$file" >"$new/$file"
    done
  done
}
sweep_cgroups() {
  local folder number
  while IFS= read -r folder; do
    number=${folder##*/cupaas-e2e-}
    number=${number%%/*}
    # What is in use is not removed.
    { [ "$number" != $$ ] && [ -e "/proc/$number" ]; } || rmdir "$folder" 2>/dev/null || true
  done < <(find /sys/fs/cgroup -depth -type d -path "*/cupaas-e2e-*" 2>/dev/null)
}
node=
case $tier in pods | services) node=yes ;; esac
if [ -n "$node" ]; then
  [ "$(id -u)" = 0 ] || skip "a kubelet needs root"
  grep -qw memory /proc/cgroups || skip "this machine has no cgroups"
  "${inside[@]}" bash -ec 'mount -t tmpfs it /mnt && cd /mnt && mkdir l u w m &&
    mount -t overlay it -o lowerdir=l,upperdir=u,workdir=w m' 2>/dev/null || skip "this machine has no overlayfs"
  sweep_cgroups
  trap sweep_cgroups EXIT
  make_cgroups 2>/dev/null || skip "no cgroup can be made here"
  missing=()
  for package in "${packages[@]}"; do
    dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] || .ci/tool packages "${missing[@]}" >/dev/null || skip "${missing[*]} cannot be had here"
fi
for part in "${parts[@]}"; do
  .ci/tool "$part" >/dev/null || skip "$part cannot be had here"
done

cargo build --quiet
# What is timed is what people run.
[ "$tier" != pods ] || cargo build --quiet --release
cargo test --quiet --package cupaas-cluster-tests --test "$tier" --no-run
mkdir -p .e2e
CUPAAS_E2E_LOGS=$(mktemp -d "$PWD/.e2e/$tier-XXXXXX")
export CUPAAS_E2E_LOGS
# A mount point: what is mounted there is seen by the tier alone, and goes with it.
export CUPAAS_E2E_WORK=$CUPAAS_E2E_LOGS/work
export CUPAAS_E2E_CGROUP=cupaas-e2e-$$
mkdir "$CUPAAS_E2E_WORK"
if [ "$tier" = api ]; then
  # What every case of the tests renders, whole.
  export CUPAAS_E2E_TREES=$CUPAAS_E2E_LOGS/trees
  TREES_DIR=$CUPAAS_E2E_TREES cargo test --quiet --test cases >"$CUPAAS_E2E_LOGS/cases.log" ||
    { cat "$CUPAAS_E2E_LOGS/cases.log" && exit 1; }
fi

status=0
# shellcheck disable=SC2016 # It is expanded inside.
"${inside[@]}" bash -euc '
  ip link set lo up
  mount -t tmpfs work "$CUPAAS_E2E_WORK"
  if [ -z "$0" ]; then exec "$@"; fi
  # The usual places of a node: writable, and nobody else sees it. What lies on overlays may not be one itself.
  mkdir "$CUPAAS_E2E_WORK/var" "$CUPAAS_E2E_WORK/var-work"
  mount -t overlay var -o "lowerdir=/var,upperdir=$CUPAAS_E2E_WORK/var,workdir=$CUPAAS_E2E_WORK/var-work" /var
  mount -t tmpfs tmpfs /run
  for folder in containerd kubelet containers; do
    mkdir -p "/var/lib/$folder"
    mount -t tmpfs tmpfs "/var/lib/$folder" # by this name it is known as one
  done
  # From here on the cgroup of this run is the root of what can be seen.
  own=$(find /sys/fs/cgroup -maxdepth 2 -name "$CUPAAS_E2E_CGROUP")
  for folder in $own; do echo 0 >"$folder/cgroup.procs"; done
  export own
  exec unshare --cgroup bash -euc '"'"'
    for folder in $own; do mount --bind "$folder" "${folder%/*}"; done
    # In the unified hierarchy only leaves hold processes.
    if [ -e /sys/fs/cgroup/cgroup.procs ]; then mkdir /sys/fs/cgroup/it && echo 0 >/sys/fs/cgroup/it/cgroup.procs; fi
    exec "$0" "$@"
  '"'"' "$@"
' "$node" cargo test --quiet --offline --package cupaas-cluster-tests --test "$tier" -- "$@" || status=$?
rmdir "$CUPAAS_E2E_WORK" 2>/dev/null || true
if [ "$status" = 0 ]; then
  rm -rf "$CUPAAS_E2E_LOGS"
else
  echo "the logs of its parts: $CUPAAS_E2E_LOGS"
fi
exit "$status"
