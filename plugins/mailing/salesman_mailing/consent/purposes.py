"""The company's list of what people are written to for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import AnyRow, CompanyList, FieldWords
from salesman_mailing.consent.models import Purpose
from salesman_mailing.permissions import MANAGE_PURPOSES
from salesman_mailing.texts import texts

_ = texts.lazy


def _apply(_session: Session, row: Purpose, values: Mapping[str, Any], *, new: bool) -> None:
    del new  # it may be changed later on
    row.needs_consent = bool(values.get("needs_consent"))
    row.by_forms = bool(values.get("by_forms"))


def _told(row: Purpose) -> dict[str, Any]:
    names = ("name", "needs_consent", "by_forms", "active")
    return {name: getattr(row, name) for name in names}


PURPOSES: Final = CompanyList("mailing.purpose", Purpose, MANAGE_PURPOSES, _apply, _told)
PURPOSES.describe(
    _("Purpose of mailing"),
    {
        "name": FieldWords(_("Name")),
        "needs_consent": FieldWords(_("Needs consent")),
        "by_forms": FieldWords(_("Takes consents of web forms")),
    },
)


def purposes(session: Session) -> Sequence[AnyRow]:
    """Give all purposes in their order, those included that are offered no more."""
    columns = (Purpose.id, Purpose.name, Purpose.needs_consent, Purpose.by_forms, Purpose.active)
    query = sa.select(*columns, Purpose.version)
    return session.execute(query.order_by(Purpose.position, Purpose.id)).all()


def offered_purposes(session: Session, chosen: int | None = None) -> list[tuple[int, str]]:
    """Give what may be chosen: the purposes that are offered, and the one that is chosen."""
    return [(one.id, one.name) for one in purposes(session) if one.active or one.id == chosen]


def purpose_names(session: Session) -> dict[int, str]:
    """Give what all purposes are called."""
    return {one.id: one.name for one in purposes(session)}
