"""The package against the real server: a toy warehouse whose code changes, and workers that make
again what has to be made, while things go wrong."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import sys
import threading
import unittest
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Callable, Dict, List, Tuple

from live import REPOSITORY, LiveCase

from headwater_client import Client, Lease, LeaseLost, Plan, Retry, Summary, Worker

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "examples"))
import toy_warehouse as toy  # noqa: E402

DAYS = 20
CANCELLED = (4, 11)  # nights in which an order is cancelled: where the new code differs
LEASE_MS = 120_000  # longer than any test, so that no lease is lost because the machine is slow
PATIENT = Retry(tries=50, cap_s=2.0, total_s=120.0)  # however long a server takes to start
Made = Tuple[str, str]  # job, key


class Scene(LiveCase):
    """The warehouse, up to the moment at which new code has run for the first time."""

    def setUp(self) -> None:
        super().setUp()
        self.client = Client(self.server.url, author="tests", retry=PATIENT)
        self.warehouse = toy.Warehouse(self.server.folder / "warehouse")
        self.keys = toy.fill(self.client, self.warehouse, DAYS, CANCELLED)
        self.assertStale(0)
        self.lock = threading.Lock()
        self.made: Counter[Made] = Counter()

    def new_code(self) -> None:
        """Another night, with version 2 of clean_orders: that is how Headwater hears of it."""
        self.warehouse.deploy("clean_orders", "2")
        self.newest = toy.day_key(toy.FIRST_DAY + timedelta(days=DAYS))
        self.warehouse.nightly(self.client, self.newest)

    def approved(self, **options: object) -> Plan:
        plan = self.client.create_plan(name="after the fix", reason="cancelled", **options)  # type: ignore[arg-type]
        return self.client.approve(plan.id)

    def make(self, lease: Lease) -> None:
        job = toy.job_of(lease.node_id)
        for key in lease.keys:
            lease.check()
            self.warehouse.make(self.client, job, key)
            lease.done(key)
            with self.lock:
                self.made[job, key] += 1

    def assertStale(self, stale: int) -> None:
        totals = self.client.staleness().totals
        self.assertEqual((totals.stale, totals.missing, totals.unknown), (stale, 0, 0), totals)
        if stale == 0:
            self.assertEqual((totals.maybe, totals.running, totals.failed), (0, 0, 0), totals)

    def expected(self) -> Dict[str, List[str]]:
        """What has to be made again, by hand: all of clean.orders but the newest day; of mart.daily
        the days with a cancelled order; of mart.trend these and the two days after each."""
        changed = sorted(CANCELLED)
        trend = sorted({day + after for day in changed for after in range(3)} & set(range(DAYS)))
        return {
            "clean_orders": self.keys,
            "daily_sales": [self.keys[day] for day in changed],
            "trend": [self.keys[day] for day in trend],
        }

    def assertMadeAsExpected(self, plan: Plan) -> None:
        for job, keys in self.expected().items():
            made = sorted(key for name, key in self.made if name == job)
            self.assertEqual(made, keys, job)
        done = sum(len(keys) for keys in self.expected().values())
        self.assertEqual((plan.state, plan.progress.failed, plan.progress.blocked), ("done", 0, 0))
        self.assertEqual(plan.progress.done, done)
        self.assertEqual(plan.progress.skipped, plan.totals.partitions - done)
        self.assertGreater(plan.progress.skipped, DAYS)  # early cutoff: most days are as they were

    def workers(
        self, plan_id: str, number: int, handler: Callable[[Lease], None], per_lease: int = 3
    ) -> List[Summary]:
        """So many workers, each with a client and a name of its own, until the plan has ended."""
        summaries: List[Summary] = []
        errors: List[BaseException] = []

        def work(name: str) -> None:
            worker = Worker(Client(self.server.url, retry=PATIENT), name, poll_s=0.2)
            worker.log.disabled = worker.client.log.disabled = True
            try:
                how = {"max_partitions": per_lease, "lease_ms": LEASE_MS}
                summaries.append(worker.run(plan_id, handler, handle_signals=False, **how))  # type: ignore[arg-type]
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=work, args=(f"worker-{n}",)) for n in range(number)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(errors, [])
        return summaries


class Asking(Scene):
    def test_what_a_change_of_code_makes_stale(self) -> None:
        self.new_code()
        answer = self.client.staleness(status=["stale", "maybe"])
        self.assertTrue(answer.complete)
        by_dataset = {dataset.node_id: dataset for dataset in answer.datasets}
        clean = by_dataset[toy.dataset_id("clean.orders")]
        self.assertEqual((clean.counts.stale, clean.counts.by_code), (DAYS, DAYS))
        self.assertEqual(
            (clean.ranges[0].first, clean.ranges[0].last), (self.keys[0], self.keys[-1])
        )
        self.assertEqual(by_dataset[toy.dataset_id("mart.daily")].counts.maybe, DAYS)
        self.assertEqual((answer.totals.stale_lower, answer.totals.stale), (DAYS, DAYS))
        self.assertGreaterEqual(answer.totals.stale_upper, 3 * DAYS)

        page = self.client.changes(status="open", kind="code")
        self.assertEqual([change.node_id for change in page.changes], [toy.job_id("clean_orders")])
        change = self.client.change(page.changes[0].id)
        self.assertEqual((change.from_, change.to), ("declared:1", "declared:2"))
        self.assertIn(toy.dataset_id("clean.orders"), [each.node_id for each in change.affected])

    def test_a_decision_and_its_revocation(self) -> None:
        self.new_code()
        change = next(self.client.all_changes(status="open"))
        decided = self.client.decide(change.id, "immaterial", reason="formatting only")
        self.assertEqual(decided.decision["verdict"], "immaterial")
        self.assertStale(0)
        self.assertIsNone(self.client.revoke(change.id, reason="it was not").decision)
        self.assertStale(DAYS)

    def test_a_dry_run_is_not_kept(self) -> None:
        self.new_code()
        plan = self.client.create_plan(dry_run=True)
        self.assertEqual(plan.id, "")
        self.assertEqual((plan.totals.definite, plan.totals.lower), (DAYS, DAYS))
        self.assertEqual(plan.totals.upper, plan.totals.partitions)
        self.assertEqual(self.client.plans().plans, [])


class Driving(Scene):
    def test_four_workers_while_things_go_wrong(self) -> None:
        """Some partitions fail once; one worker dies without a word."""
        self.new_code()
        plan = self.approved(max_attempts=3)
        token = self.die_holding_a_lease(plan.id)
        failed: List[Made] = []

        def handler(lease: Lease) -> None:
            first = (toy.job_of(lease.node_id), lease.keys[0])
            with self.lock:
                fail = first[1] in (self.keys[2], self.keys[4]) and first not in failed
                if fail:
                    failed.append(first)
            if fail:
                raise ConnectionResetError("the cluster went away")
            self.make(lease)

        summaries = self.workers(plan.id, 4, handler)
        plan = self.client.plan(plan.id)
        self.assertMadeAsExpected(plan)
        self.assertEqual(set(self.made.values()), {1})  # nothing was made twice
        self.assertGreater(len(failed), 0)
        self.assertEqual(sum(summary.failed for summary in summaries), len(failed))
        self.assertEqual(sum(summary.lost for summary in summaries), 0)
        self.assertEqual(sum(summary.partitions for summary in summaries), plan.progress.done)
        self.assertStale(0)
        with self.assertRaises(LeaseLost):
            self.client.adopt(self.grant_of(plan.id, token))
        tasks = list(self.client.all_tasks(plan.id))
        self.assertEqual({task.state for task in tasks}, {"done"})
        self.assertEqual(len(tasks), plan.totals.tasks)

    def die_holding_a_lease(self, plan_id: str) -> str:
        """A worker process is killed while its command runs; the token of its lease."""
        fifo = self.server.folder / "holding"
        os.mkfifo(fifo)
        work = [sys.executable, "-m", "headwater_client", "work", "--url", self.server.url]
        command = f'echo "$HEADWATER_TOKEN $$" > {shlex.quote(str(fifo))}; exec sleep 3600'
        worker = subprocess.Popen(
            [*work, "--plan", plan_id, "--lease-ms", "1000", "--max-partitions", "2",
             "--worker", "doomed", "--exec", command]
        )  # fmt: skip
        token, pid = fifo.read_text().split()
        worker.kill()
        worker.wait()
        with contextlib.suppress(ProcessLookupError):  # its shell had not waited for that
            os.kill(int(pid), signal.SIGKILL)
        return token

    @staticmethod
    def grant_of(plan_id: str, token: str) -> Dict[str, str]:
        return {"plan": plan_id, "token": token}

    def test_the_server_is_killed_on_the_way(self) -> None:
        """Leases outlive it: workers wait, go on, and nothing is made twice."""
        self.new_code()
        plan = self.approved()

        def handler(lease: Lease) -> None:
            with self.lock:
                kill = len(self.made) >= 5 and not self.killed.is_set()
                if kill:
                    self.killed.set()
            if kill:
                self.server.kill()
                self.server.start()
            self.make(lease)

        self.killed = threading.Event()
        summaries = self.workers(plan.id, 2, handler)
        self.assertTrue(self.killed.is_set())
        self.assertMadeAsExpected(self.client.plan(plan.id))
        self.assertEqual(sum(summary.lost for summary in summaries), 0)
        self.assertStale(0)

    def test_what_fails_for_good_blocks_what_reads_it(self) -> None:
        self.new_code()
        plan = self.approved(max_attempts=2)
        broken = ("clean_orders", self.keys[4])

        def handler(lease: Lease) -> None:
            if (toy.job_of(lease.node_id), lease.keys[0]) == broken:
                raise ValueError("this day is broken")
            self.make(lease)

        summaries = self.workers(plan.id, 2, handler, per_lease=1)
        plan = self.client.plan(plan.id)
        self.assertEqual((plan.state, plan.progress.failed), ("done", 1))
        self.assertEqual(plan.progress.blocked, 4)  # its sales, and three days of the trend
        self.assertEqual(sum(summary.failed for summary in summaries), 2)
        self.assertEqual(self.client.staleness().totals.stale, 1)

    def test_pause_resume_cancel(self) -> None:
        self.new_code()
        plan = self.approved()
        held = self.client.lease(plan.id, "w", lease_ms=LEASE_MS, max_partitions=1)[0]
        self.assertEqual(self.client.pause(plan.id).state, "paused")
        with held:  # what is held may be finished
            self.make(held)
        self.assertEqual(self.client.resume(plan.id).state, "executing")
        held = self.client.lease(plan.id, "w", lease_ms=LEASE_MS, max_partitions=1)[0]
        self.assertEqual(self.client.cancel(plan.id, reason="enough").state, "cancelled")
        with self.assertRaises(LeaseLost):
            held.heartbeat()
        page, leases = self.client.ask(plan.id, "w")
        self.assertEqual((page.state, leases), ("cancelled", []))

    def test_the_same_request_gives_the_same_leases(self) -> None:
        self.new_code()
        plan = self.approved()
        first, again, other = (
            self.client.lease(plan.id, "w", request_id=each, max_partitions=1)[0].grant
            for each in ("a", "a", "b")
        )
        self.assertEqual(first.token, again.token)
        self.assertNotEqual(first.token, other.token)
        self.assertNotEqual(first.keys, other.keys)

    def test_a_shell_command_for_each_lease(self) -> None:
        self.new_code()
        plan = self.approved()
        script = REPOSITORY / "clients" / "python" / "examples" / "toy_warehouse.py"
        make = [sys.executable, str(script), "--root", str(self.warehouse.root)]
        make += ["--url", self.server.url]
        work = [sys.executable, "-m", "headwater_client", "work", "--url", self.server.url]
        command = " ".join(map(shlex.quote, make)) + " --node {nodeId} {keys}"
        ended = subprocess.run(
            [*work, "--plan", plan.id, "--exec", command, "--concurrency", "2"],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.assertEqual(ended.returncode, 0)
        done = sum(len(keys) for keys in self.expected().values())
        self.assertIn(f"plan done: {done} partitions done", ended.stdout)
        self.assertStale(0)


if __name__ == "__main__":
    unittest.main()
