"""OpenLineage run events, as far as a scheduler needs them: which run of which job read and wrote
which partitions, and how it ended. Plain JSON; no other package is needed.

Partitions are said in the standard's `subset` facets, and in `headwater_partitions` as well where a
content version, rows or bytes are known.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timezone
from types import TracebackType
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Optional, Sequence, Type, Union

from .answers import Receipt
from .decoding import moment_text

if TYPE_CHECKING:
    from .client import Client

PRODUCER = "https://headwater.dev/clients/python"
_SPEC = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
_SUBSET = "https://openlineage.io/spec/facets/1-0-0/BaseSubsetDatasetFacet.json"
_OWN = "https://headwater.dev/facets/1-0-0/"
_MAX_MESSAGE = 2000

Key = Union[str, Mapping[str, Union[str, int]]]


def parse_key(text: str) -> Dict[str, str]:
    """'date=2026-10-01,region=eu' as {'date': '2026-10-01', 'region': 'eu'}; '' as {}.

    In names and values %2C stands for a comma, %3D for an equals sign, %25 for a percent sign.
    """
    parts: Dict[str, str] = {}
    for part in text.split(",") if text else []:
        name, equals, value = part.partition("=")
        if not equals:
            raise ValueError(f"not a partition key: {text!r}; one is like 'date=2026-10-01'")
        parts[_unescape(name)] = _unescape(value)
    return parts


def key_text(parts: Mapping[str, Union[str, int]]) -> str:
    """The opposite of parse_key."""
    return ",".join(f"{_escape(name)}={_escape(str(value))}" for name, value in parts.items())


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace(",", "%2C").replace("=", "%3D")


def _unescape(text: str) -> str:
    return text.replace("%2C", ",").replace("%3D", "=").replace("%25", "%")


@dataclass(frozen=True)
class Name:
    """Of a job or a dataset."""

    namespace: str
    name: str

    @classmethod
    def of(cls, node_id: str) -> "Name":
        """Of 'dataset:NAMESPACE:NAME' or 'job:NAMESPACE:NAME'. The name begins after the last
        colon; where names hold colons themselves, say Name(namespace, name) instead."""
        kind, _, rest = node_id.partition(":")
        namespace, colon, name = rest.rpartition(":")
        if kind not in ("dataset", "job") or not colon:
            raise ValueError(f"not the id of a job or dataset: {node_id!r}")
        return cls(namespace, name)


NameLike = Union[str, Name]


@dataclass(frozen=True)
class Partition:
    """`key`: as text or by dimension. `data_version`: equal versions hold equal data; a partition
    that is written again with the version it had makes nothing stale downstream."""

    key: Key
    data_version: Optional[str] = None
    rows: Optional[int] = None
    size_bytes: Optional[int] = None

    @property
    def parts(self) -> Mapping[str, Union[str, int]]:
        return parse_key(self.key) if isinstance(self.key, str) else self.key

    @property
    def text(self) -> str:
        return self.key if isinstance(self.key, str) else key_text(self.key)

    @property
    def says_more(self) -> bool:
        return (self.data_version, self.rows, self.size_bytes) != (None, None, None)


@dataclass(frozen=True)
class Dataset:
    """A dataset that a run read or wrote. `partitions` None: nothing is said of them, which for an
    output means that all of it was written."""

    name: NameLike
    partitions: Optional[Sequence[Union[Partition, Key]]] = None
    facets: Mapping[str, Any] = field(default_factory=dict)


def run_event(
    event_type: str,
    job: NameLike,
    run_id: str,
    inputs: Sequence[Dataset] = (),
    outputs: Sequence[Dataset] = (),
    at: Optional[datetime] = None,
    code_version: Optional[str] = None,
    message: Optional[str] = None,
    producer: str = PRODUCER,
    lease: Optional[str] = None,
) -> Dict[str, Any]:
    """One event. `event_type`: START, RUNNING, COMPLETE, FAIL or ABORT. `code_version`: equal
    versions compute equal results. `message`: why it failed. `lease`: the token of the lease under
    which the run works; its failure counts for no other.
    """
    named = _name(job)
    run_facets: Dict[str, Any] = {}
    job_facets: Dict[str, Any] = {}
    if message is not None:
        run_facets["errorMessage"] = {
            "_producer": producer,
            "_schemaURL": "https://openlineage.io/spec/facets/1-0-0/ErrorMessageRunFacet.json",
            "message": message[:_MAX_MESSAGE],
            "programmingLanguage": "Python",
        }
    if lease is not None:
        run_facets["headwater_lease"] = {
            "_producer": producer,
            "_schemaURL": _OWN + "HeadwaterLeaseRunFacet.json",
            "token": lease,
        }
    if code_version is not None:
        job_facets["headwater_code"] = {
            "_producer": producer,
            "_schemaURL": _OWN + "HeadwaterCodeJobFacet.json",
            "semanticVersion": code_version,
        }
    return {
        "eventType": event_type,
        "eventTime": moment_text(at or datetime.now(timezone.utc)),
        "producer": producer,
        "schemaURL": _SPEC,
        "run": {"runId": run_id, "facets": run_facets},
        "job": {"namespace": named.namespace, "name": named.name, "facets": job_facets},
        "inputs": [_dataset(dataset, "input", producer) for dataset in inputs],
        "outputs": [_dataset(dataset, "output", producer) for dataset in outputs],
    }


def _name(value: NameLike) -> Name:
    return Name.of(value) if isinstance(value, str) else value


def _dataset(dataset: Dataset, side: str, producer: str) -> Dict[str, Any]:
    named = _name(dataset.name)
    said: Dict[str, Any] = {"namespace": named.namespace, "name": named.name}
    if dataset.facets:
        said["facets"] = dict(dataset.facets)
    if dataset.partitions is None:
        return said
    partitions = [p if isinstance(p, Partition) else Partition(p) for p in dataset.partitions]
    cut = [p for p in partitions if p.parts]  # an unpartitioned dataset's only key is ''
    if partitions and not cut:
        return _version_of_all(partitions[0], said, producer)
    facets: Dict[str, Any] = {
        "subset": {
            "_producer": producer,
            "_schemaURL": _SUBSET,
            f"{side}Condition": {
                "type": "partition",
                "partitions": [{"identifier": p.text, "dimensions": dict(p.parts)} for p in cut],
            },
        }
    }
    if any(p.says_more for p in cut):
        facets["headwater_partitions"] = {
            "_producer": producer,
            "_schemaURL": _OWN + "HeadwaterPartitionsDatasetFacet.json",
            "partitions": [_own(p) for p in cut],
        }
    said[f"{side}Facets"] = facets
    return said


def _version_of_all(whole: Partition, said: Dict[str, Any], producer: str) -> Dict[str, Any]:
    if whole.data_version is not None:
        said.setdefault("facets", {})["version"] = {
            "_producer": producer,
            "_schemaURL": "https://openlineage.io/spec/facets/1-0-1/DatasetVersionDatasetFacet.json",
            "datasetVersion": whole.data_version,
        }
    return said


def _own(partition: Partition) -> Dict[str, Any]:
    said: Dict[str, Any] = {"key": dict(partition.parts)}
    if partition.data_version is not None:
        said["dataVersion"] = partition.data_version
    if partition.rows is not None:
        said["rows"] = partition.rows
    if partition.size_bytes is not None:
        said["bytes"] = partition.size_bytes
    return said


class Run:
    """A run that is reported from its start to its end.

        with Run(client, job, inputs=[...], outputs=[Dataset(id, keys)]) as run:
            ...
            run.wrote(id, [Partition(key, data_version=digest)])

    START is sent on entering with what is to be read and written, COMPLETE on leaving, FAIL on an
    exception, which goes on. `lease`: the token of the lease that the run is part of. Not to be
    used from two threads at once. What a with block was told by `wrote` replaces, for that
    dataset, what was announced.
    """

    def __init__(
        self,
        client: "Client",
        job: NameLike,
        inputs: Sequence[Dataset] = (),
        outputs: Sequence[Dataset] = (),
        run_id: Optional[str] = None,
        code_version: Optional[str] = None,
        lease: Optional[str] = None,
    ) -> None:
        self.run_id = run_id or str(uuid.uuid4())
        self._client = client
        self._job = _name(job)
        self._inputs = list(inputs)
        self._outputs = list(outputs)
        self._wrote: Dict[Name, List[Union[Partition, Key]]] = {}
        self._code_version = code_version
        self._lease = lease

    def __enter__(self) -> "Run":
        self.start()
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        if error is None:
            self.complete()
        else:
            self.fail(f"{type(error).__name__}: {error}")

    def wrote(self, dataset: NameLike, partitions: Sequence[Union[Partition, Key]]) -> None:
        """Says what was really written of a dataset; may be called again for more of it."""
        self._wrote.setdefault(_name(dataset), []).extend(partitions)

    def start(self) -> Receipt:
        return self._send("START", self._outputs, None)

    def complete(self) -> Receipt:
        """With all that was announced, or what `wrote` said of a dataset instead."""
        outputs = [
            Dataset(o.name, self._wrote.get(_name(o.name), o.partitions), o.facets)
            for o in self._outputs
        ]
        announced = {_name(output.name) for output in self._outputs}
        outputs += [Dataset(n, p) for n, p in self._wrote.items() if n not in announced]
        return self._send("COMPLETE", outputs, None)

    def fail(self, message: str) -> Receipt:
        return self._send("FAIL", self._outputs, message)

    def _send(self, event_type: str, outputs: Sequence[Dataset], why: Optional[str]) -> Receipt:
        return self._client.emit(
            run_event(
                event_type,
                self._job,
                self.run_id,
                self._inputs,
                outputs,
                code_version=self._code_version,
                message=why,
                lease=self._lease,
            )
        )
