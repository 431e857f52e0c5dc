"""The command line: python -m headwater_client work --plan ID --exec 'cmd {keys}'."""

from __future__ import annotations

import argparse
import logging
import sys
from typing import List, Optional

from .client import Client
from .errors import ApiError, ConnectionFailed, HeadwaterError
from .shell import PLACEHOLDERS, ShellHandler
from .worker import Summary, Worker

DONE, FAILED, USAGE, NO_ANSWER, STOPPED = 0, 1, 2, 3, 4

_EPILOG = f"""\
Placeholders of --exec, quoted for the shell already (write {{keys}}, not "{{keys}}"):
  {", ".join("{%s}" % name for name in PLACEHOLDERS)}
Braces are {{{{ and }}}}; ${{NAME}} is the shell's own. Keys that the command appends to the file
$HEADWATER_DONE_FILE, one a line, are done even if it fails afterwards.

Exit codes:
  {DONE}  the plan is done, and no lease of this worker failed
  {FAILED}  it ended, and something failed
  {USAGE}  the command line is wrong, or the server refused
  {NO_ANSWER}  no answer
  {STOPPED}  stopped by a signal before the plan's end
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m headwater_client")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    work = commands.add_parser(
        "work",
        help="run a shell command for each lease of an approved plan, until it has ended",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    work.add_argument("--url", help="default: $HEADWATER_URL, then http://127.0.0.1:8080")
    work.add_argument("--plan", required=True, metavar="ID")
    work.add_argument("--exec", required=True, metavar="COMMAND", dest="template")
    work.add_argument(
        "--worker", metavar="NAME", help="who holds the leases; default: HOST-PROCESS"
    )
    work.add_argument("--concurrency", type=_positive, default=1, metavar="N")
    work.add_argument(
        "--job", action="append", metavar="NODEID", help="only partitions of this job; repeatable"
    )
    work.add_argument("--max-partitions", type=_positive, metavar="N", help="of one lease")
    work.add_argument("--lease-ms", type=_positive, metavar="N", help="default: the plan's")
    work.add_argument(
        "--patience", type=float, default=300.0, metavar="SECONDS",
        help="how long a server that is away is waited for (300)",
    )  # fmt: skip
    work.add_argument(
        "--timeout", type=float, default=30.0, metavar="SECONDS", help="of a call (30)"
    )
    work.add_argument("-v", "--verbose", action="store_true", help="say what is taken and done")
    return parser


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {value}")
    return value


def main(arguments: Optional[List[str]] = None) -> int:
    options = _parser().parse_args(arguments)
    logging.basicConfig(
        level=logging.INFO if options.verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(message)s",
    )
    try:
        return _work(options)
    except ValueError as error:
        return _say(USAGE, error)
    except ConnectionFailed as error:
        return _say(NO_ANSWER, error)
    except ApiError as error:
        return _say(USAGE if error.status < 429 else NO_ANSWER, error)
    except HeadwaterError as error:
        return _say(NO_ANSWER, error)


def _work(options: argparse.Namespace) -> int:
    handler = ShellHandler(options.template)
    client = Client(options.url, timeout_s=options.timeout)
    summary = Worker(client, options.worker, options.patience).run(
        options.plan,
        handler,
        concurrency=options.concurrency,
        jobs=options.job,
        max_partitions=options.max_partitions,
        lease_ms=options.lease_ms,
    )
    _print(summary)
    if summary.stopped:
        return STOPPED
    plan = client.plan(options.plan)
    bad = plan.progress.failed + plan.progress.blocked + summary.failed + summary.partial
    return FAILED if bad or plan.state == "cancelled" else DONE


def _print(summary: Summary) -> None:
    print(
        f"plan {summary.state or 'unknown'}: {summary.partitions} partitions done in "
        f"{summary.completed} leases; {summary.partial} in part, {summary.failed} failed, "
        f"{summary.released} given back, {summary.lost} lost"
    )


def _say(code: int, error: BaseException) -> int:
    print(f"error: {error}", file=sys.stderr)
    return code
