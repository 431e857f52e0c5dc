"""Client: the questions of a scheduler, and what it reports.

    client = Client("http://127.0.0.1:8080", author="nightly")
    print(client.staleness().totals.stale)
    plan = client.create_plan(name="after the fix", scope=["dataset:warehouse:mart.orders"])
    client.approve(plan.id)
    for lease in client.lease(plan.id, worker="worker-1"):
        with lease:
            ...

Names of parameters and members are those of the API (docs/api.md); what an answer has beyond what
is typed here is in its `extra`. Thread-safety: a Client may be used from any thread. Errors: see
errors.py; a call returns only what the server has made durable.
"""

from __future__ import annotations

import logging
import os
import ssl
import time
import urllib.parse
import uuid
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, Union

from .answers import (
    Change,
    ChangePage,
    Decided,
    Grant,
    GrantPage,
    Plan,
    PlanPage,
    Receipt,
    Staleness,
    Task,
    TaskPage,
)
from .decoding import parse_moment
from .errors import BadAnswer, Conflict, LeaseLost
from .lease import Lease, length_s
from .transport import NO_RETRY, Query, Retry, Transport

Texts = Union[str, Sequence[str]]


class Client:
    """`author`: who decides, for the calls that are decisions; each takes another. `retry`: see
    Retry. Without `url` and `api_key`: HEADWATER_URL, HEADWATER_API_KEY."""

    def __init__(
        self,
        url: Optional[str] = None,
        api_key: Optional[str] = None,
        timeout_s: float = 30.0,
        retry: Retry = Retry(),  # noqa: B008, it is immutable
        author: Optional[str] = None,
        ssl_context: Optional[ssl.SSLContext] = None,
        user_agent: str = "headwater-client/0.1",
    ) -> None:
        self.author = author or os.environ.get("HEADWATER_AUTHOR")
        self.timeout_s = timeout_s
        self.log = logging.getLogger("headwater_client")
        self.transport = Transport(
            url or os.environ.get("HEADWATER_URL") or "http://127.0.0.1:8080",
            api_key or os.environ.get("HEADWATER_API_KEY"),
            timeout_s,
            retry,
            ssl_context,
            user_agent,
        )

    @property
    def url(self) -> str:
        return self.transport.base

    # ---- anything ----

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of any GET below /api/v1, for what has no method here."""
        return self.transport.call("GET", path, query).body

    def send(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """The JSON of any other call below /api/v1; not sent twice if it is a POST."""
        return self.transport.call(method, path, query, body).body

    # ---- what is to be run ----

    def staleness(
        self,
        node_id: Optional[str] = None,
        scope: Optional[str] = None,
        environment: Optional[str] = None,
        status: Optional[Texts] = None,
        ranges: Optional[bool] = None,
        max_ranges: Optional[int] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        min_seq: Optional[int] = None,
        wait_ms: Optional[int] = None,
    ) -> Staleness:
        """What is not as a run of now would make it; one page of datasets, upstream first.
        `node_id`: a dataset, or a job for what it writes; else everything. `scope`: node, or all
        downstream or upstream of it. `min_seq`: of a receipt that must have been seen."""
        query: Query = {
            "nodeId": node_id,
            "scope": scope,
            "environment": environment,
            "status": _texts(status),
            "ranges": ranges,
            "max_ranges": max_ranges,
            "limit": limit,
            "cursor": cursor,
            "min_seq": min_seq,
            "wait_ms": wait_ms,
        }
        return Staleness.from_json(self._object("GET", "/staleness", query))

    def changes(
        self,
        status: Optional[str] = None,
        kind: Optional[str] = None,
        node_id: Optional[str] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
    ) -> ChangePage:
        """Changes of code and data, one page. `status`: open, decided or all."""
        query: Query = {
            "status": status,
            "kind": kind,
            "nodeId": node_id,
            "limit": limit,
            "cursor": cursor,
        }
        return ChangePage.from_json(self._object("GET", "/changes", query))

    def all_changes(self, **filters: Any) -> Iterator[Change]:
        """Changes of all pages."""
        return _all(lambda cursor: _page(self.changes(cursor=cursor, **filters), "changes"))

    def change(self, change_id: str) -> Change:
        """One change, with what it affects."""
        return Change.from_json(self._object("GET", f"/changes/{_quote(change_id)}"))

    def decide(
        self,
        change_id: str,
        verdict: str,
        reason: Optional[str] = None,
        dataset: Optional[str] = None,
        first: Optional[str] = None,
        last: Optional[str] = None,
        from_: Optional[str] = None,
        until: Optional[str] = None,
        author: Optional[str] = None,
    ) -> Decided:
        """`verdict`: material, immaterial, forward_only (`from_` a partition on) or defer (`until`
        a moment). `dataset`, `first`, `last`: of these partitions only."""
        body = _given(
            verdict=verdict,
            reason=reason,
            dataset=dataset,
            first=first,
            last=last,
            until=until,
            author=self._author(author),
        )
        if from_ is not None:
            body["from"] = from_
        path = f"/changes/{_quote(change_id)}/decision"
        return Decided.from_json(self._object("POST", path, body=body))

    def revoke(
        self, change_id: str, reason: Optional[str] = None, author: Optional[str] = None
    ) -> Decided:
        """Takes the decision on a change back, as if it had never been."""
        query: Query = {"author": self._author(author), "reason": reason}
        path = f"/changes/{_quote(change_id)}/decision"
        return Decided.from_json(self._object("DELETE", path, query))

    # ---- plans ----

    def create_plan(
        self,
        name: Optional[str] = None,
        scope: Optional[Sequence[str]] = None,
        direction: Optional[str] = None,
        changes: Optional[Sequence[str]] = None,
        include: Optional[Sequence[str]] = None,
        until: Optional[str] = None,
        budget: Optional[Mapping[str, int]] = None,
        environment: Optional[str] = None,
        dry_run: bool = False,
        reason: Optional[str] = None,
        author: Optional[str] = None,
        **more: Any,
    ) -> Plan:
        """A draft; with `dry_run` it is worked out and not kept. `scope`: ids of datasets, or of
        jobs for what they write, with what lies `direction` (none, downstream, upstream) of them.
        `more`: what else POST /plans takes, such as max_attempts or lease_ms.

        Not sent again after a broken connection: ConnectionFailed.maybe_done then, and plans()
        shows whether it is there.
        """
        body = _given(
            name=name,
            changes=_list(changes),
            include=_list(include),
            until=until,
            budget=budget,
            environment=environment,
            reason=reason,
            author=self._author(author),
            **more,
        )
        if scope is not None or direction is not None:
            body["scope"] = _given(nodeIds=_list(scope), direction=direction)
        if dry_run:
            body["dry_run"] = True
        return Plan.from_json(self._object("POST", "/plans", body=body, repeatable=dry_run))

    def plan(self, plan_id: str) -> Plan:
        return Plan.from_json(self._object("GET", f"/plans/{_quote(plan_id)}"))

    def plans(
        self,
        state: Optional[str] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
    ) -> PlanPage:
        """One page, the newest first."""
        query: Query = {"state": state, "limit": limit, "cursor": cursor}
        return PlanPage.from_json(self._object("GET", "/plans", query))

    def tasks(
        self,
        plan_id: str,
        state: Optional[str] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
    ) -> TaskPage:
        """Tasks of a plan, one page."""
        query: Query = {"state": state, "limit": limit, "cursor": cursor}
        return TaskPage.from_json(self._object("GET", f"/plans/{_quote(plan_id)}/tasks", query))

    def all_tasks(self, plan_id: str, state: Optional[str] = None) -> Iterator[Task]:
        """Tasks of all pages."""
        return _all(lambda cursor: _page(self.tasks(plan_id, state, cursor=cursor), "tasks"))

    def approve(
        self, plan_id: str, reason: Optional[str] = None, author: Optional[str] = None
    ) -> Plan:
        return self._move(plan_id, "approve", reason, author)

    def pause(
        self, plan_id: str, reason: Optional[str] = None, author: Optional[str] = None
    ) -> Plan:
        """Nothing more is handed out; leases that are held may be reported."""
        return self._move(plan_id, "pause", reason, author)

    def resume(
        self, plan_id: str, reason: Optional[str] = None, author: Optional[str] = None
    ) -> Plan:
        return self._move(plan_id, "resume", reason, author)

    def cancel(
        self, plan_id: str, reason: Optional[str] = None, author: Optional[str] = None
    ) -> Plan:
        return self._move(plan_id, "cancel", reason, author)

    def retry(
        self,
        plan_id: str,
        tasks: Optional[Sequence[int]] = None,
        reason: Optional[str] = None,
        author: Optional[str] = None,
    ) -> Plan:
        """What has failed for good is tried again; of these tasks only, if any are named."""
        numbers = None if tasks is None else list(tasks)
        body = _given(author=self._author(author), reason=reason, tasks=numbers)
        return Plan.from_json(self._object("POST", f"/plans/{_quote(plan_id)}/retry", body=body))

    # ---- leases ----

    def ask(
        self,
        plan_id: str,
        worker: str,
        max_leases: int = 1,
        max_partitions: Optional[int] = None,
        lease_ms: Optional[int] = None,
        jobs: Optional[Sequence[str]] = None,
        request_id: Optional[str] = None,
    ) -> Tuple[GrantPage, List[Lease]]:
        """Leases, and what the server said beside them: the plan's state, what remains, when to ask
        again. `jobs`: only their partitions. `request_id`: the same leases are given for the same
        one; made up for each call, and kept while the call is tried again.

        A plan of which nothing is handed out (a draft, paused, ended) is no error: `state` says so.
        """
        body = _given(
            worker=worker,
            max_leases=max_leases,
            max_partitions=max_partitions,
            lease_ms=lease_ms,
            jobs=_list(jobs),
            request_id=request_id or str(uuid.uuid4()),
        )
        asked = time.monotonic()
        path = f"/plans/{_quote(plan_id)}/leases"
        try:
            answer = self.transport.call("POST", path, body=body, repeatable=True)
        except Conflict:
            plan = self.plan(plan_id)
            if plan.state in ("approved", "executing"):
                raise
            return GrantPage(state=plan.state, remaining=plan.progress.pending), []
        page = GrantPage.from_json(answer.body)
        leases = [
            Lease(self, g, length_s(g.expires_at, answer.date, lease_ms), lease_ms, asked_at=asked)
            for g in page.leases
        ]
        return page, leases

    def lease(self, plan_id: str, worker: str, **how: Any) -> List[Lease]:
        """As ask(); the leases alone. Empty: nothing to hand out now."""
        return self.ask(plan_id, worker, **how)[1]

    def adopt(
        self, grant: Union[Grant, Mapping[str, Any]], lease_ms: Optional[int] = None
    ) -> Lease:
        """A lease that another process asked for, from its grant or the grant's JSON. It sends a
        heartbeat, so that LeaseLost is raised here if it came too late."""
        granted = grant if isinstance(grant, Grant) else Grant.from_json(grant)
        asked = time.monotonic()
        left_s = self._beat(granted.plan, granted.token, lease_ms, self.timeout_s, None)
        if left_s is None:
            raise LeaseLost(0, "lease-lost", f"Runs have told what became of {granted.token}.")
        return Lease(self, granted, left_s, lease_ms, asked_at=asked)

    # ---- events ----

    def emit(self, event: Mapping[str, Any]) -> Receipt:
        """Sends an OpenLineage event (see events.py). Sent again after a broken connection: an
        event that is there already is a duplicate, and its receipt says so."""
        return Receipt.from_json(self._object("POST", "/lineage", body=event, repeatable=True))

    # ---- inside ----

    def _beat(
        self,
        plan_id: str,
        token: str,
        lease_ms: Optional[int],
        left_s: float,
        retry: Optional[Retry] = NO_RETRY,
    ) -> Optional[float]:
        """Seconds until it expires, from before the call; None: runs have told of all of it."""
        path = f"/plans/{_quote(plan_id)}/leases/{_quote(token)}/heartbeat"
        answer = self.transport.call(
            "POST",
            path,
            body=_given(lease_ms=lease_ms),
            repeatable=True,
            retry=retry,
            timeout_s=min(self.timeout_s, left_s),
        )
        if not isinstance(answer.body, dict) or "expires_at" not in answer.body:
            raise BadAnswer("The answer to a heartbeat has no expires_at.")
        if answer.body.get("state") == "answered":
            return None
        return length_s(parse_moment(str(answer.body["expires_at"])), answer.date, lease_ms)

    def _complete(
        self,
        plan_id: str,
        token: str,
        state: str,
        done: Sequence[str],
        failed: Sequence[str],
        run_id: Optional[str],
        message: Optional[str],
    ) -> Any:
        body = _given(
            state=state, done=list(done), failed=list(failed), run_id=run_id, message=message
        )
        path = f"/plans/{_quote(plan_id)}/leases/{_quote(token)}/complete"
        return self._object("POST", path, body=body, repeatable=True)

    def _move(self, plan_id: str, step: str, reason: Optional[str], author: Optional[str]) -> Plan:
        body = _given(author=self._author(author), reason=reason)
        return Plan.from_json(self._object("POST", f"/plans/{_quote(plan_id)}/{step}", body=body))

    def _author(self, author: Optional[str]) -> str:
        chosen = author or self.author
        if not chosen:
            raise ValueError("This is a decision: give author=..., here or to Client().")
        return chosen

    def _object(self, method: str, path: str, query: Optional[Query] = None, **how: Any) -> Any:
        body = self.transport.call(method, path, query, **how).body
        if not isinstance(body, dict):
            raise BadAnswer(f"{method} {path}: expected an object, not {body!r:.100}")
        return body


def _quote(text: str) -> str:
    return urllib.parse.quote(str(text), safe="")


def _given(**members: Any) -> Dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _list(values: Optional[Sequence[str]]) -> Optional[List[str]]:
    if isinstance(values, str):
        raise ValueError(f"expected a list, not the text {values!r}")
    return None if values is None else list(values)


def _texts(values: Optional[Texts]) -> Optional[str]:
    return values if values is None or isinstance(values, str) else ",".join(values)


def _page(page: Any, member: str) -> Tuple[List[Any], Optional[str]]:
    return getattr(page, member), page.next


def _all(ask: Callable[[Optional[str]], Tuple[List[Any], Optional[str]]]) -> Iterator[Any]:
    cursor: Optional[str] = None
    while True:
        items, cursor = ask(cursor)
        yield from items
        if not cursor:
            return
