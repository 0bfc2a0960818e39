#!/bin/sh
# Writes into the action what it installs: the sums of a release's files.
#   action/pin.sh FOLDER      FOLDER has cupaas-VERSION-TARGET.tar.gz of both targets; VERSION is Cargo.toml's
# Ends with 1, and writes nothing, where something is amiss.
set -eu

folder=${1:?which folder}
here=$(cd "$(dirname "$0")" && pwd)
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$here/../Cargo.toml" | head -n 1)
sums=$(mktemp)
trap 'rm -rf "$sums"' EXIT

for target in x86_64-unknown-linux-musl aarch64-unknown-linux-musl; do
  name=cupaas-$version-$target.tar.gz
  [ -f "$folder/$name" ] || { echo "there is no $folder/$name" >&2 && exit 1; }
  tar -tzf "$folder/$name" cupaas >/dev/null || { echo "$name holds no cupaas" >&2 && exit 1; }
  printf '%s  %s\n' "$(sha256sum <"$folder/$name" | cut -c1-64)" "$name" >>"$sums"
done
{ sed -n '/^#/p' "$here/SHA256SUMS" && cat "$sums"; } >"$here/SHA256SUMS.new"
mv "$here/SHA256SUMS.new" "$here/SHA256SUMS"
