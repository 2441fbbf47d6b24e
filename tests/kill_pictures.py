"""Writes small pictures for tests/kill.sh: COUNT PNG files of 64×64 pixels, NAME-1.png and so on.

    kill_pictures.py FOLDER NAME COUNT SEED
"""
import random
import struct
import sys
import zlib
from pathlib import Path

SIDE = 64


def png(rng):
    """A gradient with noise, so that no two pictures are the same."""
    rows = b"".join(
        b"\0" + bytes((2 * x + y + rng.randrange(40)) % 256 for x in range(SIDE) for _ in range(3))
        for y in range(SIDE)
    )

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def main():
    folder, name, count, seed = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)
    for number in range(1, count + 1):
        (folder / f"{name}-{number}.png").write_bytes(png(rng))


main()
