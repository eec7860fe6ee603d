"""Whose rights work in the background goes by: those that whoever began it has at the moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.orm import Session

from salesman_core.access.person import SYSTEM, acting_as, current_person, load_person
from salesman_core.errors import ConflictError
from salesman_core.i18n import texts
from salesman_core.jobs import current_run
from salesman_hookspecs import Text

_ = texts.lazy

GONE: Final[Text] = _("Whoever began this may not act any more.")


@contextmanager
def by_present_rights(session: Session) -> Iterator[None]:
    """Let a job do its next rows with what its person may now, not with what they once might.

    Outside of jobs nothing changes: a token may be narrower than its user.

    :raises ConflictError: where they may not act any more.
    """
    person = current_person() if current_run() is not None else SYSTEM
    if person.id is None:
        yield
        return
    present = load_person(session, person.id)
    if present is None:
        raise ConflictError(GONE)
    with acting_as(present):
        yield
