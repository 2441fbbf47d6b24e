#!/usr/bin/env bash
# Calls made up from the description (schemathesis): every operation of a running server with values that it allows and
# that it does not, alone and in chains. No answer may be a fault of the server, have a status that the description
# does not name, or be another than it says; no sound request may be refused as unsound, and no unsound one taken.
#
#   FETTLE_MODELS=DIR bash tests/server_cases.sh FETTLE [EXAMPLES] [SEED]
#
# So many examples an operation (4 where nobody says otherwise); `server_long.sh` makes many.
set -euo pipefail
fettle=$(realpath "$1") examples=${2:-4} seed=${3:-17}
scratch=$(mktemp -d)
# shellcheck source=tests/server.sh
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"
trap 'end_servers; rm -rf "$scratch"' EXIT
python_tools

demo_workspace "$scratch/work"
# With a token, so that what happens without one is looked at, too.
token=$("$fettle" --workspace "$scratch/work" token add cases --role admin --bare)
start_server "$scratch/work"
status=0
SCHEMATHESIS_HOOKS=server_cases_hooks PYTHONPATH=$server_tests PYTHONDONTWRITEBYTECODE=1 \
    "$(dirname "$python")/schemathesis" --config-file "$server_tests/server_cases.toml" \
    run "$address/api/v1/openapi.json" --header "Authorization: Bearer $token" --checks all \
    --phases examples,coverage,fuzzing,stateful --max-examples "$examples" --seed "$seed" --generation-deterministic \
    --suppress-health-check all --request-timeout 120 --continue-on-failure --no-color \
    ${FETTLE_CASES_REPORT:+--report ndjson --report-ndjson-path "$FETTLE_CASES_REPORT"} || status=$?
# Whatever came, it still answers, and the trail is as it was written.
curl -sf "$address/livez" >/dev/null || { echo "the server does not answer any more" >&2; exit 1; }
"$fettle" --lang en --workspace "$scratch/work" audit verify
exit "$status"
