#!/usr/bin/env bash
# A long day: so many pictures, one after another, through one window (Xvfb), as an operator sends them
# with one key. Prints what the process holds after 50 pictures, or half of fewer, and at the end: memory,
# open handles, threads, and temporary files in the workspace and in the system's folder. It measures; whether that is
# good is for a reader, but for handles and temporary files, which must not grow.
#
#   FETTLE_MODELS=DIR bash tests/long_day.sh FETTLE [PICTURES]
#
# PICTURES is 30 where nobody says otherwise, in which form it is a check by hand of a few minutes.
set -euo pipefail
fettle=$(realpath "$1") pictures=${2:-30}
scratch=$(mktemp -d)
work=$scratch/workspace
fail() {
    printf 'long day: %s\n' "$*" >&2
    cat "$scratch/window.log" >&2 2>/dev/null || true
    exit 1
}
# shellcheck source=tests/display.sh
. "$(dirname "${BASH_SOURCE[0]}")/display.sh"
trap 'end_started; rm -rf "$scratch"' EXIT
export TMPDIR=$scratch/tmp LC_ALL=C
mkdir "$TMPDIR"

# The demo's parts, each with another corner, so that no two are the same file.
make_pictures() {
    local parts part number
    parts=("$work"/out/demo/*/part.png)
    mkdir "$scratch/day"
    for number in $(seq 1 "$pictures"); do
        part=${parts[$((number % ${#parts[@]}))]}
        convert "$part" -depth 8 -fill "#$(printf %06x "$number")" -draw 'point 0,0' \
            "$scratch/day/$(printf %05d "$number").png"
    done
}
inspected() {
    python3 -c '
import sqlite3, sys
db = sqlite3.connect(f"file:{sys.argv[1]}/data/fettle.db?mode=ro", uri=True)
sys.exit(db.execute("SELECT count(*) FROM inspections").fetchone()[0] < int(sys.argv[2]))' "$work" "$1"
}
temporary() { find "$TMPDIR" "$work" \( -name '.fettle-*' -o -name '.tmp*' -o -path "$TMPDIR/*" \) | wc -l; }
# holds PICTURES — a line of the table.
holds() {
    rss=$(awk '/^VmRSS/ { print int($2 / 1024) }' "/proc/$window/status")
    handles=$(find "/proc/$window/fd" -mindepth 1 | wc -l)
    threads=$(awk '/^Threads/ { print $2 }' "/proc/$window/status")
    files=$(temporary)
    printf '| %d | %d MB | %d | %d | %d |\n' "$1" "$rss" "$handles" "$threads" "$files"
}

"$fettle" --lang en --cpu --workspace "$work" demo --profile small --no-llm >"$scratch/demo.log" 2>&1 ||
    { cat "$scratch/demo.log"; fail "the demo"; }
make_pictures
done_before=$("$fettle" --lang en --workspace "$work" history --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["total"])')

start_display -nolisten tcp
"$fettle" --lang en --cpu --workspace "$work" window "$scratch/day" >"$scratch/window.log" 2>&1 &
window=$!
started+=("$window")
window_is_there 60
printf '| pictures | resident | handles | threads | temporary files |\n|---:|---:|---:|---:|---:|\n'
early=$((pictures > 100 ? 50 : (pictures + 1) / 2))
for number in $(seq 1 "$pictures"); do
    [ "$number" -eq 1 ] || xdotool key Right
    until_true 120 "picture $number is inspected" inspected $((done_before + number))
    if [ "$number" -eq "$early" ]; then
        sleep 2
        holds "$number"
        early_handles=$handles early_files=$files
    fi
done
sleep 2
holds "$pictures"
kill -0 "$window" || fail "the window ended"
[ "$handles" -le $((early_handles + 8)) ] || fail "handles grow: $early_handles, then $handles"
[ "$files" -le "$early_files" ] || fail "temporary files grow: $early_files, then $files"
