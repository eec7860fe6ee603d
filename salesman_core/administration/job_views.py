"""The administration of background work: what failed, what waits and runs, what fires when."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from babel.dates import format_timedelta
from flask import Blueprint, redirect, request, url_for
from flask_babel import get_locale
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core import jobs
from salesman_core.access.routes import requires
from salesman_core.administration import service
from salesman_core.administration.permissions import JOBS
from salesman_core.administration.words import JobWords, job_words
from salesman_core.errors import ConflictError, MissingError
from salesman_core.i18n import texts
from salesman_core.jobs import State
from salesman_core.plugins.host import current_host
from salesman_core.web.forms import whole_number
from salesman_core.web.templating import render
from salesman_core.web.toasts import toast
from salesman_hookspecs import Schedule, Text
from salesman_hookspecs.work import salesman_schedules

_ = texts.lazy

SHOWN: Final = 50
_LATE: Final = 60.0
_LONGEST_REASON: Final = 300

LISTS: Final[Mapping[str, tuple[State, ...]]] = {
    "failed": (State.DEAD,),
    "waiting": (State.READY,),
    "running": (State.RUNNING,),
    "ended": (State.DONE, State.CANCELLED),
}
"""The lists of the page, by what stands for them in its address."""

blueprint = Blueprint("jobs", __name__, url_prefix="/admin/jobs")


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job as a list shows it."""

    job: jobs.JobView
    words: JobWords

    @property
    def reason(self) -> str:
        """Why it failed last: the line in which a traceback ends."""
        lines = (self.job.error or "").strip().splitlines()
        return lines[-1][:_LONGEST_REASON] if lines else ""


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A queue as the page shows it."""

    figures: jobs.QueueFigures

    @property
    def late(self) -> str:
        """For how long a job has waited that may begin, in words; empty where no job has long."""
        seconds = self.figures.oldest_waiting
        if seconds < _LATE:
            return ""
        return format_timedelta(timedelta(seconds=seconds), locale=get_locale())


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """A schedule, and when it fires: None where no worker has met it yet."""

    schedule: Schedule
    words: JobWords
    firing: jobs.Firing | None


@blueprint.get("")
@requires(JOBS)
def index() -> Markup:
    """Show the jobs of one list, and how queues and schedules do."""
    shown = request.args.get("show", "failed")
    if shown not in LISTS:
        raise MissingError(_("There is no such list of jobs."))
    name = request.args.get("kind")
    found, older = _page(LISTS[shown], name)
    queues = [QueueLine(one) for one in jobs.figures()]
    return render(
        "core/administration/jobs.html",
        shown=shown,
        kind=job_words(name) if name else None,
        jobs=found,
        first=url_for("jobs.index", show=shown, kind=name) if "before" in request.args else "",
        older=url_for("jobs.index", show=shown, kind=name, before=older) if older else "",
        counts=_counts(queues),
        dead_kinds=[(one, job_words(one.name)) for one in jobs.dead_kinds()],
        queues=queues,
        schedules=_schedules(),
    )


def _page(states: Sequence[State], name: str | None) -> tuple[list[JobLine], int | None]:
    """Give a page of jobs, and the id behind which the next one begins."""
    before = request.args.get("before", type=whole_number)
    found = jobs.jobs_in(*states, name=name, limit=SHOWN + 1, before=before)
    lines = [JobLine(job, job_words(job.name)) for job in found[:SHOWN]]
    return lines, lines[-1].job.id if len(found) > SHOWN else None


def _counts(queues: Sequence[QueueLine]) -> Mapping[str, int]:
    figures = [queue.figures for queue in queues]
    return {
        "failed": sum(one.dead for one in figures),
        "waiting": sum(one.waiting + one.suspended for one in figures),
        "running": sum(one.running for one in figures),
    }


def _schedules() -> list[ScheduleLine]:
    firings = jobs.firings()
    kept = [one.value for one in current_host().contributions(salesman_schedules, inactive=True)]
    return [
        ScheduleLine(one, job_words(one.job), firings.get(one.name))
        for one in sorted(kept, key=lambda one: one.name)
    ]


@blueprint.get("/<int:job_id>")
@requires(JOBS)
def one(job_id: int) -> Markup:
    """Show a job with all that is known of it."""
    return _job_page("core/administration/job.html", job_id)


@blueprint.post("/<int:job_id>/retry")
@requires(JOBS)
def retry(job_id: int) -> Response:
    """Try a job again."""
    return _done(service.retry, job_id, _("Job %(id)s is tried again.", id=job_id))


@blueprint.post("/<int:job_id>/cancel")
@requires(JOBS)
def cancel(job_id: int) -> Response:
    """Cancel a job that waits, or ask one that runs to stop."""
    if service.job(job_id).state is State.RUNNING:
        return _done(service.cancel, job_id, _("Job %(id)s is asked to stop.", id=job_id))
    undo = url_for("jobs.retry", job_id=job_id)
    return _done(service.cancel, job_id, _("Job %(id)s is cancelled.", id=job_id), undo)


@blueprint.get("/<int:job_id>/discard")
@requires(JOBS)
def discard_form(job_id: int) -> Markup:
    """Say what it means to discard a job, before it is done."""
    return _job_page("core/administration/discard.html", job_id)


@blueprint.post("/<int:job_id>/discard")
@requires(JOBS)
def discard(job_id: int) -> Response:
    """Give a job up that failed."""
    return _done(service.discard, job_id, _("Job %(id)s is discarded.", id=job_id))


def _job_page(template: str, job_id: int) -> Markup:
    job = service.job(job_id)
    return render(template, line=JobLine(job, job_words(job.name)))


def _done(act: Callable[[int], None], job_id: int, told: Text, undo: str = "") -> Response:
    """Do something to a job, and lead back to the list; say so where it has moved meanwhile."""
    try:
        act(job_id)
    except ConflictError as error:
        toast(error.message, kind="error")
    else:
        toast(told, undo=undo)
    return redirect(url_for("jobs.index"))


@blueprint.post("/kinds/<kind>/retry")
@requires(JOBS)
def retry_all(kind: str) -> Response:
    """Try all jobs of a kind again that failed."""
    count = service.retry_all(kind)
    toast(texts.ngettext("%(num)s job is tried again.", "%(num)s jobs are tried again.", count))
    return redirect(url_for("jobs.index"))


@blueprint.get("/kinds/<kind>/discard")
@requires(JOBS)
def discard_all_form(kind: str) -> Markup:
    """Say how many jobs of a kind would be discarded, before it is done."""
    counts = {one.name: one.jobs for one in jobs.dead_kinds()}
    if kind not in counts:
        raise MissingError(_("No job of this kind has failed."))
    return render("core/administration/discard_all.html", words=job_words(kind), count=counts[kind])


@blueprint.post("/kinds/<kind>/discard")
@requires(JOBS)
def discard_all(kind: str) -> Response:
    """Give up all jobs of a kind that failed."""
    count = service.discard_all(kind)
    toast(texts.ngettext("%(num)s job is discarded.", "%(num)s jobs are discarded.", count))
    return redirect(url_for("jobs.index"))
