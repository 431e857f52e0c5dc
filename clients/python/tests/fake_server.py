"""A server under the tests' control: it answers what it is told to, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Callable, Dict, List, Mapping, Optional, Type, Union
from urllib.parse import parse_qs, urlsplit

DROP = "drop"  # instead of an answer: the connection ends without one


@dataclass
class Asked:
    method: str
    path: str
    query: Dict[str, List[str]]
    headers: Mapping[str, str]
    body: Any


@dataclass
class Reply:
    status: int = 200
    body: Any = None
    headers: Dict[str, str] = field(default_factory=dict)


Answer = Union[str, Reply]
Script = Callable[[Asked], Answer]


def problem(status: int, code: str, detail: str = "Because.", **members: Any) -> Reply:
    headers = {}
    if "retry_after" in members:
        headers["Retry-After"] = str(members.pop("retry_after"))
    body = {"status": status, "code": code, "title": "No", "detail": detail, **members}
    return Reply(status, body, headers)


class FakeServer:
    """with FakeServer(script) as server: ...; `script` is asked for each answer, on its own thread.
    A list instead: its items in turn."""

    def __init__(self, script: Union[Script, List[Answer]]) -> None:
        self.asked: List[Asked] = []
        self._lock = threading.Lock()
        self._script = script
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: Any) -> None:
                pass

            def handle_any(self) -> None:
                fake._handle(self)

            do_GET = do_POST = do_PUT = do_DELETE = handle_any

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        host, port = self._server.server_address[:2]
        self.url = f"http://{host!s}:{port}"

    def __enter__(self) -> "FakeServer":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def paths(self) -> List[str]:
        with self._lock:
            return [f"{asked.method} {asked.path}" for asked in self.asked]

    def _handle(self, request: BaseHTTPRequestHandler) -> None:
        length = int(request.headers.get("Content-Length") or 0)
        body = request.rfile.read(length)
        parts = urlsplit(request.path)
        asked = Asked(
            request.command,
            parts.path,
            parse_qs(parts.query),
            dict(request.headers.items()),
            json.loads(body) if body else None,
        )
        with self._lock:
            self.asked.append(asked)
            answer = self._script.pop(0) if isinstance(self._script, list) else None
        if answer is None:
            assert callable(self._script)
            answer = self._script(asked)
        request.close_connection = True
        if isinstance(answer, str):
            return
        self._send(request, answer)

    @staticmethod
    def _send(request: BaseHTTPRequestHandler, answer: Reply) -> None:
        text = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        request.send_response(answer.status)
        for name, value in answer.headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(text)))
        request.send_header("Connection", "close")
        request.end_headers()
        try:
            request.wfile.write(text)
        except OSError:
            pass  # the client has gone: some tests want that


class FakePlan:
    """Hands out the partitions of one task, as a plan that is executing does; for FakeServer."""

    def __init__(self, keys: List[str], per_lease: int = 1, max_attempts: int = 3) -> None:
        self.pending = list(keys)
        self.done: List[str] = []
        self.failed: List[str] = []
        self.reports: List[Dict[str, Any]] = []
        self.beats: List[str] = []
        self.lost_tokens: List[str] = []  # whose next call is answered with lease-lost
        self.answered: List[str] = []  # tokens of whose partitions run events have told
        self.unwell: List[Answer] = []  # answers to the next requests for leases
        self.state = "executing"
        self.on_ask: Optional[Callable[[], None]] = None
        self._attempts: Dict[str, int] = {}
        self._held: Dict[str, List[str]] = {}
        self._given: Dict[str, List[Dict[str, Any]]] = {}
        self._per_lease = per_lease
        self._max_attempts = max_attempts
        self._next = 100
        self._lock = threading.Lock()

    def __call__(self, asked: Asked) -> Answer:
        with self._lock:
            steps = asked.path.split("/")  # "", api, v1, plans, ID, leases, TOKEN, step
            if asked.method == "GET":
                return Reply(
                    200, {"id": steps[4], "state": self.state, "progress": self._progress()}
                )
            if steps[-1] == "leases":
                return self._lease(asked, steps[4])
            return self._report(steps[6], steps[7], asked.body or {})

    def _progress(self) -> Dict[str, int]:
        return {"done": len(self.done), "failed": len(self.failed), "pending": len(self.pending)}

    def _lease(self, asked: Asked, plan: str) -> Answer:
        if self.on_ask is not None:
            self.on_ask()
        if self.unwell:
            return self.unwell.pop(0)
        request_id = asked.body["request_id"]
        if request_id not in self._given:
            self._given[request_id] = self._grant(plan)
        leases = self._given[request_id]
        page = {"leases": leases, "state": self.state, "remaining": len(self.pending)}
        return Reply(201 if leases else 200, {**page, "retry_after_ms": 20})

    def _grant(self, plan: str) -> List[Dict[str, Any]]:
        keys, self.pending = self.pending[: self._per_lease], self.pending[self._per_lease :]
        if not keys:
            return []
        self._next += 1
        token = f"{self._next}-1"
        self._held[token] = keys
        return [grant_json(token, keys, plan=plan)]

    def _report(self, token: str, step: str, body: Dict[str, Any]) -> Answer:
        if token in self.lost_tokens or token not in self._held:
            self.pending += self._held.pop(token, [])
            return problem(409, "lease-lost", f"Lease {token} is not valid.")
        if step == "heartbeat":
            self.beats.append(token)
            state = "answered" if token in self.answered else "valid"
            return Reply(200, {"expires_at": in_a_while(), "state": state})
        self.reports.append({"token": token, **body})
        for key in self._held.pop(token):
            self._settle(key, body)
        if not self.pending and not self._held:
            self.state = "done"
        state = "answered" if token in self.answered else body["state"]
        return Reply(200, {"token": token, "state": state, "progress": self._progress()})

    def _settle(self, key: str, body: Dict[str, Any]) -> None:
        if key in body.get("done", []):
            self.done.append(key)
            return
        if key in body.get("failed", []):
            self._attempts[key] = self._attempts.get(key, 0) + 1
        if self._attempts.get(key, 0) < self._max_attempts:
            self.pending.append(key)
        else:
            self.failed.append(key)


def in_a_while() -> str:
    """An hour, to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))


def grant_json(token: str, keys: List[str], **members: Any) -> Dict[str, Any]:
    grant = {
        "token": token,
        "plan": "7",
        "task": 1,
        "nodeId": "dataset:warehouse:mart.orders",
        "job": "job:nightly:mart.orders",
        "first": keys[0],
        "last": keys[-1],
        "keys": keys,
        "count": len(keys),
        "attempt": 1,
        "expires_at": in_a_while(),
        "desired": "00c0ffee",
    }
    grant.update(members)
    return grant
