"""What templates may say: sections of values, those of other plugins included."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import structlog

from salesman_core.toolkit import contributions
from salesman_documents.docx.values import Amount, Picture
from salesman_documents.hookspecs import salesman_documents_variables
from salesman_hookspecs import Text

_log = structlog.get_logger(__name__)

KINDS: Final = ("text", "money", "number", "date", "flag", "picture")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST_ROWS: Final = 2000

Field = tuple[str, Text, str]
About = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Section:
    """Some values that belong together.

    :param owner: the plugin that gives them.
    :param rows: whether it is a list of rows with these fields.
    :param agreed: whether it belongs to what is agreed: a change of it voids an approval.
    """

    name: str
    title: Text
    owner: str
    rows: bool
    given: Sequence[Field] | Callable[[], Sequence[Field]]
    values: Callable[[About], Any]
    agreed: bool = False

    @property
    def fields(self) -> Sequence[Field]:
        """Its fields, as they are now."""
        found = self.given() if callable(self.given) else self.given
        return [one for one in found if _NAME.fullmatch(one[0]) and one[2] in KINDS]


def sections() -> list[Section]:
    """Give what templates may say, of all active plugins; ours stand first.

    Of two with one name the first one counts: no other plugin takes the place of ours.
    """
    found = sorted(_all_sections(), key=lambda one: (one.owner != "documents", one.owner))
    first: dict[str, Section] = {}
    for one in found:
        if first.setdefault(one.name, one) is not one:
            _log.warning("documents_section_taken", owner=one.owner, section=one.name)
    return list(first.values())


def _all_sections() -> Iterator[Section]:
    for one in contributions(salesman_documents_variables):
        section = _section(one.value, one.owner)
        if section is not None:
            yield section


def _section(given: Mapping[str, Any], owner: str) -> Section | None:
    """Give a section; None for what is none, which the log tells."""
    name, values, fields = given.get("name"), given.get("values"), given.get("fields", ())
    if not isinstance(name, str) or not _NAME.fullmatch(name) or not callable(values):
        _log.warning("documents_section_refused", owner=owner)
        return None
    rows, agreed = bool(given.get("rows")), bool(given.get("agreed"))
    return Section(name, given.get("title") or name, owner, rows, fields, values, agreed)


def tree() -> dict[str, Any]:
    """Give what templates may say as the linter takes it."""
    found: dict[str, Any] = {}
    for one in sections():
        fields = {name: kind for name, _title, kind in one.fields}
        found[one.name] = [fields] if one.rows else fields
    return found


def gathered(about: About, names: Collection[str] | None = None) -> dict[str, Any]:
    """Give the plain values of a document: every value that there may be, empty where it is not.

    :param names: of the sections that are wanted; all where not given.
    """
    wanted = [one for one in sections() if names is None or one.name in names]
    return {one.name: _values(one, about) for one in wanted}


def _values(section: Section, about: About) -> Any:
    given = section.values(about)
    fields = section.fields
    if section.rows:
        return [_row(fields, one, about) for one in list(given or ())[:MOST_ROWS]]
    return _row(fields, given or {}, about)


def _row(fields: Sequence[Field], given: Mapping[str, Any], about: About) -> dict[str, Any]:
    return {name: _plain(given.get(name), kind, about) for name, _title, kind in fields}


def _plain(value: Any, kind: str, about: About) -> Any:
    match kind:
        case "money" if value is not None:
            return Amount(Decimal(value), str(about["currency"] or ""))
        case "picture":
            return Picture(value or b"")
        case "text":
            return "" if value is None else str(value)
        case "flag":
            return bool(value)
        case _:
            return value
