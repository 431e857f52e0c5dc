#!/usr/bin/env python3
"""kill -9 under load: whatever was acknowledged is there, exactly once, and the store is sound.

Starts the server, sends single events and batches over several connections, kills it at a random
moment, starts it again, and so on. Each event carries an id of its own. An event whose answer never
came may be there or not, but not twice; some are sent again after the restart and must then be
answered as stored or duplicate.

Usage: kill9.py --server build/release/bin/headwater [--iterations 200] [--seed N] [--check-every 20]
"""
import argparse
import collections
import http.client
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

CONNECTIONS = 6
PRODUCER = "https://headwater.dev/tests/kill9"


def event(ident, number):
    job = number * 7919 % 4000  # many jobs with short histories
    kind = ("START", "COMPLETE", "FAIL")[number % 3]
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(1_790_000_000 + number // 7))
    return {
        "eventType": kind,
        "eventTime": f"{moment}.{number % 7:03d}Z",
        "producer": PRODUCER,
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": f"run-{number // 3}", "facets": {"ident": {
            "_producer": PRODUCER, "_schemaURL": PRODUCER, "ident": ident}}},
        "job": {"namespace": "kill9", "name": f"job-{job}"},
        "inputs": [{"namespace": "kill9", "name": f"table-{(job + number // 500) % 500}"}],
        "outputs": [{"namespace": "kill9", "name": f"table-{job + 500}"}],
    }


class Ledger:
    """What was sent and what was acknowledged."""

    def __init__(self):
        self.lock = threading.Lock()
        self.next = 0
        self.acknowledged = {}
        self.doubtful = collections.deque()
        self.faults = []  # what must not happen; a thread cannot end the program itself

    def fault(self, text):
        with self.lock:
            self.faults.append(text)

    def require_no_fault(self):
        if self.faults:
            sys.exit("\n".join(self.faults[:10]))

    def take(self, count):
        with self.lock:
            first = self.next
            self.next += count
        return [event(f"e{n}", n) for n in range(first, first + count)]

    def take_acknowledged(self, rng):
        """One that is there already: it has to keep its seq."""
        with self.lock:
            number = rng.randrange(self.next) if self.next else 0
        ident = f"e{number}"
        return [event(ident, number)] if ident in self.acknowledged else None

    def take_doubtful(self):
        with self.lock:
            return self.doubtful.popleft() if self.doubtful else None

    def note(self, events, receipts):
        with self.lock:
            for sent, receipt in zip(events, receipts):
                ident = sent["run"]["facets"]["ident"]["ident"]
                if receipt["status"] not in ("stored", "merged", "duplicate"):
                    self.faults.append(f"{ident}: {receipt}")
                seen = self.acknowledged.setdefault(ident, receipt["seq"])
                if seen != receipt["seq"]:
                    self.faults.append(
                        f"{ident} was acknowledged as {seen} and as {receipt['seq']}")

    def doubt(self, events):
        with self.lock:
            self.doubtful.append(events)


def post(connection, path, body):
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    return answer.status, json.loads(text)


def send(port, ledger, stop, seed):
    rng = random.Random(seed)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while not stop.is_set():
        events = ledger.take_doubtful()
        if not events and rng.random() < 0.1:
            events = ledger.take_acknowledged(rng)
        events = events or ledger.take(rng.choice((1, 1, 1, 1, 5, 40)))
        try:
            if len(events) == 1:
                status, answer = post(connection, "/api/v1/lineage", events[0])
                receipts = [answer]
            else:
                status, answer = post(connection, "/api/v1/lineage/batch?receipts=true", events)
                receipts = answer.get("receipts")
        except (OSError, http.client.HTTPException, ValueError):
            ledger.doubt(events)
            return
        if status in (429, 503):
            ledger.doubt(events)
            time.sleep(0.01)
        elif status in (200, 201):
            ledger.note(events, receipts)
        else:
            ledger.fault(f"unexpected answer {status}: {answer}")
            return


class Server:
    def __init__(self, binary, data_dir, **popen):
        self.process = subprocess.Popen(
            [binary, "serve", "--data-dir", data_dir, "--port", "0", "--log-level", "error",
             "--ui-dir", ""],
            stdout=subprocess.PIPE, text=True, **popen)
        line = self.process.stdout.readline()
        found = re.search(r":(\d+)\s*$", line)
        if not found:
            sys.exit(f"the server did not start: {line!r}")
        self.port = int(found.group(1))

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()


def verify(binary, data_dir, ledger):
    """Reads the log as it stands, without a server."""
    exported = subprocess.run(
        [binary, "export", "--data-dir", data_dir, "--log-level", "error"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True)
    counts = collections.Counter()
    for line in exported.stdout.splitlines():
        counts[json.loads(line)["run"]["facets"]["ident"]["ident"]] += 1
    twice = [ident for ident, n in counts.items() if n > 1]
    lost = [ident for ident in ledger.acknowledged if counts[ident] == 0]
    if twice or lost:
        sys.exit(f"lost {len(lost)} {lost[:5]}, twice {len(twice)} {twice[:5]}")
    checked = subprocess.run([binary, "check", "--data-dir", data_dir, "--log-level", "error"],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if checked.returncode != 0:
        sys.exit(f"check is not clean:\n{checked.stdout}")
    return len(counts)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    parser.add_argument("--iterations", type=int, default=200)
    parser.add_argument("--check-every", type=int, default=20)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("HW_SEED", "20260101")))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    rng = random.Random(options.seed)
    ledger = Ledger()
    started = time.monotonic()
    starts = []  # seconds from the process to the first answer it can give
    with tempfile.TemporaryDirectory() as data_dir:
        for iteration in range(1, options.iterations + 1):
            before = time.monotonic()
            server = Server(options.server, data_dir)
            starts.append(time.monotonic() - before)
            stop = threading.Event()
            threads = [
                threading.Thread(target=send, args=(server.port, ledger, stop, rng.random()))
                for _ in range(CONNECTIONS)]
            for thread in threads:
                thread.start()
            time.sleep(rng.uniform(0.01, 0.4))
            server.kill()
            stop.set()
            for thread in threads:
                thread.join()
            ledger.require_no_fault()
            if iteration % options.check_every == 0 or iteration == options.iterations:
                stored = verify(options.server, data_dir, ledger)
                print(f"{iteration} kills: {len(ledger.acknowledged)} acknowledged, {stored} stored, "
                      f"none lost, none twice, check clean", flush=True)
    if not ledger.acknowledged:
        sys.exit("nothing was acknowledged: the test tested nothing")
    seconds = time.monotonic() - started
    print(f"{options.iterations} passed, 0 failed ({seconds / options.iterations:.2f} s each; "
          f"starts: median {sorted(starts)[len(starts) // 2]:.3f} s, longest {max(starts):.3f} s)")


if __name__ == "__main__":
    main()
