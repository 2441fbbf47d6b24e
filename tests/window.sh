#!/usr/bin/env bash
# The real window under Xvfb, by mouse and keyboard as a person would: on an empty workspace the
# demo is loaded, a part is inspected, overruled, registered as a defect and found by the next
# search, counted, and saved as PDF. Twice the window is killed in the middle of a job, and offers
# that job again. What happened is read from the workspace by the command line. Pictures of each
# step land in OUT.
#
#   FETTLE_MODELS=DIR bash tests/window.sh FETTLE OUT
set -euo pipefail
fettle=$1 out=$2
rm -rf "$out" && mkdir -p "$out"
scratch=$(mktemp -d)
work=$scratch/workspace
# shellcheck source=tests/display.sh
. "$(dirname "${BASH_SOURCE[0]}")/display.sh"
trap 'end_started; rm -rf "$scratch"' EXIT

fail() {
    import -window root "$out/failed.png" 2>/dev/null || true
    printf 'window: %s\n' "$*" >&2
    cat "$scratch/window.log" >&2 2>/dev/null || true
    exit 1
}

# says EXPRESSION COMMAND... — the JSON that fettle prints, `it`, fulfils the Python expression.
says() {
    local expression=$1
    shift
    "$fettle" "$@" --workspace "$work" --json | python3 -c '
import json, sys
it = json.load(sys.stdin)
sys.exit(not eval(sys.argv[1]))' "$expression"
}
# parts COUNT — so many parts were inspected.
parts() { says "it['total'] == $1" history; }
# part NAME KEY VALUE — the part of a file of that name has that value.
part() { says "any('$1' in row['source'] and row['$2'] == '$3' for row in it['rows'])" history; }
# known COUNT — so many images of known defects are indexed, and none is missing.
known() { says "it['images'] == $1 and it['behind'] == 0" index info; }
bank() { says "it['bank']['version'] == $1" bank info leather; }

setting() { grep -Eq "\"$1\": *\"$2\"" "$work/settings.json"; }
remembered() { grep -q "$1" "$work/data/window.ron"; }
unfinished() { compgen -G "$work/data/unfinished/*.json"; }
all_finished() { ! unfinished; }
# A frame may take a second where a program draws and the language model has the processor.
shot() { sleep 3 && import -window root "$out/$1.png"; }
running() { kill -0 "$window" 2>/dev/null; }
ended() { ! running; }
is_pdf() { [ "$(head -c 5 "$1")" = "%PDF-" ]; }

open_window() {
    "$fettle" window --workspace "$work" >"$scratch/window.log" 2>&1 &
    window=$!
    started+=("$window")
    window_is_there 60
    sleep 1
}

# give WORDS — gives a command by the palette.
give() {
    xdotool key ctrl+k
    sleep 1
    xdotool type --delay 40 "$1"
    sleep 1
    xdotool key Return
}

# kill_in_a_job — kills the window as soon as a job is written down.
kill_in_a_job() {
    local tries=2000
    until unfinished >/dev/null; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || fail "no job begins"
        sleep 0.01
    done
    kill -9 "$window"
    wait "$window" 2>/dev/null || true
    unfinished >/dev/null || fail "the job had ended before the window was killed"
}

mkdir -p "$work/data"
printf '{"language": "ko", "profile": "small"}' >"$work/settings.json"
# No desktop answers here, so the system's dialog for files is zenity: one that chooses this file.
mkdir "$scratch/bin"
printf '#!/bin/sh\necho "%s"\n' "$scratch/report.pdf" >"$scratch/bin/zenity"
chmod +x "$scratch/bin/zenity"
export PATH=$scratch/bin:$PATH DBUS_SESSION_BUS_ADDRESS=unix:path=$scratch/none

# shellcheck disable=SC2119 # without options
start_display

open_window
shot 01-first-run
give "load demo"
shot 02-demo-under-way
until_true 400 "the demo is there with its parts" parts 3
shot 03-demo-ok
xdotool key Right
shot 04-inspected
part casting-hole verdict ng || fail "the demo's second part is NG"
# A judgement is to stay with the part shown.
give "go on"
# The button "OK (양품)" in the banner, once the palette has closed over it.
sleep 1
xdotool mousemove 384 124
sleep 0.3
xdotool click 1
until_true 20 "it is overruled: OK" part casting-hole judged ok
xdotool mousemove 700 560
shot 05-overruled
xdotool key 2
until_true 20 "it is judged again: NG" part casting-hole judged ng
parts 3 || fail "what is shown again is no other part"
xdotool key F11
shot 06-operator
xdotool key F11
xdotool key ctrl+p
until_true 20 "its report is saved as PDF" is_pdf "$scratch/report.pdf"
cp "$scratch/report.pdf" "$out/"

# Killed while the part becomes a known defect: the job is offered again, and ends well.
xdotool key ctrl+d
shot 07-register
known 40 || fail "the demo has 40 known defects"
xdotool key Return
kill_in_a_job
says "sum(count for one in it for _, count in one['defects']) in (40, 41)" library list \
    || fail "the library is not whole"
open_window
shot 08-offered
give "do it again"
until_true 60 "the defect is registered and indexed" known 41
until_true 20 "nothing is left to offer" all_finished
xdotool key ctrl+5
sleep 2
xdotool key Right
shot 09-history
xdotool key ctrl+f
shot 10-search
xdotool key ctrl+6
shot 11-dashboard
xdotool key ctrl+4
shot 12-manual
xdotool key ctrl+3
shot 13-anomaly

# Killed while a bank is fitted: the old one is in use until the new one is whole.
give "fit bank"
kill_in_a_job
bank 1 || fail "the old bank is not in use"
open_window
shot 14-offered-again
give "do it again"
until_true 120 "the bank is fitted" bank 2
until_true 20 "nothing is left to offer" all_finished
xdotool key ctrl+7
shot 15-library
give english
until_true 20 "the language is remembered" setting language en
shot 16-english
xdotool key ctrl+q
until_true 20 "the window is closed" ended
wait "$window" || fail "it ended with an error"
until_true 5 "the tab is remembered" remembered library

open_window
shot 17-again
running || fail "it does not open again"
xdotool key ctrl+q
until_true 20 "the window is closed again" ended
wait "$window" || fail "it ended with an error the second time"
echo "window: all steps; pictures in $out"
