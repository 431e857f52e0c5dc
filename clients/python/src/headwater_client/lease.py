"""A lease while it is held: heartbeats, partial success, the report at its end.

States, and what moves between them:

    held --(the server says so, or it expired unheard)--> lost      nothing may be reported
    held --(complete, fail, release, or leaving `with`)--> settled  reported once
    held --(run events said what became of all of it)----> answered nothing is left to be kept; the
                                                           report is taken and changes nothing

Thread-safety: everything may be called from any thread.
"""

from __future__ import annotations

import re
import threading
import time
from datetime import datetime, timezone
from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Optional, Sequence, Set, Tuple, Type

from .answers import Grant
from .errors import ApiError, HeadwaterError, LeaseLost
from .events import Dataset, NameLike, Run

if TYPE_CHECKING:
    from .client import Client

_MAX_MESSAGE = 2000
_BEATS_PER_LEASE = 3
_MIN_PAUSE_S = 0.02
_MAX_PAUSE_S = 3600.0  # however long a lease is: threads cannot wait for centuries
_UNKNOWN_LENGTH_S = 60.0


class Released(HeadwaterError):
    """Raise it in a handler to give the lease back without blame: no attempt is counted."""


class Lease:
    """Partitions that this worker alone may run, until they are reported or the lease is lost.

        with lease:
            for key in lease.keys:
                lease.check()          # raises LeaseLost: stop
                make(key)
                lease.done(key)

    Entering starts a thread that keeps the lease alive, three times within its length. Leaving
    reports: without an exception everything that was not marked failed is done; with one, what was
    marked done is done and the rest has failed. `Released`, KeyboardInterrupt and SystemExit give
    back what is not done. After a loss nothing is reported and LeaseLost is raised, also if the
    block ended well, since its result does not count.

    `fence` grows from lease to lease of a server: a sink that refuses a smaller one than it has
    seen is safe even from a worker that was asleep when its lease expired.
    """

    def __init__(
        self,
        client: "Client",
        grant: Grant,
        length_s: float,
        lease_ms: Optional[int] = None,
        clock: Callable[[], float] = time.monotonic,
        asked_at: Optional[float] = None,
    ) -> None:
        """`length_s`: to its expiry, from `asked_at` on `clock`, before it was asked for."""
        self.grant = grant
        self._client = client
        self._lease_ms = lease_ms
        self._clock = clock
        self._lock = threading.Lock()
        self._length_s = length_s
        self._expires = (clock() if asked_at is None else asked_at) + length_s
        self._lost: Optional[LeaseLost] = None
        self._settled = False
        self._done: Set[str] = set()
        self._failed: Dict[str, str] = {}
        self._stop = threading.Event()
        self._thread: Optional[threading.Thread] = None
        self._on_lost: List[Callable[[], None]] = []
        self._interrupt: Optional[threading.Event] = None
        self._reported_done: List[str] = []
        self.run_id: Optional[str] = None  # of the run that made the partitions, if there is one

    # ---- what it is ----

    @property
    def token(self) -> str:
        return self.grant.token

    @property
    def keys(self) -> List[str]:
        return self.grant.keys

    @property
    def node_id(self) -> str:
        return self.grant.node_id

    @property
    def job(self) -> Optional[str]:
        return self.grant.job

    @property
    def fence(self) -> Tuple[int, ...]:
        return tuple(int(digits) for digits in re.findall(r"\d+", self.token))

    @property
    def lost(self) -> bool:
        with self._lock:
            return self._find_lost() is not None

    @property
    def settled(self) -> bool:
        with self._lock:
            return self._settled

    @property
    def failed_keys(self) -> List[str]:
        with self._lock:
            return sorted(self._failed)

    @property
    def reported_done(self) -> List[str]:
        """What the server was told is done; empty before the report, and if it failed."""
        with self._lock:
            return list(self._reported_done)

    def __repr__(self) -> str:
        return f"Lease({self.token}, {self.node_id}, {self.grant.first}..{self.grant.last})"

    # ---- while it is held ----

    def check(self) -> None:
        """Raises LeaseLost if it is. To be called before anything that others can see. Raises
        Released if the worker was told to hurry to its end."""
        self._check_lost()
        if self._interrupt is not None and self._interrupt.is_set():
            raise Released("the worker is stopping")

    def interrupt_when(self, event: threading.Event) -> None:
        """From when `event` is set on, check() raises Released."""
        self._interrupt = event

    def done(self, *keys: str) -> None:
        """Marks partitions as made. Nothing is sent before the end."""
        self._known(keys)
        with self._lock:
            self._done.update(keys)
            for key in keys:
                self._failed.pop(key, None)

    def failed(self, key: str, message: str = "") -> None:
        """Marks one partition as failed; the others go on."""
        self._known((key,))
        with self._lock:
            self._failed[key] = message
            self._done.discard(key)

    def on_lost(self, call: Callable[[], None]) -> None:
        """Calls it once if the lease is lost, from the heartbeat's thread, so that a process that
        cannot call check() can be ended."""
        with self._lock:
            if self._lost is None:
                self._on_lost.append(call)
                return
        call()

    def report(
        self,
        inputs: Sequence[Dataset] = (),
        code_version: Optional[str] = None,
        job: Optional[NameLike] = None,
        run_id: Optional[str] = None,
        keys: Optional[Sequence[str]] = None,
    ) -> Run:
        """A Run of the lease's job that writes the lease's partitions, or these `keys` of them,
        reported as OpenLineage events when used as a context manager. A run that fails has written
        nothing, so where partitions are made one by one, each is best a run of its own."""
        name = job or self.job
        if not name:
            raise ValueError("the server does not know the job of this lease: give report(job=...)")
        run = Run(
            self._client,
            name,
            inputs,
            [Dataset(self.node_id, list(self.keys if keys is None else keys))],
            run_id=run_id or self.run_id,
            code_version=code_version,
            lease=self.token,
        )
        self.run_id = run.run_id
        return run

    def heartbeat(self) -> None:
        """Keeps the lease. The with block does it by itself."""
        asked = self._clock()
        try:
            length_s = self._client._beat(
                self.grant.plan, self.token, self._lease_ms, self._left_s(asked)
            )
        except ApiError as error:
            if isinstance(error, LeaseLost) or error.status in (404, 409):
                raise self._lose(_as_lost(error)) from None
            raise
        if length_s is None:
            return self._answered()
        with self._lock:
            self._length_s = length_s
            self._expires = asked + length_s

    # ---- its end ----

    def complete(self, run_id: Optional[str] = None, message: Optional[str] = None) -> Any:
        """Reports what is not marked failed as done, and what is as failed."""
        with self._lock:
            failed = sorted(self._failed)
            reasons = [reason for reason in self._failed.values() if reason]
        done = [key for key in self.keys if key not in set(failed)]
        state = "completed" if done or not failed else "failed"
        return self._settle(state, done, failed, run_id, message or "; ".join(reasons) or None)

    def fail(self, message: str, run_id: Optional[str] = None) -> Any:
        """Reports what is marked done as done, and the rest as failed."""
        with self._lock:
            done = [key for key in self.keys if key in self._done]
        failed = [key for key in self.keys if key not in set(done)]
        return self._settle("failed", done, failed, run_id, message)

    def release(self, message: Optional[str] = None) -> Any:
        """Gives back what is not marked done, without blame."""
        with self._lock:
            done = [key for key in self.keys if key in self._done]
            failed = sorted(self._failed)
        return self._settle("released", done, failed, None, message)

    def __enter__(self) -> "Lease":
        self._check_lost()
        self._thread = threading.Thread(
            target=self._beat_on, name=f"heartbeat-{self.token}", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        try:
            if not self.settled:
                self._report_end(error)
        finally:
            self._end_beats()

    # ---- inside ----

    def _report_end(self, error: Optional[BaseException]) -> None:
        if isinstance(error, LeaseLost):
            self._lose(error)
        elif error is None:
            self.complete()
        else:
            self._report_error(error)

    def _report_error(self, error: BaseException) -> None:
        # The block's own exception is what the caller must see; a report that fails too does not
        # hide it: the lease expires, and the server hands its partitions out again.
        try:
            if isinstance(error, (Released, KeyboardInterrupt, SystemExit)):
                self.release(str(error) or type(error).__name__)
            else:
                self.fail(f"{type(error).__name__}: {error}")
        except HeadwaterError as second:
            self._client.log.warning("%r: its failure could not be reported: %s", self, second)

    def _settle(
        self,
        state: str,
        done: Sequence[str],
        failed: Sequence[str],
        run_id: Optional[str],
        message: Optional[str],
    ) -> Any:
        self._check_lost()
        with self._lock:
            if self._settled:
                raise HeadwaterError(f"{self!r} was reported already.")
            self._settled = True
        try:
            answer = self._client._complete(
                self.grant.plan,
                self.token,
                state,
                done,
                failed,
                run_id or self.run_id,
                message[:_MAX_MESSAGE] if message else None,
            )
        except HeadwaterError as error:
            with self._lock:
                self._settled = False
            if isinstance(error, LeaseLost):
                self._lose(error)
            raise
        with self._lock:
            self._reported_done = list(done)
        self._end_beats()
        return answer

    def _check_lost(self) -> None:
        with self._lock:
            lost = self._find_lost()
        if lost is not None:
            raise lost

    def _known(self, keys: Sequence[str]) -> None:
        for key in keys:
            if key not in self.keys:
                raise ValueError(f"{key!r} is not a partition of {self!r}")

    def _find_lost(self) -> Optional[LeaseLost]:
        if self._lost is None and not self._settled and self._clock() >= self._expires:
            self._lost = LeaseLost(
                0, "lease-lost", f"No heartbeat of {self!r} came through before it expired."
            )
        return self._lost

    def _lose(self, error: LeaseLost) -> LeaseLost:
        with self._lock:
            if self._lost is None:
                self._lost = error
            calls, self._on_lost = self._on_lost, []
        self._stop.set()
        for call in calls:
            call()
        return error

    def _answered(self) -> None:
        """No heartbeats are needed; what the block reports at its end is known already."""
        with self._lock:
            self._expires = float("inf")
        self._stop.set()

    def _beat_on(self) -> None:
        failures = 0
        while not self._stop.wait(self._pause_s(failures)):
            try:
                self._check_lost()
                self.heartbeat()
                failures = 0
            except LeaseLost as error:
                self._lose(error)
                return
            except HeadwaterError as error:
                failures += 1
                self._client.log.warning("%r: a heartbeat failed: %s", self, error)

    def _left_s(self, now: float) -> float:
        with self._lock:
            return max(_MIN_PAUSE_S, self._expires - now)

    def _pause_s(self, failures: int) -> float:
        with self._lock:
            left_s = self._expires - self._clock()
            usual_s = self._length_s / _BEATS_PER_LEASE
        if failures == 0:
            return max(_MIN_PAUSE_S, min(usual_s, left_s, _MAX_PAUSE_S))
        # Several more tries before it expires, each after a part of the time that is left.
        return max(_MIN_PAUSE_S, min(usual_s / 4, left_s, _MAX_PAUSE_S))

    def _end_beats(self) -> None:
        self._stop.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=self._client.timeout_s)


def length_s(
    expires_at: Optional[datetime], server_now: Optional[datetime], lease_ms: Optional[int]
) -> float:
    """How long a lease lasts, by the server's clock, never more than it really does: the two
    machines' clocks may differ. `server_now` is cut to the second. `lease_ms` was asked for, and
    counts if the server did not shorten it."""
    asked_s = None if lease_ms is None else lease_ms / 1000
    if expires_at is None:
        return asked_s if asked_s is not None else _UNKNOWN_LENGTH_S
    now = server_now or datetime.now(timezone.utc)
    at_most_s = (expires_at - now).total_seconds()
    if asked_s is not None and asked_s <= at_most_s:
        return asked_s
    return max(at_most_s - 1.0, at_most_s / 2, 0.0)


def _as_lost(error: ApiError) -> LeaseLost:
    if isinstance(error, LeaseLost):
        return error
    return LeaseLost(error.status, "lease-lost", error.detail, error.members)
