"""Writes a small workspace of each version of the schema, for the test that the newest program opens them.

    make.py FETTLE [VERSION]

Of this program's schema the workspace is what FETTLE itself writes; with VERSION only that one is
written, which is what a new migration needs: workspaces that are here are never written anew. Of an
earlier schema it is the database that its migrations make, with as many of the same rows and columns as
it has: what that version wrote where it wrote nothing else. `files/` belongs to all of them.
"""
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

HERE = Path(__file__).parent
MIGRATIONS = sorted((HERE / "../../../src/library/migrations").glob("*.sql"))
# Where the files of a workspace are that its rows name.
FOLDERS = ["data/def_split", "data/patchCore", "data/uploads", "manual_store"]


def write_png(path, seed):
    """A grey picture of 16×16 pixels."""
    rows = b"".join(b"\0" + bytes((x * 9 + y * 5 + seed * 40) % 256 for x in range(16)) for y in range(16))

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 16, 16, 8, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )


def work(fettle, folder):
    """A workspace in which somebody worked, without models: no stage of an inspection needs one."""
    root = folder / "workspace"
    for seed, name in enumerate(["normal.png", "defect.png"], 1):
        write_png(folder / name, seed)
    (folder / "manual.md").write_text("# 기공 (hole)\n\n원인: 탈기 불량\n\n조치: 탈기를 강화한다.\n")
    (folder / "actions.csv").write_text(
        "product,defect,problem,root cause,corrective action,date\n"
        "prod1,hole,Hole at the edge,Wet sand,Dried the sand,2026-03-01\n"
    )
    commands = [
        ["library", "add-product", "prod1", "--name-ko", "주조제품", "--name-en", "Casting"],
        ["library", "add-defect", "prod1", "hole", "--name-ko", "기공"],
        ["library", "add-defect", "prod1", "hole", "defect.png"],
        ["library", "add-normal", "prod1", "normal.png"],
        ["library", "add-manual", "prod1", "manual.md"],
        ["inspect", "defect.png", "-p", "prod1", "--no-llm"],
        ["history", "judge", "1", "ng", "-d", "hole", "--note", "가장자리"],
        ["feedback", "report", "1", "good"],
        ["actions", "import", "actions.csv"],
    ]
    for command in commands:
        done = subprocess.run(
            [fettle, "--lang", "en", "--cpu", "--workspace", root, *command],
            cwd=folder,
            env={"FETTLE_MODELS": str(folder / "none"), "PATH": "/usr/bin:/bin", "HOME": str(folder), "USER": "kim"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    return root


def columns(db, table):
    return [row[1] for row in db.execute(f"PRAGMA table_xinfo({table})") if row[6] == 0]


def tables(db):
    return [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]


def of_schema(version, present):
    """The present rows in the tables of an earlier schema."""
    db = sqlite3.connect(":memory:")
    for sql in MIGRATIONS[:version]:
        db.executescript(sql.read_text())
    db.execute("PRAGMA foreign_keys = OFF")
    # What triggers write is among the rows already.
    triggers = list(db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"))
    for name, _ in triggers:
        db.execute(f"DROP TRIGGER {name}")
    known = set(tables(present))
    for table in tables(db):
        if table in known:
            db.execute(f"DELETE FROM {table}")
            both = [name for name in columns(db, table) if name in columns(present, table)]
            names = ", ".join(both)
            marks = ", ".join("?" * len(both))
            rows = present.execute(f"SELECT {names} FROM {table}").fetchall()
            db.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
    for _, sql in triggers:
        db.execute(sql)
    faults = list(db.execute("PRAGMA foreign_key_check"))
    assert not faults, (version, faults)
    db.commit()
    return db


def dump(db, version):
    folder = HERE / str(version)
    folder.mkdir(exist_ok=True)
    lines = [line for line in db.iterdump() if "sqlite_sequence" not in line]
    (folder / "workspace.sql").write_text("\n".join([*lines, f"PRAGMA user_version = {version};", ""]))


def main():
    fettle = str(Path(sys.argv[1]).resolve())
    only = int(sys.argv[2]) if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory() as folder:
        root = work(fettle, Path(folder))
        present = sqlite3.connect(root / "data/fettle.db")
        newest = present.execute("PRAGMA user_version").fetchone()[0]
        assert newest == len(MIGRATIONS), "FETTLE is not the program of this checkout"
        if only is None:
            for name in FOLDERS:
                shutil.copytree(root / name, HERE / "files" / name, dirs_exist_ok=True)
        for version in range(1, newest + 1):
            if only in (None, version):
                db = present if version == newest else of_schema(version, present)
                dump(db, version)


main()
