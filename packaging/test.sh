#!/usr/bin/env bash
# Installs what the tests need, then: formatting, spelling, lints, licences, tests. Can be run
# again at any time. CI runs this.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. packaging/lib.sh

# poppler-utils: pdftotext is the peer that our reading of manuals is compared with. The last four
# are a screen, a hand and an eye for the window.
# shellcheck disable=SC2086
need_packages $build_packages $run_packages python3-venv poppler-utils \
    xvfb openbox xdotool imagemagick
need_rust

say "Tools"
tools=$cache/tools
typos_version=1.52.0
deny_version=0.20.2
if [ "$("$tools/bin/typos" --version 2>/dev/null)" != "typos-cli $typos_version" ]; then
    python3 -m venv "$tools" && "$tools/bin/pip" install -q "typos==$typos_version"
fi
if [ "$("$tools/bin/cargo-deny" --version 2>/dev/null)" != "cargo-deny $deny_version" ]; then
    CARGO_TARGET_DIR=$cache/tools-target cargo install --quiet --locked --root "$tools" "cargo-deny@$deny_version"
fi

say "Formatting, spelling"
cargo fmt --check
"$tools/bin/typos"

say "Lints"
cargo clippy --release --locked --all-targets -- -D warnings

say "Licences, sources"
"$tools/bin/cargo-deny" --locked check licenses bans sources

say "Documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --release --locked --no-deps --document-private-items --quiet

say "Models for the tests"
cargo build --release --locked
fettle=$CARGO_TARGET_DIR/release/fettle
# The tests run the real networks: the same files as the program's, kept outside the checkout.
export FETTLE_MODELS=${FETTLE_MODELS:-$cache/models}
"$fettle" models pull small

say "Tests"
cargo test --release --locked

say "The window"
bash tests/window.sh "$fettle" "$CARGO_TARGET_DIR/window"
