"""What an approval holds for agreed beside the bytes: the sums and the rows of the deal.

They are read with all rights, so that they are the same whoever asks, and kept as plain texts, so
that they are the same on every database. Who reads what changed of them is judged where it is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import SYSTEM, AnyRow, Deal, acting_as, formats
from salesman_documents.models import Document
from salesman_documents.texts import texts
from salesman_documents.variables import MOST_ROWS, Section, sections

Facts = Mapping[str, Any]
Change = dict[str, Any]

_ = texts.lazy

MOST_TOLD: Final = 20
_CONCERNED: Final = (
    *("client_id", "deal_id", "contact_id", "company_id", "signer_id", "owner_id"),
)


def facts_of(session: Session, document: Document | AnyRow) -> Facts:
    """Give what a document's deal comes to now: its amount, and the rows that plugins give."""
    with acting_as(SYSTEM):
        amount = _amount(session, document.deal_id)
        about = {name: getattr(document, name) for name in _CONCERNED}
        about |= {"session": session, "language": "en", "document": {}}
        about["currency"] = amount.partition(" ")[2]
        parts = {one.name: _part(one, about) for one in sections() if one.agreed}
    return {"deal_id": document.deal_id, "amount": amount, "parts": parts}


def _amount(session: Session, deal_id: int | None) -> str:
    asked = sa.select(Deal.amount, Deal.currency).where(Deal.id == deal_id)
    row = session.execute(asked).one_or_none()
    return "" if row is None else f"{_plain(row.amount)} {row.currency}"


def _part(section: Section, about: Mapping[str, Any]) -> list[dict[str, str]]:
    given = section.values(about)
    rows = list(given or ())[:MOST_ROWS] if section.rows else [given or {}]
    return [{name: _plain(row.get(name)) for name, _title, _kind in section.fields} for row in rows]


def _plain(value: Any) -> str:
    match value:
        case None:
            return ""
        case Decimal():
            return format(value.normalize(), "f")
        case date():
            return value.isoformat()
        case bytes():
            return ""
        case _:
            return str(value)


def differences_of(before: Facts, after: Facts) -> list[Change]:
    """Give what is otherwise in a deal than it was, plain, the first of it: see :func:`told`."""
    if before == after:
        return []
    return list(islice(_differing(before, after), MOST_TOLD))


def _differing(before: Facts, after: Facts) -> Iterator[Change]:
    if before.get("deal_id") != after.get("deal_id"):
        yield {"what": "deal"}
        return
    if before.get("amount") != after.get("amount"):
        yield {"what": "amount", "before": before.get("amount"), "after": after.get("amount")}
    known = before.get("parts", {})
    for name, rows in after.get("parts", {}).items():  # a suspended plugin changes nothing
        held = known.get(name, [])
        yield from _rows(name, held, [_as_held(row, held) for row in rows])


def _as_held(row: Mapping[str, str], held: Sequence[Mapping[str, str]]) -> Mapping[str, str]:
    """Give of a row what was held of others: a field that plugins give since says nothing."""
    return {name: row.get(name, "") for name in held[0]} if held else row


def _rows(part: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[Change]:
    olds, news = (tuple(tuple(sorted(row.items())) for row in rows) for rows in (before, after))
    matched = SequenceMatcher(None, olds, news, autojunk=False)
    for tag, i, j, k, m in matched.get_opcodes():
        if tag == "equal":
            continue
        both = min(j - i, m - k)
        for old, new in zip(before[i : i + both], after[k : k + both], strict=True):
            yield from _fields(part, old, new)
        for old in before[i + both : j]:
            yield {"what": "row_gone", "part": part, "row": _called(old)}
        for new in after[k + both : m]:
            yield {"what": "row_new", "part": part, "row": _called(new)}


def _fields(part: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Change]:
    for name in new:
        before, after = old.get(name, ""), new[name]
        if before != after:
            row = _called(old)
            yield {
                "what": "row",
                "part": part,
                "row": row,
                "field": name,
                "before": before[:300],
                "after": after[:300],
            }


def _called(row: Mapping[str, str]) -> str:
    """Give what a row is called: by its name, or else by the first that it says."""
    return (row.get("name") or next(filter(None, row.values()), ""))[:300]


def told(changes: Sequence[Change], *, detailed: bool) -> list[str]:
    """Give what made an approval void, in words.

    :param detailed: whether the reader sees the deal: its sums and rows are for nobody else.
    """
    if detailed:
        titles = {one.name: one for one in sections()}
        return [_told(one, titles) for one in changes]
    own = [_told(one, {}) for one in changes if one["what"] == "version"]
    hidden = [texts.gettext("the deal was changed")] if len(own) < len(changes) else []
    return own + hidden


def _told(one: Change, titles: Mapping[str, Section]) -> str:
    section = titles.get(one.get("part", ""))
    said = {
        "part": str(section.title) if section else str(one.get("part", "")),
        "row": one.get("row", ""),
        "before": _shown(one, "before", section),
        "after": _shown(one, "after", section),
    }
    match one["what"]:
        case "version":
            return texts.gettext("version %(number)s was added", number=one["after"])
        case "amount":
            return texts.gettext("amount of the deal: %(before)s → %(after)s", **said)
        case "row":
            said["field"] = _field_title(one["field"], section)
            return texts.gettext("%(part)s, “%(row)s”, %(field)s: %(before)s → %(after)s", **said)
        case "row_new":
            return texts.gettext("%(part)s: “%(row)s” came in", **said)
        case "row_gone":
            return texts.gettext("%(part)s: “%(row)s” went out", **said)
        case _:
            return texts.gettext("the document is about another deal")


def _field_title(name: str, section: Section | None) -> str:
    fields = section.fields if section is not None else ()
    return next((str(title) for known, title, _kind in fields if known == name), name)


def _shown(one: Change, name: str, section: Section | None) -> str:
    """Give a value as people read it; it is kept plain."""
    value = str(one.get(name) or "")
    if one["what"] == "amount" and " " in value:
        number, _space, currency = value.partition(" ")
        return str(formats.money(Decimal(number), currency))
    fields = section.fields if section is not None else ()
    kind = next((kind for known, _title, kind in fields if known == one.get("field")), "text")
    if kind in {"money", "number"} and value:
        return str(formats.number(Decimal(value)))
    return value or "—"
