#!/usr/bin/env bash
# Kills `fettle serve` (SIGKILL) at random instants while callers upload, register and inspect, and has server_kill.py look
# after the next start: what was answered is there exactly once, also where its request is sent again with the same
# Idempotency-Key; what was not answered is not there, or is made once by sending it again. Afterwards the trail is
# verified, and kill_check.py reads the workspace without our code.
#
#   FETTLE_MODELS=DIR bash tests/server_kill.sh FETTLE [KILLS] [SEED]
#
# Five kills where nobody says otherwise.
set -euo pipefail
fettle=$(realpath "$1") kills=${2:-5} seed=${3:-17}
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# In memory, where there is such a folder: a kill takes nothing that the system was given to write.
scratch=$(if [ -d /dev/shm ]; then mktemp -d -p /dev/shm; else mktemp -d; fi)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
"$fettle" --lang en --cpu --workspace work demo --profile small --no-llm >demo.log 2>&1 || { cat demo.log >&2; exit 1; }
cp -a work before
python3 "$tests/server_kill.py" "$fettle" work "$kills" "$seed"
"$fettle" --lang en --workspace work audit verify
python3 "$tests/kill_check.py" work before
