"""A toy warehouse in a directory: it stands for the Spark or SQL of a real one.

Four datasets, cut by day, one file a partition; three jobs, whose code has versions. Each run is
reported to Headwater with the partitions that it read and wrote and a digest of what it wrote.

    raw.orders --clean_orders--> clean.orders --daily_sales--> mart.daily --trend--> mart.trend

A partition of mart.trend reads three days of mart.daily: its own and the two before.

Version 2 of clean_orders drops cancelled orders. Most days have none, so that on these nothing
changes further down: what Headwater calls early cutoff.

As a program it makes partitions for a lease of `python -m headwater_client work`:

    toy_warehouse.py --root DIR --node NODEID [--url URL] KEY...
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Sequence

from headwater_client import Client, Dataset, Name, Partition, Run, parse_key

NAMESPACE = "toy"
FIRST_DAY = date(2026, 9, 1)
Rows = List[Dict[str, Any]]


@dataclass(frozen=True)
class Job:
    output: str
    input: str
    days_before: int = 0  # how far back it reads

    def keys_read(self, key: str) -> List[str]:
        day = date.fromisoformat(parse_key(key)["date"])
        days = (day - timedelta(days=back) for back in range(self.days_before, -1, -1))
        return [day_key(each) for each in days if each >= FIRST_DAY]


JOBS: Mapping[str, Job] = {
    "clean_orders": Job("clean.orders", "raw.orders"),
    "daily_sales": Job("mart.daily", "clean.orders"),
    "trend": Job("mart.trend", "mart.daily", days_before=2),
}


def day_key(day: date) -> str:
    return f"date={day.isoformat()}"


def dataset_id(name: str) -> str:
    return f"dataset:{NAMESPACE}:{name}"


def job_id(name: str) -> str:
    return f"job:{NAMESPACE}:{name}"


class Warehouse:
    """`code`: the version of each job that is deployed. Made of files: any number of processes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    # ---- partitions ----

    def path(self, dataset: str, key: str) -> Path:
        return self.root / dataset / key

    def read(self, dataset: str, key: str) -> Rows:
        rows: Rows = json.loads(self.path(dataset, key).read_text())
        return rows

    def write(self, dataset: str, key: str, rows: Rows) -> Partition:
        """At once, or not at all; the digest is of the content."""
        text = json.dumps(rows, sort_keys=True)
        target = self.path(dataset, key)
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = target.with_name(f".{target.name}.{os.getpid()}.{id(rows)}")
        scratch.write_text(text)
        scratch.replace(target)
        digest = hashlib.sha256(text.encode()).hexdigest()
        return Partition(key, data_version=digest, rows=len(rows), size_bytes=len(text))

    # ---- code ----

    def deploy(self, job: str, version: str) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        (self.root / f"{job}.version").write_text(version)

    def version(self, job: str) -> str:
        path = self.root / f"{job}.version"
        return path.read_text() if path.exists() else "1"

    def compute(self, job: str, key: str) -> Rows:
        inputs = [self.read(JOBS[job].input, each) for each in JOBS[job].keys_read(key)]
        if job == "clean_orders":
            kept = [row for row in inputs[0] if self.version(job) == "1" or not row["cancelled"]]
            return [{"id": row["id"], "amount": row["amount"]} for row in kept]
        if job == "daily_sales":
            return [{"sales": sum(row["amount"] for row in inputs[0])}]
        return [{"trend": sum(rows[0]["sales"] for rows in inputs)}]

    # ---- runs ----

    def load(self, client: Client, key: str, cancelled: bool = False) -> None:
        """A day of raw orders arrives. `cancelled`: one of them is."""
        day = date.fromisoformat(parse_key(key)["date"])
        rows: Rows = [
            {"id": f"{day}-{n}", "amount": 10 + day.day * n, "cancelled": cancelled and n == 3}
            for n in range(5)
        ]
        output = Dataset(dataset_id("raw.orders"), [key])
        with Run(client, job_id("load_orders"), outputs=[output], code_version="1") as run:
            run.wrote(output.name, [self.write("raw.orders", key, rows)])

    def make(
        self, client: Client, job: str, key: str, lease: Optional[str] = None
    ) -> Partition:
        """Makes one partition anew and reports it as a run, under a lease if there is one."""
        spec = JOBS[job]
        inputs = [Dataset(dataset_id(spec.input), spec.keys_read(key))]
        output = Dataset(dataset_id(spec.output), [key])
        version = self.version(job)
        with Run(
            client, job_id(job), inputs, [output], code_version=version, lease=lease
        ) as run:
            made = self.write(spec.output, key, self.compute(job, key))
            run.wrote(output.name, [made])
        return made

    def nightly(self, client: Client, key: str, cancelled: bool = False) -> None:
        """What happens every night: a day arrives, and all jobs run for it."""
        self.load(client, key, cancelled)
        for job in JOBS:
            self.make(client, job, key)


def fill(
    client: Client, warehouse: Warehouse, days: int, with_cancelled: Sequence[int]
) -> List[str]:
    """So many nights; in those of `with_cancelled`, counted from 0, an order is cancelled."""
    keys = [day_key(FIRST_DAY + timedelta(days=n)) for n in range(days)]
    for n, key in enumerate(keys):
        warehouse.nightly(client, key, n in with_cancelled)
    declare_trend(client)
    return keys


def declare_trend(client: Client) -> None:
    """Says that the trend reads three days. Of the other jobs the runs have shown enough."""
    client.send(
        "PUT",
        "/partitions/mapping",
        {
            "upstream": dataset_id("mart.daily"),
            "downstream": dataset_id("mart.trend"),
            "mapping": {"kind": "window", "from": -2, "to": 0},
            "author": "toy",
        },
    )


def job_of(node_id: str) -> str:
    """The job that makes a dataset of this warehouse."""
    name = Name.of(node_id).name
    return next(job for job, spec in JOBS.items() if spec.output == name)


def main() -> int:
    parser = argparse.ArgumentParser(description="Makes partitions of the toy warehouse anew.")
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--node", required=True, help="the dataset")
    parser.add_argument("--url", help="of Headwater; default: $HEADWATER_URL")
    parser.add_argument("keys", nargs="+", metavar="KEY")
    options = parser.parse_args()
    client = Client(options.url)
    done_file = os.environ.get("HEADWATER_DONE_FILE")
    for key in options.keys:
        Warehouse(options.root).make(client, job_of(options.node), key)
        if done_file:
            with open(done_file, "a", encoding="utf-8") as said:
                said.write(key + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
