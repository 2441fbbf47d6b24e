#!/usr/bin/env bash
# Builds the Debian package of the program: fettle_VERSION_amd64.deb, a list of what is in it
# (fettle.cdx.json) and their checksums (SHA256SUMS).
#
#   bash packaging/deb.sh [OUT]      OUT: the folder for them (default: package/ in cargo's target)
#
# FETTLE_MAINTAINER="Name <address>" says who answers for the package.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. packaging/lib.sh

out=$(mkdir -p "${1:-$CARGO_TARGET_DIR/package}" && cd "${1:-$CARGO_TARGET_DIR/package}" && pwd)
[ "$(dpkg --print-architecture)" = amd64 ] || fail "The program needs an x86-64 CPU with AVX2: there is no package for others."
# shellcheck disable=SC2086
need_packages $build_packages binutils dpkg-dev librsvg2-bin python3
need_rust
build

version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
# Files carry the time of the last commit, so that the same commit gives the same package.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH
maintainer=${FETTLE_MAINTAINER:-Fettle <fettle@localhost>}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
tree=$scratch/tree
umask 022
folder() { mkdir -p "$tree/$1" && printf '%s' "$tree/$1"; }

say "Collecting fettle $version"
strip --strip-unneeded -o "$(folder usr/bin)/fettle" "$fettle"
chmod 755 "$tree/usr/bin/fettle"
install -m 644 packaging/deb/fettle.desktop "$(folder usr/share/applications)/"
# Not enabled: whoever wants it to run says so (docs/server.md).
install -m 644 packaging/fettle.service "$(folder usr/lib/systemd/system)/"

icons=usr/share/icons/hicolor
install -m 644 assets/icon/fettle.svg "$(folder $icons/scalable/apps)/"
for size in 16 24 32 48 64 128 256; do
    rsvg-convert -w $size -h $size assets/icon/fettle.svg -o "$(folder $icons/${size}x$size/apps)/fettle.png"
done

"$fettle" generate man "$(folder usr/share/man/man1)"
gzip -9n "$tree"/usr/share/man/man1/*.1
mkdir "$scratch/completions"
"$fettle" generate completions "$scratch/completions"
install -m 644 "$scratch/completions/fettle.bash" "$(folder usr/share/bash-completion/completions)/fettle"
install -m 644 "$scratch/completions/_fettle" "$(folder usr/share/zsh/vendor-completions)/"
install -m 644 "$scratch/completions/fettle.fish" "$(folder usr/share/fish/vendor_completions.d)/"

documents=$(folder usr/share/doc/fettle)
install -m 644 packaging/deb/copyright "$documents/"
gzip -9nc assets/fonts/OFL.txt >"$documents/OFL.txt.gz"
python3 packaging/licence_texts.py | gzip -9n >"$documents/third-party-licences.txt.gz"
gzip -9n >"$documents/changelog.gz" <<END
fettle ($version) stable; urgency=medium

  * Built from commit $(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown).

 -- $maintainer  $(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")
END

# What the program is linked to, as dpkg-shlibdeps finds it; what it opens while it runs; the
# processor's own BLAS, which FAISS is measured with; a font for Korean manuals.
mkdir "$scratch/debian"
printf 'Source: fettle\n\nPackage: fettle\nArchitecture: amd64\n' >"$scratch/debian/control"
linked=$(cd "$scratch" && dpkg-shlibdeps -O tree/usr/bin/fettle 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
[ -n "$linked" ] || fail "dpkg-shlibdeps did not find out what the program is linked to."
opened="libopenblas0-openmp, libfontconfig1, libxkbcommon-x11-0, libxcursor1, libxi6, libx11-6, libx11-xcb1, \
libvulkan1, mesa-vulkan-drivers | vulkan-icd, fonts-nanum | fonts-noto-cjk"

(cd "$tree" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$scratch/md5sums"
mkdir "$tree/DEBIAN"
install -m 644 "$scratch/md5sums" "$tree/DEBIAN/md5sums"
cat >"$tree/DEBIAN/control" <<END
Package: fettle
Version: $version
Architecture: amd64
Maintainer: $maintainer
Installed-Size: $(du -sk --exclude=DEBIAN "$tree" | cut -f1)
Depends: $linked, $opened
Recommends: zenity | xdg-desktop-portal, python3-pip
Suggests: tesseract-ocr, tesseract-ocr-kor
Section: science
Priority: optional
Description: inspection of parts: finds, shows and names the defect
 Compares a picture of a part with sound ones, shows where it differs, names the
 defect after known ones, and says what the product's own manual says to do,
 with page and line. Korean and English. Everything happens on this machine; no
 GPU is needed, but an x86-64 CPU with AVX2.
 .
 Models are fetched with "fettle models pull starter" (1.2 GB) or copied from a
 folder (--from).
END
chmod 644 "$tree/DEBIAN/control"

say "Packing"
find "$tree" -newermt "@$SOURCE_DATE_EPOCH" -print0 | xargs -0r touch -h -d "@$SOURCE_DATE_EPOCH"
package=fettle_${version}_amd64.deb
dpkg-deb --root-owner-group -Zxz --build "$tree" "$out/$package" >/dev/null
install -m 755 "$tree/usr/bin/fettle" "$out/fettle"
bash packaging/sbom.sh "$out/fettle.cdx.json"
(cd "$out" && sha256sum "$package" fettle fettle.cdx.json >SHA256SUMS)
say "$out/$package"
cat "$out/SHA256SUMS"
