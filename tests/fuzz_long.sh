#!/usr/bin/env bash
# Fuzzes every reader, or those named, for so many seconds each (tests/fuzz), two at a time, with changes that no run
# before had. What it prints last are the inputs of each target, and the failures with their files.
#
#   bash tests/fuzz_long.sh SECONDS [NAME...]
#
# A file that led to a failure goes to tests/fuzz/found/NAME/, where every later run begins with it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds=$1
shift
export FETTLE_FUZZ_SECONDS=$seconds FETTLE_FUZZ_SEED=${FETTLE_FUZZ_SEED:-$(date +%s)}
echo "seed: $FETTLE_FUZZ_SEED"
cargo test --release --locked -p fettle -p fettle-fuzz --test fuzz -- "$@"
