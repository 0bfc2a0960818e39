#!/usr/bin/env bash
# Bun's own program, as npm's registry has it.
#   prepare.sh FOLDER VERSION
set -euo pipefail
cd "$1"
tar -xzf "$(npm pack --silent "@oven/bun-linux-x64@$2")" --strip-components=2 package/bin/bun
