# shellcheck shell=bash disable=SC2034,SC2154 # its variables are used by the scripts that include it
# For tests that call a running `fettle serve`: Python with what they need of PyPI, a workspace with the demo, servers.
# Whoever includes it sets `fettle` and `scratch`, a folder of its own, and calls `end_servers` at its end.

server_tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# What a test answers that could not be made here, as automake's do.
NOT_RUN=77

# python_tools: `python` with the packages of server_tools.txt, in a folder that is kept.
python_tools() {
    local cache venv
    cache=${FETTLE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/fettle}
    venv=$cache/server-tools
    python=$venv/bin/python
    cmp -s "$server_tests/server_tools.txt" "$venv/made-of.txt" && return 0
    rm -rf "$venv"
    if python3 -m venv "$venv" && "$venv/bin/pip" install -q --disable-pip-version-check --retries 2 --timeout 30 \
        -r "$server_tests/server_tools.txt"; then
        cp "$server_tests/server_tools.txt" "$venv/made-of.txt"
        return 0
    fi
    printf '\n*** NOT RUN: %s: its tools cannot be had from PyPI here (tests/server_tools.txt) ***\n\n' "$(basename "$0")" >&2
    exit "$NOT_RUN"
}

# demo_workspace DIR: the demo with the small models, without a language model.
demo_workspace() {
    "$fettle" --lang en --cpu --workspace "$1" demo --profile small --no-llm >"$scratch/demo.log" 2>&1 ||
        { cat "$scratch/demo.log" >&2; return 1; }
}

servers=()
# start_server WORKSPACE [ARGUMENT...]: a server on a free port; its process in `server`, its address in `address`.
start_server() {
    local log=$scratch/server.out
    : >"$log"
    "$fettle" --lang en --cpu --workspace "$1" serve --bind 127.0.0.1:0 "${@:2}" >"$log" 2>"$scratch/server.err" &
    server=$!
    servers+=("$server")
    for _ in $(seq 1 600); do
        address=$(grep -o 'https\?://[^ ]*' "$log" | head -n 1) || true
        [ -z "$address" ] || return 0
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    cat "$scratch/server.err" >&2
    return 1
}

end_servers() {
    local pid
    for pid in "${servers[@]}"; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
}
