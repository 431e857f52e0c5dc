"""One request, sent as often as is right. Private to this package.

What may be sent again:

| What happened                          | sent again                                       |
|----------------------------------------|--------------------------------------------------|
| 429, 503                               | always: the server did not do it                 |
| the connection was refused, no such host | always: it never arrived                       |
| it broke, or timed out, after sending  | only if doing it twice is the same as once       |
| 502, 504 (of proxies)                  | only if doing it twice is the same as once       |
| anything else                          | never                                            |

Thread-safety: a Transport may be used from any thread.
"""

from __future__ import annotations

import email.utils
import http.client
import json
import random
import socket
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple, Union

from .errors import ApiError, BadAnswer, ConnectionFailed, from_problem

Scalar = Union[str, int, float, bool]
Query = Mapping[str, Union[None, Scalar, List[str], Tuple[str, ...]]]


@dataclass(frozen=True)
class Retry:
    """How often, and how long, to try again.

    Between two tries it waits a random time of at most `base_s` times two to the number of tries so
    far, at most `cap_s`, and never less than the server's Retry-After. If the server asks for more
    than is left of `total_s`, the error is raised at once.
    """

    tries: int = 5
    base_s: float = 0.2
    cap_s: float = 10.0
    total_s: float = 60.0

    def pause_s(self, tried: int, retry_after_s: Optional[float], chance: float) -> float:
        """`tried`: tries so far, from 1. `chance`: random, from 0 to 1."""
        jittered = chance * min(self.cap_s, self.base_s * 2.0 ** min(tried, 32))
        if retry_after_s is None:
            return jittered
        # Everybody was told the same moment: come a little later than that, and not together.
        return retry_after_s + chance * min(self.base_s, self.cap_s)


NO_RETRY = Retry(tries=1)


@dataclass(frozen=True)
class Answer:
    """`date`: the server's clock when it answered, to the second; None if it did not say."""

    status: int
    body: Any
    date: Optional[datetime]


class Transport:
    def __init__(
        self,
        url: str,
        api_key: Optional[str],
        timeout_s: float,
        retry: Retry,
        ssl_context: Optional[ssl.SSLContext],
        user_agent: str,
    ) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError(f"url must be like http://127.0.0.1:8080, not {url!r}")
        self.base = url.rstrip("/")
        if self.base.endswith("/api/v1"):
            self.base = self.base[: -len("/api/v1")]
        self.timeout_s = timeout_s
        self.retry = retry
        self.sleep: Callable[[float], None] = time.sleep
        self.chance: Callable[[], float] = random.random
        self._headers = {"Accept": "application/json", "User-Agent": user_agent}
        if api_key:
            self._headers["Authorization"] = f"Bearer {api_key}"
        handlers: List[urllib.request.BaseHandler] = [_NoRedirect()]
        if ssl_context is not None:
            handlers.append(urllib.request.HTTPSHandler(context=ssl_context))
        self._opener = urllib.request.build_opener(*handlers)

    def call(
        self,
        method: str,
        path: str,
        query: Optional[Query] = None,
        body: Any = None,
        repeatable: Optional[bool] = None,
        retry: Optional[Retry] = None,
        timeout_s: Optional[float] = None,
    ) -> Answer:
        """`path`: below /api/v1. `repeatable`: twice is as once, as with GET, PUT and DELETE."""
        if repeatable is None:
            repeatable = method in ("GET", "PUT", "DELETE")
        rule = retry or self.retry
        begun = time.monotonic()
        tried = 0
        while True:
            tried += 1
            error: Union[ApiError, ConnectionFailed]
            try:
                return self._once(
                    self._request(method, path, query, body), timeout_s or self.timeout_s
                )
            except ApiError as refused:
                error = refused
                again = refused.status in (429, 503) or (
                    repeatable and refused.status in (502, 504)
                )
                wait_at_least = refused.retry_after_s
            except ConnectionFailed as failed:
                error = failed
                again = repeatable or not failed.maybe_done
                wait_at_least = None
            if not again or tried >= rule.tries:
                raise error
            pause_s = rule.pause_s(tried, wait_at_least, self.chance())
            if time.monotonic() - begun + pause_s > rule.total_s:
                raise error
            self.sleep(pause_s)

    def _request(
        self, method: str, path: str, query: Optional[Query], body: Any
    ) -> urllib.request.Request:
        target = f"{self.base}/api/v1{path}"
        text = encode_query(query or {})
        if text:
            target += "?" + text
        headers = dict(self._headers)
        data = None
        if body is not None:
            data = json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
            headers["Content-Type"] = "application/json"
        elif method in ("POST", "PUT"):
            data = b""
        return urllib.request.Request(target, data=data, headers=headers, method=method)

    def _once(self, request: urllib.request.Request, timeout_s: float) -> Answer:
        try:
            with self._opener.open(request, timeout=timeout_s) as response:
                return _read(response.status, response.headers, response.read())
        except urllib.error.HTTPError as refused:
            with refused:
                raise _refusal(refused.code, refused.headers, refused.read()) from None
        except urllib.error.URLError as failed:
            raise _failed(request, failed.reason) from failed
        except (OSError, http.client.HTTPException) as failed:
            raise _failed(request, failed, arrived=True) from failed


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The server never redirects; what does would turn a POST into a GET."""

    def redirect_request(self, *args: Any, **more: Any) -> None:
        return None


def encode_query(query: Query) -> str:
    """None is left out, lists are joined by commas, booleans are true and false."""
    pairs: List[Tuple[str, str]] = []
    for name, value in query.items():
        if value is None:
            continue
        if isinstance(value, bool):
            value = "true" if value else "false"
        elif isinstance(value, (list, tuple)):
            value = ",".join(value)
        pairs.append((name, str(value)))
    return urllib.parse.urlencode(pairs, quote_via=urllib.parse.quote)


def retry_after_s(value: Optional[str], now: datetime) -> Optional[float]:
    """Of a Retry-After header, which is a number of seconds or a date; None if it is neither."""
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    moment = _http_date(value)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def _http_date(value: Optional[str]) -> Optional[datetime]:
    if not value:
        return None
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _read(status: int, headers: Any, body: bytes) -> Answer:
    date = _http_date(headers.get("Date"))
    if not body:
        return Answer(status, None, date)
    try:
        return Answer(status, json.loads(body), date)
    except ValueError as error:
        raise BadAnswer(f"The answer ({status}) is not JSON: {body[:200]!r}") from error


def _refusal(status: int, headers: Any, body: bytes) -> ApiError:
    members: Dict[str, Any] = {}
    try:
        parsed = json.loads(body) if body else {}
        if isinstance(parsed, dict):
            members = parsed
    except ValueError:
        members = {"detail": body[:200].decode("utf-8", "replace")}
    now = _http_date(headers.get("Date")) or datetime.now(timezone.utc)
    return from_problem(status, members, retry_after_s(headers.get("Retry-After"), now))


def _failed(
    request: urllib.request.Request, reason: Any, arrived: bool = False
) -> ConnectionFailed:
    # urllib wraps what happens while connecting and sending, not what happens while reading.
    never_sent = not arrived and isinstance(reason, (ConnectionRefusedError, socket.gaierror))
    return ConnectionFailed(
        f"No answer to {request.method} {request.full_url}: {reason or type(reason).__name__}. "
        + ("It was not sent." if never_sent else "It may have been carried out."),
        maybe_done=not never_sent,
    )
