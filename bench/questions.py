#!/usr/bin/env python3
"""Questions to a large warehouse over HTTP, against an empty request to the same server.

    warehouse_bench --dir=DATA && python3 bench/questions.py --server headwater --data DATA

Each line: what was asked, how often, the median and the 99th percentile of (the answer's time less the
median of an empty request asked by turns), the sizes of the answers, and the budget where there is one.
The server is started on a free port of loopback and stopped at the end. With --cpu the times are those that
the server's threads spent on a processor: for a machine that does other work too.
"""
import argparse
import glob
import http.client
import json
import random
import signal
import subprocess
import sys
import time
import urllib.parse

ROOT = "dataset:warehouse:core.events"


class Server:
    def __init__(self, binary, data, cpu):
        self.cpu = cpu
        self.process = subprocess.Popen(
            [binary, "serve", "--data-dir", data, "--port", "0", "--log-level", "error", "--ui-dir", ""],
            stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.port = int(line.rsplit(":", 1)[1].strip().rstrip("/"))
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)

    def seconds(self):
        """The clock, or what the server has used of the processors."""
        if not self.cpu:
            return time.perf_counter()
        nanoseconds = 0
        for path in glob.glob(f"/proc/{self.process.pid}/task/*/schedstat"):
            try:
                with open(path) as spent:
                    nanoseconds += int(spent.read().split()[0])
            except OSError:
                pass  # a thread that has ended
        return nanoseconds / 1e9

    def ask(self, method, path, body=None, read=True):
        """The seconds until the last byte, and the body (or its size)."""
        start = self.seconds()
        headers = {"Content-Type": "application/json"} if body else {}
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        if read:
            data = answer.read()
        else:
            data = 0
            while piece := answer.read(1 << 20):
                data += len(piece)
        seconds = self.seconds() - start
        if answer.status != 200:
            sys.exit(f"{method} {path}: {answer.status} {data[:500] if read else ''}")
        return seconds, data

    def memory_mb(self, what="VmRSS"):
        with open(f"/proc/{self.process.pid}/status") as status:
            for line in status:
                if line.startswith(what + ":"):
                    return int(line.split()[1]) / 1024
        return 0.0

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def quantile(values, q):
    values = sorted(values)
    return values[min(len(values) - 1, int(q * len(values)))]


def quoted(text):
    return urllib.parse.quote(text, safe="")


def report(name, times, empty, sizes, budget=""):
    base = quantile(empty, 0.5)
    middle, last = (1000 * (quantile(times, q) - base) for q in (0.5, 0.99))
    kib = [s / 1024 for s in sizes]
    print(f"{name:44} {len(times):5}  p50 {middle:8.2f} ms  p99 {last:8.2f} ms  "
          f"answer p50 {quantile(kib, 0.5):8.1f} KiB  max {max(kib):9.1f} KiB  {budget}", flush=True)
    return middle, last


def measure(server, paths):
    times, empty, sizes = [], [], []
    for path in paths:
        empty.append(server.ask("GET", "/livez")[0])
        seconds, body = server.ask("GET", path)
        times.append(seconds)
        sizes.append(len(body))
    return times, empty, sizes


def some_nodes(server, count, seed):
    """Datasets and jobs, evenly over all of them."""
    generator = random.Random(seed)
    out = []
    for kind, space in (("datasets", "warehouse"), ("jobs", "scheduler")):
        total = json.loads(server.ask("GET", f"/api/v1/namespaces/{space}/{kind}?limit=1")[1])["totalCount"]
        if kind == "jobs":
            per_domain = 500
            numbers = [generator.randrange(total) for _ in range(count)]
            out += [f"job:{space}:d{n // per_domain}.job_{n}" for n in numbers]
            continue
        for _ in range(max(1, count // 100)):  # pages of neighbours at places of their own
            offset = generator.randrange(max(1, total - 100))
            page = json.loads(server.ask("GET", f"/api/v1/namespaces/{space}/{kind}?limit=100&offset={offset}")[1])
            out += [f"dataset:{space}:{item['name']}" for item in page[kind]]
    generator.shuffle(out)
    return out[:count]


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--server", required=True)
    arguments.add_argument("--data", required=True)
    arguments.add_argument("--samples", type=int, default=1000)
    arguments.add_argument("--cpu", action="store_true", help="processor time of the server")
    given = arguments.parse_args()
    server = Server(given.server, given.data, given.cpu)
    try:
        run(server, given.samples)
    finally:
        server.stop()


def run(server, samples):
    print(f"the server holds {server.memory_mb():.0f} MiB at its start")
    while not json.loads(server.ask("GET", "/api/v1/search?q=orders")[1])["complete"]:
        time.sleep(1)  # the index is built beside the first answers
    print(f"and {server.memory_mb():.0f} MiB with its search index")
    nodes = some_nodes(server, samples, 1)
    lineage = "/api/v1/lineage?depth=10&nodeId="
    then = "&as_of=2026-10-05T00:00:00Z"
    report("lineage at depth 10", *measure(server, [lineage + quoted(n) for n in nodes]), "budget p99 5 ms")
    now = report("the same, summary", *measure(server, [lineage + quoted(n) + "&detail=summary" for n in nodes]))
    past = report("the same as of a past moment",
                  *measure(server, [lineage + quoted(n) + "&detail=summary" + then for n in nodes]))
    print(f"{'':44} as-of to now: {past[0] / max(now[0], 1e-6):.2f} (p50), {past[1] / max(now[1], 1e-6):.2f} (p99), "
          "budget 1.5")
    report("picture of the neighbourhood",
           *measure(server, ["/api/v1/lineage/layout?depth=2&nodeId=" + quoted(n) for n in nodes]))
    fields = [n.replace("dataset:", "datasetField:") + f":c{i % 5}" for i, n in enumerate(nodes) if n.startswith("dataset:")]
    report("column lineage at depth 10",
           *measure(server, ["/api/v1/column-lineage?depth=10&nodeId=" + quoted(f) for f in fields]))
    impact(server, "what-if of a dropped column, worst hub", {"kind": "column_dropped", "nodeId": ROOT, "column": "c0"},
           "budget 100 ms")
    impact(server, "what-if of new data, worst hub", {"kind": "data", "nodeId": ROOT}, "")
    searches = ["orders", "clie", "s", "crashs", "payments v1", "d17", "team-12", "mart devices", "zzzz", "etric"]
    report("search", *measure(server, ["/api/v1/search?q=" + quoted(searches[i % 10]) for i in range(300)]))
    stream(server, "closure downstream, NDJSON", "POST", "/api/v1/impact",
           json.dumps({"changes": [{"kind": "data", "nodeId": ROOT}], "format": "ndjson", "max_nodes": 10_000_000}))
    stream(server, "closure of a column downstream", "GET",
           "/api/v1/column-lineage?direction=downstream&depth=4000000000&max_nodes=10000000&nodeId="
           + quoted(ROOT.replace("dataset:", "datasetField:") + ":c0"))
    stream(server, "closure downstream, lineage", "GET",
           "/api/v1/lineage?detail=summary&direction=downstream&depth=4000000000&max_nodes=10000000&nodeId=" + quoted(ROOT))


def impact(server, name, change, budget):
    body = json.dumps({"changes": [change], "max_nodes": 10_000_000, "limit": 100})
    times, empty, sizes = [], [], []
    for _ in range(9):
        empty.append(server.ask("GET", "/livez")[0])
        seconds, answer = server.ask("POST", "/api/v1/impact", body)
        times.append(seconds)
        sizes.append(len(answer))
    answer = json.loads(answer)
    report(name, times, empty, sizes, budget)
    print(f"{'':44} complete: {answer['complete']}, {json.dumps(answer['summary'])}")


def stream(server, name, method, path, body=None):
    server.ask(method, path, body, read=False)  # so that what it keeps for later is there
    before = server.memory_mb()
    with open(f"/proc/{server.process.pid}/clear_refs", "w") as peak:
        peak.write("5")
    seconds, size = server.ask(method, path, body, read=False)
    print(f"{name:44} {size / 2**20:.0f} MiB in {seconds:.1f} s; the server's memory went from {before:.0f} to "
          f"{server.memory_mb('VmHWM'):.0f} MiB at most", flush=True)


if __name__ == "__main__":
    main()
