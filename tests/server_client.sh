#!/usr/bin/env bash
# A foreign client: openapi-python-client makes one of what `fettle serve --print-openapi` says, which has to be without a
# warning, and server_client.py inspects, judges and reports with it against a running server.
#
#   FETTLE_MODELS=DIR bash tests/server_client.sh FETTLE
set -euo pipefail
fettle=$(realpath "$1")
scratch=$(mktemp -d)
# shellcheck source=tests/server.sh
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"
trap 'end_servers; rm -rf "$scratch"' EXIT
python_tools

"$fettle" serve --print-openapi >"$scratch/openapi.json"
(
    cd "$scratch"
    # It formats what it made by a program of its own, which is beside it.
    PATH="$(dirname "$python"):$PATH" "$(dirname "$python")/openapi-python-client" generate --path openapi.json \
        --meta none --output-path fettle_client --config "$server_tests/server_client.yml" \
        --fail-on-warning >generated.log 2>&1 || { cat generated.log >&2; exit 1; }
)
demo_workspace "$scratch/work"
start_server "$scratch/work"
PYTHONPATH=$scratch "$python" "$server_tests/server_client.py" "$address" "$scratch/work"
