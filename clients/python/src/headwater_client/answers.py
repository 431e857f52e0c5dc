"""What the server answers, typed. All values are immutable.

Members that this version of the package does not know are in `extra`. Durations are milliseconds,
amounts millionths of their currency, moments datetimes in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Dict, List, Mapping, Optional

from .decoding import Decoded

PLAN_STATES = ("draft", "approved", "executing", "paused", "cancelled", "done")
ENDED = ("cancelled", "done")


@dataclass(frozen=True)
class Counts(Decoded):
    """Partitions by verdict. `stale` is what is stale for certain; `stale_lower` to `stale_upper`
    is what may have to be run, since what lies downstream is known only afterwards."""

    present: int = 0
    missing: int = 0
    orphaned: int = 0
    current: int = 0
    stale: int = 0
    unknown: int = 0
    by_code: int = 0
    by_inputs: int = 0
    deferred: int = 0
    maybe: int = 0
    running: int = 0
    failed: int = 0
    unrecoverable: int = 0
    stale_lower: int = 0
    stale_upper: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Range(Decoded):
    """Partitions from one key to another, both included, of one lane."""

    first: str = ""
    last: str = ""
    count: int = 0
    status: Optional[str] = None
    lane: Optional[int] = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DatasetStaleness(Decoded):
    node_id: str
    counts: Counts = Counts()
    ranges: List[Range] = field(default_factory=list)
    ranges_more: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Staleness(Decoded):
    """`complete` False: there is more, and `cut` says why it is not here."""

    totals: Counts
    seq: Optional[int] = None
    evaluated_at: Optional[datetime] = None
    complete: bool = True
    cut: Any = None
    environment: Optional[str] = None
    datasets: List[DatasetStaleness] = field(default_factory=list)
    next: Optional[str] = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Change(Decoded):
    """`node_id`: the job of a change of code, the dataset of a change of data. `columns` None: the
    producer does not say which, so all of them. `affected`, `unaffected`: of a single one."""

    id: str
    kind: str = ""
    node_id: str = ""
    job: Optional[str] = None
    at: Optional[datetime] = None
    seq: Optional[int] = None
    from_: Any = None
    to: Any = None
    columns: Optional[List[str]] = None
    run: Optional[str] = None
    ranges: List[Range] = field(default_factory=list)
    makes_stale: Any = None
    decision: Any = None
    affected: List[DatasetStaleness] = field(default_factory=list)
    unaffected: List[str] = field(default_factory=list)
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ChangePage(Decoded):
    changes: List[Change] = field(default_factory=list)
    total: Optional[int] = None
    seq: Optional[int] = None
    evaluated_at: Optional[datetime] = None
    complete: bool = True
    cut: Any = None
    next: Optional[str] = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Decided(Decoded):
    """The record of a decision. `decision` is None where one was revoked."""

    seq: int
    decision: Any = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Estimate(Decoded):
    """Percentiles of what like work took before; None: nothing to go by."""

    p50: Optional[int] = None
    p90: Optional[int] = None
    samples: int = 0
    basis: Optional[str] = None
    currency: Optional[str] = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PlanTotals(Decoded):
    """`lower`, `expected`, `upper`: partitions that will really be run."""

    tasks: int = 0
    waves: int = 0
    partitions: int = 0
    datasets: int = 0
    run: int = 0
    reuse: int = 0
    skip: int = 0
    definite: int = 0
    maybe: int = 0
    duration_ms: Estimate = Estimate()
    cost_micros: Estimate = Estimate()
    lower: int = 0
    expected: float = 0
    upper: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Progress(Decoded):
    """Partitions of a plan or of a task, by what became of them."""

    done: int = 0
    skipped: int = 0
    running: int = 0
    failed: int = 0
    blocked: int = 0
    pending: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Waiting(Decoded):
    """Pending partitions that the wait policies of mappings hold back: for want of inputs, and for
    a quiet period, of which the first ends at `until`."""

    inputs: int = 0
    quiet: int = 0
    until: Optional[datetime] = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CriticalPath(Decoded):
    duration_ms: Estimate = Estimate()
    tasks: List[int] = field(default_factory=list)
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Wave(Decoded):
    wave: int
    tasks: int = 0
    partitions: int = 0
    duration_ms: Estimate = Estimate()
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class LeftOut(Decoded):
    """What is not in the plan, and why."""

    node_id: str
    ranges: List[Range] = field(default_factory=list)
    reason: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PlanWarning(Decoded):
    node_id: Optional[str] = None
    code: str = ""
    message: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan(Decoded):
    """A dry run has no id. A plan that has grown beyond its tolerance is a draft again, and waits
    for another approval."""

    state: str
    id: str = ""
    name: str = ""
    author: str = ""
    reason: str = ""
    created_at: Optional[datetime] = None
    updated_at: Optional[datetime] = None
    seq: Optional[int] = None
    pinned: Any = None
    environment: Optional[str] = None
    options: Dict[str, Any] = field(default_factory=dict)
    totals: PlanTotals = PlanTotals()
    critical_path: CriticalPath = CriticalPath()
    waves: List[Wave] = field(default_factory=list)
    progress: Progress = Progress()
    waiting: Waiting = Waiting()
    left_out: List[LeftOut] = field(default_factory=list)
    unrecoverable: List[LeftOut] = field(default_factory=list)
    warnings: List[PlanWarning] = field(default_factory=list)
    complete: bool = True
    cut: Any = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        return self.state in ENDED


@dataclass(frozen=True)
class PlanPage(Decoded):
    plans: List[Plan] = field(default_factory=list)
    next: Optional[str] = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class HeldLease(Decoded):
    """A lease as a task shows it: whose it is."""

    token: str
    worker: str = ""
    first: str = ""
    last: str = ""
    expires_at: Optional[datetime] = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TaskWait(Decoded):
    """What partitions of a task wait for: `for_` is "inputs" or "quiet"."""

    for_: str = "inputs"
    node_id: str = ""
    partitions: int = 0
    first: str = ""
    until: Optional[datetime] = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Task(Decoded):
    task: int
    wave: int = 1
    node_id: str = ""
    job: Optional[str] = None
    action: str = "run"
    first: str = ""
    last: str = ""
    count: int = 0
    definite: bool = True
    reason: str = ""
    sequential: bool = False
    upstream: List[int] = field(default_factory=list)
    duration_ms: Estimate = Estimate()
    cost_micros: Estimate = Estimate()
    deadline: Optional[datetime] = None
    probability: Optional[float] = None
    state: str = "pending"
    progress: Progress = Progress()
    waiting: List[TaskWait] = field(default_factory=list)
    attempts: int = 0
    leases: List[HeldLease] = field(default_factory=list)
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TaskPage(Decoded):
    tasks: List[Task] = field(default_factory=list)
    next: Optional[str] = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Grant(Decoded):
    """A lease as it was given: partitions that one worker may run until `expires_at`.

    `desired`: the fingerprint that the partitions have once they were run, for idempotent sinks.
    """

    token: str
    plan: str
    task: Optional[int] = None
    node_id: str = ""
    job: Optional[str] = None
    first: str = ""
    last: str = ""
    keys: List[str] = field(default_factory=list)
    count: int = 0
    attempt: int = 1
    expires_at: Optional[datetime] = None
    environment: Optional[str] = None
    desired: Any = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class GrantPage(Decoded):
    """`leases` empty: nothing to hand out now; ask again in `retry_after_ms`, unless the plan's
    `state` says that it has ended."""

    leases: List[Grant] = field(default_factory=list)
    state: str = ""
    remaining: Optional[int] = None
    retry_after_ms: Optional[int] = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Receipt(Decoded):
    """What became of an event."""

    seq: Optional[int] = None
    status: str = ""
    event_kind: Optional[str] = None
    facets_used: List[Any] = field(default_factory=list)
    facets_kept: List[Any] = field(default_factory=list)
    warnings: List[Any] = field(default_factory=list)
    extra: Mapping[str, Any] = field(default_factory=dict)
