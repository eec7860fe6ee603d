"""The fields of schemas: each takes exactly what its entry in the OpenAPI document says."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final, Generic, TypeVar

from marshmallow import ValidationError, fields

from salesman_core.characters import UNSEEN, shows_something, without_unseen
from salesman_core.i18n import texts
from salesman_hookspecs import Text as Words

_ = texts.lazy

V = TypeVar("V")

MOST_INTEGER: Final = 2**63 - 1
MOST_DIGITS: Final = 15
"""Digits before the point of an amount: with its fraction it still fits a column of 64 bits."""

_WHOLE: Final = re.compile(r"-?[0-9]{1,19}(\.0{1,9})?")
# The years 1000 to 2999: what is outside is a slip of the pen, and no zone can push it over the
# edge of the calendar.
_DATE: Final = r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}"
_MOMENT: Final = _DATE + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})"
_ANY_TEXT: Final = r"^[^\u0000]*$"
_SOME_TEXT: Final = rf"^[^\u0000]*[^{UNSEEN}][^\u0000]*$"


def refused(message: Words) -> ValidationError:
    """Give the error that refuses a value; *message* is translated when it is shown."""
    return ValidationError([message])


def or_null(described: dict[str, Any]) -> dict[str, Any]:
    """Give the JSON Schema of a value that may also be null."""
    if "anyOf" in described:
        return described | {"anyOf": [*described["anyOf"], {"type": "null"}]}
    if "enum" in described:
        described = described | {"enum": [*described["enum"], None]}
    return described | {"type": [described["type"], "null"]}


class DescribedField(fields.Field[V], Generic[V]):
    """A field that gives its own JSON Schema."""

    def described(self) -> dict[str, Any]:
        """Give the JSON Schema of its values, null aside."""
        raise NotImplementedError

    @property
    def from_text(self) -> bool:
        """Whether all values of the schema come as texts."""
        return bool(getattr(self.root, "from_text", False))


class Text(DescribedField[str]):
    """A text, kept without the characters that nobody sees.

    :param max_length: at most so many characters.
    :param blank: whether it may be empty or show nothing.
    """

    def __init__(self, max_length: int, *, blank: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self._most, self._blank = max_length, blank

    def described(self) -> dict[str, Any]:
        """Give the JSON Schema: NUL has no place in a text, PostgreSQL cannot keep it."""
        pattern = _ANY_TEXT if self._blank else _SOME_TEXT
        least = {} if self._blank else {"minLength": 1}
        return {"type": "string", **least, "maxLength": self._most, "pattern": pattern}

    def _deserialize(self, value: Any, *_args: Any, **_options: Any) -> str:
        if not isinstance(value, str):
            raise refused(_("Give a text."))
        if len(value) > self._most:
            raise refused(_("At most %(most)s characters fit here.", most=self._most))
        if "\0" in value:
            raise refused(_("A text cannot hold the character NUL."))
        if not self._blank and not shows_something(value):
            raise refused(_("This cannot be empty."))
        return without_unseen(value)


class Choice(DescribedField[str]):
    """One of some words.

    :param words: those that there are; of a mapping, its keys, with what people read for them.
    """

    def __init__(self, words: Iterable[str], **options: Any) -> None:
        super().__init__(**options)
        self._words = tuple(words)
        self.titles: dict[str, Words] = {one: one for one in self._words}
        if isinstance(words, Mapping):
            self.titles = dict(words)

    def described(self) -> dict[str, Any]:
        """Give the JSON Schema."""
        return {"type": "string", "enum": list(self._words)}

    def _deserialize(self, value: Any, *_args: Any, **_options: Any) -> str:
        if not isinstance(value, str) or value not in self._words:
            raise refused(_("Give one of: %(known)s.", known=", ".join(self._words)))
        return value


class Flag(DescribedField[bool]):
    """Yes or no."""

    def described(self) -> dict[str, Any]:
        """Give the JSON Schema."""
        return {"type": "boolean"}

    def _deserialize(self, value: Any, *_args: Any, **_options: Any) -> bool:
        if self.from_text and value in {"true", "false"}:
            return bool(value == "true")
        if not isinstance(value, bool):
            raise refused(_("Say true or false."))
        return value


class Integer(DescribedField[int]):
    """A whole number; ``98.0`` is one, as JSON Schema has it.

    :param minimum: the least, in 64 bits where not given.
    :param maximum: the most, in 64 bits where not given.
    """

    def __init__(
        self, minimum: int = -MOST_INTEGER, maximum: int = MOST_INTEGER, **options: Any
    ) -> None:
        super().__init__(**options)
        self._least, self._most = minimum, maximum

    def described(self) -> dict[str, Any]:
        """Give the JSON Schema."""
        return {"type": "integer", "minimum": self._least, "maximum": self._most}

    def _deserialize(self, value: Any, *_args: Any, **_options: Any) -> int:
        if self.from_text and isinstance(value, str) and _WHOLE.fullmatch(value):
            value = Decimal(value)
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise refused(_("Give a whole number."))
        if not self._least <= value <= self._most:
            raise refused(
                _("Give a number from %(least)s to %(most)s.", least=self._least, most=self._most)
            )
        if value != int(value):
            raise refused(_("Give a whole number."))
        return int(value)


class Reference(Integer):
    """The id of a record."""

    def __init__(self, **options: Any) -> None:
        super().__init__(minimum=1, **options)


class ScaledNumber(DescribedField[Decimal]):
    """An exact decimal number with a fixed count of digits after the point.

    Written as a string with exactly these digits; read from a string or a number with at most as
    many: what would have to be rounded is refused.

    :param scale: digits after the point.
    :param minimum: the least, or None.
    :param maximum: the most, or None.
    """

    def __init__(
        self,
        scale: int,
        *,
        minimum: Decimal | int | None = None,
        maximum: Decimal | int | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        largest = Decimal(10) ** MOST_DIGITS - Decimal(1).scaleb(-scale)
        self._scale = scale
        self._least = -largest if minimum is None else Decimal(minimum)
        self._most = largest if maximum is None else Decimal(maximum)
        sign = "-?" if self._least < 0 else ""
        fraction = rf"(\.[0-9]{{1,{scale}}})?" if scale else ""
        digits = rf"[0-9]{{1,{MOST_DIGITS}}}{fraction}"
        if maximum is not None and self._most >= 0 and self._least >= 0:
            digits = _at_most(self._most, scale)
        self._pattern = f"{_at_least(self._least, scale)}{sign}{digits}"
        self._beyond = rf"-?[0-9]+{fraction}"

    def described(self) -> dict[str, Any]:
        """Give the JSON Schema."""
        return {
            "anyOf": [
                {"type": "string", "pattern": f"^{self._pattern}$"},
                {
                    "type": "number",
                    "minimum": _number(max(self._least, -_MOST_NUMBER)),
                    "maximum": _number(min(self._most, _MOST_NUMBER)),
                    "multipleOf": 10**-self._scale,
                },
            ]
        }

    def _deserialize(self, value: Any, *_args: Any, **_options: Any) -> Decimal:
        number = self._read(value)
        if not self._least <= number <= self._most:
            raise self._out_of_bounds()
        rounded = number.quantize(Decimal(1).scaleb(-self._scale))
        if rounded != number:
            raise refused(_("At most %(scale)s digits after the point.", scale=self._scale))
        return rounded + 0  # minus nought is nought

    def _read(self, value: Any) -> Decimal:
        if isinstance(value, str) and re.fullmatch(self._pattern, value):
            return Decimal(value)
        if isinstance(value, str) and re.fullmatch(self._beyond, value):
            raise self._out_of_bounds()
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise refused(
                _(
                    "Give a number as 45000.50, with at most %(scale)s digits after the point.",
                    scale=self._scale,
                )
            )
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        if not -_MOST_NUMBER <= number <= _MOST_NUMBER:
            raise refused(_("Give a number as large as this as a text, to the digit."))
        return number

    def _out_of_bounds(self) -> ValidationError:
        least, most = format(self._least, "f"), format(self._most, "f")
        return refused(_("Give a number from %(least)s to %(most)s.", least=least, most=most))

    def _serialize(self, value: Decimal | None, *_args: Any, **_options: Any) -> str | None:
        if value is None:
            return None
        return format(Decimal(value).quantize(Decimal(1).scaleb(-self._scale)), "f")


def _at_least(least: Decimal, scale: int) -> str:
    """Give what stands before the pattern of a number that may not be nought, or below one.

    Other bounds from below are told by the message alone: no pattern says them in a line.
    """
    if least == Decimal(1).scaleb(-scale):
        return r"(?!0*(\.0*)?$)"
    return r"(?!0*(\.[0-9]*)?$)" if least == 1 else ""


def _at_most(most: Decimal, scale: int) -> str:
    """Give the pattern of the numbers from nought to a whole one, or to the last below a whole one.

    With fewer digits, with as many of which one is smaller, or that very number.
    """
    whole = str(int(most))
    fraction = rf"(\.[0-9]{{1,{scale}}})?" if scale else ""
    last = fraction if most % 1 else rf"(\.0{{1,{scale}}})?" if scale else ""
    smaller = [rf"[0-9]{{1,{len(whole) - 1}}}{fraction}"] if len(whole) > 1 else []
    for place, digit in enumerate(whole):
        if digit != "0":
            rest = len(whole) - place - 1
            below = rf"{whole[:place]}[0-{int(digit) - 1}]"
            smaller.append(below + (rf"[0-9]{{{rest}}}" if rest else "") + fraction)
    return f"({'|'.join([*smaller, whole + last])})"


_MOST_NUMBER: Final = Decimal(10**MOST_DIGITS - 1)
"""JSON's numbers are no more exact than this; it is the largest that programs agree about."""


class Money(ScaledNumber):
    """An amount of money; its currency stands beside it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(2, **options)


class Date(DescribedField[date]):
    """A day, as ``2026-11-23``."""

    def described(self) -> dict[str, Any]:
        """Give the JSON Schema."""
        return {"type": "string", "format": "date", "pattern": f"^{_DATE}$"}

    def _deserialize(self, value: Any, *_args: Any, **_options: Any) -> date:
        if isinstance(value, str) and re.fullmatch(_DATE, value):
            try:
                return date.fromisoformat(value)
            except ValueError:  # as the 30th of February
                pass
        raise refused(_("Give a date as 2026-11-23."))

    def _serialize(self, value: date | None, *_args: Any, **_options: Any) -> str | None:
        return None if value is None else value.isoformat()


class Moment(DescribedField[datetime]):
    """A moment: read with any offset, written in UTC with ``Z``."""

    def described(self) -> dict[str, Any]:
        """Give the JSON Schema."""
        return {"type": "string", "format": "date-time", "pattern": f"^{_MOMENT}$"}

    def _deserialize(self, value: Any, *_args: Any, **_options: Any) -> datetime:
        if isinstance(value, str) and re.fullmatch(_MOMENT, value):
            try:
                return datetime.fromisoformat(value).astimezone(UTC)
            except ValueError:  # as 25 o'clock
                pass
        raise refused(_("Give a moment as 2026-11-23T09:30:00Z."))

    def _serialize(self, value: datetime | None, *_args: Any, **_options: Any) -> str | None:
        if value is None:
            return None
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class ListOf(fields.List[Any]):
    """Several values.

    :param inner: the field of each.
    :param most: so many at most.
    """

    def __init__(self, inner: Any, *, most: int = 100, **options: Any) -> None:
        super().__init__(inner, **options)
        self.most = most

    def described(self) -> dict[str, Any]:
        """Give what the JSON Schema of a list says beside its items."""
        return {"maxItems": self.most}

    def _deserialize(self, value: Any, *args: Any, **options: Any) -> list[Any]:
        if isinstance(value, list) and len(value) > self.most:
            raise refused(_("Give at most %(most)s.", most=self.most))
        whole = options | {"partial": None}  # in a change too: it is the list that is sent or not
        found: list[Any] = super()._deserialize(value, *args, **whole)
        return found


class ExternalIds(DescribedField[dict[str, str]]):
    """The keys of a record in other systems: ``{source: key}``."""

    def described(self) -> dict[str, Any]:
        """Give the JSON Schema."""
        key = {"type": "string", "minLength": 1, "pattern": _SOME_TEXT}
        return {
            "type": "object",
            "maxProperties": _MOST_SOURCES,
            "propertyNames": key | {"maxLength": _MOST_SOURCE},
            "additionalProperties": key | {"maxLength": _MOST_KEY},
        }

    def _deserialize(self, value: Any, *_args: Any, **_options: Any) -> dict[str, str]:
        if not isinstance(value, Mapping) or len(value) > _MOST_SOURCES:
            raise refused(
                _("Give at most %(most)s pairs of a system's name and its key.", most=_MOST_SOURCES)
            )
        for source, key in value.items():
            if not _is_text(source, _MOST_SOURCE) or not _is_text(key, _MOST_KEY):
                raise refused(
                    _(
                        "A system's name has 1 to %(name)s characters, a key 1 to %(key)s.",
                        name=_MOST_SOURCE,
                        key=_MOST_KEY,
                    )
                )
        return dict(value)


_MOST_SOURCES: Final = 20
_MOST_SOURCE: Final = 60
_MOST_KEY: Final = 200


def _is_text(value: Any, most: int) -> bool:
    return (
        isinstance(value, str)
        and shows_something(value)
        and len(value) <= most
        and "\0" not in value
    )


class JsonObject(DescribedField[dict[str, Any]]):
    """An object whose members somebody else judges, as custom fields."""

    def described(self) -> dict[str, Any]:
        """Give the JSON Schema."""
        return {"type": "object", "additionalProperties": True}

    def _deserialize(self, value: Any, *_args: Any, **_options: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise refused(_("Give an object."))
        return {str(name): _plain(below) for name, below in value.items()}


def _plain(value: Any) -> Any:
    """Give a value as a JSON column can keep it: an exact or a huge number as a plain one."""
    if isinstance(value, Decimal) or (isinstance(value, int) and abs(value) > MOST_INTEGER):
        return float(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(below) for name, below in value.items()}
    if isinstance(value, Collection) and not isinstance(value, str):
        return [_plain(below) for below in value]
    return value


def _number(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)
