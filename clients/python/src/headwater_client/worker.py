"""Worker: takes leases of a plan, runs a handler for each, reports, until the plan has ended.

    def handler(lease):
        for key in lease.keys:
            lease.check()
            ...

    summary = Worker(client, name="worker-1").run(plan_id, handler, concurrency=4)

Life of a run():

    working --(plan done or cancelled)-------------------> ended
       |----(stop(), first signal)----> draining: what is held is finished, nothing more is taken
       |                                   |--(second signal)--> check() raises Released
       |----(server away longer than patience_s)-> what is held is finished, then the error

A server that restarts meanwhile is waited for: leases outlive it. A plan that is paused, or a draft
that nobody has approved (again), is waited for without end.
"""

from __future__ import annotations

import logging
import os
import random
import signal
import socket
import threading
import time
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Callable, Dict, List, Optional, Sequence

from .client import Client
from .errors import ConnectionFailed, HeadwaterError, LeaseLost, Unavailable
from .lease import Lease, Released

Handler = Callable[[Lease], Any]

_MAX_POLL_S = 30.0


def worker_name() -> str:
    """HOST-PROCESS: who holds a lease, for people."""
    return f"{socket.gethostname()}-{os.getpid()}"


@dataclass
class Summary:
    """What became of the leases. `state`: the plan's, as last heard."""

    state: str = ""
    completed: int = 0
    partial: int = 0
    failed: int = 0
    released: int = 0
    lost: int = 0
    partitions: int = 0  # that were reported as done
    stopped: bool = False  # by stop() or a signal, before the plan's end
    failures: List[str] = field(default_factory=list)  # the first hundred, in words

    @property
    def ended(self) -> bool:
        return self.state in ("done", "cancelled")


class Worker:
    """`name`: who holds the leases; each run of a Worker may have several at once.

    `patience_s`: how long a server that is away is waited for. `poll_s`: how often, at most, it is
    asked while it is away or the plan waits for somebody. One run() at a time.
    """

    def __init__(
        self,
        client: Client,
        name: Optional[str] = None,
        patience_s: float = 300.0,
        poll_s: float = 2.0,
    ) -> None:
        self.client = client
        self.name = name or worker_name()
        self.patience_s = patience_s
        self.poll_s = poll_s
        self.log = logging.getLogger("headwater_client.worker")
        self._stopping = threading.Event()
        self._hurried = threading.Event()

    def stop(self, hurry: bool = False) -> None:
        """Takes no more leases; what is held is finished. `hurry`: and check() raises Released, so
        that handlers which call it give back what they have not done. From any thread, or a
        signal handler."""
        if hurry:
            self._hurried.set()
        self._stopping.set()

    def run(
        self,
        plan_id: str,
        handler: Handler,
        concurrency: int = 1,
        jobs: Optional[Sequence[str]] = None,
        max_partitions: Optional[int] = None,
        lease_ms: Optional[int] = None,
        handle_signals: Optional[bool] = None,
    ) -> Summary:
        """Until the plan has ended, or stop(). `handler` gets a Lease whose heartbeat is running;
        it marks partitions done or failed, or returns, which says that all are done; what it raises
        is reported as the failure of what it has not marked. `handle_signals`: SIGTERM and SIGINT
        are stop(); by default if this is the main thread."""
        if concurrency < 1:
            raise ValueError("concurrency must be at least 1")
        self._stopping.clear()
        self._hurried.clear()
        options = {"jobs": jobs, "max_partitions": max_partitions, "lease_ms": lease_ms}
        crew = _Crew(self, plan_id, handler, options)
        if handle_signals is None:
            handle_signals = threading.current_thread() is threading.main_thread()
        restore = self._take_signals() if handle_signals else {}
        try:
            crew.work(concurrency)
        finally:
            for number, before in restore.items():
                signal.signal(number, before)
        if crew.error is not None:
            raise crew.error
        return crew.summary

    def _take_signals(self) -> Dict[int, Any]:
        def on_signal(number: int, frame: Optional[FrameType]) -> None:
            self.stop(hurry=self._stopping.is_set())

        return {n: signal.signal(n, on_signal) for n in (signal.SIGTERM, signal.SIGINT)}


class _Crew:
    """The threads of one run()."""

    def __init__(
        self, worker: Worker, plan_id: str, handler: Handler, options: Dict[str, Any]
    ) -> None:
        self.summary = Summary()
        self.error: Optional[BaseException] = None
        self._worker = worker
        self._plan_id = plan_id
        self._handler = handler
        self._options = options
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._news = threading.Event()  # something was reported: there may be more to take
        self._away_since: Optional[float] = None

    def work(self, concurrency: int) -> None:
        threads = [
            threading.Thread(target=self._loop, name=f"{self._worker.name}-{i + 1}", daemon=True)
            for i in range(concurrency)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(timeout=0.2)  # in pieces, so that signals are seen
        self.summary.stopped = self._worker._stopping.is_set() and not self.summary.ended

    def _loop(self) -> None:
        try:
            while not self._worker._stopping.is_set() and not self._ended.is_set():
                lease = self._take()
                if lease is not None:
                    self._hold(lease)
                    self._news.set()
        except BaseException as error:  # the thread's last chance to be heard
            with self._lock:
                self.error = self.error or error
            self._end()

    def _take(self) -> Optional[Lease]:
        self._news.clear()
        try:
            page, leases = self._worker.client.ask(
                self._plan_id, self._worker.name, 1, **self._options
            )
        except (ConnectionFailed, Unavailable) as error:
            self._wait_for_server(error)
            return None
        with self._lock:
            self._away_since = None
            news = page.state != self.summary.state
            self.summary.state = page.state or self.summary.state
        if leases:
            return leases[0]
        if self.summary.ended:
            self._end()
            return None
        if news and page.state in ("draft", "paused"):
            self._worker.log.warning("Plan %s is %s: waiting.", self._plan_id, page.state)
        self._rest(page.retry_after_ms)
        return None

    def _end(self) -> None:
        self._ended.set()
        self._news.set()

    def _rest(self, retry_after_ms: Optional[int]) -> None:
        longest_s = self._worker.poll_s if retry_after_ms is None else retry_after_ms / 1000
        self._pause(min(longest_s, _MAX_POLL_S) * random.uniform(0.5, 1.0))

    def _wait_for_server(self, error: HeadwaterError) -> None:
        now = time.monotonic()
        with self._lock:
            if self._away_since is None:
                self._away_since = now
            away_s = now - self._away_since
        if away_s > self._worker.patience_s:
            raise error
        self._worker.log.warning("The server is away, waiting: %s", error)
        self._pause(self._worker.poll_s * random.uniform(0.1, 1.0))

    def _pause(self, seconds: float) -> None:
        """Until then, or until there is news, or an end."""
        until = time.monotonic() + seconds
        while not self._worker._stopping.is_set():
            left_s = until - time.monotonic()
            if left_s <= 0 or self._news.wait(min(left_s, 0.2)):
                return

    def _hold(self, lease: Lease) -> None:
        lease.interrupt_when(self._worker._hurried)
        try:
            with lease:
                self._handler(lease)
        except LeaseLost as error:
            self._note("lost", lease, error)
        except Released as error:
            self._note("released", lease, error)
        except Exception as error:  # the handler's own, mostly: reported, and not this loop's end
            # What could not be reported is as good as lost: it expires and is handed out again.
            self._note("failed" if lease.settled else "lost", lease, error)
        else:
            self._note("failed" if lease.failed_keys else "completed", lease, None)

    def _note(self, what: str, lease: Lease, error: Optional[BaseException]) -> None:
        done = lease.reported_done
        if what == "failed" and done:
            what = "partial"
        with self._lock:
            setattr(self.summary, what, getattr(self.summary, what) + 1)
            self.summary.partitions += len(done)
            if error is not None and len(self.summary.failures) < 100:
                self.summary.failures.append(f"{lease!r}: {type(error).__name__}: {error}")
        if error is not None:
            self._worker.log.warning("%s: %r: %s: %s", what, lease, type(error).__name__, error)
