# shellcheck shell=bash disable=SC2034 # its variables are used by the scripts that include it
# Functions of the scripts here: install missing packages, tools and Rust, build the program.

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

# Cargo tells the crates of a workspace apart by their place within it alone: what another checkout built last passes
# for this one's where it is newer than the files here. Where another built last, the files here become the newest.
if [ "$(cat "$CARGO_TARGET_DIR/checkout" 2>/dev/null)" != "$PWD" ]; then
    mkdir -p "$CARGO_TARGET_DIR"
    find src tests benches -name '*.rs' -exec touch {} +
    printf '%s\n' "$PWD" >"$CARGO_TARGET_DIR/checkout"
fi

# Tools of the checks and of packaging, kept there beside the target directory.
tools=$cache/tools
# need_tool NAME VERSION: installs a cargo tool of exactly this version into $tools.
need_tool() {
    local installed
    installed=$("$tools/bin/$1" "${1#cargo-}" --version 2>/dev/null || "$tools/bin/$1" --version 2>/dev/null || true)
    [ "${installed##* }" = "$2" ] ||
        CARGO_TARGET_DIR=$cache/tools-target cargo install --quiet --locked --root "$tools" "$1@$2"
}

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

# need_rust: cargo, from the distribution's package of rustup where there is one, else from rustup's
# own installer, which runs only if its SHA-256 is the published one. rust-toolchain.toml says which
# toolchain rustup fetches; it verifies that itself.
need_rust() {
    # shellcheck source=/dev/null
    command -v cargo >/dev/null || [ ! -f "$HOME/.cargo/env" ] || . "$HOME/.cargo/env"
    command -v cargo >/dev/null && return 0
    if LC_ALL=C apt-cache policy rustup 2>/dev/null | grep -q 'Candidate: [^(]'; then
        need_packages rustup
        return 0
    fi
    say "Installing Rust through rustup, for this user only"
    install_rustup || fail "rustup could not be installed: see https://rustup.rs"
    # shellcheck source=/dev/null
    . "$HOME/.cargo/env"
}

install_rustup() {
    local address folder published found
    address=https://static.rust-lang.org/rustup/dist/$(uname -m)-unknown-linux-gnu/rustup-init
    folder=$(mktemp -d)
    # shellcheck disable=SC2064 # the folder of now
    trap "rm -rf '$folder'; trap - RETURN" RETURN
    curl --proto '=https' --tlsv1.2 -sSf -o "$folder/rustup-init" "$address" || return 1
    published=$(curl --proto '=https' --tlsv1.2 -sSf "$address.sha256") || return 1
    found=$(sha256sum "$folder/rustup-init") || return 1
    if [ "${published%% *}" != "${found%% *}" ]; then
        echo "rustup-init is not what was published: SHA-256 ${found%% *}, not ${published%% *}" >&2
        return 1
    fi
    chmod +x "$folder/rustup-init"
    "$folder/rustup-init" -y --quiet --profile minimal --default-toolchain none
}

build() {
    say "Building (the first time takes 13 to 24 minutes on two cores, later seconds)"
    cargo build --release --locked || fail "The build failed: its messages are above."
    fettle=$CARGO_TARGET_DIR/release/fettle
}
