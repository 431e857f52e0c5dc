"""Drives an approved plan of Headwater to its end.

    airflow dags trigger headwater_reprocess --conf '{"plan": "1042"}'

Each DAG run is one round: `ask` takes leases, `make` is mapped over them, and `again` starts the
next round unless the plan has ended. What fails is Headwater's to try again (max_attempts of the
plan), so `make` has no retries of its own; a task that dies without a word loses its lease when it
expires, and a later round gets its partitions.

In the environment of the workers: HEADWATER_URL, HEADWATER_API_KEY if there are keys, and here
TOY_WAREHOUSE, the directory of the toy warehouse that stands for your own.
"""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Dict, List

import toy_warehouse  # your own code instead: what makes one partition anew
from airflow.decorators import dag, task
from airflow.exceptions import AirflowSkipException
from airflow.models.param import Param
from airflow.operators.python import get_current_context
from airflow.operators.trigger_dagrun import TriggerDagRunOperator

from headwater_client import Client, LeaseLost

AT_ONCE = 4  # leases of one round; partitions of one lease are made one after the other
PARTITIONS = 50  # of one lease, at most
# From `ask` on, while nothing sends heartbeats, a lease must outlast the wait for a free slot.
LEASE_MS = 15 * 60 * 1000
PATIENCE = timedelta(minutes=30)  # how long a round waits for something to hand out


def make_partition(client: Client, node_id: str, key: str, lease: str) -> None:
    """Makes one partition of a dataset, and reports it to Headwater as an OpenLineage run that
    names its lease."""
    warehouse = toy_warehouse.Warehouse(Path(os.environ["TOY_WAREHOUSE"]))
    warehouse.make(client, toy_warehouse.job_of(node_id), key, lease)


@dag(
    dag_id="headwater_reprocess",
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    max_active_runs=1,
    params={"plan": Param(type="string", description="the id of an approved plan")},
    tags=["headwater"],
)
def headwater_reprocess() -> None:
    @task(retries=3, retry_delay=timedelta(seconds=30))
    def ask() -> List[Dict[str, Any]]:
        """Leases, as JSON: none if the plan has ended. If it is tried again, it gets the same."""
        client = Client()
        context = get_current_context()
        run_id = context["run_id"]
        until = time.monotonic() + PATIENCE.total_seconds()
        tried = 0
        while True:
            page, leases = client.ask(
                context["params"]["plan"],
                worker=f"airflow {run_id}",
                max_leases=AT_ONCE,
                max_partitions=PARTITIONS,
                lease_ms=LEASE_MS,
                request_id=f"{run_id} {tried}",
            )
            if leases or page.state in ("done", "cancelled") or time.monotonic() > until:
                return [lease.grant.to_json() for lease in leases]
            time.sleep((page.retry_after_ms or 5000) / 1000)
            tried += 1

    @task(retries=0)
    def make(grant: Dict[str, Any]) -> None:
        """The partitions of one lease, with heartbeats; what becomes of each is reported."""
        client = Client()
        try:
            lease = client.adopt(grant, LEASE_MS)
        except LeaseLost as lost:
            raise AirflowSkipException(f"It waited too long for a slot: {lost}") from lost
        with lease:
            for key in lease.keys:
                lease.check()
                make_partition(client, lease.node_id, key, lease.token)
                lease.done(key)

    @task.short_circuit(trigger_rule="all_done")
    def unfinished() -> bool:
        return not Client().plan(get_current_context()["params"]["plan"]).ended

    again = TriggerDagRunOperator(
        task_id="again",
        trigger_dag_id="headwater_reprocess",
        conf={"plan": "{{ params.plan }}"},
    )
    make.expand(grant=ask()) >> unfinished() >> again


headwater_reprocess()
