"""The users whom files name as owners of records, and as those who have a part in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.colleagues import seen_users
from salesman_core.access.models import User
from salesman_core.access.person import current_person
from salesman_core.db import reading
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.people.permissions import MANAGE
from salesman_core.people.service import user_named, users_named
from salesman_core.records.participants import participants_of
from salesman_hookspecs import ImportBatch

_ = texts.lazy

_PARTICIPANTS: Final = "participants"
_MOST_BRACKETS: Final = 9
"""So many opening brackets of a cell may begin a part: names have fewer."""


class Owners:
    """Gives the owners that the rows of a batch name.

    :param session: of the batch.
    :param batch: its ``create_missing`` says whether users are made (``owner``).
    :param assign: the permission to give such records to others.
    """

    def __init__(self, session: Session, batch: ImportBatch, assign: str) -> None:
        self._session = session
        self._source = batch.source
        self._create = "owner" in batch.options.get("create_missing", ())
        self._assign = assign
        names = {row["owner"] for row in batch.rows if "owner" in row}
        self._known: dict[str, int | None] = {**users_named(session, names, batch.source)}

    def named(self, name: str) -> int:
        """Give the user of a name or address; they may have left.

        :raises InvalidError: where there is none, or more than one, or one would have to be made
            and whoever acts may not.
        """
        if name not in self._known:
            self._known[name] = self._looked_up(name)
        found = self._known[name]
        if found is None:
            message = _("There is no such user, or more than one.")
            raise InvalidError(message, {"owner": message})
        return found

    def _looked_up(self, name: str) -> int | None:
        if not self._create:
            return None
        if not current_person().may(MANAGE):
            message = _("There is no such user, and your roles do not let you add one.")
            raise InvalidError(message, {"owner": message})
        with self._session.begin_nested():  # what cannot be made leaves the other rows alone
            return user_named(self._session, name, create_missing=True, source=self._source)

    def for_new(self, name: str | None) -> int | None:
        """Give the owner of a new record: whoever acts, where the file names nobody."""
        return current_person().id if name is None else self.assigned(name, None)

    def assigned(self, name: str, owner_id: int | None) -> int:
        """Give the owner that a record of *owner_id* is to have.

        :raises InvalidError: where that would be another, and whoever acts may not decide it.
        """
        found = self.named(name)
        person = current_person()
        free = found == owner_id or (owner_id is None and found == person.id)
        if not free and not person.may(self._assign):
            message = _("Your roles do not let you give records to others.")
            raise InvalidError(message, {"owner": message})
        return found


def people_choices() -> list[tuple[str, str]]:
    """Give the people whom a file may name, to be chosen on a page: what a row says, and a name.

    Who shares a name with somebody else is named by their address.
    """
    columns = (User.name, User.email)
    there = sa.select(*columns).where(User.active, seen_users())
    rows = reading().execute(there.order_by(User.search_name, User.id)).all()
    often = Counter(row.name for row in rows)
    return [
        (row.name, row.name) if often[row.name] == 1 else (row.email, f"{row.name}, {row.email}")
        for row in rows
        if often[row.name] == 1 or row.email
    ]


class NamedParticipants:
    """Gives the participants that the rows of a batch name: each by login, name or key.

    A part may stand behind a name, as in “Anna Petrova (lawyer)”. Rows add participants and say
    what their part is; nobody is taken out of a record by a file.

    :param session: of the batch.
    :param model: the table, as ``DealParticipant``.
    """

    def __init__(self, session: Session, batch: ImportBatch, model: type[Any]) -> None:
        self._session = session
        self._model = model
        names = {name for row in batch.rows for one in _listed(row) for name in _names(one)}
        self._known = users_named(session, names, batch.source) if names else {}
        self._held: dict[int, list[dict[str, Any]]] = {}

    def look_up(self, record_ids: Collection[int]) -> None:
        """Read who has a part in some records, where the batch names anybody at all."""
        named = bool(self._known and record_ids)
        ids = list(record_ids)
        self._held = participants_of(self._session, self._model, ids) if named else {}

    def of(self, row: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
        """Give what a row says of participants, as the JSON API has it: nothing for nobody.

        :raises InvalidError: where there is no such user, or more than one.
        """
        parts = dict(self._meant(one) for one in _listed(row))
        people = [{"user_id": id_, "part": part} for id_, part in parts.items()]
        return {_PARTICIPANTS: people} if people else {}

    def _meant(self, text: str) -> tuple[int, str]:
        for name, part in _readings(text):
            if name in self._known:
                return self._known[name], part
        message = _("There is no such user, or more than one: %(name)s.", name=text)
        raise InvalidError(message, {_PARTICIPANTS: message})

    def grown(self, record_id: int, values: Mapping[str, Any]) -> list[dict[str, Any]] | None:
        """Give all participants that a record is to have; None where a row says nothing new.

        :param values: what the row says of the record, participants among it.
        """
        held = {one["user_id"]: one["part"] for one in self._held.get(record_id, ())}
        told: Sequence[Mapping[str, Any]] = values.get(_PARTICIPANTS, ())
        said = {one["user_id"]: one["part"] or held.get(one["user_id"], "") for one in told}
        if said.items() <= held.items():
            return None
        return [{"user_id": id_, "part": part} for id_, part in (held | said).items()]


def _listed(row: Mapping[str, Any]) -> Sequence[str]:
    listed: Sequence[str] = row.get(_PARTICIPANTS, ())
    return listed


def _readings(text: str) -> Iterator[tuple[str, str]]:
    """Give how a name may be meant: as a whole, or as a name with a part behind it.

    Either may hold brackets, as “Bert (the elder) (lawyer (main))” does: the longest name goes
    first.
    """
    yield text, ""
    if not text.endswith(")"):
        return
    begins = [one.start() for one in islice(re.finditer(r"\(", text), _MOST_BRACKETS)]
    for begin in reversed(begins):
        name, part = text[:begin].rstrip(), text[begin + 1 : -1].strip()
        if name and part and _is_one(part):
            yield name, part


def _is_one(part: str) -> bool:
    """Tell whether the brackets around a part are those of it, not of two parts."""
    depth = 0
    for character in part:
        if character == "(" and depth < 0:
            return False
        depth += {"(": 1, ")": -1}.get(character, 0)
    return True


def _names(text: str) -> list[str]:
    return [name for name, _part in _readings(text)]
