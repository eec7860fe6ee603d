"""The member ``custom`` of records in the JSON API: judged and described as the fields are defined.

Forms and imports are judged by the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

import marshmallow as ma

from salesman_core.db.revisions import kept
from salesman_core.i18n import texts
from salesman_core.records.custom.definitions import (
    SUBJECT,
    DefinedField,
    FieldType,
    fields_in_use,
)
from salesman_core.records.custom.values import DIGITS
from salesman_core.rest import Choice, Date, Flag, ListOf, Reference, ScaledNumber, Text
from salesman_core.rest.fields import DescribedField, or_null, refused

_ = texts.lazy

LONGEST_TEXT: Final = 500
LONGEST_LINK: Final = 1000
_LINK: Final = r"^https?://[^\u0000-\u0020\u007f/?#\\][^\u0000-\u0020\u007f]*$"
_IS_LINK: Final = re.compile(_LINK)


class Link(DescribedField[str]):
    """An address in the web; no other scheme, so that nothing runs where somebody clicks."""

    def described(self) -> dict[str, Any]:
        """Give the JSON Schema."""
        return {"type": "string", "maxLength": LONGEST_LINK, "pattern": _LINK}

    def _deserialize(self, value: Any, *_args: Any, **_options: Any) -> str:
        if not isinstance(value, str) or not _IS_LINK.fullmatch(value):
            raise refused(_("Give an address that begins with https:// or http://."))
        if len(value) > LONGEST_LINK:
            raise refused(_("At most %(most)s characters fit here.", most=LONGEST_LINK))
        return value


Judge = DescribedField[Any] | ListOf


def _judge_of(field: DefinedField) -> Judge:
    """Give what judges values of a field."""
    match field.type:
        case FieldType.TEXT:
            return Text(LONGEST_TEXT)
        case FieldType.NUMBER | FieldType.MONEY:
            return ScaledNumber(DIGITS[field.type])
        case FieldType.DATE:
            return Date()
        case FieldType.CHOICE:
            return Choice(field.offered)
        case FieldType.CHOICES:
            return ListOf(Choice(field.offered))
        case FieldType.FLAG:
            return Flag()
        case FieldType.USER:
            return Reference()
        case FieldType.LINK:
            return Link()


def _judges(kind: str) -> Mapping[str, tuple[DefinedField, Judge]]:
    """Give what judges each field of a kind, made anew when a definition changes."""
    known = kept(SUBJECT)
    place = ("judges", kind)
    if place not in known:
        known[place] = {one.key: (one, _judge_of(one)) for one in fields_in_use(kind)}
    found: Mapping[str, tuple[DefinedField, Judge]] = known[place]
    return found


class CustomValues(DescribedField[dict[str, Any]]):
    """The custom fields of a record: ``{key: value}``, null for no value.

    A new record has a value in each field that needs one; a change names what it changes.

    :param kind: of the record.
    :param whole: False where it depends on more whether a new record comes to be: the service then
        asks :func:`~salesman_core.records.custom.changes.missing_custom`.
    """

    def __init__(self, kind: str, *, whole: bool = True, **options: Any) -> None:
        super().__init__(load_default=self._where_nothing_was_sent, **options)
        self._kind, self._whole = kind, whole

    def described(self) -> dict[str, Any]:
        """Give the JSON Schema, as the fields are defined now."""
        judges = _judges(self._kind).values()
        return {
            "type": "object",
            "properties": {field.key: _described(field, judge) for field, judge in judges},
            "additionalProperties": False,
        }

    def _where_nothing_was_sent(self) -> Any:
        """Judge a new record that says nothing of its custom fields."""
        if self._whole and any(field.required for field, _ in _judges(self._kind).values()):
            return self._deserialize({})
        return ma.missing

    def _deserialize(self, value: Any, *_args: Any, **_options: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise refused(_("Give an object."))
        partial = isinstance(self.root, ma.Schema) and bool(self.root.partial)
        return judged(self._kind, value, whole=self._whole and not partial)


def judged(kind: str, sent: Mapping[str, Any], *, whole: bool) -> dict[str, Any]:
    """Judge values of custom fields in the notation of the JSON API.

    :param whole: whether each field that needs a value must be among them, as in a new record.
    :raises marshmallow.ValidationError: by key.
    """
    judges = _judges(kind)
    wrong: dict[str, Any] = {key: [_("Unknown field.")] for key in sent if key not in judges}
    read: dict[str, Any] = {}
    for key, (field, judge) in judges.items():
        if key not in sent and not (whole and field.required):
            continue
        try:
            read[key] = _read(field, judge, sent.get(key))
        except ma.ValidationError as error:
            wrong[key] = error.messages
    if wrong:
        raise ma.ValidationError(wrong)
    return read


def _read(field: DefinedField, judge: Judge, value: Any) -> str | Decimal | date | list[str] | None:
    read = None if value is None else judge.deserialize(value)
    if isinstance(read, str):
        read = read.strip() or None
    if isinstance(read, list):
        read = [key for key in field.offered if key in read] or None
    if read is None and field.required:
        raise refused(_("This cannot be empty."))
    return read


def _described(field: DefinedField, judge: Judge) -> dict[str, Any]:
    described = judge.described()
    if isinstance(judge, ListOf):
        inner: Choice = judge.inner  # type: ignore[assignment]  # as _judge_of has it
        described = {"type": "array", "items": inner.described(), **described}
    about = ". ".join(part for part in map(str, (field.label, field.help)) if part)
    titles = ", ".join(f"{one.key}: {one.title}" for one in field.options if one.offered)
    return or_null(described) | {"description": f"{about} ({titles})" if titles else about}
