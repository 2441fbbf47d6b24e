# shellcheck shell=bash
# A virtual display for the tests of the window, for scripts that include it. They have a folder
# `scratch` and a function `fail`; what is started here is in `started`, and goes with `end_started`.

started=()

# until_true SECONDS WHAT COMMAND... — waits for a command to succeed; not a measurement.
until_true() {
    local tries=$(($1 * 5)) what=$2
    shift 2
    while ! "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || fail "never happened: $what"
        sleep 0.2
    done
}

# start_display [OPTION...] — an X server without a screen, with these options, and a window manager.
# Sets DISPLAY.
start_display() {
    exec 3<>"${scratch:?}/display"
    Xvfb -displayfd 3 -screen 0 1440x900x24 "$@" 3>"$scratch/display" 2>/dev/null &
    started+=($!)
    until_true 20 "a display" test -s "$scratch/display"
    DISPLAY=:$(head -n 1 "$scratch/display")
    export DISPLAY
    openbox 2>/dev/null &
    started+=($!)
}

# window_is_there SECONDS — waits for Fettle's window, and gives it keyboard and mouse.
window_is_there() {
    until_true "$1" "the window" xdotool search --onlyvisible --name '^Fettle$'
    xdotool search --onlyvisible --name '^Fettle$' windowactivate --sync
    xdotool mousemove 700 560
}

end_started() {
    local id
    for id in "${started[@]}"; do kill "$id" 2>/dev/null || true; done
    wait 2>/dev/null || true
}
