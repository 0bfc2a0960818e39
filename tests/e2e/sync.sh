#!/usr/bin/env bash
# `cupaas sync` of an app whose repository is behind a real sshd on this machine: its own key, its own known_hosts.
# Ends with 77 where there is no sshd and none can be installed (`apt-get install openssh-server`, as root).
set -euo pipefail
cd "$(dirname "$0")/../.."

skip() { echo "$*" && exit 77; }
sshd=$(command -v sshd || ls /usr/sbin/sshd 2>/dev/null || true)
if [ -z "$sshd" ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  apt-get install --yes --no-install-recommends openssh-server >/dev/null 2>&1 || true
  sshd=$(command -v sshd || ls /usr/sbin/sshd 2>/dev/null || true)
fi
[ -n "$sshd" ] || skip "needs sshd (openssh-server)"
for program in ssh ssh-keygen git; do command -v "$program" >/dev/null || skip "needs $program"; done

cargo build --quiet
cupaas=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/debug/cupaas
work=$(mktemp -d)
daemon=
stop() {
  [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
  rm -rf "$work"
}
trap stop EXIT

ssh-keygen -q -t ed25519 -N '' -f "$work/host"
ssh-keygen -q -t ed25519 -N '' -f "$work/user"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$work/sshd_config" <<EOF
ListenAddress 127.0.0.1
Port $port
HostKey $work/host
PidFile $work/sshd.pid
AuthorizedKeysFile $work/user.pub
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
EOF
[ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
"$sshd" -D -e -f "$work/sshd_config" 2>"$work/sshd.log" &
daemon=$!
until ssh-keyscan -p "$port" 127.0.0.1 >"$work/known_hosts" 2>/dev/null && [ -s "$work/known_hosts" ]; do
  kill -0 "$daemon" 2>/dev/null || { cat "$work/sshd.log"; skip "sshd does not start here"; }
done

export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.cu GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.cu
export HOME=$work/home CUPAAS_HOME=$work/home/cupaas
mkdir -p "$HOME"
commit() { git -C "$1" add -A && git -C "$1" commit -q -m "a version"; }
git init -q -b trunk "$work/shop"
printf 'runtime: image\nprocesses: {web: {command: serve}}\n' >"$work/shop/.cupaas"
commit "$work/shop"
git init -q -b main "$work/gitops"
mkdir "$work/gitops/apps"
printf 'environments:\n  production: {cluster: home}\n' >"$work/gitops/cupaas.yaml"
printf 'repository: ssh://%s@127.0.0.1:%s%s\n' "$(id -un)" "$port" "$work/shop" >"$work/gitops/apps/shop.yaml"
commit "$work/gitops"
git clone -q --bare "$work/gitops" "$work/gitops.git"
sync() { "$cupaas" sync --app shop --gitops "$work/gitops.git" --timeout 20 "$@"; }
image=registry.example.cu/shop@sha256:4c1a0d5b0b1e8a5f7a1d6c0f3b2e9d8c7b6a5f4e3d2c1b0a9f8e7d6c5b4a3f2e

with="ssh -i $work/user -o IdentitiesOnly=yes -o BatchMode=yes -o UserKnownHostsFile"
# A host whose key nobody has checked is not spoken to; the others go on, so the code is 6 and not a crash.
code=0
GIT_SSH_COMMAND="$with=$work/nothing" sync --image "$image" >"$work/unknown" || code=$?
if [ "$code" -ne 6 ] || ! grep -q known_hosts "$work/unknown"; then
  cat "$work/unknown"
  echo "WRONG: code $code for a host whose key nobody has checked"
  exit 1
fi
export GIT_SSH_COMMAND="$with=$work/known_hosts"
sync --image "$image" | tee "$work/first"
grep -q '^deployed shop in production' "$work/first"
sync | tee "$work/second"
grep -q '1 up-to-date' "$work/second"
echo "CHANGED=1" >"$work/shop/note" && commit "$work/shop"
printf 'runtime: image\nprocesses: {web: {command: other}}\n' >"$work/shop/.cupaas"
commit "$work/shop"
sync | tee "$work/third"
grep -q '^deployed shop in production' "$work/third"
[ "$(git -C "$work/gitops.git" rev-list --count main)" -eq 3 ]
echo "ssh: three runs, two commits"
