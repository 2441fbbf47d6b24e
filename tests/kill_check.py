"""What a workspace must be like after a kill and the next start, read without Fettle's code.

    kill_check.py WORKSPACE BEFORE

BEFORE is a copy from before the command that was killed. Prints each fault in a line; exit status 1
if there are any.
"""
import hashlib
import json
import sqlite3
import sys
from pathlib import Path

# Folders whose files all have a row.
STORED = ["data/def_split", "data/patchCore", "data/uploads", "data/areas", "manual_store"]
# Tables whose rows never go; of those that are only added to the rows never change, either.
KEPT = ["products", "defect_types", "images", "manuals", "inspections", "history", "corrective_actions"]
ADDED_TO = [
    "inspections",
    "judgements",
    "action_changes",
    "threshold_changes",
    "corrective_action_imports",
    "feedback",
    "lesson_decisions",
]
# Where files come, go and are replaced while everything stays true.
CACHES = ("data/index/", "data/unfinished/", "data/scratch/", "data/backups/", "data/fettle.")


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def files(root, folder=""):
    """Paths of all files below, relative to the workspace, with `/`."""
    found = (root / folder).rglob("*")
    return {path.relative_to(root).as_posix() for path in found if not path.is_dir()}


def open_database(root):
    return sqlite3.connect(root / "data/fettle.db")


def rows_with_files(db):
    """What has a row: path → SHA-256, or None where the row does not say."""
    expected = {}
    for table in ("images", "manuals", "inspection_areas"):
        query = f"SELECT path, content_hash FROM {table} WHERE path IS NOT NULL"
        for path, digest in db.execute(query):
            expected[path] = digest
    for table in ("banks", "threshold_changes"):
        query = f"SELECT term_path FROM {table} WHERE term_path IS NOT NULL"
        expected.update((path, None) for (path,) in db.execute(query))
    expected.update((path, None) for (path,) in db.execute("SELECT path FROM banks"))
    gone = {path for (path,) in db.execute("SELECT image_path FROM tidied")}
    for (record,) in db.execute("SELECT record FROM inspections"):
        record = json.loads(record)
        path = record.get("image_path")
        if path and path not in gone:
            expected[path] = record["image_hash"]
    return expected


def database_faults(db):
    for (line,) in db.execute("PRAGMA integrity_check"):
        if line != "ok":
            yield f"the database: {line}"
    for row in db.execute("PRAGMA foreign_key_check"):
        yield f"a row without what it refers to: {row}"
    for (path,) in db.execute("SELECT path FROM placements"):
        yield f"{path} is still noted as being placed"
    for (number,) in db.execute(
        "SELECT id FROM inspections WHERE id NOT IN (SELECT inspection FROM history)"
    ):
        yield f"inspection {number} is not in the history"


def file_faults(root, db):
    expected = rows_with_files(db)
    for path, digest in sorted(expected.items()):
        if not (root / path).is_file():
            yield f"{path} has a row and no file"
        elif digest and sha256(root / path) != digest:
            yield f"{path} is not the file that its row names"
    for folder in STORED:
        for path in sorted(files(root, folder) - set(expected)):
            yield f"{path} has no row"
    # A bank's normal pictures stand beside it under its name.
    known = set(expected) | {path.rsplit(".", 1)[0] + ".normals" for path in expected}
    for path in sorted(files(root, "data/banks") - known):
        if not path.endswith("/.lock"):
            yield f"{path} belongs to no bank"
    for path in sorted(root.rglob("*")):
        if path.name.startswith((".fettle-", ".tmp")):
            yield f"{path.relative_to(root)} was left unfinished"


def lost(root, before, db):
    old = open_database(before)
    for table in sorted({*KEPT, *ADDED_TO}):
        columns = [name for _, name, *_ in old.execute(f"PRAGMA table_info({table})")]
        names = ", ".join(columns) if table in ADDED_TO else key(old, table)
        query = f"SELECT {names} FROM {table}"
        for row in set(old.execute(query)) - set(db.execute(query)):
            yield f"lost of {table}: {row}"
    tidied = {path for (path,) in db.execute("SELECT image_path FROM tidied")}
    for path in sorted(files(before)):
        if path.startswith(CACHES) or path in tidied:
            continue
        if not (root / path).is_file():
            yield f"{path} is lost"
        elif sha256(root / path) != sha256(before / path):
            yield f"{path} was changed"


def key(db, table):
    """The columns of a table's primary key."""
    info = db.execute(f"PRAGMA table_info({table})")
    return ", ".join(name for _, name, _, _, _, at in info if at)


def main():
    root, before = Path(sys.argv[1]), Path(sys.argv[2])
    db = open_database(root)
    faults = [*database_faults(db), *file_faults(root, db), *lost(root, before, db)]
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)


main()
