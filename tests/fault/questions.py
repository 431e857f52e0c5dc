#!/usr/bin/env python3
"""Questions of every kind at once, made from the contract, while events come in and clients leave.

The server is filled with the samples. Then threads ask what `openapi.json` says can be asked: every GET
and the POSTs that write nothing, with values that its schemas allow, names that are there, and some
that are not; a few leave in the middle of an answer, one sends events. Required: every answer is
one that the contract names and no 500, whole and in the format that it names; one with a body of
JSON is one document; the server is there at the end and its check is clean.

Usage: questions.py --server build/release/bin/headwater [--seconds 30] [--seed N] [--data DIR]
"""
import argparse
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

import kill9

THREADS = 6
SAMPLES = ("demo.ndjson", "partitions.ndjson", "costs.ndjson")
STREAMS = ("/events/stream",)  # never end by themselves
READS_BY_POST = {
    "/api/v1/impact": lambda pool, rng: {"changes": [change(pool, rng)], "format": rng.choice(
        ["json", "ndjson", "csv"]), "limit": rng.choice([1, 20, 1000])},
    "/api/v1/plans": lambda pool, rng: {"scope": {"nodeIds": [rng.choice(pool["dataset"])]},
                                        "dry_run": True, "author": "tests"},
}


def change(pool, rng):
    field = rng.choice(pool["datasetField"])
    dataset, column = field.replace("datasetField:", "dataset:", 1).rsplit(":", 1)
    return rng.choice([
        {"kind": "data", "nodeId": dataset},
        {"kind": "column_dropped", "nodeId": dataset, "column": column},
        {"kind": "column_retyped", "nodeId": dataset, "column": column, "to": "TEXT"},
        {"kind": "job_retired", "nodeId": rng.choice(pool["job"])},
        {"kind": "dataset_deleted", "nodeId": dataset},
    ])


class Server:
    def __init__(self, binary, data):
        self.process = subprocess.Popen(
            [binary, "serve", "--data-dir", data, "--port", "0", "--log-level", "error", "--ui-dir", ""],
            stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        found = re.search(r":(\d+)/?$", line.strip())
        if not found:
            sys.exit(f"the server did not start: {line!r}")
        self.port = int(found.group(1))

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request("GET", path)
        return json.loads(connection.getresponse().read())


class Contract:
    def __init__(self, document):
        self.document = document
        self.operations = []
        for path, item in document["paths"].items():
            for method in ("get", "post"):
                operation = item.get(method)
                if operation is None or path.endswith(STREAMS):
                    continue
                full = path if path.startswith("/api/") else self.base(path) + path
                if method == "get" or full in READS_BY_POST:
                    own = [self.resolve(p) for p in item.get("parameters", [])
                           + operation.get("parameters", [])]
                    self.operations.append((method.upper(), full, own, operation))

    def base(self, path):
        servers = self.document["paths"][path].get("servers") or self.document.get("servers") or []
        return urllib.parse.urlsplit(servers[0]["url"]).path.rstrip("/") if servers else ""

    def resolve(self, item):
        while "$ref" in item:
            reference = item["$ref"]
            item = self.document
            for part in reference.removeprefix("#/").split("/"):
                item = item[part]
        return item

    def value(self, parameter, pool, rng):
        name = parameter["name"]
        schema = self.resolve(parameter.get("schema", {}))
        for kind in ("anyOf", "oneOf"):
            if kind in schema:
                schema = self.resolve(rng.choice(schema[kind]))
        if schema.get("type") == "array":
            schema = self.resolve(schema.get("items", {}))
        named = pool_of(name, pool)
        if rng.random() < 0.04:
            return rng.choice(["", "%", "0", "-1", "99999999999999999999", "x" * 300, "dataset:", "\u00e9"])
        if named:
            return rng.choice(named)
        if "enum" in schema:
            return str(rng.choice([v for v in schema["enum"] if v is not None]))
        if schema.get("type") == "integer":
            low = schema.get("minimum", 0)
            high = min(schema.get("maximum", low + 1000), low + rng.choice([1, 10, 1000, 100_000]))
            return str(rng.randint(int(low), int(max(low, high))))
        if schema.get("type") == "boolean":
            return rng.choice(["true", "false"])
        if schema.get("format") == "date-time" or name in ("as_of", "from", "to", "at"):
            return rng.choice(pool["moment"])
        return str(parameter.get("example", schema.get("example", rng.choice(pool["word"]))))


def pool_of(name, pool):
    named = {"nodeId": "node", "from_node": "node", "a": "dataset", "b": "dataset", "left": "dataset",
             "right": "dataset", "dataset": "dataset_name", "job": "job_name", "namespace": "namespace",
             "runId": "run", "id": "run", "field": "word", "q": "word", "expand": "node",
             "upstream": "dataset", "downstream": "dataset"}.get(name)
    return pool[named] if named else None


def fill_pool(server):
    pool = {"namespace": [], "dataset": [], "dataset_name": [], "job": [], "job_name": [], "run": [],
            "datasetField": [], "word": ["orders", "a", "daily", "nothing-like-it"],
            "moment": ["2026-10-01T00:00:00Z", "2026-09-15T12:30:00+02:00", "2030-01-01T00:00:00Z",
                       "1970-01-01T00:00:00Z"]}
    for namespace in server.get("/api/v1/namespaces?limit=100")["namespaces"]:
        name = namespace["name"]
        pool["namespace"].append(name)
        quoted = urllib.parse.quote(name, safe="")
        for dataset in server.get(f"/api/v1/namespaces/{quoted}/datasets?limit=100")["datasets"]:
            pool["dataset_name"].append(dataset["name"])
            pool["dataset"].append(f"dataset:{name}:{dataset['name']}")
            for field in dataset["fields"][:3]:
                pool["datasetField"].append(f"datasetField:{name}:{dataset['name']}:{field['name']}")
        for job in server.get(f"/api/v1/namespaces/{quoted}/jobs?limit=100")["jobs"]:
            pool["job_name"].append(job["name"])
            pool["job"].append(f"job:{name}:{job['name']}")
            if job.get("latestRun"):
                pool["run"].append(job["latestRun"]["id"])
    pool["node"] = pool["dataset"] + pool["job"] + pool["datasetField"]
    return pool


class Asker:
    def __init__(self, server, contract, pool, end, seed):
        self.server, self.contract, self.pool, self.end = server, contract, pool, end
        self.rng = random.Random(seed)
        self.faults, self.asked, self.statuses = [], {}, {}

    def request(self):
        method, path, parameters, operation = self.rng.choice(self.contract.operations)
        query = []
        for parameter in parameters:
            value = self.contract.value(parameter, self.pool, self.rng)
            if parameter["in"] == "path":
                path = path.replace("{" + parameter["name"] + "}", urllib.parse.quote(value, safe=""))
            elif parameter["in"] == "query" and (
                    parameter.get("required") or self.rng.random() < 0.25):
                if parameter["name"] in ("min_seq", "wait_ms"):
                    value = "1"  # else it waits for what never comes
                query.append((parameter["name"], value))
        body = None
        if method == "POST":
            body = json.dumps(READS_BY_POST[path](self.pool, self.rng))
        target = path + ("?" + urllib.parse.urlencode(query) if query else "")
        return method, target, body, operation

    def run(self):
        connection = self.connect()
        while time.monotonic() < self.end and not self.faults:
            method, target, body, operation = self.request()
            name = operation.get("operationId", target)
            self.asked[name] = self.asked.get(name, 0) + 1
            try:
                if self.rng.random() < 0.03:
                    self.leave(method, target, body)
                    continue
                connection.request(method, target, body,
                                   {"Content-Type": "application/json"} if body else {})
                answer = connection.getresponse()
                data = answer.read()
            except (OSError, http.client.HTTPException) as error:
                self.faults.append(f"{method} {target} {body or ''}: {error!r}")
                return
            self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
            wrong = self.wrong(answer, data, operation)
            if wrong:
                self.faults.append(f"{method} {target} {body or ''}: {wrong}")
            if answer.will_close:
                connection.close()
                connection = self.connect()

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=120)

    def leave(self, method, target, body):
        """Reads some bytes and resets."""
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=60) as line:
            text = f"{method} {target} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            text += f"Content-Length: {len(body or '')}\r\n\r\n{body or ''}"
            line.sendall(text.encode())
            line.recv(self.rng.choice([1, 100, 4000]))
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    @staticmethod
    def wrong(answer, data, operation):
        named = operation.get("responses", {})
        if answer.status == 500 or (str(answer.status) not in named and "default" not in named):
            return f"{answer.status} {data[:300]!r}"
        kind = (answer.getheader("Content-Type") or "").split(";")[0]
        try:
            if kind == "application/x-ndjson":
                for line in data.splitlines():
                    json.loads(line)
            elif kind.endswith("json"):
                json.loads(data)
            else:
                data.decode()
        except ValueError as error:
            return f"{answer.status} {kind} of {len(data)} bytes: {error}"
        return None


def write(server, end, rng, faults):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    number = rng.randrange(1_000_000)
    while time.monotonic() < end:
        events = [kill9.event(f"q{number + i}", number + i) for i in range(20)]
        number += 20
        status, answer = kill9.post(connection, "/api/v1/lineage/batch", events)
        if status not in (200, 201):
            faults.append(f"events: {status} {answer}")
            return
        time.sleep(0.2)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--server", required=True)
    arguments.add_argument("--seconds", type=float, default=30)
    arguments.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    arguments.add_argument("--data", help="a store that is there already; it is written to")
    given = arguments.parse_args()
    print(f"seed {given.seed}", flush=True)
    directory = tempfile.mkdtemp(prefix="headwater-questions-")
    data = given.data or os.path.join(directory, "data")
    try:
        if not given.data:
            samples = os.path.join(os.path.dirname(__file__), "../../samples")
            subprocess.run([given.server, "import", "--data-dir", data]
                           + [os.path.join(samples, name) for name in SAMPLES],
                           check=True, stdout=subprocess.DEVNULL)
        ask(given, data)
        check = subprocess.run([given.server, "check", "--data-dir", data], capture_output=True, text=True)
        if check.returncode != 0:
            sys.exit(f"the check found: {check.stdout[-2000:]}{check.stderr[-2000:]}")
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def ask(given, data):
    server = Server(given.server, data)
    faults = []
    try:
        contract = Contract(server.get("/openapi.json"))
        pool = fill_pool(server)
        end = time.monotonic() + given.seconds
        askers = [Asker(server, contract, pool, end, given.seed + n) for n in range(THREADS)]
        threads = [threading.Thread(target=asker.run) for asker in askers]
        threads.append(threading.Thread(
            target=write, args=(server, end, random.Random(given.seed), faults)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        alive = server.process.poll() is None
        server.process.send_signal(signal.SIGTERM)
        code = server.process.wait(timeout=120)
    for asker in askers:
        faults += asker.faults
    asked, statuses = {}, {}
    for asker in askers:
        for into, of in ((asked, asker.asked), (statuses, asker.statuses)):
            for key, count in of.items():
                into[key] = into.get(key, 0) + count
    print(f"{sum(asked.values())} questions of {len(asked)} kinds, answers by status: "
          f"{dict(sorted(statuses.items()))}")
    never = [o[3].get("operationId") for o in contract.operations
             if asked.get(o[3].get("operationId"), 0) == 0]
    if never:
        print(f"never asked: {never}")
    if not alive or code != 0:
        faults.append(f"the server ended with {code}")
    if statuses.get(200, 0) * 4 < sum(statuses.values()):
        faults.append(f"hardly anything was answered: {statuses}")
    if faults:
        sys.exit("\n".join(faults[:10]))


if __name__ == "__main__":
    main()
