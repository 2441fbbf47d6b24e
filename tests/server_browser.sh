#!/usr/bin/env bash
# The pages of a running server in a real browser (chromium without a window): board, one inspection, upload, a link as a
# phone opens it, one that is none, signing in; on 390 × 844 and 1280 × 800, in Korean and English, light and dark. Each
# is held against axe-core, works with the keyboard, does not scroll sideways, and says nothing in the console. The
# pictures are for a person to look at.
#
#   FETTLE_MODELS=DIR bash tests/server_browser.sh FETTLE [FOLDER FOR PICTURES]
#
# Needs chromium (apt), node and npm, which fetches what server_browser.json names.
set -euo pipefail
fettle=$(realpath "$1") pictures=$(realpath -m "${2:-browser-pictures}")
scratch=$(mktemp -d)
# shellcheck source=tests/server.sh
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"
trap 'end_servers; rm -rf "$scratch"' EXIT

chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
modules=${FETTLE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/fettle}/browser-tools
mkdir -p "$modules" "$pictures"
not_run() { printf '\n*** NOT RUN: %s: %s ***\n\n' "$(basename "$0")" "$1" >&2; exit "$NOT_RUN"; }
[ -n "$chromium" ] || not_run "there is no chromium (apt-get install chromium)"
command -v npm >/dev/null || not_run "there is no npm"
if ! cmp -s "$server_tests/server_browser.json" "$modules/made-of.json"; then
    cp "$server_tests/server_browser.json" "$modules/package.json"
    npm --prefix "$modules" install --silent --no-audit --no-fund --ignore-scripts || not_run "npm cannot fetch its packages"
    cp "$server_tests/server_browser.json" "$modules/made-of.json"
fi

demo_workspace "$scratch/work"
start_server "$scratch/work"
part=$(find "$scratch/work/out/demo" -name part.png | sort | head -n 1)
cp "$server_tests/server_browser.mjs" "$scratch/"
ln -s "$modules/node_modules" "$scratch/node_modules"
look() { node "$scratch/server_browser.mjs" "$address" "$chromium" "$part" "$pictures" "$@"; }
status=0
look || status=$?
# From the first token on everybody needs one; the server learns of it within two seconds.
token=$("$fettle" --workspace "$scratch/work" token add browser --role engineer --bare)
sleep 3
look "$token" || status=$?
exit "$status"
