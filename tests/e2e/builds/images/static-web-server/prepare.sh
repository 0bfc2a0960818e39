#!/usr/bin/env bash
#   prepare.sh FOLDER
set -euo pipefail
cp "$("$(dirname "$0")/../../../../../.ci/tool" static-web-server)" "$1/"
