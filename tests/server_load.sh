#!/usr/bin/env bash
# How much a server does (wrk, on this machine alone): inspections a second at 1, 8, 64 and 256 callers beside what the
# engine does when nobody asks it over HTTP (src/engine/examples/inspections.rs, before and after), how long reading takes
# while the queue is full of inspections, and the memory over many requests. Prints tables; says what misses its aim, and
# fails then.
#
#   cargo build --release --locked -p fettle -p fettle-engine --bin fettle --example inspections
#   FETTLE_MODELS=DIR bash tests/server_load.sh FETTLE [SECONDS A STEP] [REQUESTS FOR THE MEMORY]
#
# Needs wrk (apt). Of worth only where nothing else runs.
set -euo pipefail
fettle=$(realpath "$1") seconds=${2:-20} requests=${3:-10000}
engine=$(dirname "$fettle")/examples/inspections
scratch=$(mktemp -d)
# shellcheck source=tests/server.sh
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"
trap 'end_servers; rm -rf "$scratch"' EXIT
command -v wrk >/dev/null || {
    printf '\n*** NOT RUN: %s: there is no wrk (apt-get install wrk) ***\n\n' "$(basename "$0")" >&2
    exit "$NOT_RUN"
}
[ -x "$engine" ] || { echo "there is no $engine: build it as the head of this script says" >&2; exit 1; }

printf '%s, %s processors, load %s\n\n' "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" "$(cut -d' ' -f1-3 /proc/loadavg)"
demo_workspace "$scratch/work"
python3 "$server_tests/server_load.py" "$fettle" "$engine" "$scratch/work" "$seconds" "$requests" "$server_tests/server_load.lua"
