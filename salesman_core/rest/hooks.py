"""What the JSON API contributes, through the same hooks as any plugin."""

from __future__ import annotations

from collections.abc import Iterable

from salesman_core.i18n import texts
from salesman_core.rest.idempotency import forget_old_answers
from salesman_hookspecs import Job, Schedule, hookimpl


@hookimpl
def salesman_jobs() -> Iterable[Job]:
    """Give the work that keeps the table of answers small."""
    title = texts.lazy("Removal of old answers of the JSON API")
    return [Job("core.forget_answers", forget_old_answers, title=title)]


@hookimpl
def salesman_schedules() -> Iterable[Schedule]:
    """Say when it is done."""
    return [Schedule("core.forget_answers", "17 * * * *", "core.forget_answers")]
