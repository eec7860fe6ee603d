"""Runs as jobs, with the rights and in the language of whoever began them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from salesman_core.access.origin import coming_from
from salesman_core.access.person import acting_as, person_of
from salesman_core.clock import now
from salesman_core.db import writing
from salesman_core.errors import SalesmanError
from salesman_core.i18n import LANGUAGES, speaking, texts
from salesman_core.jobs import JobCancelledError
from salesman_core.records.bulk.ending import tell_end
from salesman_core.records.bulk.service import JOB
from salesman_core.records.bulk.working import work
from salesman_core.records.models import BulkRun
from salesman_core.records.present_rights import GONE
from salesman_core.services.company import company
from salesman_hookspecs import Job

_ = texts.gettext
log = logging.getLogger(__name__)

KEPT: Final = timedelta(days=30)
"""For so long it can be seen what came of a run, and undone."""


def run_bulk(run_id: int, user_id: int, origin: Sequence[str] | None = None) -> None:
    """Do what waits of a run."""
    carried_out(run_id, user_id, origin, work)


def carried_out(
    run_id: int, user_id: int, origin: Sequence[str] | None, call: Callable[[int], None]
) -> None:
    """Do a run as whoever began it, and keep why it ended early where it did.

    :param origin: from where it was begun.
    """
    with _as_author(run_id, user_id) as known, coming_from(origin):
        if not known:
            _keep_end(run_id, str(GONE))
            return
        try:
            call(run_id)
        except JobCancelledError:
            _keep_end(run_id, _("Stopped. What was done by then stays."))
            raise
        except SalesmanError as error:  # as a permission that was taken away meanwhile
            _keep_end(run_id, str(error))


@contextmanager
def _as_author(run_id: int, user_id: int) -> Iterator[bool]:
    person = person_of(user_id)
    if person is None:
        log.warning("run %s: who began it may not act any more", run_id)
        with speaking(company().language):
            yield False
        return
    language = person.locale if person.locale in LANGUAGES else company().language
    with acting_as(person), speaking(language):
        yield True


def _keep_end(run_id: int, why: str) -> None:
    with writing() as session:
        run = session.get_one(BulkRun, run_id)
        run.stopped, run.ended_at = why, now()
        tell_end(session, run)


def forget_old() -> int:
    """Forget runs that began long ago, with all their rows; give how many."""
    limit = now() - KEPT
    with writing() as session:
        old = sa.delete(BulkRun).where(BulkRun.created_at < limit)
        return int(getattr(session.execute(old), "rowcount", 0))


BULK_TIDY_JOB = Job("core.bulk_tidy", forget_old, title=texts.lazy("Removal of old runs"))
BULK_JOB = Job(
    JOB,
    run_bulk,
    queue="bulk",
    attempts=3,
    timeout=6 * 3600,
    transactional=False,
    title=texts.lazy("Act on many records"),
)
