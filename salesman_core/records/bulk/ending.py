"""Whoever began a run in the background is told when it has ended."""

from __future__ import annotations

from salesman_core.db import WritingSession
from salesman_core.i18n import texts
from salesman_core.records.bulk.words import EXPORT, act_title
from salesman_core.records.models import BulkRun
from salesman_core.services.notices import notify

_ = texts.gettext


def tell_end(session: WritingSession, run: BulkRun) -> None:
    """Tell the person what came of a run; of one that they waited for they know."""
    if run.job_id is None:
        return
    notify(session, run.author_id, f"{act_title(run)}: {_told(run)}", f"/lists/runs/{run.id}")


def _told(run: BulkRun) -> str:
    if run.stopped:
        return run.stopped
    ready = _("the file is ready.") if run.file_hash is not None else ""
    if run.act == EXPORT:
        return ready
    counted = _(
        "done %(done)s, unchanged %(unchanged)s, refused %(refused)s.",
        done=run.done,
        unchanged=run.unchanged,
        refused=run.refused,
    )
    return f"{counted} {ready[:1].upper()}{ready[1:]}".strip()
