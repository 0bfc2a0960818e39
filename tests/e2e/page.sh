#!/usr/bin/env bash
# The page of `cupaas status --format html`, in a browser: nothing is refused by its own policy, axe finds nothing, the
# keyboard reaches everything, light and dark, on a wide screen and on a phone, with and without scripts.
#   tests/e2e/page.sh            a small repository
#   tests/e2e/page.sh many       ten thousand apps: how long it takes to write, to open and to search
#   tests/e2e/page.sh pictures   writes docs/images/ anew, too
# Ends with 77, and says why, where there is no Chromium or no Node.js. CHROMIUM=/path/to/it takes another one.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
what=${1:-small}

find_browser() { command -v chromium || command -v chromium-browser || true; }
browser=${CHROMIUM:-$(find_browser)}
[ -n "$browser" ] || { "$root/.ci/tool" packages chromium >&2 && browser=$(find_browser); } || true
[ -n "$browser" ] || { echo "needs Chromium (Debian's package chromium)"; exit 77; }
for program in node npm git python3; do
  command -v "$program" >/dev/null || { echo "needs $program"; exit 77; }
done
libraries=$("$root/.ci/tool" page) || { echo "axe and playwright cannot be had here"; exit 77; }

cupaas=${CUPAAS:-}
if [ -z "$cupaas" ]; then
  (cd "$root" && cargo build --quiet)
  cupaas=${CARGO_TARGET_DIR:-$root/target}/debug/cupaas
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work/home CUPAAS_HOME=$work/home/cupaas GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME='Ana Pérez' GIT_AUTHOR_EMAIL=ana@example.cu GIT_COMMITTER_NAME=ci GIT_COMMITTER_EMAIL=ci@example.cu
mkdir "$HOME"

if [ "$what" = many ]; then
  python3 "$here/page/many.py" "${APPS:-10000}" "$work/gitops.git"
  began=$(date +%s%N)
  "$cupaas" status --format html --gitops "$work/gitops.git" --out "$work/page.html" >/dev/null
  echo "written in $((($(date +%s%N) - began) / 1000000)) ms, $(stat -c %s "$work/page.html") bytes"
  NODE_PATH=$libraries node "$here/page/look.mjs" "$browser" "$libraries" many "$work/page.html"
  exit
fi

git init -q -b main "$work/gitops"
cat >"$work/gitops/cupaas.yaml" <<'Y'
format: 1
environments:
  production: {cluster: home, domain: apps.example.cu}
  staging: {cluster: home, domain: apps.example.cu, branch: next}
registry: {prefix: registry.example.cu/team}
routing: {ingress: {tls: {}}}
secrets: {recipients: [age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p]}
Y
git -C "$work/gitops" add -A
git -C "$work/gitops" commit -q -m "Begin"
git clone -q --bare "$work/gitops" "$work/gitops.git"
export CUPAAS_GITOPS=$work/gitops.git

# Three commits of three apps: an app whose newest one is rolled back, one that is stopped, one that waits in a branch.
deploy() { # APP ENVIRONMENT COMMIT
  "$cupaas" deploy "$work/$1" --env "$2" --source-repository "https://git.example.cu/me/$1.git" --source-commit "$3" \
    --run-url "https://ci.example.cu/me/$1/7" --format json >/dev/null
}
one=1f0c6d1e2b7a4938f1c0d9e8b7a6958473625140 two=2b3c4d5e2b7a4938f1c0d9e8b7a6958473625141
for app in tasks shop mail; do
  mkdir "$work/$app"
  printf 'name: %s\nruntime: image\nprocesses: {web: {command: serve}, worker: {command: work}}\nservices: [postgresql]\n' "$app" >"$work/$app/.cupaas"
  deploy "$app" production "$one"
  printf 'env: {GREETING: hello}\n' >>"$work/$app/.cupaas"
  deploy "$app" production "$two"
done
deploy shop staging "$two"
{
  "$cupaas" rollback tasks --env production --why "it eats orders"
  "$cupaas" stop shop --env staging
  "$cupaas" scale worker=0 --app mail --env production
  "$cupaas" app add https://git.example.cu/me/later.git --branch main=production
} >/dev/null
git -C "$work/gitops" fetch -q "$work/gitops.git" main
git -C "$work/gitops" checkout -q --detach FETCH_HEAD
git -C "$work/gitops" commit -q --allow-empty -m "A proposal"
git -C "$work/gitops" push -q "$work/gitops.git" HEAD:refs/heads/cupaas/production/mail

"$cupaas" status --format html --out "$work/page.html" >/dev/null
pictures=
if [ "$what" = pictures ]; then
  pictures=$root/docs/images
  sed -i "s|$work/gitops.git|https://git.example.cu/me/gitops.git|" "$work/page.html"
fi
node "$here/page/look.mjs" "$browser" "$libraries" small "$work/page.html" "$pictures"
