#!/usr/bin/env bash
# Writes the list of all components of the program (SBOM) as CycloneDX 1.5 JSON: each crate with
# version, licence, source and checksum, and which needs which.
#
#   bash packaging/sbom.sh FILE
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. packaging/lib.sh

[ $# -eq 1 ] || fail "usage: bash packaging/sbom.sh FILE"
file=$(realpath -m "$1")
need_rust
need_tool cargo-cyclonedx 0.5.9

# The tool writes beside every manifest: into a copy, not into the checkout.
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z --cached --others --exclude-standard | tar --null --files-from=- -cf - | tar -xf - -C "$copy"
(cd "$copy" && "$tools/bin/cargo-cyclonedx" cyclonedx --quiet --format json --spec-version 1.5 \
    --target x86_64-unknown-linux-gnu --override-filename fettle.cdx)
mkdir -p "$(dirname "$file")"
# Without the moment and the number of this run, so that the same commit gives the same list.
python3 - "$copy" "$file" <<'END'
import json, pathlib, sys

copy, file = sys.argv[1:]
bill = json.loads(pathlib.Path(copy, "fettle.cdx.json").read_text(encoding="utf-8"))
bill.pop("serialNumber", None)
bill["metadata"].pop("timestamp", None)
text = json.dumps(bill, ensure_ascii=False, indent=1).replace(f"file://{copy}", "file://").replace(copy, "")
pathlib.Path(file).write_text(text + "\n", encoding="utf-8")
print(f"{file}: {len(bill['components'])} components")
END
