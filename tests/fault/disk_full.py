#!/usr/bin/env python3
"""The disk fills up under a running server: writes are refused, reads go on, and space is enough.

The data directory is a small tmpfs with a ballast file where mounting is allowed; elsewhere the
server may not write files beyond a limit (its writes then fail as on a full disk), which is lifted
later. Required: a refused write answers 503 with Retry-After and the code storage-unavailable;
reads answer 200 all the time; after the space is back, the same process takes writes again; in the
end every acknowledged event is there exactly once and the check is clean.

Usage: disk_full.py --server build/release/bin/headwater [--no-mount]
"""
import argparse
import http.client
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time

import kill9

MIB = 1 << 20
BALLAST = 16 * MIB
TMPFS = 40 * MIB


class Tmpfs:
    """40 MiB, 16 of them taken by a file that can be removed."""

    popen = {}

    def __init__(self, directory):
        self.directory = directory
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={TMPFS}", "tmpfs", directory],
                       check=True, stderr=subprocess.DEVNULL)
        self.ballast = os.path.join(directory, "ballast")
        with open(self.ballast, "wb") as file:
            file.write(b"x" * BALLAST)

    def relieve(self, _pid):
        os.remove(self.ballast)

    def enlarge(self):
        """The check rebuilds everything beside the data."""
        subprocess.run(["mount", "-o", f"remount,size={16 * TMPFS}", self.directory], check=True)

    def close(self):
        subprocess.run(["umount", self.directory], check=False)


class FileLimit:
    """No file of the server may grow beyond the limit."""

    def __init__(self, _directory):
        self.popen = {"preexec_fn": self._limit}

    @staticmethod
    def _limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (BALLAST, resource.RLIM_INFINITY))

    def relieve(self, pid):
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)

    def enlarge(self):
        pass

    def close(self):
        pass


def make_disk(directory, may_mount):
    if may_mount and os.geteuid() == 0:
        try:
            return Tmpfs(directory)
        except subprocess.CalledProcessError:
            pass
    return FileLimit(directory)


def large_event(number, rng):
    made = kill9.event(f"e{number}", number)
    made["run"]["facets"]["noise"] = {
        "_producer": kill9.PRODUCER, "_schemaURL": kill9.PRODUCER,
        "text": rng.randbytes(40000).hex()}
    return made


def request(port, method, path, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, body and json.dumps(body),
                       {"Content-Type": "application/json"} if body else {})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, answer.headers, text


def require(condition, text):
    if not condition:
        sys.exit(f"disk_full: {text}")


class Client:
    def __init__(self, port, ledger):
        self.port = port
        self.ledger = ledger
        self.rng = random.Random(20261001)
        self.next = 0

    def write(self, sent=None):
        """Returns None, or the event that was refused."""
        if sent is None:
            sent = large_event(self.next, self.rng)
            self.next += 1
        status, headers, text = request(self.port, "POST", "/api/v1/lineage", sent)
        if status == 201:
            self.ledger.note([sent], [json.loads(text)])
            self.ledger.require_no_fault()
            return None
        require(status == 503, f"a write was answered {status}: {text[:500]}")
        require(headers.get("Retry-After", "").isdigit(), f"no Retry-After: {headers}")
        require(json.loads(text)["code"] == "storage-unavailable", text)
        return sent

    def read(self):
        for path in ("/livez", "/api/v1/events/lineage?limit=1", "/api/v1/stats",
                     "/api/v1/namespaces/kill9/jobs?limit=10"):
            status, _, text = request(self.port, "GET", path)
            require(status == 200, f"{path} was answered {status}: {text[:500]}")


def fill(client):
    for _ in range(2000):
        refused = client.write()
        if refused is not None:
            return refused
    sys.exit("disk_full: the disk never filled up")


def recover(client, refused):
    started = time.monotonic()
    while any(client.write(sent) is not None for sent in refused):
        require(time.monotonic() - started < 30, "writes are still refused 30 s after the relief")
        time.sleep(0.1)
    for _ in range(20):
        require(client.write() is None, "a write was refused after the recovery")
    return time.monotonic() - started


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    parser.add_argument("--no-mount", action="store_true")
    options = parser.parse_args()
    ledger = kill9.Ledger()
    with tempfile.TemporaryDirectory() as directory:
        disk = make_disk(directory, not options.no_mount)
        data_dir = os.path.join(directory, "data")
        try:
            server = kill9.Server(options.server, data_dir, **disk.popen)
            try:
                client = Client(server.port, ledger)
                refused = [fill(client)]
                before = len(ledger.acknowledged)
                for _ in range(10):
                    client.read()
                    again = client.write()
                    if again is not None:
                        refused.append(again)
                client.read()
                disk.relieve(server.process.pid)
                seconds = recover(client, refused)
                client.read()
            finally:
                server.kill()
            disk.enlarge()
            stored = kill9.verify(options.server, data_dir, ledger)
        finally:
            disk.close()
    require(stored == len(ledger.acknowledged), f"{stored} stored, {len(ledger.acknowledged)} sent")
    print(f"{type(disk).__name__}: {before} written, then {len(refused)} refused, reads went on; "
          f"writes again after {seconds:.2f} s; {stored} stored once, check clean")


if __name__ == "__main__":
    main()
