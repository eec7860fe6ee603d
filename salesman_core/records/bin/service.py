"""Records taken out of the bin, each through the service of its kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from salesman_core.access.records import label_of, record_type
from salesman_core.db import savepoint, writing
from salesman_core.errors import InvalidError, MissingError, SalesmanError
from salesman_core.i18n import texts
from salesman_core.records.bin.queries import lies_there

_ = texts.lazy

MOST: Final = 200
_SERVER_FAULT: Final = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one record.

    :param label: its name, where it was taken out.
    :param refused: why it was not, or None.
    """

    kind: str
    record_id: int
    label: str
    refused: SalesmanError | None


def take_out(kind: str, record_id: int) -> str:
    """Take a record out of the bin; give its name.

    :raises MissingError: where it does not lie there, or not within reach of whoever acts.
    """
    with writing() as session:
        type_ = record_type(kind)
        if type_.bin is None or not lies_there(session, type_, record_id):
            raise MissingError(_("There is no such record in the bin, or you may not see it."))
        type_.bin.restore(record_id)
        session.flush()
    return label_of(kind, record_id)


def take_many_out(records: Sequence[tuple[str, int]]) -> list[Outcome]:
    """Take records out of the bin; one that is refused does not hinder the others.

    :raises InvalidError: where there are none, or too many.
    """
    if not 1 <= len(records) <= MOST:
        raise InvalidError(_("Mark 1 to %(most)s records.", most=MOST))
    with writing() as session:
        done = []
        for kind, record_id in dict.fromkeys(records):
            label, refused = "", None
            try:
                with savepoint(session):
                    label = take_out(kind, record_id)
            except SalesmanError as error:
                if error.status >= _SERVER_FAULT:
                    raise
                refused = error
            done.append(Outcome(kind, record_id, label, refused))
        return done
