#!/usr/bin/env bash
# The Rust of this machine, whatever version was asked for: rustup's own files are in no registry of packages.
#   prepare.sh FOLDER VERSION
set -euo pipefail
from=$(rustc --print sysroot)
[ "$from" != /usr ] || { echo "needs a Rust of rustup" >&2; exit 1; }
mkdir "$1/toolchain"
tar -C "$from" --exclude=./share --exclude=./lib/rustlib/src --exclude=./etc -c . | tar -C "$1/toolchain" -x
