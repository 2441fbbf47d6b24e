"""Kills a server at random instants while callers change the workspace, and compares what is there with what it said.

    server_kill.py FETTLE WORKSPACE KILLS SEED

Each round: the server starts, callers send what each has to send, one request after another with a key each, and the
server is killed. The next server is asked about everything that was sent.
"""
import hashlib
import http.client
import json
import random
import subprocess
import sys
import threading
import time
import zlib

FETTLE, WORKSPACE, KILLS, SEED = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
CALLERS = 4
# A server that takes longer to start, or to answer, hangs.
LONG = 120


def png(number):
    """A picture that no other number has, 64 × 64."""
    noise = random.Random(number)
    rows = b"".join(b"\0" + noise.randbytes(64 * 3) for _ in range(64))
    chunk = lambda kind, data: len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
    size = (64).to_bytes(4, "big") * 2
    head = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size + b"\x08\x02\0\0\0")
    return head + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")


class Server:
    def __init__(self):
        command = [FETTLE, "--lang", "en", "--cpu", "--workspace", WORKSPACE, "serve", "--bind", "127.0.0.1:0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        address = next((word for word in line.split() if "://" in word), None)
        assert address, f"no address in {line!r}"
        self.address = address.split("://")[1]

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        self.process.terminate()
        assert self.process.wait(LONG) == 0

    def send(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(self.address, timeout=LONG)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def get(self, path):
        status, _, body = self.send("GET", path)
        assert status == 200, f"{path}: {status} {body[:300]}"
        return json.loads(body)


class Request:
    """A change that a caller asks for, and what it was told."""

    def __init__(self, number, kind):
        self.number, self.kind, self.key = number, kind, f"kill-{SEED}-{number}"
        self.name = f"kill-{number}.png"
        content = self.manual() if kind == "manual" else png(number)
        self.content_hash = hashlib.sha256(content).hexdigest()
        # Sent, and what was answered: None where the server was gone before.
        self.sent, self.answer = False, None

    def form(self):
        fields = {
            "normal": [("images", self.name, png(self.number))],
            "defect": [("defect", None, DEFECT.encode()), ("images", self.name, png(self.number))],
            "inspect": [("image", self.name, png(self.number))],
            "manual": [("manual", f"{PRODUCT}_{self.number}.md", self.manual())],
        }[self.kind]
        parts = []
        for field, name, data in fields:
            file = f'; filename="{name}"' if name else ""
            parts += [f'--cut\r\ncontent-disposition: form-data; name="{field}"{file}\r\n\r\n'.encode(), data, b"\r\n"]
        return b"".join([*parts, b"--cut--\r\n"])

    def manual(self):
        return f"# 깊은 홈 {self.number} (Deep groove)\n\n원인: 공구가 마모되었다.\n\n조치: 공구를 교체한다.\n".encode()

    def path(self):
        return {
            "inspect": "/api/v1/inspections?wait=60",
            "manual": f"/api/v1/products/{PRODUCT}/manuals",
        }.get(self.kind, f"/api/v1/products/{PRODUCT}/images")

    def send(self, server):
        headers = {"content-type": "multipart/form-data; boundary=cut", "idempotency-key": self.key}
        self.sent = True
        status, headers, body = server.send("POST", self.path(), self.form(), headers)
        return status, headers.get("idempotency-replayed"), json.loads(body)


def counts(server):
    """How often each is there: inspections by their names, images and manuals by their content."""
    found = {}
    address = "/api/v1/inspections?repeated=true&limit=500&text=kill-"
    while address:
        page = server.get(address)
        for row in page["inspections"]:
            key = ("inspect", row["file_name"])
            found[key] = found.get(key, 0) + 1
        address = page["next"]
    for kind, query in (("normal", ""), ("defect", f"?defect={DEFECT}")):
        hashes = [image["content_hash"] for image in server.get(f"/api/v1/products/{PRODUCT}/images{query}")["images"]]
        for content in hashes:
            found[kind, content] = found.get((kind, content), 0) + 1
    for manual in server.get(f"/api/v1/products/{PRODUCT}/manuals")["manuals"]:
        key = ("manual", manual["content_hash"])
        found[key] = found.get(key, 0) + 1
    return found


def count_of(request, found):
    named_by = request.name if request.kind == "inspect" else request.content_hash
    return found.get((request.kind, named_by), 0)


def work(server, requests, kinds):
    """What one caller does until its server is gone."""
    while True:
        with lock:
            request = Request(len(everything), kinds.choice(["normal", "defect", "inspect", "inspect", "manual"]))
            everything.append(request)
            requests.append(request)
        try:
            answer = request.send(server)
        except (OSError, http.client.HTTPException):
            return
        request.answer = answer
        # Nothing else may be answered: what is sent is in order.
        if not 200 <= answer[0] < 300:
            wrong.append(f"{request.kind} {request.number}: {answer}")


chance = random.Random(SEED)
lock, everything, wrong = threading.Lock(), [], []
first = Server()
PRODUCT = first.get("/api/v1/products")["products"][0]["code"]
DEFECT = "killed"
status, _, body = first.send(
    "PUT",
    f"/api/v1/products/{PRODUCT}/defects/{DEFECT}",
    json.dumps({"name_ko": "죽음", "name_en": "killed"}),
    {"content-type": "application/json"},
)
assert status == 200, body
first.stop()

totals = {"answered": 0, "cut off and there": 0, "cut off and not there": 0}
for round_number in range(KILLS):
    server, requests = Server(), []
    callers = [
        threading.Thread(target=work, args=(server, requests, random.Random(chance.random()))) for _ in range(CALLERS)
    ]
    for caller in callers:
        caller.start()
    time.sleep(chance.uniform(0.02, 1.5))
    server.kill()
    for caller in callers:
        caller.join()

    server = Server()
    found = counts(server)
    for request in requests:
        there, is_answered = count_of(request, found), request.answer is not None
        if is_answered:
            totals["answered"] += 1
            if there != 1:
                wrong.append(f"{request.kind} {request.number} was answered and is there {there} times")
        else:
            totals[f"cut off and {'' if there else 'not '}there"] += 1
            if there > 1:
                wrong.append(f"{request.kind} {request.number} was cut off and is there {there} times")
    # All of it once more: nothing is made twice, and nothing is missing then.
    for request in requests:
        status, replayed, body = request.send(server)
        if not 200 <= status < 300:
            wrong.append(f"{request.kind} {request.number} is not taken again: {status} {body}")
        if request.answer and (replayed != "true" or body != request.answer[2]):
            wrong.append(f"{request.kind} {request.number} was answered otherwise: {replayed} {body}")
    found = counts(server)
    for request in everything:
        there = count_of(request, found)
        if there != 1:
            wrong.append(f"{request.kind} {request.number} is there {there} times, sent again after kill {round_number}")
    if wrong:
        server.kill()
        break
    if (round_number + 1) % 20 == 0:
        print(f"{round_number + 1} kills, {len(everything)} requests", flush=True)
    # Every other server ends in peace, so that kills meet both kinds of start.
    server.stop() if round_number % 2 else server.kill()

for line in wrong[:20]:
    print(f"server kill: {line}", file=sys.stderr)
said = ", ".join(f"{count} {what}" for what, count in totals.items())
print(f"server kills: {KILLS}, {len(everything)} requests: {said}; {len(wrong)} faults (seed {SEED})")
sys.exit(bool(wrong))
