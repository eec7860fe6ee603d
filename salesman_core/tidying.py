"""What is removed by the clock, so that the core's own tables stay small."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import Final

from salesman_core.clock import now
from salesman_core.events import purge_events
from salesman_core.i18n import texts
from salesman_core.jobs import purge
from salesman_core.records.imports.undo import forget_changes
from salesman_core.records.merging.undoing import forget_old_mergings
from salesman_core.services.notices import forget_notices
from salesman_hookspecs import Job, Schedule, hookimpl

JOBS_KEPT: Final = timedelta(days=14)
EVENTS_KEPT: Final = timedelta(days=90)
NOTICES_KEPT: Final = timedelta(days=90)
IMPORTS_UNDOABLE: Final = timedelta(days=30)


def tidy() -> None:
    """Remove what ended, was handed on, imported or merged long ago, in small pieces."""
    _until_none_is_left(partial(purge, JOBS_KEPT))
    _until_none_is_left(lambda: purge_events(EVENTS_KEPT, now=now()))
    _until_none_is_left(lambda: forget_changes(now() - IMPORTS_UNDOABLE))
    _until_none_is_left(forget_old_mergings)
    forget_notices(now() - NOTICES_KEPT)


def _until_none_is_left(remove_some: Callable[[], int]) -> None:
    while remove_some():
        pass


@hookimpl
def salesman_jobs() -> Iterable[Job]:
    """Give the work."""
    title = texts.lazy("Removal of old jobs, events and undo data")
    return [Job("core.tidy", tidy, transactional=False, title=title)]


@hookimpl
def salesman_schedules() -> Iterable[Schedule]:
    """Say when it is done: at night."""
    return [Schedule("core.tidy", "43 3 * * *", "core.tidy")]
