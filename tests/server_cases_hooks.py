"""Puts pictures among the made-up bytes that schemathesis sends, so that its cases also inspect and register."""
import random
import zlib

import schemathesis
from schemathesis.specs.openapi import checks

# Wrong tokens are counted: after ten of them from one address the next is refused with 429, and only once it was found
# wrong. The check `ignored_auth` sends many and knows 401 and 403 alone; with this it takes that 429, too. (Its
# settings have no statuses. The version of schemathesis is held in server_tools.txt.)
_refuses = checks._enforces_auth


def _refuses_or_counts(response, authenticated):
    is_counted = response.status_code == 429 and b"tokens or links that are not accepted" in response.content
    return is_counted or _refuses(response, authenticated)


checks._enforces_auth = _refuses_or_counts


def png(number):
    noise = random.Random(number)
    rows = b"".join(b"\0" + noise.randbytes(48 * 3) for _ in range(48))
    chunk = lambda kind, data: len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
    head = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", (48).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0")
    return head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@schemathesis.hook
def map_body(context, body):
    if not isinstance(body, dict):
        return body
    # By what was made up, so that the same seed sends the same.
    number = zlib.crc32(repr(sorted(body.items(), key=repr)).encode())
    if number % 4 == 0:
        return body
    if isinstance(body.get("image"), (bytes, str)):
        return {**body, "image": png(number % 50)}
    if isinstance(body.get("images"), list):
        return {**body, "images": [png(number % 50 + at) for at in range(len(body["images"]))]}
    return body
