# What one can do here. `just` alone lists it; `just ci` is what CI runs.

_list:
    @just --list --unsorted

# The program, as it is released
build:
    cargo build --release

# All tests; UPDATE=1 rewrites what the cases expect
test *arguments:
    cargo test {{ arguments }}

# Everything that CI looks at, each step timed
ci:
    .ci/run

# One or more of CI's steps: just step clippy typos
step +names:
    .ci/run {{ names }}

# Rewrites the source in the one style
fmt:
    cargo fmt

# What clippy says, as errors
clippy:
    cargo clippy --workspace --all-targets -- -D warnings

# The API's documentation; a broken link is an error
docs:
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps

# Licences, bans and sources of the dependencies
deny:
    .ci/run deny

# Known holes in the dependencies; needs the network
advisories:
    "$(.ci/tool cargo-deny)" check advisories

# Spelling
typos:
    .ci/run typos

# Scripts and workflow files
scripts:
    .ci/run shellcheck actionlint zizmor

# What is rendered, seen by the programs that read it, and on real parts of a cluster
e2e:
    .ci/run e2e cluster

# The same on real parts of a cluster: just cluster api | forge | gitops | waits | pods | services
cluster tier *checks:
    tests/e2e/cluster.sh {{ tier }} {{ checks }}

# Images of the Dockerfiles that are printed, built and started: just builds [python ruby …]
builds *apps:
    tests/e2e/builds.sh {{ apps }}

# Measures; docs/benchmarks.md says what and how
bench:
    KUSTOMIZE="$(.ci/tool kustomize)" cargo bench --bench render

# Throws random bytes at every reader, `seconds` for each
fuzz seconds="60":
    fuzz/run.sh {{ seconds }}

# Makes src/schema/kinds/*.jsonl again from the packages that VERSIONS.json names
schemas:
    python3 src/schema/kinds/update.py

# The oldest Rust that must build this
msrv:
    .ci/run msrv
