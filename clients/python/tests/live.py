"""A real server for tests: starts the binary, stops it, kills it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Optional

REPOSITORY = Path(__file__).resolve().parents[3]


def binary() -> Path:
    """HEADWATER_SERVER, or the release build. None there is a failure, not a skipped test."""
    named = os.environ.get("HEADWATER_SERVER")
    path = Path(named) if named else REPOSITORY / "build" / "release" / "bin" / "headwater"
    if not path.exists():
        raise FileNotFoundError(f"{path}: build the server first, or say where in HEADWATER_SERVER")
    return path


class LiveServer:
    """On loopback, with a data directory of its own. The port stays when it is started again."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="headwater-test-"))
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            self.port = unused.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: Optional["subprocess.Popen[str]"] = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [str(binary()), "serve", "--data-dir", str(self.folder / "data"),
             "--port", str(self.port)],
            stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if re.search(r"http://\S+", line):
                return
        raise AssertionError(f"the server did not start: {self.process.wait()}")

    def kill(self) -> None:
        """As a power cut would."""
        assert self.process is not None
        self.process.kill()
        self._ended(self.process)

    @staticmethod
    def _ended(process: "subprocess.Popen[str]") -> int:
        code = process.wait(timeout=60)
        assert process.stdout is not None
        process.stdout.close()
        return code

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            code = self._ended(self.process)
            assert code == 0, f"the server ended with {code}"
        shutil.rmtree(self.folder, ignore_errors=True)


class LiveCase(unittest.TestCase):
    def setUp(self) -> None:
        self.server = LiveServer()
        self.addCleanup(self.server.close)
        self.server.start()
