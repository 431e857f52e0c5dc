"""Sends events through OpenLineage's own Python client: plain, compressed, and in the background.

Usage: python_client.py URL. Prints one line a transport; exits with 1 at the first surprise.
"""
import sys
import uuid
from datetime import datetime, timezone

from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import column_lineage_dataset, schema_dataset, sql_job
from openlineage.client.transport.async_http import AsyncHttpConfig, AsyncHttpTransport
from openlineage.client.transport.http import HttpCompression, HttpConfig, HttpTransport

PRODUCER = "https://headwater.dev/tests/emitters"


def events(job_name):
    run = Run(runId=str(uuid.uuid4()))
    job = Job(
        namespace="python-client",
        name=job_name,
        facets={"sql": sql_job.SQLJobFacet(query="SELECT id, total FROM orders -- all of them")},
    )
    fields = [
        schema_dataset.SchemaDatasetFacetFields(name="id", type="BIGINT"),
        schema_dataset.SchemaDatasetFacetFields(name="total", type="DECIMAL(12,2)"),
    ]
    source = InputDataset(namespace="python-db", name="shop.orders")
    lineage = column_lineage_dataset.ColumnLineageDatasetFacet(
        fields={
            "total": column_lineage_dataset.Fields(
                inputFields=[
                    column_lineage_dataset.InputField(
                        namespace="python-db", name="shop.orders", field="total"
                    )
                ]
            )
        }
    )
    target = OutputDataset(
        namespace="python-db",
        name=f"shop.{job_name}",
        facets={
            "schema": schema_dataset.SchemaDatasetFacet(fields=fields),
            "columnLineage": lineage,
        },
    )
    for state in (RunState.START, RunState.RUNNING, RunState.COMPLETE):
        yield RunEvent(
            eventType=state,
            eventTime=datetime.now(timezone.utc).isoformat(),
            run=run,
            job=job,
            inputs=[source],
            outputs=[target],
            producer=PRODUCER,
        )


def main():
    url = sys.argv[1]
    plain = HttpConfig(url=url)
    packed = HttpConfig(url=url, compression=HttpCompression.GZIP)
    background = AsyncHttpConfig(url=url)
    for name, transport in (
        ("plain", HttpTransport(plain)),
        ("gzip", HttpTransport(packed)),
        ("async", AsyncHttpTransport(background)),
    ):
        client = OpenLineageClient(transport=transport)
        for event in events(f"report_{name}"):
            client.emit(event)
        if not client.close(timeout=30):
            sys.exit(f"{name}: the client could not deliver everything")
        print(f"{name}: delivered")


if __name__ == "__main__":
    main()
