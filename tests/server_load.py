"""How much a server does, beside what the engine does alone (server_load.sh).

    server_load.py FETTLE ENGINE WORKSPACE SECONDS REQUESTS SCRIPT

Prints a table in Markdown; ends with 1 where an aim is missed.
"""
import http.client
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

FETTLE, ENGINE, WORKSPACE, SECONDS, REQUESTS, SCRIPT = sys.argv[1:]
SECONDS, REQUESTS = int(SECONDS), int(REQUESTS)
# Where the memory was looked at, as shares of all requests: until the first everything has been needed once.
LOOKS = 10
missed = []


class Server:
    def __init__(self):
        command = [FETTLE, "--lang", "en", "--cpu", "--workspace", WORKSPACE, "serve", "--bind", "127.0.0.1:0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        self.url = next(word for word in line.split() if "://" in word)

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(self.url.split("://")[1], timeout=300)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        found = answer.status, answer.read()
        connection.close()
        return found

    def memory_mb(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1]) / 1024

    def stop(self):
        self.process.terminate()
        assert self.process.wait(60) == 0, "the server did not end in peace"


def wrk(path, callers, seconds, pictures=(), background=False):
    """What wrk says of so many callers of one address."""
    command = ["wrk", "-t1", f"-c{callers}", f"-d{seconds}s", "--timeout", "290s", "-s", SCRIPT, server.url + path]
    process = subprocess.Popen([*command, "--", *pictures], stdout=subprocess.PIPE, text=True)
    return process if background else summary(process)


def summary(process):
    text = process.communicate()[0]
    line = next((line for line in text.splitlines() if line.startswith("SUMMARY ")), None)
    assert line, f"wrk says {text!r}"
    found = json.loads(line.removeprefix("SUMMARY "))
    if found["refused"] or found["broken"]:
        missed.append(f"{found['refused']} answers were refusals, {found['broken']} connections broke")
    return found


def engine_alone(product, picture, at_once):
    command = [ENGINE, WORKSPACE, product, picture, str(SECONDS), str(at_once)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def aim(what, is_met):
    if not is_met:
        missed.append(what)


server = Server()
first = json.loads(server.ask("GET", "/api/v1/inspections")[1])["inspections"][-1]
product = first["product"]
picture = f"{WORKSPACE}/load.png"
Path(picture).write_bytes(server.ask("GET", f"/api/v1/inspections/{first['id']}/pictures/part")[1])
server.stop()

# One caller has one inspection made at a time; of more callers a server has four run at once.
one_before, before = engine_alone(product, picture, 1), engine_alone(product, picture, 4)
server = Server()
inspect = f"/api/v1/inspections?wait=300"
wrk(inspect, 1, 3, [picture])
rows = [(callers, wrk(inspect, callers, SECONDS, [picture])) for callers in (1, 8, 64, 256)]
server.stop()
one_after, after = engine_alone(product, picture, 1), engine_alone(product, picture, 4)

print("Engine alone, inspections a second before and after: "
      f"one at a time {one_before:.2f} and {one_after:.2f}, four at once {before:.2f} and {after:.2f}\n")
print("| callers | inspections a second | of the engine's | median | p99 |")
print("| ---: | ---: | ---: | ---: | ---: |")
for callers, found in rows:
    rate = found["requests"] / found["seconds"]
    alone = (one_before + one_after) / 2 if callers == 1 else (before + after) / 2
    print(f"| {callers} | {rate:.2f} | {rate / alone:.0%} | {found['p50_ms']:.0f} ms | {found['p99_ms']:.0f} ms |")
    aim(f"{callers} callers: {rate / alone:.0%} of the engine's rate, not 95 %", rate >= 0.95 * alone)

server = Server()
one = f"/api/v1/inspections/{first['id']}"
wrk(inspect, 1, 3, [picture])
print("\nWhile 64 callers have parts inspected, one caller more:\n")
print("| asks for | median | p99 | most |")
print("| --- | ---: | ---: | ---: |")
for path in (one, f"{one}/pictures/part?width=192", "/api/v1/inspections", "/api/v1/products", "/readyz", "/"):
    crowd = wrk(inspect, 64, 10, [picture], background=True)
    time.sleep(2)
    found = wrk(path, 1, 6)
    summary(crowd)
    print(f"| `GET {path}` | {found['p50_ms']:.1f} ms | {found['p99_ms']:.1f} ms | {found['most_ms']:.1f} ms |")
    if path == one:
        aim(f"GET {path} takes {found['p99_ms']} ms (p99), not less than 20", found["p99_ms"] < 20)

# One request in twenty is an inspection, the others read.
form = b'--cut\r\ncontent-disposition: form-data; name="image"; filename="load.png"\r\n\r\n'
form += Path(picture).read_bytes() + b"\r\n--cut--\r\n"
reads = [one, f"{one}/pictures/overlay", "/api/v1/inspections?limit=100", "/", f"/parts/{first['id']}", f"{one}/report", "/metrics"]
at, lock, memory, failed = 0, threading.Lock(), [], []


def work():
    global at
    while True:
        with lock:
            if at >= REQUESTS:
                return
            number, at = at, at + 1
            if number % (REQUESTS // LOOKS) == 0:
                memory.append(server.memory_mb())
        if number % 20 == 0:
            status, _ = server.ask("POST", inspect, form, {"content-type": "multipart/form-data; boundary=cut"})
        else:
            status, _ = server.ask("GET", reads[number % len(reads)])
        if status not in (200, 201):
            failed.append(status)


workers = [threading.Thread(target=work) for _ in range(8)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
memory.append(server.memory_mb())
server.stop()
print(f"\nMemory over {REQUESTS} requests, one in twenty an inspection (MB, after each tenth): " + ", ".join(f"{mb:.0f}" for mb in memory))
aim(f"{len(failed)} of the requests failed: {failed[:5]}", not failed)
aim(f"memory grows from {memory[2]:.0f} to {memory[-1]:.0f} MB", memory[-1] < 1.05 * memory[2])
for line in missed:
    print(f"missed: {line}", file=sys.stderr)
sys.exit(bool(missed))
