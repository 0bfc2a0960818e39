#!/usr/bin/env bash
# Decrypts random Secrets that cupaas sealed with the official sops, MAC check included.
#   SOPS_BIN      a sops to use; else one is installed with `go install` below .e2e/ (some minutes, once)
#   SOPS_VERSION  which one to install (default 3.13.2, what Flux 2.9 embeds)
#   SOPS_FILES    how many files (default 100)
#   AGE_BIN       an age to use; else the one of `.ci/tool age`
set -euo pipefail
cd "$(dirname "$0")/../.."
version=${SOPS_VERSION:-3.13.2}
if [ -z "${SOPS_BIN:-}" ]; then
  bin=$PWD/.e2e/sops-$version
  SOPS_BIN=$bin/sops
  [ -x "$SOPS_BIN" ] || GOBIN=$bin nice go install "github.com/getsops/sops/v3/cmd/sops@v$version"
fi
AGE_BIN=${AGE_BIN:-$(.ci/tool age)}
export SOPS_BIN AGE_BIN
exec cargo test --test sops -- --nocapture
