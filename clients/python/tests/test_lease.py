from __future__ import annotations

import threading
import unittest
from datetime import datetime, timedelta, timezone
from typing import Any, Dict, List

from fake_server import FakePlan, FakeServer, Reply, grant_json, problem

from headwater_client import Client, Grant, HeadwaterError, Lease, LeaseLost, Released, Retry
from headwater_client.lease import length_s

KEYS = ["date=2026-10-01", "date=2026-10-02", "date=2026-10-03"]
LONG_S = 60.0  # how long a test waits for what must happen: no test ends in time because of it


class FakeClock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class LeaseCase(unittest.TestCase):
    def setUp(self) -> None:
        self.plan = FakePlan(KEYS, per_lease=3)
        self.server = FakeServer(self.plan)
        self.server.__enter__()
        self.addCleanup(self.server.__exit__, None, None, None)
        self.client = Client(self.server.url, retry=Retry(tries=2, base_s=0.001))
        self.client.log.disabled = True
        self.clock = FakeClock()
        broken: List[Any] = []
        before, threading.excepthook = threading.excepthook, broken.append
        self.addCleanup(lambda: self.assertEqual(broken, []))
        self.addCleanup(setattr, threading, "excepthook", before)

    def lease(self, length_s: float = 100.0) -> Lease:
        """Of all keys. Its clock stands still unless the test moves it."""
        _, leases = self.client.ask("7", "w")
        return Lease(self.client, leases[0].grant, length_s, clock=self.clock)

    def report(self) -> Dict[str, Any]:
        self.assertEqual(len(self.plan.reports), 1)
        return self.plan.reports[0]


class Reports(LeaseCase):
    def test_what_ends_well_is_done(self) -> None:
        with self.lease() as lease:
            lease.run_id = "r1"
        said = self.report()
        self.assertEqual((said["state"], said["done"], said["failed"]), ("completed", KEYS, []))
        self.assertEqual(said["run_id"], "r1")
        self.assertEqual(lease.reported_done, KEYS)

    def test_part_of_it(self) -> None:
        with self.lease() as lease:
            lease.done(KEYS[0])
            lease.failed(KEYS[1], "no rows")
        said = self.report()
        self.assertEqual(said["state"], "completed")
        self.assertEqual((said["done"], said["failed"]), ([KEYS[0], KEYS[2]], [KEYS[1]]))
        self.assertEqual(said["message"], "no rows")

    def test_an_exception_fails_what_is_not_done(self) -> None:
        with self.assertRaises(RuntimeError):
            with self.lease() as lease:
                lease.done(KEYS[2])
                raise RuntimeError("disk full")
        said = self.report()
        self.assertEqual(said["state"], "failed")
        self.assertEqual((said["done"], said["failed"]), ([KEYS[2]], KEYS[:2]))
        self.assertIn("disk full", said["message"])

    def test_given_back_without_blame(self) -> None:
        for error in (Released("later"), KeyboardInterrupt()):
            self.plan.reports.clear()
            with self.assertRaises(type(error)):
                with self.lease() as lease:
                    lease.done(KEYS[0])
                    raise error
            said = self.report()
            self.assertEqual(said["state"], "released")
            self.assertEqual((said["done"], said["failed"]), ([KEYS[0]], []))
            self.plan.pending = list(KEYS)

    def test_reported_once(self) -> None:
        with self.lease() as lease:
            lease.complete(message="by hand")
            with self.assertRaises(HeadwaterError):
                lease.fail("again")
        self.assertEqual(self.report()["message"], "by hand")

    def test_other_keys_are_refused(self) -> None:
        with self.lease() as lease:
            with self.assertRaises(ValueError):
                lease.done("date=1999-01-01")

    def test_a_report_that_cannot_be_sent_does_not_hide_the_error(self) -> None:
        with self.assertRaises(RuntimeError):
            with self.lease():
                self.server._script = lambda asked: problem(500, "internal")
                raise RuntimeError("the real reason")

    def test_a_report_may_be_tried_again(self) -> None:
        lease = self.lease()
        self.server._script = lambda asked: problem(500, "internal")
        with self.assertRaises(HeadwaterError):
            lease.complete()
        self.assertFalse(lease.settled)
        self.server._script = self.plan
        lease.complete()
        self.assertEqual(self.report()["done"], KEYS)


class Losing(LeaseCase):
    def test_the_server_says_so_in_a_heartbeat(self) -> None:
        told = threading.Event()
        with self.assertRaises(LeaseLost):
            with self.lease(length_s=0.05) as lease:
                lease.on_lost(told.set)
                self.plan.lost_tokens.append(lease.token)
                self.assertTrue(told.wait(LONG_S))
                lease.check()
        self.assertEqual(self.plan.reports, [])
        self.assertTrue(lease.lost)

    def test_what_ended_well_does_not_count_after_a_loss(self) -> None:
        with self.assertRaises(LeaseLost):
            with self.lease() as lease:
                self.plan.lost_tokens.append(lease.token)
        self.assertEqual(self.plan.reports, [])
        self.assertEqual(lease.reported_done, [])

    def test_it_expires_unheard(self) -> None:
        with self.assertRaises(LeaseLost) as caught:
            with self.lease(length_s=100) as lease:
                lease.check()
                self.clock.now += 100
                lease.check()
        self.assertEqual(caught.exception.status, 0)
        self.assertEqual(self.plan.reports, [])

    def test_told_at_once_if_it_was_lost_before(self) -> None:
        lease = self.lease()
        self.plan.lost_tokens.append(lease.token)
        with self.assertRaises(LeaseLost):
            lease.heartbeat()
        told: List[int] = []
        lease.on_lost(lambda: told.append(1))
        self.assertEqual(told, [1])

    def test_runs_that_told_everything_end_it_without_a_loss(self) -> None:
        for beat in (False, True):
            with self.lease() as lease:
                self.plan.answered.append(lease.token)
                if beat:
                    lease.heartbeat()
                    self.clock.now += 1e6  # it does not expire any more
                lease.check()
            self.assertEqual((lease.lost, lease.settled), (False, True))
            self.assertEqual(self.report()["done"], KEYS)
            self.assertEqual(lease.reported_done, KEYS)
            self.plan.reports.clear()
            self.plan.pending = list(KEYS)

    def test_a_report_that_is_refused_after_runs_is_a_loss(self) -> None:
        lost = problem(409, "lease-lost", "The lease 8-1 ended with the runs that were reported.")
        with self.assertRaises(LeaseLost):
            with self.lease() as lease:
                self.plan.answered.append(lease.token)
                lease.heartbeat()
                self.server._script = lambda asked: lost
        self.assertEqual((lease.lost, lease.settled), (True, False))
        self.assertEqual(lease.reported_done, [])

    def test_a_lease_that_runs_have_answered_is_not_adopted(self) -> None:
        _, leases = self.client.ask("7", "w")
        self.plan.answered.append(leases[0].token)
        with self.assertRaises(LeaseLost):
            self.client.adopt(leases[0].grant.to_json())

    def test_an_unknown_lease_is_lost(self) -> None:
        lease = self.lease()
        self.server._script = lambda asked: problem(404, "not-found")
        with self.assertRaises(LeaseLost):
            lease.heartbeat()


class Heartbeats(LeaseCase):
    def wait_for(self, what: Any) -> None:
        gone = threading.Event()
        until = datetime.now() + timedelta(seconds=LONG_S)
        while not what() and datetime.now() < until:
            gone.wait(0.01)
        self.assertTrue(what())

    @staticmethod
    def beating(lease: Lease) -> bool:
        names = [thread.name for thread in threading.enumerate()]
        return f"heartbeat-{lease.token}" in names

    def test_they_go_on_until_the_end(self) -> None:
        lease = self.lease(length_s=0.05)
        with lease:
            self.assertTrue(self.beating(lease))
            self.wait_for(lambda: len(self.plan.beats) >= 1)
        beats = len(self.plan.beats)
        self.assertEqual(self.report()["state"], "completed")
        self.assertFalse(self.beating(lease))
        self.assertEqual(len(self.plan.beats), beats)

    def test_each_prolongs_it(self) -> None:
        lease = self.lease(length_s=10)
        for _ in range(3):
            self.clock.now += 9
            lease.heartbeat()
        lease.check()

    def test_a_server_that_is_away_is_tried_until_the_lease_expires(self) -> None:
        broken = threading.Event()

        def script(asked: Any) -> Any:
            broken.set()
            return problem(503, "shutting-down")

        lease = self.lease(length_s=0.05)
        self.server._script = script
        with self.assertRaises(LeaseLost):
            with lease:
                self.assertTrue(broken.wait(LONG_S))
                tried = len(self.server.asked)
                self.wait_for(lambda: len(self.server.asked) >= tried + 3)
                lease.check()  # held still: its clock stands
                self.clock.now += 1000
                self.wait_for(lambda: lease.lost)
                lease.check()

    def test_length_by_the_clock_of_the_server(self) -> None:
        now = datetime(2026, 10, 1, 6, 0, 10, tzinfo=timezone.utc)
        expires = now + timedelta(seconds=300)
        self.assertEqual(length_s(expires, now, 300_000), 300)
        self.assertEqual(length_s(expires, now, None), 299)  # the Date header is cut
        self.assertEqual(length_s(expires, now, 999_000), 299)  # the server shortened it
        self.assertEqual(length_s(now + timedelta(seconds=1), now, None), 0.5)
        self.assertEqual(length_s(now, now + timedelta(seconds=9), None), 0)

    def test_a_lease_of_another_process(self) -> None:
        _, leases = self.client.ask("7", "w")
        said = leases[0].grant.to_json()
        with self.client.adopt(said) as lease:
            self.assertEqual(lease.keys, KEYS)
        self.assertEqual(self.plan.beats[0], lease.token)
        with self.assertRaises(LeaseLost):
            self.client.adopt(said)


class Fence(unittest.TestCase):
    def test_grows(self) -> None:
        def fence(token: str) -> Any:
            grant = Grant.from_json(grant_json(token, ["a=1"]))
            return Lease(Client("http://127.0.0.1:1"), grant, 1.0).fence

        self.assertLess(fence("99-1"), fence("100-1"))
        self.assertLess(fence("100-2"), fence("100-10"))


class Runs(LeaseCase):
    def test_reports_the_partitions_of_the_lease(self) -> None:
        events: List[Any] = []
        lease = self.lease()

        def script(asked: Any) -> Any:
            if asked.path.endswith("/lineage"):
                events.append(asked.body)
                return Reply(201, {"seq": 4, "status": "stored"})
            return self.plan(asked)

        self.server._script = script
        with lease, lease.report(code_version="2"):
            pass
        self.assertEqual([event["eventType"] for event in events], ["START", "COMPLETE"])
        said = events[1]["outputs"][0]["outputFacets"]["subset"]["outputCondition"]["partitions"]
        self.assertEqual([partition["identifier"] for partition in said], KEYS)
        self.assertEqual(self.report()["run_id"], events[0]["run"]["runId"])


if __name__ == "__main__":
    unittest.main()
