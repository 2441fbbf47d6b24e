#!/usr/bin/env bash
# The tests of the server from outside in their long form: thousands of made-up calls, and 200 kills.
#
#   FETTLE_MODELS=DIR bash tests/server_long.sh FETTLE [EXAMPLES] [KILLS] [SEED]
set -euo pipefail
fettle=$(realpath "$1") examples=${2:-100} kills=${3:-200} seed=${4:-$(date +%s)}
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
echo "seed: $seed"
bash "$tests/server_client.sh" "$fettle"
bash "$tests/server_cases.sh" "$fettle" "$examples" "$seed"
bash "$tests/server_kill.sh" "$fettle" "$kills" "$seed"
