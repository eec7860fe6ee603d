"""The kinds of record that can be written to: clients, contacts, and what plugins keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import InvalidError, RecordList, current_person, record_types, visible
from salesman_hookspecs import RecordType
from salesman_mailing.groups.models import Member
from salesman_mailing.texts import texts

_ = texts.lazy

_ORDER: Final = ("contact", "client")
"""Who is addressed where one address is that of several records: first a person by name."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record that can be written to.

    :param rank: which one is meant where an address is that of records of several kinds.
    """

    type: RecordType
    rank: int

    @property
    def name(self) -> str:
        """The kind's name, as ``client``."""
        return self.type.kind

    @property
    def id(self) -> Any:
        """The column of a record's id."""
        return self.type.model.id

    @property
    def label(self) -> sa.ColumnElement[str]:
        """What names a record."""
        return sa.type_coerce(getattr(self.type.model, self.type.label), sa.Text())

    @property
    def emails(self) -> Any:
        """The mapped class of its addresses."""
        return self._emails[0]

    @property
    def of_email(self) -> Any:
        """The column of an address that refers to the record."""
        emails, attribute = self._emails
        return getattr(emails, attribute)

    @property
    def _emails(self) -> tuple[Any, str]:
        emails = self.type.emails
        if emails is None:  # kinds() gives none without
            raise LookupError(self.name)
        return emails

    @property
    def listed(self) -> RecordList | None:
        """Its list, whose filters a group can follow; None where it has none."""
        return self.type.listed if isinstance(self.type.listed, RecordList) else None

    @property
    def is_clients(self) -> bool:
        """Whether such a record is a client, or belongs to one."""
        return "client" in {self.name, *(self.type.through or ())[:1]}

    @property
    def client_id(self) -> sa.ColumnElement[int]:
        """The client that it is, or is at; null of what is no client's."""
        if not self.is_clients:
            return sa.cast(sa.null(), sa.BigInteger())
        column = self.type.through[1] if self.type.through else "id"
        return sa.type_coerce(getattr(self.type.model, column), sa.BigInteger())

    def belonging_to(self, kind: str, record_id: int) -> sa.ColumnElement[bool]:
        """Give the SQL of the record itself, or of those that are reached through it, seen ones."""
        if self.name == kind:
            return sa.and_(self.id == record_id)
        through, attribute = self.type.through or ("", "")
        if through != kind:
            return sa.false()
        return sa.and_(getattr(self.type.model, attribute) == record_id, visible(self.name))

    @property
    def named(self) -> Any:
        """The column by which a group names such a record."""
        return getattr(Member, Member.BY_KIND.get(self.name, "record_id"))

    def is_named(self) -> sa.ColumnElement[bool]:
        """Give the condition of the rows of a group that name records of this kind."""
        if self.name in Member.BY_KIND:
            return self.named.is_not(None)  # type: ignore[no-any-return]
        return Member.kind == self.name

    def columns(self, record_id: Any) -> dict[str, Any]:
        """Give the columns by which a group names one record, for rows that are written."""
        told: dict[str, Any] = {"client_id": None, "contact_id": None}
        told |= {"kind": None, "record_id": None}
        if self.name in Member.BY_KIND:
            return told | {Member.BY_KIND[self.name]: record_id}
        return told | {"kind": self.name, "record_id": record_id}


def kinds() -> Sequence[Kind]:
    """Give the kinds that can be written to and that whoever acts may see, in their order."""
    person = current_person()
    found = [one for one in record_types() if one.emails is not None]
    ordered = sorted(
        found,
        key=lambda one: (_ORDER.index(one.kind) if one.kind in _ORDER else len(_ORDER), one.kind),
    )
    return [Kind(one, rank) for rank, one in enumerate(ordered) if person.may(one.view_permission)]


def kind_named(name: str) -> Kind:
    """Give a kind that can be written to, by its name.

    :raises InvalidError: for what is none, or nothing that whoever acts may see.
    """
    found = next((one for one in kinds() if one.name == name), None)
    if found is None:
        message = _("Nothing of the kind %(kind)s can be written to.", kind=name)
        raise InvalidError(message, {"kind": message})
    return found
