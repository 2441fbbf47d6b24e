#!/usr/bin/env bash
# The real window under Xvfb, by mouse and keyboard as a person would: a part of the demo is
# inspected, overruled, saved as PDF, found in the history; the language is changed; the window is
# closed and comes back as it was. What happened is read from the workspace by the command line. Pictures of
# each step land in OUT.
#
#   FETTLE_MODELS=DIR bash tests/window.sh FETTLE OUT
set -euo pipefail
fettle=$1 out=$2
mkdir -p "$out"
scratch=$(mktemp -d)
work=$scratch/workspace
started=()
clean_up() {
    local id
    for id in "${started[@]}"; do kill "$id" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$scratch"
}
trap clean_up EXIT

fail() {
    import -window root "$out/failed.png" 2>/dev/null || true
    printf 'window: %s\n' "$*" >&2
    cat "$scratch/window.log" >&2 2>/dev/null || true
    exit 1
}

# until SECONDS WHAT COMMAND... — waits for a command to succeed; not a measurement.
until_true() {
    local tries=$(($1 * 5)) what=$2
    shift 2
    while ! "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || fail "never happened: $what"
        sleep 0.2
    done
}

# newest KEY VALUE COUNT — the newest inspection of COUNT has that value.
newest() {
    "$fettle" history --workspace "$work" --json | python3 -c '
import json, sys
key, value, count = sys.argv[1:]
rows = json.load(sys.stdin)["rows"]
sys.exit(not (len(rows) == int(count) and str(rows[0][key]) == value))' "$@"
}

setting() { grep -Eq "\"$1\": *\"$2\"" "$work/settings.json"; }
remembered() { grep -q "$1" "$work/data/window.ron"; }
shot() { sleep 1 && import -window root "$out/$1.png"; }
running() { kill -0 "$window" 2>/dev/null; }
ended() { ! running; }

open_window() {
    "$fettle" window --workspace "$work" "$@" >"$scratch/window.log" 2>&1 &
    window=$!
    started+=("$window")
    until_true 60 "the window" xdotool search --onlyvisible --name '^Fettle$'
    xdotool search --onlyvisible --name '^Fettle$' windowactivate --sync
    xdotool mousemove 700 560
}

"$fettle" demo --profile small --no-llm --workspace "$work" --lang ko >"$scratch/demo.log"
mkdir "$scratch/parts"
cp "$work"/data/def_split/prod1_hole_1.* "$scratch/parts/"

# No desktop answers here, so the system's dialog for files is zenity: one that chooses this file.
mkdir "$scratch/bin"
printf '#!/bin/sh\necho "%s"\n' "$scratch/report.pdf" >"$scratch/bin/zenity"
chmod +x "$scratch/bin/zenity"
export PATH=$scratch/bin:$PATH DBUS_SESSION_BUS_ADDRESS=unix:path=$scratch/none
is_pdf() { [ "$(head -c 5 "$1")" = "%PDF-" ]; }

exec 3<>"$scratch/display"
Xvfb -displayfd 3 -screen 0 1440x900x24 3>"$scratch/display" 2>/dev/null &
started+=($!)
until_true 20 "a display" test -s "$scratch/display"
DISPLAY=:$(head -n 1 "$scratch/display")
export DISPLAY
openbox 2>/dev/null &
started+=($!)

open_window "$scratch/parts"
until_true 60 "the part is inspected and found NG" newest verdict ng 4
shot 1-inspected
xdotool key 1
until_true 20 "it is overruled: OK" newest judged ok 4
shot 2-overruled
xdotool key 2
until_true 20 "it is judged again: NG" newest judged ng 4
xdotool key ctrl+p
until_true 20 "its report is saved as PDF" is_pdf "$scratch/report.pdf"
cp "$scratch/report.pdf" "$out/"
xdotool key ctrl+5
shot 3-history
xdotool key ctrl+6
shot 4-dashboard
xdotool key ctrl+7
shot 5-library
xdotool key ctrl+k
sleep 1
xdotool type --delay 40 english
sleep 1
xdotool key Return
until_true 20 "the language is remembered" setting language en
shot 6-english
xdotool key ctrl+q
until_true 20 "the window is closed" ended
wait "$window" || fail "it ended with an error"
until_true 5 "the tab is remembered" remembered library

open_window
shot 7-again
running || fail "it does not open again"
xdotool key ctrl+q
until_true 20 "the window is closed again" ended
wait "$window" || fail "it ended with an error the second time"
echo "window: all steps; pictures in $out"
