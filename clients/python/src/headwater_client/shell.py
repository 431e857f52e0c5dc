"""A shell command as a Worker's handler. See `python -m headwater_client work --help`.

Placeholders are replaced by text that is quoted for the shell already, whatever keys hold: write
{keys}, not "{keys}". Thread-safety: a ShellHandler may be called from any number of threads.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import tempfile
from typing import IO, Dict, Mapping

from .errors import HeadwaterError
from .lease import Lease

_PLACEHOLDER = re.compile(r"\{\{|\}\}|(?<!\$)\{([A-Za-z_]+)\}")
_POLL_S = 0.1
_TAIL_BYTES = 1500


class CommandFailed(HeadwaterError):
    """The command did not exit with 0. The message has the end of what it wrote to stderr."""


PLACEHOLDERS = (
    "keys", "first", "last", "count", "nodeId", "job", "plan", "task", "token", "attempt",
    "environment",
)  # fmt: skip


def values_of(lease: Lease) -> Dict[str, str]:
    """What each placeholder stands for, quoted."""
    grant = lease.grant
    plain = {
        "first": grant.first,
        "last": grant.last,
        "count": str(grant.count or len(grant.keys)),
        "nodeId": grant.node_id,
        "job": grant.job or "",
        "plan": grant.plan,
        "task": "" if grant.task is None else str(grant.task),
        "token": grant.token,
        "attempt": str(grant.attempt),
        "environment": grant.environment or "",
    }
    quoted = {name: shlex.quote(value) for name, value in plain.items()}
    quoted["keys"] = " ".join(shlex.quote(key) for key in grant.keys)
    return quoted


def fill(template: str, values: Mapping[str, str]) -> str:
    """The command. {{ and }} are braces; ${NAME} is the shell's. ValueError: unknown names."""

    def replace(found: "re.Match[str]") -> str:
        name = found.group(1)
        if name is None:
            return found.group(0)[0]
        if name not in values:
            known = ", ".join("{%s}" % known for known in PLACEHOLDERS)
            raise ValueError(f"unknown {{{name}}}; there are {known}; braces are {{{{ and }}}}")
        return values[name]

    return _PLACEHOLDER.sub(replace, template)


class ShellHandler:
    """Runs `template` for each lease: exit code 0 is done, else failed.

    The command finds HEADWATER_TOKEN (the fencing token), HEADWATER_PLAN, HEADWATER_NODE_ID,
    HEADWATER_KEYS (one a line) and HEADWATER_DONE_FILE in its environment. Keys that it appends to
    that file, one a line, are done even if it fails afterwards. If the lease is lost, or the worker
    is told to hurry, its process group gets SIGTERM, and SIGKILL after `grace_s`.
    """

    def __init__(self, template: str, grace_s: float = 10.0) -> None:
        fill(template, {name: "" for name in PLACEHOLDERS})
        self.template = template
        self.grace_s = grace_s

    def __call__(self, lease: Lease) -> None:
        command = fill(self.template, values_of(lease))
        with tempfile.TemporaryDirectory(prefix="headwater-") as work:
            done_file = os.path.join(work, "done")
            with open(os.path.join(work, "stderr"), "w+b") as errors:
                try:
                    code = self._run(command, lease, done_file, errors)
                finally:
                    _mark_done(lease, done_file)
                if code != 0:
                    raise CommandFailed(f"{_exit_text(code)}: {_tail(errors)}")

    def _run(self, command: str, lease: Lease, done_file: str, errors: IO[bytes]) -> int:
        environment = dict(
            os.environ,
            HEADWATER_TOKEN=lease.token,
            HEADWATER_PLAN=lease.grant.plan,
            HEADWATER_NODE_ID=lease.node_id,
            HEADWATER_KEYS="\n".join(lease.keys),
            HEADWATER_DONE_FILE=done_file,
        )
        process = subprocess.Popen(
            ["/bin/sh", "-c", command],
            stdin=subprocess.DEVNULL,
            stderr=errors,
            env=environment,
            start_new_session=True,
        )
        try:
            return self._wait(process, lease)
        finally:
            _end(process, self.grace_s)

    @staticmethod
    def _wait(process: "subprocess.Popen[bytes]", lease: Lease) -> int:
        while True:
            try:
                return process.wait(timeout=_POLL_S)
            except subprocess.TimeoutExpired:
                lease.check()  # LeaseLost or Released: the process is ended on the way out


def _end(process: "subprocess.Popen[bytes]", grace_s: float) -> None:
    """Ends the group of a process that still runs: its children too."""
    if process.poll() is not None:
        return
    for number, wait_s in ((signal.SIGTERM, grace_s), (signal.SIGKILL, None)):
        try:
            os.killpg(process.pid, number)
            process.wait(timeout=wait_s)
            return
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def _mark_done(lease: Lease, done_file: str) -> None:
    try:
        with open(done_file, encoding="utf-8") as lines:
            said = [line.rstrip("\n") for line in lines]
    except FileNotFoundError:
        return
    known = set(lease.keys)
    lease.done(*[key for key in said if key in known])


def _exit_text(code: int) -> str:
    if code < 0:
        return f"ended by signal {-code}"
    return f"exit code {code}"


def _tail(errors: IO[bytes]) -> str:
    size = errors.seek(0, os.SEEK_END)
    errors.seek(max(0, size - _TAIL_BYTES))
    return errors.read().decode("utf-8", "replace").strip() or "it wrote nothing to stderr"
