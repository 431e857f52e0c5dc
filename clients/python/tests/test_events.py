from __future__ import annotations

import unittest
from typing import Any, Dict, List

from fake_server import Asked, FakeServer, Reply

from headwater_client import Client, Dataset, Name, Partition, Run, key_text, parse_key, run_event

DAY = "date=2026-10-01,region=eu"


def outputs_of(event: Dict[str, Any]) -> Dict[str, Any]:
    only: List[Dict[str, Any]] = event["outputs"]
    return only[0]


class Keys(unittest.TestCase):
    def test_there_and_back(self) -> None:
        parts = {"date": "2026-10-01", "a,b": "1=2", "100%": "%2C"}
        self.assertEqual(parse_key(key_text(parts)), parts)
        self.assertEqual(key_text({"a,b": "1=2"}), "a%2Cb=1%3D2")
        self.assertEqual(parse_key(DAY), {"date": "2026-10-01", "region": "eu"})
        self.assertEqual(parse_key(""), {})

    def test_what_is_none(self) -> None:
        with self.assertRaises(ValueError):
            parse_key("2026-10-01")

    def test_names(self) -> None:
        self.assertEqual(
            Name.of("dataset:postgres://db:5432:public.t"), Name("postgres://db:5432", "public.t")
        )
        self.assertEqual(Name.of("job:nightly:a.b"), Name("nightly", "a.b"))
        for text in ("run:1", "job:alone", "nightly", ""):
            with self.assertRaises(ValueError):
                Name.of(text)


class Events(unittest.TestCase):
    def test_partitions_are_said_in_subset_facets(self) -> None:
        event = run_event(
            "START",
            "job:nightly:orders",
            "r1",
            inputs=[Dataset("dataset:db:orders", [{"date": "2026-10-01"}])],
            outputs=[Dataset(Name("w", "m"), [DAY])],
            code_version="3",
        )
        self.assertEqual(event["eventType"], "START")
        self.assertEqual(event["job"]["facets"]["headwater_code"]["semanticVersion"], "3")
        condition = event["inputs"][0]["inputFacets"]["subset"]["inputCondition"]
        self.assertEqual(condition["type"], "partition")
        self.assertEqual(condition["partitions"][0]["dimensions"], {"date": "2026-10-01"})
        said = outputs_of(event)["outputFacets"]
        self.assertEqual(list(said), ["subset"])
        only = said["subset"]["outputCondition"]["partitions"]
        dimensions = {"date": "2026-10-01", "region": "eu"}
        self.assertEqual(only, [{"identifier": DAY, "dimensions": dimensions}])

    def test_versions_are_said_beside_them(self) -> None:
        partition = Partition(DAY, data_version="ab12", rows=0)
        event = run_event(
            "COMPLETE", "job:n:j", "r1", outputs=[Dataset("dataset:w:m", [partition])]
        )
        said = outputs_of(event)["outputFacets"]["headwater_partitions"]["partitions"]
        key = {"date": "2026-10-01", "region": "eu"}
        self.assertEqual(said, [{"key": key, "dataVersion": "ab12", "rows": 0}])

    def test_a_dataset_that_is_not_cut(self) -> None:
        event = run_event("COMPLETE", "job:n:j", "r1", outputs=[Dataset("dataset:w:m", [""])])
        self.assertEqual(outputs_of(event), {"namespace": "w", "name": "m"})
        versioned = Dataset("dataset:w:m", [Partition("", data_version="9")])
        facets = outputs_of(run_event("COMPLETE", "job:n:j", "r1", outputs=[versioned]))["facets"]
        self.assertEqual(facets["version"]["datasetVersion"], "9")

    def test_nothing_written_is_not_everything(self) -> None:
        event = run_event("COMPLETE", "job:n:j", "r1", outputs=[Dataset("dataset:w:m", [])])
        condition = outputs_of(event)["outputFacets"]["subset"]["outputCondition"]
        self.assertEqual(condition["partitions"], [])


class Runs(unittest.TestCase):
    def setUp(self) -> None:
        def script(asked: Asked) -> Reply:
            return Reply(201, {"seq": 4, "status": "stored"})

        self.server = FakeServer(script)
        self.server.__enter__()
        self.addCleanup(self.server.__exit__, None, None, None)
        self.client = Client(self.server.url)

    def sent(self) -> List[Dict[str, Any]]:
        return [asked.body for asked in self.server.asked]

    def test_start_and_complete(self) -> None:
        with Run(self.client, "job:n:j", outputs=[Dataset("dataset:w:m", [DAY])]) as run:
            run.wrote("dataset:w:m", [Partition(DAY, data_version="1")])
            run.wrote("dataset:w:extra", [DAY])
        start, complete = self.sent()
        self.assertEqual([start["eventType"], complete["eventType"]], ["START", "COMPLETE"])
        self.assertEqual(start["run"]["runId"], complete["run"]["runId"])
        self.assertNotIn("headwater_partitions", outputs_of(start)["outputFacets"])
        self.assertIn("headwater_partitions", outputs_of(complete)["outputFacets"])
        self.assertEqual([o["name"] for o in complete["outputs"]], ["m", "extra"])

    def test_every_event_names_the_lease(self) -> None:
        with Run(self.client, "job:n:j", lease="12-1"):
            pass
        tokens = [event["run"]["facets"]["headwater_lease"]["token"] for event in self.sent()]
        self.assertEqual(tokens, ["12-1", "12-1"])

    def test_what_failed_says_why(self) -> None:
        with self.assertRaises(KeyError):
            with Run(self.client, "job:n:j", run_id="mine"):
                raise KeyError("no such table")
        fail = self.sent()[1]
        self.assertEqual((fail["eventType"], fail["run"]["runId"]), ("FAIL", "mine"))
        self.assertIn("no such table", fail["run"]["facets"]["errorMessage"]["message"])


if __name__ == "__main__":
    unittest.main()
