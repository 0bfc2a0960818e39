#!/usr/bin/env bash
# The example app on a cluster of kind, with the database's real image: built, deployed, applied, asked over HTTP, and
# asked again after everything was restarted. Needs docker, kind, kubectl and a network; made for .github/workflows/e2e.yml.
set -euo pipefail
cd "$(dirname "$0")/../.."

for program in docker kind kubectl curl git; do
  command -v "$program" >/dev/null || { echo "needs $program"; exit 77; }
done
docker info >/dev/null 2>&1 || { echo "needs a running docker"; exit 77; }
sops=$(.ci/tool sops) || { echo "sops cannot be had here"; exit 77; }

work=$(mktemp -d)
cluster=cupaas-$$
forward=
stop() {
  local status=$?
  [ -z "$forward" ] || kill "$forward" 2>/dev/null || true
  if [ "$status" != 0 ]; then
    kubectl --context "kind-$cluster" -n tasks-production get pods,events || true
    kubectl --context "kind-$cluster" -n tasks-production logs --all-containers --prefix \
      -l cupaas.dev/app=tasks --tail 50 || true
  fi
  kind delete cluster --name "$cluster" || true
  rm -rf "$work"
}
trap stop EXIT

cargo build --quiet
cupaas=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/debug/cupaas
export CUPAAS_HOME=$work/home
# The repository of this machine is what is tried here, also in a job.
export CUPAAS_CI=none

"$cupaas" dockerfile examples/tasks/app >"$work/Dockerfile"
docker build --tag tasks:e2e --file "$work/Dockerfile" examples/tasks/app
"$cupaas" deploy examples/tasks/app --image tasks:e2e
git clone --quiet "$CUPAAS_HOME/gitops.git" "$work/gitops"

kind create cluster --name "$cluster" --wait 120s
kind load docker-image tasks:e2e --name "$cluster"
kubectl() { command kubectl --context "kind-$cluster" "$@"; }

# What Flux would do: the Namespace, the decrypted Secrets, then the two rooms in their order.
apply() { kubectl apply --server-side --field-manager=kustomize-controller --force-conflicts -f "$1"; }
kubectl create namespace tasks-production --dry-run=client -o yaml | kubectl apply -f -
kubectl label namespace tasks-production pod-security.kubernetes.io/enforce=restricted
rooms=$work/gitops/deploy/production/tasks
export SOPS_AGE_KEY_FILE=$CUPAAS_HOME/age/keys.txt
find "$rooms" -name 'secret-*.yaml' -exec "$sops" decrypt --in-place {} \;
apply_room() { kubectl kustomize "$rooms/$1" >"$work/$1.yaml" && apply "$work/$1.yaml"; }
apply_room base
kubectl -n tasks-production wait --for=condition=complete job --all --timeout=300s
apply_room app
kubectl -n tasks-production rollout status deployment/web --timeout=300s

ask() { # METHOD PATH [BODY]
  curl --fail --silent --show-error --max-time 10 --request "$1" --header 'Content-Type: application/json' \
    ${3:+--data "$3"} "http://127.0.0.1:18000$2"
}
open_port() {
  [ -z "$forward" ] || kill "$forward" 2>/dev/null || true
  kubectl -n tasks-production port-forward service/web 18000:80 >/dev/null 2>&1 &
  forward=$!
  curl --silent --retry 60 --retry-delay 1 --retry-all-errors --fail --output /dev/null http://127.0.0.1:18000/healthz
}
open_port
ask POST /api/tasks '{"title": "survive a restart"}'
ask GET /api/tasks | grep 'survive a restart'
kubectl -n tasks-production rollout restart statefulset/mongodb deployment/web
kubectl -n tasks-production rollout status statefulset/mongodb --timeout=300s
kubectl -n tasks-production rollout status deployment/web --timeout=300s
open_port
ask GET /api/tasks | grep 'survive a restart'
echo "the task survived"
