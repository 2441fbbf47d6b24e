#!/usr/bin/env python3
"""Writes the licence texts of all crates that are linked into the program, as their authors ship them.

    python3 packaging/licence_texts.py > FILE

The crates are those of assets/licences.json; their texts are read from the sources that cargo has
unpacked. A text that several crates share is written once, below all of their names.
"""

import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
NAMES = ("licen", "copying", "notice", "unlicense", "copyright", "ofl")


def folders():
    """The unpacked source of each crate, by name and version."""
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--offline"]
    packages = json.loads(subprocess.check_output(command, cwd=ROOT))["packages"]
    return {(p["name"], p["version"]): pathlib.Path(p["manifest_path"]).parent for p in packages}


def texts(folder):
    """The licence texts at the top of a crate's source, and one folder below (fonts, bundled C)."""
    files = (p for depth in ("*", "*/*") for p in folder.glob(depth))
    for path in sorted(p for p in files if p.is_file() and p.name.lower().startswith(NAMES)):
        if path.suffix not in (".rs", ".py", ".json", ".toml", ".h", ".c"):
            text = path.read_text(encoding="utf-8", errors="replace")
            yield "\n".join(line.rstrip() for line in text.strip().splitlines())


def main():
    crates = json.loads((ROOT / "assets/licences.json").read_text(encoding="utf-8"))
    where = folders()
    users = {}
    without = []
    print("Works of others that Fettle is made of, and their licences\n")
    for crate in crates:
        name = f"{crate['name']} {crate['version']}"
        print(f"{name}: {crate['licence']}  {crate['source']}".rstrip())
        found = list(dict.fromkeys(texts(where[crate["name"], crate["version"]])))
        for text in found:
            users.setdefault(text, []).append(name)
        if not found:
            without.append(name)
    for text, names in users.items():
        print(f"\n{'=' * 100}\n{', '.join(names)}\n{'-' * 100}\n{text}")
    if without:
        print(f"\n{'=' * 100}\nShipped by their authors without a text; the licence named above holds:")
        print(", ".join(without))
    print(f"{len(crates)} crates, {len(users)} texts, {len(without)} without one", file=sys.stderr)


if __name__ == "__main__":
    main()
