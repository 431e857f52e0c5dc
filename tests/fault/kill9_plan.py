#!/usr/bin/env python3
"""kill -9 while a plan is executed: no task is lost, and no partition is under two valid leases.

Starts the server, makes a plan over a chain of datasets and lets workers take leases, keep them
alive, report runs, complete, fail, give back and die, while the server is killed at random moments
and started again. Whenever a plan is done, the next one is made, until the server was killed often
enough; the last plan is then run to its end. Workers write down what they were told; from that it
is judged, at the end:

- no partition was handed out while an earlier lease of it was valid: that is, before the expiry that
  its worker had been told last, before its worker had sent anything that may have ended it, and before
  run events of anybody had told of all its partitions (a worker that comes too late reports as well;
  runs that failed and name a lease tell nothing of others);
- nothing was handed out again once its completion had been acknowledged;
- every plan is done, with every partition done or skipped;
- the store is sound and a replay of its log comes to the same plans, tasks and leases.

Usage: kill9_plan.py --server build/release/bin/headwater [--iterations 25] [--seed N]
"""
import argparse
import datetime
import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time

from kill9 import PRODUCER, Server

WORKERS = 6
DATASETS = ("a", "b", "c")  # each reads the one before
PARTITIONS = 60  # of each
LEASE_MS = 1500


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def text_of(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).isoformat()


class Lost(Exception):
    """No answer came: what was asked may have happened or not."""


class Door:
    """The server that there is at the moment, which may be none."""

    def __init__(self):
        self.lock = threading.Lock()
        self.port = None

    def open(self, port):
        with self.lock:
            self.port = port

    def call(self, method, path, body=None):
        with self.lock:
            port = self.port
        if port is None:
            time.sleep(0.02)
            raise Lost()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.request(method, path, None if body is None else json.dumps(body),
                               {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        except (OSError, http.client.HTTPException, ValueError):
            raise Lost() from None
        finally:
            connection.close()

    def insist(self, method, path, body=None):
        """Until there is an answer; for what may be said twice."""
        while True:
            try:
                status, answer = self.call(method, path, body)
            except Lost:
                continue
            if status not in (429, 503):
                return status, answer
            time.sleep(0.02)


class Diary:
    """What the workers know of leases, and what must not have happened."""

    def __init__(self):
        self.lock = threading.Lock()
        self.leases = {}  # by token
        self.reports = []  # run events: dataset, keys, which lease can end by them (None: any),
        # when they were first sent and when answered
        self.faults = []

    def fault(self, text):
        with self.lock:
            self.faults.append(text)

    def given(self, lease):
        with self.lock:
            expires = moment(lease["expires_at"])
            known = self.leases.setdefault(lease["token"], {
                "dataset": lease["nodeId"], "keys": lease["keys"], "plan": lease["plan"],
                "given": expires - LEASE_MS / 1000, "expires": expires,
                "ending": None,  # when something was first sent that may end it
                "settled": {},  # key -> when it was acknowledged to be done
            })
            if known["keys"] != lease["keys"]:
                self.faults.append(f"{lease['token']} was {known['keys']} and is {lease['keys']}")

    def extended(self, token, expires_at):
        with self.lock:
            lease = self.leases[token]
            lease["expires"] = max(lease["expires"], moment(expires_at))

    def ending(self, token):
        with self.lock:
            lease = self.leases[token]
            if lease["ending"] is None:
                lease["ending"] = time.time()

    def reporting(self, dataset, keys, only):
        with self.lock:
            self.reports.append({"dataset": dataset, "keys": keys, "only": only,
                                 "sent": time.time(), "answered": float("inf")})
            return self.reports[-1]

    def answered_by_runs(self, token, lease):
        """When events had been sent that tell of all of the lease's partitions; None: never."""
        left = set(lease["keys"])
        for report in sorted(self.reports, key=lambda report: report["sent"]):
            if report["only"] not in (None, token):
                continue
            if report["dataset"] == lease["dataset"] and report["answered"] >= lease["given"]:
                left -= set(report["keys"])
                if not left:
                    return max(report["sent"], lease["given"])
        return None

    def settled(self, token, keys):
        with self.lock:
            for key in keys:
                self.leases[token]["settled"].setdefault(key, time.time())

    def judge(self):
        by_partition = {}
        for token, lease in self.leases.items():
            for key in lease["keys"]:
                by_partition.setdefault((lease["dataset"], key), []).append((lease["given"], token))
        for partition, given in by_partition.items():
            given.sort()
            for (_, earlier), (later_given, later) in zip(given, given[1:]):
                lease = self.leases[earlier]
                valid_until = lease["expires"]
                for ending in (lease["ending"], self.answered_by_runs(earlier, lease)):
                    if ending is not None:
                        valid_until = min(valid_until, ending)
                # Microseconds are lost in floating point.
                if later_given < valid_until - 1e-4:
                    self.fault(f"{partition}: {later} was given {valid_until - later_given:.3f} s "
                               f"before {earlier} had ended")
                order = [tuple(map(int, token.split("-"))) for token in (earlier, later)]
                if order[0] >= order[1]:
                    self.fault(f"{partition}: {later} came after {earlier} and is not larger")
            for _, earlier in given:
                done = self.leases[earlier]["settled"].get(partition[1])
                for later_given, later in given:
                    same_plan = self.leases[later]["plan"] == self.leases[earlier]["plan"]
                    if done is not None and same_plan and later_given > done:
                        self.fault(f"{partition}: {later} was given after {earlier} had done it")
        return len(self.leases), sum(len(given) > 1 for given in by_partition.values())


def run_event(kind, run, dataset, keys, code, version, at, lease=None):
    facet = {"_producer": PRODUCER, "_schemaURL": PRODUCER}
    return {
        "eventType": kind, "eventTime": text_of(at), "producer": PRODUCER,
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": run, "facets": {} if lease is None else {
            "headwater_lease": {**facet, "token": lease}}},
        "job": {"namespace": "ns", "name": f"make_{dataset}",
                "facets": {"headwater_code": {**facet, "semanticVersion": code}}},
        "inputs": [],
        "outputs": [{"namespace": "ns", "name": dataset, "outputFacets": {"headwater_partitions": {
            **facet, "partitions": [
                {"key": {"n": key.split("=")[1]}, "dataVersion": f"{version}-{key}"}
                for key in keys]}}}],
    }


class Worker:
    def __init__(self, name, door, diary, state, seed):
        self.name, self.door, self.diary, self.state = name, door, diary, state
        self.rng = random.Random(seed)
        self.requests = self.runs = 0

    def run(self):
        while not self.state["stop"].is_set():
            try:
                self.round()
            except Lost:
                pass  # as if it had died: it forgets what it held
            except Exception as error:  # pylint: disable=broad-except
                self.diary.fault(f"{self.name}: {error!r}")
                return

    def expect(self, status, answer, *allowed):
        if status in (429, 503):
            raise Lost()
        if status not in allowed:
            self.diary.fault(f"{self.name}: unexpected answer {status}: {answer}")
            raise Lost()

    def round(self):
        plan = self.state["plan"]
        self.requests += 1
        body = {"worker": self.name, "max_leases": self.rng.randint(1, 3),
                "max_partitions": self.rng.randint(1, 4),
                "request_id": f"{self.name}-{self.requests}"}
        for _ in range(20):
            try:
                status, answer = self.door.call("POST", f"/api/v1/plans/{plan}/leases", body)
                break
            except Lost:
                if self.rng.random() < 0.3:
                    raise  # the answer is lost for good: the lease expires
        else:
            raise Lost()
        self.expect(status, answer, 200, 201, 409)
        leases = answer.get("leases", [])
        for lease in leases:
            self.diary.given(lease)
        if not leases:
            time.sleep(0.05)
        for lease in leases:
            self.work(lease)

    def work(self, lease):
        path = f"/api/v1/plans/{lease['plan']}/leases/{lease['token']}"
        if self.rng.random() < 0.06:
            return  # it dies
        for _ in range(self.rng.randint(0, 3)):
            time.sleep(self.rng.uniform(0.0, 0.25))
            status, answer = self.door.call("POST", path + "/heartbeat", {})
            self.expect(status, answer, 200, 409)
            if status == 409:
                return  # lost: the work is stopped
            self.diary.extended(lease["token"], answer["expires_at"])
        if self.rng.random() < 0.04:
            time.sleep(LEASE_MS / 1000 * 1.5)  # it hangs, and is back too late
        if self.rng.random() < 0.5:
            self.report(lease)
        self.complete(lease, path)

    def report(self, lease):
        """By run events, which count without a lease as well."""
        self.runs += 1
        kind = "FAIL" if self.rng.random() < 0.25 else "COMPLETE"
        named = lease["token"] if self.rng.random() < 0.7 else None
        run = f"{self.name}-{self.runs}"
        dataset = lease["nodeId"].rsplit(":", 1)[1]
        version = "same" if self.rng.random() < 0.5 else run
        code = self.state["code"] if dataset == "a" else "v0"
        begun = time.time()
        self.diary.ending(lease["token"])
        only = named if kind == "FAIL" else None  # what is written counts for everybody
        told = self.diary.reporting(lease["nodeId"], lease["keys"], only)
        for event in (run_event("START", run, dataset, lease["keys"], code, version, begun, named),
                      run_event(kind, run, dataset, lease["keys"], code, version, time.time())):
            status, answer = self.door.insist("POST", "/api/v1/lineage", event)
            self.expect(status, answer, 200, 201)
        told["answered"] = time.time()

    def complete(self, lease, path):
        drawn = self.rng.random()
        body = {"state": "completed"}
        done = lease["keys"]
        if drawn < 0.1:
            body, done = {"state": "released"}, []
        elif drawn < 0.2:
            done = lease["keys"][:len(lease["keys"]) // 2]
            body = {"state": "failed", "done": done}
        self.diary.ending(lease["token"])
        status, answer = self.door.insist("POST", path + "/complete", body)
        self.expect(status, answer, 200, 409)
        if status == 200:
            self.diary.settled(lease["token"], done)


def must(answer, *allowed):
    status, body = answer
    if status not in allowed:
        sys.exit(f"unexpected answer {status}: {body}")
    return body


def set_up(door):
    for dataset in DATASETS:
        must(door.insist("POST", "/api/v1/lineage",
                         run_event("COMPLETE", f"first-of-{dataset}", dataset, [], "v0", "", 1e9)),
             200, 201)
        must(door.insist("PUT", f"/api/v1/partitions/space?nodeId=dataset:ns:{dataset}", {
            "author": "ann", "space": {"dimensions": [
                {"name": "n", "kind": "integer", "start": 0, "end": PARTITIONS}]}}), 200)
    for upstream, downstream, mapping in (
            ("a", "b", {"kind": "identity"}),
            ("b", "c", {"kind": "window", "from": -1, "to": 0})):
        must(door.insist("PUT", "/api/v1/partitions/mapping", {
            "author": "ann", "upstream": f"dataset:ns:{upstream}",
            "downstream": f"dataset:ns:{downstream}", "mapping": mapping}), 200)


def next_plan(door, state, plans):
    """The job of a gets new code, and all of a and what reads it is to be run again."""
    state["code"] = f"v{len(plans) + 1}"
    must(door.insist("POST", "/api/v1/lineage", run_event(
        "START", f"code-{len(plans)}", "a", [], state["code"], "", time.time())), 200, 201)
    plan = must(door.insist("POST", "/api/v1/plans", {
        "author": "ann", "max_partitions_per_task": 7, "max_attempts": 100, "lease_ms": LEASE_MS,
        "tolerance": 1000}), 201)
    # An answer that got lost leaves a draft more, which changes nothing.
    must(door.insist("POST", f"/api/v1/plans/{plan['id']}/approve", {"author": "ann"}), 200, 409)
    plans.append(plan["id"])
    state["plan"] = plan["id"]


def is_done(door, plan):
    return must(door.insist("GET", f"/api/v1/plans/{plan}"), 200)["state"] == "done"


def check_plans(door, plans):
    partitions = skipped = 0
    for plan in plans:
        answer = must(door.insist("GET", f"/api/v1/plans/{plan}"), 200)
        progress, total = answer["progress"], answer["totals"]["partitions"]
        if answer["state"] != "done" or progress["done"] + progress["skipped"] != total:
            sys.exit(f"plan {plan} is {answer['state']} with {progress} of {total}")
        tasks = must(door.insist("GET", f"/api/v1/plans/{plan}/tasks?limit=1000"), 200)["tasks"]
        lost = [task["task"] for task in tasks if task["state"] != "done" or task["leases"]]
        if lost or len(tasks) != answer["totals"]["tasks"]:
            sys.exit(f"plan {plan}: tasks {lost[:5]} are not done, {len(tasks)} in all")
        partitions += total
        skipped += progress["skipped"]
    return partitions, skipped


def execute(options, rng, door, diary, state, plans, servers, data_dir):
    """Plans one after the other, over as many kills as are asked for."""
    started = time.monotonic()
    door.open(servers[-1].port)
    set_up(door)
    next_plan(door, state, plans)
    threads = [threading.Thread(
        target=Worker(f"w{n}", door, diary, state, rng.random()).run, daemon=True)
        for n in range(WORKERS)]
    for thread in threads:
        thread.start()
    for _ in range(options.iterations):
        time.sleep(rng.uniform(0.05, 1.0))
        if is_done(door, plans[-1]):
            next_plan(door, state, plans)
        door.open(None)  # only so that calls do not fail one by one; some are under way
        servers[-1].kill()
        if rng.random() < 0.2:
            time.sleep(LEASE_MS / 1000)  # long enough for leases to expire meanwhile
        servers.append(Server(options.server, data_dir))
        door.open(servers[-1].port)
    while not is_done(door, plans[-1]) and not diary.faults:
        time.sleep(0.1)
        if time.monotonic() - started > 100 + 10 * options.iterations:
            diary.fault("the plan does not end: " + json.dumps(
                must(door.insist("GET", f"/api/v1/plans/{plans[-1]}"), 200)["progress"]))
    state["stop"].set()
    for thread in threads:
        thread.join()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    parser.add_argument("--iterations", type=int, default=25)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("HW_SEED", "20261101")))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    rng = random.Random(options.seed)
    door, diary, plans = Door(), Diary(), []
    state = {"stop": threading.Event(), "plan": None, "code": "v0"}
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as data_dir:
        servers = [Server(options.server, data_dir)]
        try:
            execute(options, rng, door, diary, state, plans, servers, data_dir)
            leases, again = diary.judge()
            if diary.faults:
                sys.exit("\n".join(diary.faults[:10]))
            partitions, skipped = check_plans(door, plans)
        finally:
            servers[-1].kill()
        checked = subprocess.run(
            [options.server, "check", "--data-dir", data_dir, "--log-level", "error"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if checked.returncode != 0:
            sys.exit(f"check is not clean:\n{checked.stdout}")
    if again == 0:
        sys.exit("nothing was ever handed out twice: the test tested nothing")
    print(f"{options.iterations} kills, {len(plans)} plans with {partitions} partitions "
          f"({skipped} skipped), {leases} leases, {again} partitions handed out more than once, "
          f"none at once, none lost, check clean ({time.monotonic() - started:.0f} s)")


if __name__ == "__main__":
    main()
