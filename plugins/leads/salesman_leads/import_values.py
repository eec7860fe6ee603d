"""Rows of a file turned into what leads hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    ImportedRow,
    InvalidError,
    company,
    contact_data,
    judge,
    normalised,
    reach,
)
from salesman_leads.banning import FLAGS
from salesman_leads.intake import WRITTEN
from salesman_leads.lists import RESULT_TITLES, STATUS_TITLES
from salesman_leads.models import CLOSED, CONVERTED, STATUSES, Result
from salesman_leads.schemas import LeadSchema
from salesman_leads.texts import texts

_ = texts.lazy

_PLAIN: Final = (*WRITTEN, *FLAGS)
_LISTS: Final = ("phones", "emails", "products")
_SCHEMA: Final = LeadSchema(partial=True, only=(*_PLAIN, *_LISTS, "external_ids"))
_STATUS_WORDS: Final[Mapping[str, str]] = {
    **{normalised(word): word for word in STATUSES},
    "in work": "in_work",
    "открыт": "open",
    "новый": "open",
    "new": "open",
    "в работе": "in_work",
    "обработан": "processed",
    "закрыт": "closed",
}
_CONVERTED_WORDS: Final = {normalised(CONVERTED), "became a client", "стал клиентом", "won"}


def lead_values(row: ImportedRow, source: str) -> dict[str, Any]:
    """Give what a row tells of a lead, as the JSON API names it.

    :raises InvalidError: by field.
    """
    asked = {name: _trimmed(row[name]) for name in _PLAIN if name in row}
    asked |= {name: list(row[name]) for name in _LISTS if name in row}
    if "external_id" in row:
        asked["external_ids"] = {source: row["external_id"]}
    return judge(_SCHEMA, asked)


def _trimmed(value: Any) -> Any:
    """Give a value as it will be kept, so that the same one is found to be the same."""
    return value.strip() if isinstance(value, str) else value


def refuse_hidden(row: ImportedRow) -> None:
    """Let nobody find out by an import whose a phone or email is.

    :raises InvalidError: where a row has some and whoever imports may not read them.
    """
    hidden = [name for name in ("phones", "emails") if name in row]
    if hidden and not contact_data.sees_contact_data():
        message = _("Your roles do not include phones and emails: leave this column out.")
        raise InvalidError(message, dict.fromkeys(hidden, message))


def phone_meant(typed: str) -> str:
    """Give a phone as it is compared: by what it means, else as it was typed."""
    return reach.phone(typed, company().region).normalised or typed


def email_meant(typed: str) -> str:
    """Give an email likewise."""
    return reach.email(typed).normalised or typed


def phones_meant(row: ImportedRow) -> list[str]:
    """Give the phones of a row as they are compared."""
    return [phone_meant(one) for one in row.get("phones", ())]


def emails_meant(row: ImportedRow) -> list[str]:
    """Give the emails of a row as they are compared."""
    return [email_meant(one) for one in row.get("emails", ())]


def title_of(row: ImportedRow) -> str:
    """Give what a row calls whom it is about, as it is looked for; empty for nothing."""
    return normalised(", ".join(row[name] for name in ("name", "company") if row.get(name)))


def warnings_of(row: ImportedRow) -> dict[str, str]:
    """Give warnings of phones and emails that are kept as typed because they do not validate."""
    warnings = {}
    region = company().region
    if not all(reach.phone(one, region).valid for one in row.get("phones", ())):
        warnings["phones"] = str(_("No valid phone number, kept as typed."))
    if not all(reach.email(one).valid for one in row.get("emails", ())):
        warnings["emails"] = str(_("No valid email address, kept as typed."))
    return warnings


class Outcomes:
    """Reads what rows say that came of leads: by the company's own words, or by what they mean."""

    def __init__(self, session: Session) -> None:
        rows = session.execute(sa.select(Result.id, Result.name, Result.base).order_by(Result.id))
        known = [(row.id, row.name, row.base) for row in rows]
        self._by_name = {normalised(name): (base, id_) for id_, name, base in known}
        for id_, _name, base in known:
            for word in (normalised(base), normalised(str(RESULT_TITLES[base]))):
                self._by_name.setdefault(word, (base, id_))

    def of(self, row: ImportedRow) -> dict[str, Any]:
        """Give status and result as columns of a lead; nothing where the row tells of neither.

        A lead of which a file says no more than that it was converted is closed as such: which
        client came of it, nobody knows.

        :raises InvalidError: for a word that means none of them.
        """
        if "result" in row:
            result, result_id = self._result(row["result"])
            return {"status": CLOSED, "result": result, "result_id": result_id}
        if "status" not in row:
            return {}
        status = _STATUS_WORDS.get(normalised(row["status"]))
        if status is None or status == CLOSED:
            known = ", ".join(str(STATUS_TITLES[one]) for one in STATUSES if one != CLOSED)
            message = _("Give one of %(known)s; for a closed lead, its result.", known=known)
            raise InvalidError(message, {"status": message})
        return {"status": status}

    def _result(self, word: str) -> tuple[str, int | None]:
        text = normalised(word)
        if text in _CONVERTED_WORDS:
            return CONVERTED, None
        if text not in self._by_name:
            message = _("No result of leads is called so.")
            raise InvalidError(message, {"result": message})
        return self._by_name[text]


def grown(held: Sequence[str], told: Iterable[str], meant: Callable[[str], str]) -> list[str]:
    """Give a list with what a row adds to it: nothing that stands there is taken away."""
    known = {meant(one) for one in held}
    return [*held, *(one for one in dict.fromkeys(told) if meant(one) not in known)]
