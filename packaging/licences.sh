#!/usr/bin/env bash
# Writes assets/licences.json, the list of crates and licences in the window's About, anew from
# Cargo.lock. A test of tests/architecture/ compares the two.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. packaging/lib.sh

UPDATE_LICENCES=1 cargo test --release --locked --quiet -p fettle -p fettle-architecture licences
