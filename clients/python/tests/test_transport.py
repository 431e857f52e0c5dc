from __future__ import annotations

import random
import socket
import unittest
from datetime import datetime, timezone
from typing import List, Optional

from fake_server import DROP, Answer, FakeServer, Reply, problem

from headwater_client import (
    ApiError,
    BadAnswer,
    Client,
    Conflict,
    ConnectionFailed,
    InvalidRequest,
    LeaseLost,
    NotFound,
    Retry,
    Unavailable,
)
from headwater_client.transport import encode_query, retry_after_s

NOW = datetime(2026, 10, 1, 6, 0, 0, tzinfo=timezone.utc)
STALENESS = Reply(200, {"totals": {"stale": 3}})


class TransportCase(unittest.TestCase):
    def ask(self, *answers: Answer, retry: Optional[Retry] = None) -> FakeServer:
        server = FakeServer(list(answers))
        server.__enter__()
        self.addCleanup(server.__exit__, None, None, None)
        self.slept: List[float] = []
        self.client = Client(
            server.url, api_key="k3y", retry=retry or Retry(), author="ada", timeout_s=20
        )
        self.client.transport.sleep = self.slept.append
        self.client.transport.chance = lambda: 0.5
        return server


class Retries(TransportCase):
    def test_busy_server_is_asked_again(self) -> None:
        busy = problem(429, "overloaded", retry_after=7)
        server = self.ask(busy, problem(503, "shutting-down", retry_after=2), STALENESS)
        self.assertEqual(self.client.staleness().totals.stale, 3)
        self.assertEqual(len(server.asked), 3)
        self.assertEqual(len(self.slept), 2)
        self.assertGreaterEqual(self.slept[0], 7)
        self.assertLess(self.slept[0], 8)
        self.assertGreaterEqual(self.slept[1], 2)

    def test_busy_server_is_asked_again_whatever_was_asked(self) -> None:
        self.ask(problem(503, "shutting-down"), Reply(201, {"id": 5, "state": "draft"}))
        self.assertEqual(self.client.create_plan(name="x").id, "5")

    def test_pauses_grow_and_are_bounded(self) -> None:
        self.ask(*[problem(503, "shutting-down")] * 4, STALENESS, retry=Retry(base_s=1, cap_s=5))
        self.client.staleness()
        self.assertEqual(self.slept, [1.0, 2.0, 2.5, 2.5])

    def test_gives_up_after_its_tries(self) -> None:
        server = self.ask(*[problem(429, "overloaded")] * 3, retry=Retry(tries=3))
        with self.assertRaises(Unavailable) as caught:
            self.client.staleness()
        self.assertEqual(caught.exception.code, "overloaded")
        self.assertIn("Try again later", str(caught.exception))
        self.assertEqual(len(server.asked), 3)

    def test_does_not_wait_longer_than_it_may(self) -> None:
        server = self.ask(problem(429, "overloaded", retry_after=3600))
        with self.assertRaises(Unavailable) as caught:
            self.client.staleness()
        self.assertEqual(caught.exception.retry_after_s, 3600)
        self.assertEqual(self.slept, [])
        self.assertEqual(len(server.asked), 1)

    def test_broken_connection_is_tried_again_where_twice_is_as_once(self) -> None:
        self.ask(DROP, STALENESS)
        self.assertEqual(self.client.staleness().totals.stale, 3)

    def test_broken_connection_while_creating_is_an_error(self) -> None:
        server = self.ask(DROP)
        with self.assertRaises(ConnectionFailed) as caught:
            self.client.create_plan(name="x")
        self.assertTrue(caught.exception.maybe_done)
        self.assertEqual(len(server.asked), 1)

    def test_dry_run_is_tried_again(self) -> None:
        self.ask(DROP, Reply(200, {"state": "draft"}))
        self.assertEqual(self.client.create_plan(dry_run=True).id, "")

    def test_gateway_errors_are_tried_again_where_twice_is_as_once(self) -> None:
        self.ask(Reply(502, b"<html>bad gateway</html>"), STALENESS)
        self.client.staleness()
        self.ask(Reply(504, b"<html>slow gateway</html>"))
        with self.assertRaises(Unavailable) as caught:
            self.client.approve("7")
        self.assertEqual(caught.exception.code, "http-504")
        self.assertIn("slow gateway", caught.exception.detail)

    def test_a_defect_of_the_server_is_not_tried_again(self) -> None:
        server = self.ask(problem(500, "internal"))
        with self.assertRaises(Unavailable):
            self.client.staleness()
        self.assertEqual(len(server.asked), 1)

    def test_a_server_that_is_not_there_was_not_reached(self) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
        client = Client(f"http://127.0.0.1:{port}", author="ada", retry=Retry(tries=3))
        slept: List[float] = []
        client.transport.sleep = slept.append
        with self.assertRaises(ConnectionFailed) as caught:
            client.create_plan(name="x")
        self.assertFalse(caught.exception.maybe_done)
        self.assertEqual(len(slept), 2)

    def test_jitter_spreads_over_the_whole_pause(self) -> None:
        rule = Retry(base_s=1, cap_s=100)
        seed = random.randrange(2**32)
        print(f"seed {seed}")
        chance = random.Random(seed)
        pauses = [rule.pause_s(3, None, chance.random()) for _ in range(200)]
        self.assertLess(min(pauses), 2)
        self.assertGreater(max(pauses), 6)
        self.assertLessEqual(max(pauses), 8)


class LeaseRequests(TransportCase):
    def test_repeats_carry_the_same_request_id_and_calls_do_not(self) -> None:
        nothing = Reply(200, {"leases": [], "state": "executing"})
        server = self.ask(DROP, problem(503, "shutting-down"), nothing, nothing)
        self.client.lease("7", worker="w")
        self.client.lease("7", worker="w")
        ids = [asked.body["request_id"] for asked in server.asked]
        self.assertEqual(len(set(ids[:3])), 1)
        self.assertNotEqual(ids[2], ids[3])

    def test_what_is_asked_for(self) -> None:
        server = self.ask(Reply(200, {"leases": [], "state": "executing", "retry_after_ms": 40}))
        page, leases = self.client.ask(
            "7/x", worker="w", max_leases=2, jobs=["job:n:j"], request_id="r", lease_ms=9000
        )
        self.assertEqual(server.paths(), ["POST /api/v1/plans/7%2Fx/leases"])
        expected = {"worker": "w", "max_leases": 2, "jobs": ["job:n:j"], "request_id": "r"}
        self.assertEqual(server.asked[0].body, {**expected, "lease_ms": 9000})
        self.assertEqual((page.state, page.retry_after_ms, leases), ("executing", 40, []))


class Errors(TransportCase):
    def refused(self, answer: Reply) -> ApiError:
        self.ask(answer)
        with self.assertRaises(ApiError) as caught:
            self.client.approve("7")
        return caught.exception

    def test_kinds(self) -> None:
        self.assertIsInstance(self.refused(problem(404, "not-found")), NotFound)
        self.assertIsInstance(self.refused(problem(400, "invalid-argument")), InvalidRequest)
        conflict = self.refused(problem(409, "conflict"))
        self.assertIsInstance(conflict, Conflict)
        self.assertNotIsInstance(conflict, LeaseLost)
        self.assertIsInstance(self.refused(problem(409, "lease-lost")), LeaseLost)

    def test_members_of_the_problem_are_kept(self) -> None:
        error = self.refused(
            problem(400, "limit-exceeded", "limit may be at most 9.", parameter="limit", limit=9)
        )
        self.assertEqual((error.status, error.code), (400, "limit-exceeded"))
        self.assertEqual(error.parameter, "limit")
        self.assertEqual(error.members["limit"], 9)
        self.assertIn("limit may be at most 9.", str(error))
        self.assertIn("Stay at or below", str(error))

    def test_an_answer_that_is_no_json(self) -> None:
        self.ask(Reply(200, b"<html>hello</html>"))
        with self.assertRaises(BadAnswer):
            self.client.staleness()

    def test_an_answer_of_another_shape(self) -> None:
        self.ask(Reply(200, [1, 2]))
        with self.assertRaises(BadAnswer):
            self.client.staleness()

    def test_redirects_are_not_followed(self) -> None:
        server = self.ask(Reply(307, {}, {"Location": "/elsewhere"}))
        with self.assertRaises(ApiError) as caught:
            self.client.staleness()
        self.assertEqual(caught.exception.status, 307)
        self.assertEqual(len(server.asked), 1)


class Wire(TransportCase):
    def test_key_and_query(self) -> None:
        server = self.ask(STALENESS)
        self.client.staleness("dataset:s3://a b:c/d", status=["stale", "missing"], ranges=True)
        asked = server.asked[0]
        self.assertEqual(asked.headers["Authorization"], "Bearer k3y")
        expected = {"nodeId": ["dataset:s3://a b:c/d"], "status": ["stale,missing"]}
        self.assertEqual(asked.query, {**expected, "ranges": ["true"]})

    def test_absent_parameters_are_not_sent(self) -> None:
        self.assertEqual(encode_query({"a": None, "b": False, "c": 1}), "b=false&c=1")

    def test_base_url_may_end_in_many_ways(self) -> None:
        for url in ("http://h:1", "http://h:1/", "http://h:1/api/v1", "http://h:1/api/v1/"):
            self.assertEqual(Client(url).url, "http://h:1")
        with self.assertRaises(ValueError):
            Client("h:1")

    def test_retry_after(self) -> None:
        self.assertEqual(retry_after_s("12", NOW), 12)
        self.assertEqual(retry_after_s("Thu, 01 Oct 2026 06:00:30 GMT", NOW), 30)
        self.assertEqual(retry_after_s("Thu, 01 Oct 2026 05:00:30 GMT", NOW), 0)
        self.assertIsNone(retry_after_s("soon", NOW))
        self.assertIsNone(retry_after_s(None, NOW))

    def test_decisions_need_an_author(self) -> None:
        client = Client("http://127.0.0.1:1")
        client.author = None
        with self.assertRaises(ValueError):
            client.approve("7")


if __name__ == "__main__":
    unittest.main()
