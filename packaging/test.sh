#!/usr/bin/env bash
# Installs the packages of the tests, then checks formatting, spelling, licences, lints and
# documentation and runs all tests, as CI does. Can be run again at any time. Each step prints the
# duration of the previous one; the last lines count the tests, and the skipped ones by kind.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. packaging/lib.sh

# poppler-utils: pdftotext, for comparison with the parser of manuals. shellcheck reads the scripts. Then a
# virtual display, a window manager, input events and screenshots for the test of the window; strace for
# kills at system calls.
step "Packages"
# shellcheck disable=SC2086
need_packages $build_packages $run_packages python3-venv poppler-utils shellcheck \
    xvfb openbox xdotool imagemagick strace
need_rust

step "Tools"
typos_version=1.52.0
if [ "$("$tools/bin/typos" --version 2>/dev/null)" != "typos-cli $typos_version" ]; then
    python3 -m venv "$tools" && "$tools/bin/pip" install -q "typos==$typos_version"
fi
need_tool cargo-deny 0.20.2

step "Formatting, spelling"
cargo fmt --all --check
"$tools/bin/typos"
shellcheck -x packaging/*.sh tests/*.sh

step "Licences, sources, duplicates"
"$tools/bin/cargo-deny" --locked --workspace check licenses bans sources

step "Known vulnerabilities"
# The database of advisories is fetched anew; where it cannot be, that is said and nothing fails.
if timeout 120 "$tools/bin/cargo-deny" --locked --workspace fetch db 2>"$CARGO_TARGET_DIR/advisories.log"; then
    "$tools/bin/cargo-deny" --locked --offline --workspace check advisories
else
    echo "not checked: the database of advisories cannot be fetched here ($CARGO_TARGET_DIR/advisories.log)"
fi

step "The program"
cargo build --release --locked
fettle=$CARGO_TARGET_DIR/release/fettle

step "Lints"
cargo clippy --release --locked --workspace --all-targets -- -D warnings

step "Documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --release --locked --workspace --no-deps --document-private-items --quiet

step "Models for the tests"
# The tests run real networks: the program's files, kept outside the checkout.
export FETTLE_MODELS=${FETTLE_MODELS:-$cache/models}
"$fettle" models pull small
export FETTLE_REQUIRE_MODELS=efficientnet-lite0,multilingual-e5-small,qwen2.5-coder-0.5b-instruct

step "Tests"
# Where real parts and manuals are beside the checkout, no test may be skipped for want of them.
if [ -d ../shared ]; then export FETTLE_REQUIRE_SHARED=1; fi
export FETTLE_SKIPPED=$CARGO_TARGET_DIR/skipped.tsv
results=$CARGO_TARGET_DIR/tests.log
rm -f "$FETTLE_SKIPPED"
cargo test --release --locked --workspace --no-fail-fast 2>&1 | tee "$results"

# Where the system lets a program be traced.
if strace -o /dev/null true 2>/dev/null; then
    step "Kills"
    bash tests/kill.sh "$fettle"
else
    say "Kills: not tried, since programs cannot be traced here (strace)"
fi

step "The server from outside"
# A client that another program makes of its description, calls made up from it, and kills while it is called. The
# first two need packages of PyPI: where those cannot be had, they say so.
bash tests/server_client.sh "$fettle" || [ $? -eq 77 ]
bash tests/server_cases.sh "$fettle" 2 || [ $? -eq 77 ]
bash tests/server_kill.sh "$fettle"

step "The window"
bash tests/window.sh "$fettle" "$CARGO_TARGET_DIR/window"

step "Done"
count() { awk -v what="$1" '/^test result:/ { for (i = 2; i <= NF; i++) if ($i ~ "^" what) n += $(i - 1) } END { print n + 0 }' "$results"; }
if [ -f "$FETTLE_SKIPPED" ]; then
    # kind, what is absent, test → how many tests of each kind
    sort -u "$FETTLE_SKIPPED" | awk -F '\t' '{ n[$1 " " $2]++ } END { for (kind in n) print "skipped for want of " kind ": " n[kind] }' | sort
fi
skipped=$([ -f "$FETTLE_SKIPPED" ] && cut -f3 "$FETTLE_SKIPPED" | sort -u | wc -l || echo 0)
echo "tests: $(count passed) passed, $(count failed) failed, $skipped skipped"
