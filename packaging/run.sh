#!/usr/bin/env bash
# Installs what is missing, builds, fetches the starter models, lays out the demo on the first
# run and inspects its three images; where there is a display the window opens with them. Can be
# run again at any time.
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
