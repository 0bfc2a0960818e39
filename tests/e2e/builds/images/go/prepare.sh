#!/usr/bin/env bash
# The newest patch of Go's own toolchain, as the module proxy has it.
#   prepare.sh FOLDER VERSION
set -euo pipefail
cd "$1"
# Outside of any module, and by the Go that is here.
export GOTOOLCHAIN=local GOFLAGS=-mod=mod
version=$(go list -m -versions golang.org/toolchain | tr ' ' '\n' | grep -E "^v0\.0\.1-go${2//./\\.}(\.[0-9]+)?\.linux-amd64$" | sort -V | tail -n 1)
folder=$(go mod download -json "golang.org/toolchain@$version" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
cp -R "$folder" go
chmod -R u+w go
# A module keeps no bit that makes a file a program.
find go/bin go/pkg/tool -type f -exec chmod 755 {} +
