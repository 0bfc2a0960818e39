#!/usr/bin/env bash
# What cupaas renders, on real parts of a cluster that this script starts and stops. Linux only.
#   tests/e2e/cluster.sh api       etcd and an API server
#   tests/e2e/cluster.sh gitops    and its controllers, Flux, Argo CD, Gitea
#   tests/e2e/cluster.sh pods      and a scheduler, containerd, a kubelet
#   tests/e2e/cluster.sh api NAME  the checks whose name holds NAME
# Everything runs in namespaces of its own for processes, mounts and network: it can run beside another, and however it
# ends, the kernel takes every process, mount and interface away with it. Logs stay in .e2e/<tier>-… when it fails.
# Parts are made once, at the versions of tests/e2e/parts (.ci/tool); KUBERNETES=DIR, ETCD=DIR, FLUX=DIR and so on, or
# KUBEBUILDER_ASSETS=DIR, take programs that are there already. Ends with 77 where a part cannot be had.
set -euo pipefail
cd "$(dirname "$0")/../.."

skip() { echo "$*" && exit 77; }
tier=${1:?which tier: api, gitops or pods}
shift
case $tier in
  api) parts=(etcd kubernetes crds) ;;
  gitops) parts=(etcd kubernetes crds kubectl flux gitea argocd redis-server kustomize sops) ;;
  *) echo "no tier $tier" >&2 && exit 2 ;;
esac

[ "$(uname -s)" = Linux ] || skip "a cluster of one's own needs Linux"
for program in unshare ip openssl; do
  command -v "$program" >/dev/null || skip "needs $program"
done
root=()
[ "$(id -u)" = 0 ] || root=(--user --map-root-user)
inside=(unshare "${root[@]}" --mount --net --pid --fork --kill-child --mount-proc)
"${inside[@]}" ip link set lo up 2>/dev/null || skip "this machine allows no namespaces of one's own"
for part in "${parts[@]}"; do
  .ci/tool "$part" >/dev/null || skip "$part cannot be had here"
done

cargo build --quiet
cargo test --quiet --package cupaas-cluster-tests --test "$tier" --no-run
mkdir -p .e2e
CUPAAS_E2E_LOGS=$(mktemp -d "$PWD/.e2e/$tier-XXXXXX")
export CUPAAS_E2E_LOGS
# A mount point: what is mounted there is seen by the tier alone, and goes with it.
export CUPAAS_E2E_WORK=$CUPAAS_E2E_LOGS/work
mkdir "$CUPAAS_E2E_WORK"

status=0
# shellcheck disable=SC2016 # It is expanded inside.
"${inside[@]}" bash -euc '
  ip link set lo up
  mount -t tmpfs work "$CUPAAS_E2E_WORK"
  exec cargo test --quiet --offline --package cupaas-cluster-tests --test "$0" -- "$@"
' "$tier" "$@" || status=$?
rmdir "$CUPAAS_E2E_WORK" 2>/dev/null || true
if [ "$status" = 0 ]; then
  rm -rf "$CUPAAS_E2E_LOGS"
else
  echo "the logs of its parts: $CUPAAS_E2E_LOGS"
fi
exit "$status"
