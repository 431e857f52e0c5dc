"""Ask Headwater what to run again, take leases, report. See README.md and client.py."""

from .answers import (
    Change,
    ChangePage,
    Counts,
    DatasetStaleness,
    Decided,
    Estimate,
    Grant,
    GrantPage,
    Plan,
    PlanPage,
    Progress,
    Range,
    Receipt,
    Staleness,
    Task,
    TaskPage,
)
from .client import Client
from .errors import (
    ApiError,
    BadAnswer,
    Conflict,
    ConnectionFailed,
    HeadwaterError,
    InvalidRequest,
    LeaseLost,
    NotFound,
    Unavailable,
)
from .events import Dataset, Name, Partition, Run, key_text, parse_key, run_event
from .lease import Lease, Released
from .shell import CommandFailed, ShellHandler
from .transport import Retry
from .worker import Summary, Worker, worker_name

__all__ = [
    "ApiError", "BadAnswer", "Change", "ChangePage", "Client", "CommandFailed", "Conflict",
    "ConnectionFailed", "Counts", "Dataset", "DatasetStaleness", "Decided", "Estimate", "Grant",
    "GrantPage", "HeadwaterError", "InvalidRequest", "Lease", "LeaseLost", "Name", "NotFound",
    "Partition", "Plan", "PlanPage", "Progress", "Range", "Receipt", "Released", "Retry", "Run",
    "ShellHandler", "Staleness", "Summary", "Task", "TaskPage", "Unavailable", "Worker", "key_text",
    "parse_key", "run_event", "worker_name",
]  # fmt: skip
__version__ = "0.1.0"
