#!/usr/bin/env bash
# Installs missing packages, builds the program, fetches the models of a profile, renders the demo on
# the first run and inspects its three images; with a display, opens the window with them. Can be run
# again at any time.
#
#   bash packaging/run.sh [PROFILE]      PROFILE: starter (default), small, workstation
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. packaging/lib.sh

profile=${1:-${FETTLE_PROFILE:-starter}}
# shellcheck disable=SC2086
need_packages $build_packages $run_packages
need_rust
build

say "Models: $profile"
"$fettle" models pull "$profile"
say "Demo"
"$fettle" demo --profile "$profile"

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    say "The window"
    "$fettle" window out/demo/*/part.png
fi
