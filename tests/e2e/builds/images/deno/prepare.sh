#!/usr/bin/env bash
# Deno's own program, as npm's registry has it.
#   prepare.sh FOLDER VERSION
set -euo pipefail
cd "$1"
tar -xzf "$(npm pack --silent "@deno/linux-x64-glibc@$2")" --strip-components=1 package/deno
