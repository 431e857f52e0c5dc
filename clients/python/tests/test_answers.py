from __future__ import annotations

import unittest
from datetime import datetime, timezone
from typing import Any, Dict

from fake_server import grant_json

from headwater_client import BadAnswer, ChangePage, Grant, Plan, Staleness, Task
from headwater_client.decoding import moment_text, parse_moment


class Decoding(unittest.TestCase):
    def test_nested_answers_are_typed(self) -> None:
        answer = Staleness.from_json(
            {
                "seq": 9,
                "evaluated_at": "2026-10-01T06:00:00.000000Z",
                "complete": False,
                "cut": {"reason": "limit"},
                "totals": {"stale": 2, "stale_upper": 5},
                "datasets": [
                    {
                        "nodeId": "dataset:w:m",
                        "counts": {"stale": 2},
                        "ranges": [{"first": "a", "last": "b", "count": 2, "status": "stale"}],
                    }
                ],
            }
        )
        self.assertEqual(answer.totals.stale_upper, 5)
        self.assertFalse(answer.complete)
        self.assertEqual(answer.datasets[0].node_id, "dataset:w:m")
        self.assertEqual(answer.datasets[0].ranges[0].count, 2)
        self.assertEqual(answer.evaluated_at, datetime(2026, 10, 1, 6, tzinfo=timezone.utc))

    def test_unknown_members_are_kept(self) -> None:
        plan = Plan.from_json({"id": 5, "state": "draft", "mood": {"x": 1}, "totals": {"new": 1}})
        self.assertEqual(plan.extra, {"mood": {"x": 1}})
        self.assertEqual(plan.totals.extra, {"new": 1})
        self.assertEqual(plan.id, "5")

    def test_null_is_as_absent(self) -> None:
        task = Task.from_json({"task": 1, "job": None, "upstream": None, "deadline": None})
        self.assertIsNone(task.job)
        self.assertEqual(task.upstream, [])
        self.assertIsNone(task.duration_ms.p50)

    def test_names_that_are_keywords(self) -> None:
        page = ChangePage.from_json({"changes": [{"id": "8.1", "from": "v1", "to": "v2"}]})
        self.assertEqual((page.changes[0].from_, page.changes[0].to), ("v1", "v2"))

    def test_what_must_be_there(self) -> None:
        with self.assertRaisesRegex(BadAnswer, "state is missing"):
            Plan.from_json({"id": "5"})
        with self.assertRaisesRegex(BadAnswer, "Task.task"):
            Task.from_json({"task": "one"})
        with self.assertRaisesRegex(BadAnswer, "Counts.stale"):
            Staleness.from_json({"totals": {"stale": True}})
        with self.assertRaises(BadAnswer):
            Plan.from_json([1])

    def test_there_and_back(self) -> None:
        said: Dict[str, Any] = grant_json("8-1", ["date=2026-10-01"], novelty=[1])
        grant = Grant.from_json(said)
        self.assertEqual(Grant.from_json(grant.to_json()), grant)
        said["expires_at"] = said["expires_at"].replace("Z", ".000000Z")
        self.assertEqual(grant.to_json(), said)


class Moments(unittest.TestCase):
    def test_forms(self) -> None:
        moment = datetime(2026, 10, 1, 5, 30, 0, 123456, tzinfo=timezone.utc)
        for text in (
            "2026-10-01T05:30:00.123456Z",
            "2026-10-01t05:30:00.123456789z",
            "2026-10-01 07:30:00.123456+02:00",
            "2026-10-01T00:30:00.123456-05:00",
        ):
            self.assertEqual(parse_moment(text), moment)
        self.assertEqual(parse_moment("2026-10-01T05:30:00.5Z").microsecond, 500000)

    def test_what_is_none(self) -> None:
        for text in ("", "2026-10-01", "2026-10-01T05:30:00", "2026-13-01T05:30:00Z", "now"):
            with self.assertRaises(BadAnswer):
                parse_moment(text)

    def test_text(self) -> None:
        text = "2026-10-01T05:30:00.000001Z"
        self.assertEqual(moment_text(parse_moment(text)), text)
        with self.assertRaises(ValueError):
            moment_text(datetime(2026, 10, 1))


if __name__ == "__main__":
    unittest.main()
