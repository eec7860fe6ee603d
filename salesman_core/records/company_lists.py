"""Lists that a company keeps itself, as of results: rows are added, changed and moved.

None is ever deleted, because records refer to it: what is not ``active`` is offered no more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import demand_permission
from salesman_core.db import writing
from salesman_core.errors import InvalidError, MissingError, StaleError
from salesman_core.i18n import texts
from salesman_core.records.audit_fields import FieldWords, describe_kind
from salesman_core.records.changes import Changes, audit
from salesman_core.records.ordering import change_places, demand_order, in_order
from salesman_core.records.saving import named
from salesman_hookspecs import Text

_ = texts.lazy

MOST: Final = 50
"""Rows of one list: it is chosen from by people."""

Values = Mapping[str, Any]


class Apply(Protocol):
    """Gives a row what it holds beside its name, as it was typed."""

    def __call__(self, session: Session, row: Any, values: Values, /, *, new: bool) -> None:
        """Set it; a new row is not in the session yet."""


@dataclass(frozen=True, slots=True)
class CompanyList:
    """A list that a company keeps.

    :param kind: of its rows, as the audit knows it: ``leads.result``.
    :param model: their table, with ``name``, ``position``, ``active`` and a plain ``version``.
    :param permission: what one must hold to change it.
    :param told: gives what the audit tells of a row.
    """

    kind: str
    model: type[Any]
    permission: str
    apply: Apply
    told: Callable[[Any], Values]

    def describe(self, title: Text, fields: Mapping[str, FieldWords]) -> None:
        """Say how changes of its rows are read."""
        usual = {"active": FieldWords(_("Offered")), "position": FieldWords(_("Place"))}
        describe_kind(self.kind, title, {**fields, **usual})

    def add(self, values: Values) -> int:
        """Add a row behind the others; give its id.

        :raises InvalidError: by field.
        """
        demand_permission(self.permission)
        with writing() as session:
            rows = in_order(session, self.model)
            if len(rows) >= MOST:
                message = _("At most %(most)s of them fit.", most=MOST)
                raise InvalidError(message, {"name": message})
            row = self.model(position=rows[-1].position + 1 if rows else 0, active=True)
            row.name = self._named(values)
            self.apply(session, row, values, new=True)
            session.add(row)
            session.flush()
            told: Changes = {name: (None, value) for name, value in self.told(row).items()}
            audit(session, self.kind, row.id, row.name, "created", told)
            return int(row.id)

    def change(self, row_id: int, values: Values, version: int | None = None) -> bool:
        """Change a row; give whether anything changed.

        :param version: of the row that the caller saw; None where they do not say.
        :raises InvalidError: by field.
        :raises StaleError: where somebody changed it since *version*.
        """
        demand_permission(self.permission)
        with writing() as session:
            row = self._for_change(session, row_id, version)
            before = self.told(row)
            row.name = self._named(values)
            self.apply(session, row, values, new=False)
            row.active = bool(values.get("active"))
            after = self.told(row)
            changes: Changes = {
                name: (before[name], after[name]) for name in after if before[name] != after[name]
            }
            if changes:
                row.version += 1
                audit(session, self.kind, row.id, row.name, "changed", changes)
            return bool(changes)

    def move(self, row_id: int, *, up: bool, version: int | None = None) -> None:
        """Let a row change places with its neighbour, in the order in which people choose.

        :param version: of the order that the caller saw; None where they do not say.
        :raises StaleError: where somebody changed the order since *version*.
        """
        demand_permission(self.permission)
        with writing() as session:
            order = in_order(session, self.model)
            row = next((one for one in order if one.id == row_id), None)
            if row is None:
                raise _missing()
            demand_order(order, version)
            places = change_places(order, row, later=not up)
            if places is not None:
                audit(session, self.kind, row.id, row.name, "changed", {"position": places})

    def _named(self, values: Values) -> str:
        name, longest = named(values.get("name")), self.model.name.type.length
        if len(name) > longest:
            message = _("At most %(most)s characters fit here.", most=longest)
            raise InvalidError(message, {"name": message})
        return name

    def _for_change(self, session: Session, row_id: int, version: int | None) -> Any:
        one = sa.select(self.model).where(self.model.id == row_id).with_for_update()
        row = session.scalars(one.execution_options(populate_existing=True)).one_or_none()
        if row is None:
            raise _missing()
        if version is not None and row.version != version:
            raise StaleError(_("Somebody else has changed this since you read it."))
        return row


def one_of_them(field: str, value: object, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    """Judge what was chosen out of a few.

    :raises InvalidError: at the field, for anything else.
    """
    if value not in known:
        message = _("Choose one of them.")
        raise InvalidError(message, {field: message})
    return str(value)


def _missing() -> MissingError:
    return MissingError(_("There is no such entry in this list."))
