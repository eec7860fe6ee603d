"""Work that is done later: put into the queue in the transaction that wants it, done once.

A service writes ``enqueue(session, "leads.remind", {"lead_id": 17})`` inside its ``writing()``;
a :class:`Worker` in any process does it after the commit. How that is kept true when processes
are killed is told in ``queue`` (claims), ``run`` (fences) and ``leases`` (what follows a failure).
"""

from salesman_core.jobs.models import State
from salesman_core.jobs.operators import (
    DeadKind,
    Firing,
    JobView,
    QueueFigures,
    cancel,
    dead_count,
    dead_jobs,
    dead_kinds,
    discard,
    discard_all,
    figures,
    firings,
    forget,
    job_view,
    jobs_in,
    pause,
    purge,
    rerun,
    rerun_all,
    resume,
)
from salesman_core.jobs.port import Jobs, UnknownJobError, enqueue
from salesman_core.jobs.queue import Limit
from salesman_core.jobs.run import (
    JobCancelledError,
    LostLeaseError,
    Progress,
    Run,
    current_run,
    job_piece,
    job_progress,
)
from salesman_core.jobs.worker import Worker

__all__ = [
    "DeadKind",
    "Firing",
    "JobCancelledError",
    "JobView",
    "Jobs",
    "Limit",
    "LostLeaseError",
    "Progress",
    "QueueFigures",
    "Run",
    "State",
    "UnknownJobError",
    "Worker",
    "cancel",
    "current_run",
    "dead_count",
    "dead_jobs",
    "dead_kinds",
    "discard",
    "discard_all",
    "enqueue",
    "figures",
    "firings",
    "forget",
    "job_piece",
    "job_progress",
    "job_view",
    "jobs_in",
    "pause",
    "purge",
    "rerun",
    "rerun_all",
    "resume",
]
