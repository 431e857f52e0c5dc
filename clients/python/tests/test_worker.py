from __future__ import annotations

import os
import signal
import sys
import threading
import unittest
from typing import Any, List

from fake_server import FakePlan, FakeServer, problem

from headwater_client import (
    Client,
    ConnectionFailed,
    Lease,
    NotFound,
    Released,
    Retry,
    Summary,
    Worker,
)

KEYS = [f"date=2026-10-{day:02}" for day in range(1, 13)]
LONG_S = 60.0  # how long a test waits for what must happen: no test ends in time because of it


class WorkerCase(unittest.TestCase):
    def serve(self, plan: FakePlan) -> FakePlan:
        self.server = FakeServer(plan)
        self.server.__enter__()
        self.addCleanup(self.server.__exit__, None, None, None)
        client = Client(self.server.url, retry=Retry(tries=1), timeout_s=LONG_S)
        self.worker = Worker(client, "w", patience_s=LONG_S, poll_s=0.05)
        self.worker.log.disabled = client.log.disabled = True
        return plan

    def run_it(self, handler: Any, concurrency: int = 1, **how: Any) -> Summary:
        return self.worker.run("7", handler, concurrency, handle_signals=False, **how)


class Working(WorkerCase):
    def test_until_the_plan_is_done(self) -> None:
        plan = self.serve(FakePlan(KEYS, per_lease=2))
        summary = self.run_it(lambda lease: None)
        self.assertEqual(sorted(plan.done), KEYS)
        self.assertEqual((summary.completed, summary.partitions), (6, 12))
        self.assertEqual((summary.state, summary.ended, summary.stopped), ("done", True, False))

    def test_as_many_at_once_as_it_may(self) -> None:
        plan = self.serve(FakePlan(KEYS))
        together = threading.Barrier(3, timeout=LONG_S)
        self.run_it(lambda lease: together.wait(), concurrency=3)
        self.assertEqual(sorted(plan.done), KEYS)

    def test_what_it_asks_for(self) -> None:
        plan = self.serve(FakePlan(KEYS[:1]))
        self.run_it(lambda lease: None, jobs=["job:n:j"], max_partitions=5, lease_ms=60_000)
        asked = self.server.asked[0].body
        self.assertEqual((asked["worker"], asked["jobs"]), ("w", ["job:n:j"]))
        self.assertEqual((asked["max_partitions"], asked["lease_ms"]), (5, 60_000))
        self.assertEqual(plan.done, KEYS[:1])

    def test_what_fails_once_is_done_in_the_end(self) -> None:
        plan = self.serve(FakePlan(KEYS))
        failed: List[str] = []

        def handler(lease: Lease) -> None:
            if lease.keys[0] not in failed and lease.keys[0] in KEYS[3:6]:
                failed.append(lease.keys[0])
                raise OSError("no such host")

        summary = self.run_it(handler)
        self.assertEqual(sorted(plan.done), KEYS)
        self.assertEqual((summary.completed, summary.failed), (12, 3))
        self.assertIn("OSError: no such host", summary.failures[0])

    def test_what_fails_for_good_ends_too(self) -> None:
        plan = self.serve(FakePlan(KEYS[:2], max_attempts=2))

        def handler(lease: Lease) -> None:
            lease.failed(lease.keys[0], "never")

        summary = self.run_it(handler)
        self.assertEqual(sorted(plan.failed), KEYS[:2])
        self.assertEqual((summary.failed, summary.partitions), (4, 0))

    def test_parts_are_counted(self) -> None:
        plan = self.serve(FakePlan(KEYS[:3], per_lease=3))

        def handler(lease: Lease) -> None:
            if len(lease.keys) == 3:
                lease.done(KEYS[1])
                raise OSError("half way")

        summary = self.run_it(handler)
        self.assertEqual((summary.partial, summary.completed, summary.partitions), (1, 1, 3))
        self.assertEqual(sorted(plan.done), KEYS[:3])

    def test_a_lost_lease_is_not_a_failure(self) -> None:
        plan = self.serve(FakePlan(KEYS[:2]))

        def handler(lease: Lease) -> None:
            if not plan.lost_tokens:
                plan.lost_tokens.append(lease.token)

        summary = self.run_it(handler)
        self.assertEqual((summary.lost, summary.failed, summary.completed), (1, 0, 2))
        self.assertEqual(sorted(plan.done), KEYS[:2])


class Waiting(WorkerCase):
    def test_for_a_busy_server(self) -> None:
        plan = self.serve(FakePlan(KEYS[:2]))
        plan.unwell = [problem(503, "shutting-down"), problem(429, "overloaded"), "drop"]
        self.assertEqual(self.run_it(lambda lease: None).completed, 2)

    def test_not_for_ever(self) -> None:
        plan = self.serve(FakePlan(KEYS[:2]))
        plan.unwell = ["drop"] * 1000
        self.worker.patience_s = 0.0
        with self.assertRaises(ConnectionFailed):
            self.run_it(lambda lease: None)

    def test_for_approval(self) -> None:
        plan = self.serve(FakePlan(KEYS[:2]))
        plan.state = "draft"
        plan.unwell = [problem(409, "conflict")]

        def approve() -> None:
            if plan.state == "draft" and not plan.unwell:
                plan.state = "executing"

        plan.on_ask = approve
        self.assertEqual(self.run_it(lambda lease: None).completed, 2)

    def test_not_for_a_plan_that_was_cancelled(self) -> None:
        plan = self.serve(FakePlan(KEYS[:2]))
        plan.state = "cancelled"
        plan.unwell = [problem(409, "conflict")]
        summary = self.run_it(lambda lease: None)
        self.assertEqual((summary.state, summary.completed), ("cancelled", 0))

    def test_not_for_a_plan_that_is_not_there(self) -> None:
        plan = self.serve(FakePlan(KEYS[:2]))
        plan.unwell = [problem(404, "not-found")]
        with self.assertRaises(NotFound):
            self.run_it(lambda lease: None)


class Stopping(WorkerCase):
    def test_what_is_held_is_finished(self) -> None:
        plan = self.serve(FakePlan(KEYS))

        def handler(lease: Lease) -> None:
            self.worker.stop()
            lease.check()

        summary = self.run_it(handler)
        self.assertEqual((summary.completed, summary.stopped, summary.ended), (1, True, False))
        self.assertEqual(plan.done, KEYS[:1])

    def test_in_a_hurry_the_rest_is_given_back(self) -> None:
        plan = self.serve(FakePlan(KEYS, per_lease=2))

        def handler(lease: Lease) -> None:
            lease.done(lease.keys[0])
            self.worker.stop(hurry=True)
            lease.check()

        summary = self.run_it(handler)
        self.assertEqual((summary.released, summary.partitions), (1, 1))
        self.assertEqual(plan.reports[0]["state"], "released")
        self.assertEqual((plan.done, plan.reports[0]["failed"]), (KEYS[:1], []))

    @unittest.skipUnless(hasattr(os, "kill") and sys.platform != "win32", "needs signals")
    def test_signals(self) -> None:
        plan = self.serve(FakePlan(KEYS))
        before = signal.getsignal(signal.SIGTERM)

        def handler(lease: Lease) -> None:
            os.kill(os.getpid(), signal.SIGTERM)
            self.assertTrue(self.worker._stopping.wait(LONG_S))
            os.kill(os.getpid(), signal.SIGINT)
            self.assertTrue(self.worker._hurried.wait(LONG_S))
            lease.check()

        summary = self.worker.run("7", handler)
        self.assertEqual((summary.released, summary.stopped), (1, True))
        self.assertEqual(plan.done, [])
        self.assertIs(signal.getsignal(signal.SIGTERM), before)

    def test_a_handler_may_give_back(self) -> None:
        plan = self.serve(FakePlan(KEYS[:1]))

        def handler(lease: Lease) -> None:
            if not plan.reports:
                raise Released("not now")

        summary = self.run_it(handler)
        self.assertEqual((summary.released, summary.completed), (1, 1))


if __name__ == "__main__":
    unittest.main()
