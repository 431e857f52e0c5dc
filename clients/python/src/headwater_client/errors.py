"""What can go wrong, and what to do about it.

Every error of this package is a HeadwaterError. An answer of the server that is no success is an
ApiError with the members of its problem: `code` is stable and to be compared with, `detail` is for
people. `advice` says what to do next.
"""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional, Type

_ADVICE: Dict[str, str] = {
    "lease-lost": "Stop, and publish nothing more of it: another worker has it, or will have.",
    "conflict": "Get the plan again and decide anew; its state does not allow this.",
    "not-found": "Check the id; nothing of that name is known to the server.",
    "invalid-argument": "Mend the parameter that the detail names; again would be refused again.",
    "invalid-json": "Mend the body; again would be refused again.",
    "invalid-event": "Mend the event; it is kept in the quarantine and can be replayed from there.",
    "invalid-cursor": "Begin again with the first page.",
    "limit-exceeded": "Stay at or below the limit that the detail names.",
    "overloaded": "Try again later: it was tried as often as the client's Retry allows.",
    "shutting-down": "Try again when the server is back.",
    "storage-unavailable": "The server's disk takes no writes; tell whoever runs it.",
    "seq-not-reached": "Ask with a longer wait_ms, or without min_seq.",
    "forbidden-host": "Name this host in the server's http.allowed_hosts.",
    "internal": "A defect of the server; report it with the instance that the problem names.",
}


class HeadwaterError(Exception):
    """The base of all errors of this package."""


class ConnectionFailed(HeadwaterError):
    """No answer came.

    `maybe_done` is False if the request never reached the server; True if it may have been carried
    out all the same, and was not sent again because doing it twice would be wrong.
    """

    def __init__(self, message: str, maybe_done: bool) -> None:
        super().__init__(message)
        self.maybe_done = maybe_done


class BadAnswer(HeadwaterError):
    """An answer that is not what the contract says: another server, or a proxy's page."""


class ApiError(HeadwaterError):
    """The server refused. `members` has the whole problem, as it was sent."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        members: Optional[Mapping[str, Any]] = None,
        retry_after_s: Optional[float] = None,
    ) -> None:
        super().__init__(status, code, detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.members: Mapping[str, Any] = members or {}
        self.retry_after_s = retry_after_s

    @property
    def parameter(self) -> Optional[str]:
        """The parameter that is wrong, if the server named one."""
        value = self.members.get("parameter")
        return value if isinstance(value, str) else None

    @property
    def advice(self) -> str:
        """What to do next; empty if there is nothing to say beyond the detail."""
        return _ADVICE.get(self.code, "")

    def __str__(self) -> str:
        text = f"{self.code} ({self.status}): {self.detail}"
        return f"{text} {self.advice}" if self.advice else text


class InvalidRequest(ApiError):
    """4xx other than the ones below: sending it again changes nothing."""


class NotFound(ApiError):
    """404."""


class Conflict(ApiError):
    """409: the state does not allow this."""


class LeaseLost(Conflict):
    """The lease is not this worker's any more: it expired, was given to another, or its plan ended.

    Raised before whatever would be done under a lease that is lost. Also raised without asking the
    server, when no heartbeat has come through until the moment of expiry; then `status` is 0.
    """


class Unavailable(ApiError):
    """429 and 5xx: not now. Raised after all tries."""


_BY_STATUS: Dict[int, Type[ApiError]] = {404: NotFound, 409: Conflict, 429: Unavailable}


def from_problem(
    status: int, members: Mapping[str, Any], retry_after_s: Optional[float]
) -> ApiError:
    """The error of an answer with this status and body."""
    code = members.get("code")
    code = code if isinstance(code, str) and code else f"http-{status}"
    detail = members.get("detail") or members.get("title") or "The server gave no reason."
    kind = _BY_STATUS.get(status, Unavailable if status >= 500 else InvalidRequest)
    if code == "lease-lost":
        kind = LeaseLost
    return kind(status, code, str(detail), members, retry_after_s)
