#!/usr/bin/env bash
# Whether the program can be built again to the same bytes.
#
#   bash packaging/reproducible.sh           builds and links the last crates again, in the same target directory
#   bash packaging/reproducible.sh --whole   builds everything twice, in two new target directories (an hour on two cores)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. packaging/lib.sh

need_rust
sum() { sha256sum "$1" | cut -d' ' -f1; }

case ${1:-} in
    --whole)
        # Not from parts of earlier builds: which functions share a unit would depend on what was compiled before.
        export CARGO_INCREMENTAL=0
        scratch=$(mktemp -d -p "$cache")
        trap 'rm -rf "$scratch"' EXIT
        for build in first second; do
            say "The $build build"
            # Both at the same path, which the compiler writes into the program.
            CARGO_TARGET_DIR=$scratch/target cargo build --release --locked
            mv "$scratch/target/release/fettle" "$scratch/$build"
            rm -rf "$scratch/target"
        done
        first=$scratch/first second=$scratch/second
        ;;
    "")
        build
        first=$CARGO_TARGET_DIR/fettle-first second=$fettle
        cp "$fettle" "$first"
        trap 'rm -f "$first"' EXIT
        cargo clean --release --locked --quiet -p fettle -p fettle-cli
        cargo build --release --locked
        ;;
    *) fail "usage: bash packaging/reproducible.sh [--whole]" ;;
esac

printf '%s  the first\n%s  the second\n' "$(sum "$first")" "$(sum "$second")"
cmp "$first" "$second" || fail "The two builds differ."
echo "The two builds are the same, byte for byte."
