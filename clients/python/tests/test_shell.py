from __future__ import annotations

import contextlib
import io
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path
from typing import List, Tuple

from fake_server import FakePlan, FakeServer, grant_json, problem

from headwater_client import Client, CommandFailed, Grant, Lease, LeaseLost, Retry, ShellHandler
from headwater_client.cli import DONE, FAILED, NO_ANSWER, STOPPED, USAGE, main
from headwater_client.shell import fill, values_of

KEYS = ["date=2026-10-01", "date=2026-10-02,region=it's; rm -rf $HOME"]
LONG_S = 60.0  # how long a test waits for what must happen: no test ends in time because of it


def lease_of(keys: List[str]) -> Lease:
    grant = Grant.from_json(grant_json("8-1", keys))
    return Lease(Client("http://127.0.0.1:1", retry=Retry(tries=1)), grant, 3600.0)


class Placeholders(unittest.TestCase):
    def test_keys_are_quoted(self) -> None:
        command = fill("make {keys}", values_of(lease_of(KEYS)))
        self.assertEqual(shlex.split(command), ["make", *KEYS])

    def test_all_of_them(self) -> None:
        template = "{first} {last} {count} {nodeId} {job} {plan} {task} {token} {attempt}"
        filled = fill(template, values_of(lease_of(KEYS[:1])))
        expected = [KEYS[0], KEYS[0], "1", "dataset:warehouse:mart.orders"]
        expected += ["job:nightly:mart.orders", "7", "1", "8-1", "1"]
        self.assertEqual(shlex.split(filled), expected)

    def test_braces(self) -> None:
        values = {"keys": "K"}
        self.assertEqual(
            fill("awk '{{print}}' ${HOME} {a,b} {keys}", values), "awk '{print}' ${HOME} {a,b} K"
        )
        with self.assertRaisesRegex(ValueError, "unknown {key}"):
            ShellHandler("make {key}")


class Commands(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_what_the_command_finds(self) -> None:
        out = self.folder / "out"
        handler = ShellHandler(
            f'printf "%s|" "$HEADWATER_TOKEN" "$HEADWATER_KEYS" {{keys}} > {out}'
        )
        handler(lease_of(KEYS))
        said = out.read_text().split("|")
        self.assertEqual(said, ["8-1", "\n".join(KEYS), *KEYS, ""])

    def test_exit_code_and_stderr(self) -> None:
        with self.assertRaises(CommandFailed) as caught:
            ShellHandler("echo no such table >&2; exit 3")(lease_of(KEYS))
        self.assertEqual(str(caught.exception), "exit code 3: no such table")

    def test_keys_that_are_done_although_it_fails(self) -> None:
        lease = lease_of(KEYS)
        handler = ShellHandler('printf "%s\\n" {last} unknown >> "$HEADWATER_DONE_FILE"; false')
        with self.assertRaises(CommandFailed):
            handler(lease)
        self.assertEqual(lease._done, {KEYS[1]})

    def test_it_is_ended_with_its_children_when_the_lease_is_lost(self) -> None:
        fifo = self.folder / "pipe"
        os.mkfifo(fifo)
        lease = lease_of(KEYS)

        def lose_once_it_runs() -> None:
            self.child = int(fifo.read_text())
            lease._lose(LeaseLost(409, "lease-lost", "gone"))

        watcher = threading.Thread(target=lose_once_it_runs)
        watcher.start()
        with self.assertRaises(LeaseLost):
            ShellHandler(f"sleep 1000 & echo $! > {fifo}; wait", grace_s=LONG_S)(lease)
        watcher.join()
        for _ in range(600):
            if not alive(self.child):
                break
            threading.Event().wait(0.1)
        self.assertFalse(alive(self.child))


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


class CommandLine(unittest.TestCase):
    def serve(self, plan: FakePlan) -> str:
        server = FakeServer(plan)
        server.__enter__()
        self.addCleanup(server.__exit__, None, None, None)
        return server.url

    def run_it(self, *arguments: str) -> Tuple[int, str, str]:
        out, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
            try:
                code = main(["work", "--plan", "7", *arguments])
            except SystemExit as ended:
                code = int(ended.code or 0)
        return code, out.getvalue(), errors.getvalue()

    def test_done(self) -> None:
        plan = FakePlan(KEYS)
        code, out, _ = self.run_it("--url", self.serve(plan), "--exec", "test -n {keys}")
        self.assertEqual((code, sorted(plan.done)), (DONE, KEYS))
        self.assertIn("plan done: 2 partitions done in 2 leases", out)

    def test_failed(self) -> None:
        plan = FakePlan(KEYS, max_attempts=1)
        code, out, _ = self.run_it("--url", self.serve(plan), "--exec", "false")
        self.assertEqual((code, sorted(plan.failed)), (FAILED, KEYS))
        self.assertIn("2 failed", out)

    def test_usage(self) -> None:
        url = self.serve(FakePlan(KEYS))
        code, _, errors = self.run_it("--url", url, "--exec", "make {kyes}")
        self.assertEqual(code, USAGE)
        self.assertIn("unknown {kyes}", errors)
        self.assertEqual(self.run_it("--url", url)[0], USAGE)
        self.assertEqual(self.run_it("--url", "nonsense", "--exec", "true")[0], USAGE)
        self.assertEqual(
            self.run_it("--url", url, "--exec", "true", "--concurrency", "0")[0], USAGE
        )

    def test_refused(self) -> None:
        plan = FakePlan(KEYS)
        plan.unwell = [problem(404, "not-found", "There is no plan 7.")]
        code, _, errors = self.run_it("--url", self.serve(plan), "--exec", "true")
        self.assertEqual(code, USAGE)
        self.assertIn("There is no plan 7.", errors)

    def test_no_answer(self) -> None:
        plan = FakePlan(KEYS)
        plan.unwell = ["drop"] * 100
        url = self.serve(plan)
        code, _, errors = self.run_it("--url", url, "--exec", "true", "--patience", "0")
        self.assertEqual(code, NO_ANSWER)
        self.assertIn("No answer to POST", errors)

    def test_a_process_that_is_told_to_stop(self) -> None:
        plan = FakePlan(KEYS)
        url = self.serve(plan)
        command = [sys.executable, "-m", "headwater_client", "work", "--url", url, "--plan", "7"]
        fifo = Path(tempfile.mkdtemp()) / "pipe"
        self.addCleanup(shutil.rmtree, fifo.parent)
        os.mkfifo(fifo)
        process = subprocess.Popen(
            [*command, "--exec", f"echo here > {fifo}; exec sleep 1000"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.assertEqual(fifo.read_text(), "here\n")
        # The first lets the command go on, the second ends it; two of a kind might become one.
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGINT)
        out = process.communicate(timeout=LONG_S)[0]
        self.assertEqual(process.returncode, STOPPED)
        self.assertIn("1 given back", out)
        self.assertEqual(plan.reports[0]["state"], "released")


if __name__ == "__main__":
    unittest.main()
