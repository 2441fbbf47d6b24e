#!/usr/bin/env bash
# Kills the program at its n-th system call that changes a file, for each command that writes, and
# has kill_check.py read the workspace after the next start: nothing lost, nothing left over, no row
# without its file. Then the command runs once more and must succeed.
#
#   FETTLE_MODELS=DIR bash tests/kill.sh FETTLE [KILLS]
#
# KILLS a command, spread evenly over its system calls (default 1); `all` kills at each of them.
# FETTLE_KILL_COMMANDS="bank-add backup" limits it to these. A command that no kill disturbed is a failure. With FETTLE_KILL_FAULT=error=ENOSPC the
# calls fail from the n-th on, as on a full disk, instead of killing: the command must end with an
# error in words.
set -euo pipefail
fettle=$(realpath "$1") kills=${2:-1} fault=${FETTLE_KILL_FAULT:-signal=KILL}
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# In memory, where there is such a folder: a kill takes nothing that the system was given to write.
scratch=$(if [ -d /dev/shm ]; then mktemp -d -p /dev/shm; else mktemp -d; fi)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

# What changes files and folders, and the locks between. `openat` counts where it makes a file.
calls=write,writev,pwrite64,pwritev,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat
calls=$calls,ftruncate,fallocate,link,linkat,copy_file_range,sendfile,fchmod,chmod,flock,openat

run() { "$fettle" --lang en --cpu --workspace "$1" "${@:2}"; }
# Without --seccomp-bpf, with which strace 6.1 injects no signals.
traced() { strace -f -qq -e signal=none -o "$scratch/trace" "$@"; }

# A workspace of each kind of thing: images, a manual, two banks, an index, an inspection, records.
prepare() {
    local kind
    for kind in normal:8 defect:3 added:2 other:2 part:2 old:1; do
        python3 "$tests/kill_pictures.py" "in/${kind%:*}" "${kind%:*}" "${kind#*:}" "$kind"
    done
    printf '# 깊은 홈 (Deep groove)\n\n원인: 공구가 마모되었다.\n\n조치: 공구를 교체한다.\n' >in/manual.md
    printf '# 얼룩 (Stain)\n\n원인: 세척액이 남았다.\n\n조치: 다시 세척한다.\n' >in/second.md
    mkdir in/newer out
    { cat in/manual.md && printf '\n주의: 전원을 차단한다.\n'; } >in/newer/manual.md
    printf '# 균열 (Crack)\n\n원인: 냉각이 빠르다.\n\n조치: 냉각을 늦춘다.\n' >in/third.md
    printf 'product,defect,problem,root cause,corrective action,date\n' >in/actions.csv
    cp in/actions.csv in/more-actions.csv
    printf 'p,groove,Deep groove,Worn tool,Replaced the tool,2026-03-01\n' >>in/actions.csv
    printf 'p,groove,Groove,Loose holder,Tightened the holder,2026-04-01\n' >>in/more-actions.csv
    printf '{"edits": [{"edit": "dismiss", "line": {"text": "공구를 교체한다.", "section": {"heading": "깊은 홈 (Deep groove)"}}}]}\n' \
        >in/corrections.json
    run base library add-product p --name-en Part
    run base library add-defect p groove in/defect --name-en "Deep groove"
    run base library add-normal p in/normal
    run base library add-manual p in/manual.md
    run base index build
    run base bank fit p
    run base bank add p in/added
    run base inspect in/part/part-1.png -p p --no-llm
    run base inspect in/old/old-1.png -p p --no-llm
    run base actions import in/actions.csv
    run base feedback report 1 good
    run base manual ask "홈의 원인은?" -p p
    # What a word of the site teaches, to be accepted; a manual, to be removed; a picture, to be let go.
    run base library add-manual p in/third.md
    run base feedback answer "패임은 왜?" bad -p p --right "깊은 홈 (Deep groove)"
    run base feedback review --json >lessons
    lesson=$(python3 -c 'import json; print(json.load(open("lessons"))[0]["id"])')
    manual=$(run base manual versions p --json |
        python3 -c 'import json, sys; print(max(one["manual"]["id"] for one in json.load(sys.stdin)))')
    run base history judge 2 ok
    python3 -c '
import sqlite3
db = sqlite3.connect("base/data/fettle.db")
db.execute("UPDATE history SET created_at_ms = created_at_ms - 400 * 86400000 WHERE inspection = 2")
db.commit()'
    run base backup out/backup.zip
}

prepare >prepared 2>&1 || { cat prepared; exit 1; }

# Name, and the command.
commands=(
    "add-defect library add-defect p groove in/other"
    "add-normal library add-normal p in/other"
    "add-manual library add-manual p in/second.md"
    "replace-manual library add-manual p in/newer/manual.md"
    "ingest manual ingest p"
    "corrections manual corrections apply 1 in/corrections.json"
    "remove library remove data/def_split/p_groove_1.png"
    "move library move data/def_split/p_groove_1.png --normal"
    "delete library delete p --yes"
    "index index build --rebuild"
    "bank-fit bank fit p"
    "bank-add bank add p in/other"
    "bank-undo bank undo p"
    "inspect inspect in/part/part-2.png -p p --no-llm"
    "judge history judge 1 ng -d groove"
    "import actions import in/more-actions.csv"
    "undo-import actions undo-import 1"
    "remove-action actions remove 1"
    "feedback feedback report 1 bad"
    "feedback-answer feedback answer 패임은-왜? good -p p"
    "accept feedback accept $lesson"
    "threshold bank threshold p --image 3"
    "learn bank learn p"
    "tidy history tidy --days 30"
    "remove-manual manual remove $manual"
    "backup backup out/backup.zip"
    "restore restore out/backup.zip"
)

# What cannot be done a second time, so that it fails where the kill came late.
once="remove bank-undo undo-import remove-action remove-manual accept restore move delete"

# points — the calls of the trace, one a line: name and how many of its kind its thread had made.
points() {
    awk '{ name = $2; sub(/\(.*/, "", name) }
        name ~ /^[a-z0-9_]+$/ { n = ++count[$1 " " name]
            if (name != "openat" || /O_CREAT/) print name, n }' trace | sort -u -k1,1 -k2,2n
}
# spread COUNT — so many of the lines of the input, evenly; all of them for `all`.
spread() {
    awk -v wanted="$1" '{ line[NR] = $0 }
        END { if (wanted == "all" || wanted > NR) wanted = NR
            for (i = 0; i < wanted; i++) print line[int((i + 0.5) * NR / wanted) + 1] }'
}

failures=0
# found WHERE FILE — a failure, with what was printed.
found() {
    failures=$((failures + 1))
    printf 'kill: %s\n' "$1" >&2
    head -n 12 "$2" | sed 's/^/    /' >&2
}
# check WHERE — the next start succeeds and leaves a sound workspace.
check() {
    run work library list >said 2>&1 || { found "$1: the next start fails" said; return 1; }
    python3 "$tests/kill_check.py" work base >said || { found "$1" said; return 1; }
    run work backup out/backup.zip --check >said 2>&1 || { found "$1: the backup" said; return 1; }
}

# fresh NAME — the workspace and what stands beside it as before the command; a back-up is restored
# where nothing is yet.
fresh() {
    rm -rf work out
    [ "$1" = restore ] || cp -a base work
    cp -a out-before out
}

# disturbed STATUS — the fault reached the command, which ended as it does then.
disturbed() {
    case $fault:$1 in
    signal=KILL:137 | signal=TERM:130 | signal=TERM:143 | error=*:1) return 0 ;;
    *) return 1 ;;
    esac
}

# try NAME COMMAND CALL NUMBER — the command with the fault at that call, and what is left then.
try() {
    local name=$1 command=$2 call=$3 number=$4 where="$1 at $3 $4" when status=0
    fresh "$name"
    case $fault in signal=*) when=$number ;; *) when=$number+ ;; esac
    # shellcheck disable=SC2086
    { traced -e trace="$call" -e inject="$call:$fault:when=$when" \
        "$fettle" --lang en --cpu --workspace work $command >said 2>&1; } 2>/dev/null || status=$?
    total=$((total + 1))
    if disturbed "$status"; then
        here=$((here + 1))
    elif [ "$status" -ne 0 ]; then
        found "$where: status $status" said
    fi
    if grep -q panicked said; then found "$where: a panic" said; fi
    # Half a restoration is no workspace; a start would make an empty one where it had not begun.
    if [ "$name" != restore ] || [ -f work/data/fettle.db ]; then check "$where" || return 0; fi
    # shellcheck disable=SC2086
    if ! run work $command >said 2>&1; then
        # What a late kill let happen cannot be done twice; a back-up is restored once, and must be.
        if [[ " $once " != *" $name "* ]] || { [ "$name" = restore ] && [ ! -f work/data/fettle.db ]; }; then
            found "$where: not repeated" said
            return 0
        fi
    fi
    check "$where, repeated" || true
}

cp -a out out-before
total=0 hit=0
for line in "${commands[@]}"; do
    read -r name command <<<"$line"
    case " ${FETTLE_KILL_COMMANDS:-$name} " in *" $name "*) ;; *) continue ;; esac
    # shellcheck disable=SC2086
    { fresh "$name" && traced -e trace="$calls" "$fettle" --lang en --cpu --workspace work $command; } >said 2>&1 ||
        { found "$name fails undisturbed" said; continue; }
    points >all-points
    here=0
    # Threads take their calls in another order each time, so that a kill may miss: then some more.
    for more in "$kills" 3 7; do
        [ "$here" -eq 0 ] || break
        spread "$more" <all-points >chosen
        while read -r call number <&3; do
            try "$name" "$command" "$call" "$number"
        done 3<chosen
    done
    hit=$((hit + here))
    printf '%-15s %4d calls, %4d disturbed\n' "$name" "$(wc -l <all-points)" "$here"
    [ "$here" -gt 0 ] || found "$name: nothing disturbed it, so nothing was checked" /dev/null
done
printf 'kills: %d of %d runs disturbed (%s), %d failures\n' "$hit" "$total" "$fault" "$failures"
[ "$total" -gt 0 ] && [ "$failures" -eq 0 ]
