"""The users whom files name as owners of records."""

from __future__ import annotations

from sqlalchemy.orm import Session

from salesman_core.access.person import current_person
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.people.permissions import MANAGE
from salesman_core.people.service import user_named, users_named
from salesman_hookspecs import ImportBatch

_ = texts.lazy


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
            message = _("there is no such user, or more than one")
            raise InvalidError(message, {"owner": message})
        return found

    def _looked_up(self, name: str) -> int | None:
        if not self._create:
            return None
        if not current_person().may(MANAGE):
            message = _("there is no such user, and your roles do not let you add one")
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
        if found not in (owner_id, person.id) and not person.may(self._assign):
            message = _("your roles do not let you give records to others")
            raise InvalidError(message, {"owner": message})
        return found
