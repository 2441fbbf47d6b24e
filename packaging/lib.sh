# Functions of run.sh and test.sh: install missing packages and Rust, build the program.

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
# step NAME: prints the duration of the previous step, then the name of the next one.
step() {
    [ -z "${step_name:-}" ] || printf '(%s: %d min %02d s)\n' "$step_name" $(((SECONDS - step_began) / 60)) $(((SECONDS - step_began) % 60))
    step_name=$1 step_began=$SECONDS
    say "$1"
}
fail() { printf '\n%s\n' "$*" >&2; exit 1; }

# One cargo target directory outside the checkout, shared by clones, runs and tests.
cache=${FETTLE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/fettle}
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$cache/target}

# need_packages NAME...: installs the missing Debian packages with apt.
need_packages() {
    local missing=() name
    command -v dpkg-query >/dev/null || {
        echo "This is not Debian or Ubuntu: please see that these are installed: $*"
        return 0
    }
    for name in "$@"; do
        dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    say "Installing system packages: ${missing[*]}"
    local root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "Please install as root, then run this again: apt-get install ${missing[*]}"
        root=(sudo)
    fi
    "${root[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
        fail "apt-get could not install: ${missing[*]}"
}

# Packages of the build: a C++ compiler and cmake for FAISS, OpenBLAS built with OpenMP (the pthread
# build competes with the threads of FAISS).
build_packages="g++ make cmake curl ca-certificates libopenblas-openmp-dev"
# Packages of the program: Korean fonts for the manuals of the demo, pip to fetch models. For the
# window: X11 keyboard, pointer and input, Vulkan with a software driver, and file dialogs.
run_packages="libgomp1 libopenblas0-openmp fonts-nanum python3 python3-pip libfontconfig1
    libxkbcommon-x11-0 libxcursor1 libxi6 libx11-xcb1 libvulkan1 mesa-vulkan-drivers zenity"

need_rust() {
    command -v cargo >/dev/null || [ ! -f "$HOME/.cargo/env" ] || . "$HOME/.cargo/env"
    command -v cargo >/dev/null && return 0
    say "Installing Rust through rustup, for this user only"
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal --default-toolchain none ||
        fail "rustup could not be installed: see https://rustup.rs"
    . "$HOME/.cargo/env"
}

build() {
    say "Building (the first time takes about 13 minutes on two cores, later seconds)"
    cargo build --release --locked || fail "The build failed: its messages are above."
    fettle=$CARGO_TARGET_DIR/release/fettle
}
