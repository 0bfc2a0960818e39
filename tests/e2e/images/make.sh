#!/usr/bin/env bash
# Fills a folder with the storage of a container registry that holds the images that the `pods` tier pulls, made from
# Debian packages: no registry is asked.
#   tests/e2e/images/make.sh FOLDER FERRETDB
#     FERRETDB  the folder of the program `ferretdb`
# Needs root, mmdebstrap, buildah and docker-registry, and the package registries of Debian and Python.
#   library/python:3.13-slim-bookworm   Debian's Python, with uv and what the example's uv.lock names in uv's cache
#   library/mongo:8.0                   FerretDB under MongoDB's name, with the official image's way to start it
#   pause:1                             what holds a pod's namespaces
set -euo pipefail
images=$(cd "$(dirname "$0")" && pwd)
app=$images/../../../examples/tasks/app
uv=0.13.9

# A Debian newer than this machine may have, since that one's Python is the one that the example asks for.
prepare() {
  local root=$1
  ln -s python3 "$root/usr/bin/python"
  rm -f "$root"/usr/lib/python3*/EXTERNALLY-MANAGED
  mkdir "$root/tmp/app"
  cp "$app/pyproject.toml" "$app/uv.lock" "$root/tmp/app/"
  # This machine may reach the outside through a proxy whose certificate only it knows.
  cp /etc/ssl/certs/ca-certificates.crt "$root/tmp/certificates"
  local inside=(env -u PIP_FIND_LINKS -u PIP_CERT SSL_CERT_FILE=/tmp/certificates UV_CACHE_DIR=/opt/uv chroot "$root")
  "${inside[@]}" pip install --no-cache-dir --root-user-action=ignore --cert /tmp/certificates "uv==$uv"
  "${inside[@]}" uv --directory /tmp/app sync --locked --no-install-project --no-dev
  rm -rf "$root/tmp/app" "$root/tmp/certificates"
}
# mmdebstrap calls this script for the step above.
if [ "${1:-}" = --prepare ]; then prepare "$2" && exit; fi

folder=${1:?which folder}
ferretdb=${2:?the folder of ferretdb}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mmdebstrap --variant=minbase --include=python3,python3-pip,python3-venv,ca-certificates \
  --customize-hook="'$images/make.sh' --prepare \"\$1\"" --format=tar trixie "$work/python.tar"

b() { buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs "$@"; }
# image NAME ARGUMENT…: what is in the container $one, with a configuration, as an image.
image() {
  local name=$1
  shift
  b config "$@" "$one" && b commit --quiet "$one" "127.0.0.1:5000/$name"
}
one=$(b from scratch)
b add --quiet "$one" "$work/python.tar" /
path=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
image pause:1 --env "$path" --cmd '["sleep", "infinity"]'
# What the app's Dockerfile installs is in the image already, and nobody outside can be asked.
image library/python:3.13-slim-bookworm --env UV_CACHE_DIR=/opt/uv --env UV_OFFLINE=1 --cmd '["python3"]'
one=$(b from 127.0.0.1:5000/pause:1)
b add --quiet --chmod 755 "$one" "$ferretdb/ferretdb" "$images/mongo/mongosh" "$images/mongo/docker-entrypoint.sh" /usr/local/bin/
image library/mongo:8.0 --entrypoint '["docker-entrypoint.sh"]' --cmd '["mongod"]' --port 27017 --volume /data/db

cat >"$work/registry.yaml" <<END
version: 0.1
storage: {filesystem: {rootdirectory: $folder}}
http: {addr: "127.0.0.1:5000"}
END
export -f b
export work
# In a network of its own: the port is free.
# shellcheck disable=SC2016 # It is expanded inside.
unshare --net --pid --fork --kill-child bash -euc '
  ip link set lo up
  docker-registry serve "$work/registry.yaml" 2>"$work/registry.log" &
  until (: </dev/tcp/127.0.0.1/5000) 2>/dev/null; do sleep 0.1; done
  for image in pause:1 library/python:3.13-slim-bookworm library/mongo:8.0; do
    b push --quiet --tls-verify=false "127.0.0.1:5000/$image"
  done'
