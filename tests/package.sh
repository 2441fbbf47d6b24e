#!/usr/bin/env bash
# The Debian package on a machine that has nothing else: a new system of the same Debian, made by
# debootstrap, where apt installs the package with what it depends on. There a user without a
# checkout asks `doctor`, runs the demo, and opens and closes the window under Xvfb; then the package is removed
# and nothing may be left but the workspace. As root; pictures and logs land in OUT.
#
#   FETTLE_MODELS=DIR bash tests/package.sh DEB OUT
set -euo pipefail
deb=$(realpath "$1") out=$(realpath -m "$2")
models=$(realpath "${FETTLE_MODELS:?the folder of the models}")
rm -rf "$out" && mkdir -p "$out"
scratch=$(mktemp -d)
root=$scratch/root
# shellcheck source=tests/display.sh
. "$(dirname "${BASH_SOURCE[0]}")/display.sh"
clean_up() {
    end_started
    mountpoint -q "$root/proc" && umount "$root/proc"
    rm -rf --one-file-system "$scratch"
}
trap clean_up EXIT
fail() {
    import -window root "$out/failed.png" 2>/dev/null || true
    printf 'package: %s\n' "$*" >&2
    tail -n 20 "$out"/*.log >&2 2>/dev/null || true
    exit 1
}
[ "$(id -u)" -eq 0 ] || fail "debootstrap and chroot need root"

# as_root COMMAND… — in the new system.
as_root() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"; }
# as_user COMMAND… — as a user of it, in its home, without network and with nothing of this machine but
# the models and the X server's socket.
as_user() {
    bwrap --unshare-net --unshare-pid --die-with-parent --bind "$root" / --dev /dev --proc /proc --perms 1777 --tmpfs /tmp \
        --ro-bind "$models" /models --ro-bind-try /tmp/.X11-unix /tmp/.X11-unix \
        --clearenv --setenv PATH /usr/bin:/bin --setenv LC_ALL C.UTF-8 --setenv FETTLE_MODELS /models \
        --setenv HOME /home/inspector --setenv DISPLAY "${DISPLAY:-}" --chdir /home/inspector \
        --cap-add CAP_SETUID --cap-add CAP_SETGID \
        setpriv --reuid 1000 --regid 1000 --clear-groups "$@"
}
# Every file and link of the system that a package could leave, apart from apt's own records and caches.
listing() {
    (cd "$root" && find . -xdev \( -path ./proc -o -path ./dev -o -path ./home -o -path ./tmp -o -path ./var/cache \
        -o -path ./var/lib/apt -o -path ./var/lib/dpkg -o -path ./var/log \) -prune -o ! -type d -print | sort)
}

echo "package: a new system"
. /etc/os-release
# shellcheck disable=SC2016 # apt's own variable
site=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -n 1)
debootstrap --variant=minbase "$VERSION_CODENAME" "$root" "$site" >"$out/debootstrap.log" 2>&1 || fail "debootstrap"
# The same sources and settings of apt as here.
rm -f "$root/etc/apt/sources.list"
for kind in sources.list sources.list.d apt.conf.d; do
    if [ -e "/etc/apt/$kind" ]; then rm -rf "$root/etc/apt/$kind" && cp -rL "/etc/apt/$kind" "$root/etc/apt/$kind"; fi
done
cp /etc/resolv.conf "$root/etc/resolv.conf"
mount -t proc proc "$root/proc"
as_root apt-get update -qq >"$out/apt.log" 2>&1 || fail "apt-get update"
as_root useradd --uid 1000 --create-home inspector
listing >"$scratch/before"

echo "package: install"
cp "$deb" "$root/tmp/"
as_root apt-get install -y -qq --no-install-recommends "/tmp/$(basename "$deb")" >>"$out/apt.log" 2>&1 || fail "apt-get install"
as_root dpkg --verify fettle >"$out/verify.log" || fail "dpkg --verify"
ls "$root"/usr/share/man/man1/fettle-inspect.1.gz "$root"/usr/share/icons/hicolor/48x48/apps/fettle.png \
    "$root"/usr/share/applications/fettle.desktop >/dev/null || fail "a file is missing"

echo "package: doctor"
as_user fettle doctor >"$out/doctor.log" 2>&1 || fail "doctor"
grep -q '/home/inspector/.local/share/fettle' "$out/doctor.log" || fail "the workspace is not the platform's data directory"

echo "package: demo"
as_user fettle demo --profile small >"$out/demo.log" 2>&1 || fail "demo"
workspace=$root/home/inspector/.local/share/fettle
as_user fettle history --json >"$out/history.json" 2>>"$out/demo.log" || fail "history"
python3 -c '
import json, sys
rows = json.load(open(sys.argv[1]))["rows"]
sys.exit(not (len(rows) >= 3 and {"ok", "ng"} <= {row["verdict"] for row in rows}))' "$out/history.json" ||
    fail "the demo did not inspect its images"

echo "package: the window"
# The user in the other system is another client: without -ac it would not be let in.
start_display -ac
as_user fettle --lang en window >"$out/window.log" 2>&1 &
window=$!
started+=("$window")
window_is_there 90
sleep 3
import -window root "$out/window.png"
# The pictures differ where the dialog is: the window draws and obeys. A slow machine may miss the first keys.
about_opens() {
    local changed
    xdotool key Escape
    xdotool key ctrl+k
    sleep 2
    xdotool type --delay 60 "about"
    sleep 2
    xdotool key Return
    sleep 3
    import -window root "$out/about.png"
    changed=$(compare -metric AE "$out/window.png" "$out/about.png" null: 2>&1 || true)
    [ "${changed%%.*}" -gt 10000 ]
}
about_opens || about_opens || about_opens || fail "About does not open"
xdotool key Escape
sleep 1
xdotool key ctrl+q
ended() { ! kill -0 "$window" 2>/dev/null; }
until_true 30 "the window is closed" ended
wait "$window" || fail "the window ended with an error"

echo "package: remove"
as_root apt-get purge -y -qq --autoremove fettle >>"$out/apt.log" 2>&1 || fail "apt-get purge"
rm -f "$root/tmp/$(basename "$deb")"
listing >"$scratch/after"
grep -i fettle "$scratch/after" && fail "files of the package are left"
comm -13 "$scratch/before" "$scratch/after" >"$out/left.log"
# Of the packages that came along: caches that their triggers wrote.
echo "package: left by packages that it needed: $(wc -l <"$out/left.log") files ($out/left.log)"
[ -f "$workspace/data/fettle.db" ] || fail "the workspace is gone"
(cd "$root/home/inspector" && find . -mindepth 1 -maxdepth 4 -not -path './.local/share/fettle/*' -not -name '.bash*' -not -name .profile | sort) >"$out/home.log"
echo "package: all steps; pictures in $out"
