"""The example's DAG in a real Airflow (SQLite, SequentialExecutor), against the real server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import unittest
from datetime import timedelta
from pathlib import Path
from typing import Any, Dict, List

EXAMPLES = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(EXAMPLES), str(EXAMPLES.parent / "tests")]
import toy_warehouse as toy  # noqa: E402
from live import LiveCase  # noqa: E402

from headwater_client import Client  # noqa: E402

DAYS = 6
CANCELLED = (3,)  # the night in which an order is cancelled: where the new code differs
GIVE_UP_S = 900  # a scheduler that has not ended the plan by then has failed
DAG = "headwater_reprocess"


class DagCase(LiveCase):
    def setUp(self) -> None:
        super().setUp()
        self.client = Client(self.server.url, author="tests")
        self.warehouse = toy.Warehouse(self.server.folder / "warehouse")
        self.keys = toy.fill(self.client, self.warehouse, DAYS, CANCELLED)
        self.warehouse.deploy("clean_orders", "2")
        self.warehouse.nightly(self.client, toy.day_key(toy.FIRST_DAY + timedelta(days=DAYS)))
        self.assertEqual(self.client.staleness().totals.stale, DAYS)
        plan = self.client.create_plan(name="after the fix", max_partitions_per_task=2)
        self.plan = self.client.approve(plan.id).id

        home = self.server.folder / "airflow"
        self.environment = dict(
            os.environ,
            AIRFLOW_HOME=str(home),
            AIRFLOW__CORE__DAGS_FOLDER=str(EXAMPLES / "airflow" / "dags"),
            AIRFLOW__CORE__LOAD_EXAMPLES="False",
            AIRFLOW__CORE__EXECUTOR="SequentialExecutor",
            AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION="False",
            AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC="1",
            AIRFLOW__SCHEDULER__MIN_FILE_PROCESS_INTERVAL="5",
            AIRFLOW__USAGE_DATA_COLLECTION__ENABLED="False",
            PATH=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            PYTHONPATH=str(EXAMPLES),
            HEADWATER_URL=self.server.url,
            TOY_WAREHOUSE=str(self.warehouse.root),
        )
        self.environment.pop("HEADWATER_AUTHOR", None)
        self.log = self.server.folder / "airflow.log"
        self.airflow("db", "migrate")
        self.airflow("dags", "reserialize")  # what triggers a DAG must find it there

    def airflow(self, *arguments: str) -> str:
        """What the command prints; what else it says goes to the log, shown if it fails."""
        with self.log.open("a") as log:
            ended = subprocess.run(
                [sys.executable, "-m", "airflow", *arguments],
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        if ended.returncode != 0:
            self.fail(
                f"airflow {arguments[0]}: {ended.stdout[-2000:]}{self.log.read_text()[-4000:]}"
            )
        return ended.stdout

    def runs(self) -> List[Dict[str, Any]]:
        printed = self.airflow("dags", "list-runs", "-d", DAG, "-o", "json")
        # Airflow's log goes to the same place, a moment in brackets at the begin of a line.
        listed: List[Dict[str, Any]] = json.loads(printed[printed.index("[{") :])
        return listed

    def assertDriven(self) -> None:
        """All of clean.orders; of what reads it, only what the cancelled order changed: one day of
        sales and three of the trend."""
        plan = self.client.plan(self.plan)
        self.assertEqual((plan.state, plan.progress.failed, plan.progress.blocked), ("done", 0, 0))
        self.assertEqual(plan.progress.done, DAYS + 1 + 3)
        self.assertEqual(plan.progress.skipped, plan.totals.partitions - plan.progress.done)
        self.assertGreater(plan.progress.skipped, 0)
        totals = self.client.staleness().totals
        self.assertEqual((totals.stale, totals.missing, totals.maybe, totals.running), (0, 0, 0, 0))


class DagTest(DagCase):
    def test_rounds_in_one_process(self) -> None:
        """`airflow dags test` runs a round; it starts no other, so that this loop does."""
        rounds = 0
        while not self.client.plan(self.plan).ended:
            rounds += 1
            self.assertLess(rounds, 20)
            moment = f"2026-10-01T00:{rounds:02}:00+00:00"
            self.airflow("dags", "test", "-c", json.dumps({"plan": self.plan}), DAG, moment)
        self.assertDriven()
        self.assertGreaterEqual(rounds, 3)  # three datasets, one after the other


class SchedulerTest(DagCase):
    def test_one_trigger_drives_the_plan_to_its_end(self) -> None:
        with self.log.open("a") as log:
            scheduler = subprocess.Popen(
                [sys.executable, "-m", "airflow", "scheduler"],
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        try:
            self.airflow("dags", "trigger", DAG, "-c", json.dumps({"plan": self.plan}))
            until = time.monotonic() + GIVE_UP_S
            while not self.client.plan(self.plan).ended:
                self.assertIsNone(scheduler.poll(), "the scheduler has ended")
                self.assertLess(time.monotonic(), until, self.log.read_text()[-4000:])
                time.sleep(1)
        finally:
            scheduler.terminate()
            scheduler.wait()
        self.assertDriven()
        self.assertGreaterEqual(len(self.runs()), 3)  # it triggered itself


if __name__ == "__main__":
    unittest.main()
