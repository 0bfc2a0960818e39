#!/bin/sh
# Starts SeaweedFS as the entry point of its image does. Kept of that one:
#   `mini` gets -dir=/data where nothing is said, and all is logged to standard error; what is given is parted at blanks;
#   other words are weed's; cryptography as FIPS 140-3 wants it.
# Not kept: a start as root, which gives /data to the user `seaweed`; the other shorthands; the parts in Rust.
set -eu
export GODEBUG="${GODEBUG:+$GODEBUG,}fips140=on"
[ "$(id -u)" != 0 ] || { echo "this image does not start as root" >&2 && exit 1; }
folder=-dir=/data
for word; do case $word in -dir=* | --dir=*) folder= ;; esac; done
# shellcheck disable=SC2048,SC2086 # As there.
case ${1:-} in
  mini) shift && exec /usr/bin/weed -logtostderr=true mini $folder $* ;;
  *) exec /usr/bin/weed $* ;;
esac
