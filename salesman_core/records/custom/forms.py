"""Further fields in forms: drawn by their types, read in the notation that people write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from salesman_core.access.colleagues import colleagues
from salesman_core.errors import InvalidError, MissingError
from salesman_core.i18n import texts
from salesman_core.records.custom.definitions import DefinedField, FieldType
from salesman_core.records.custom.further import (
    Held,
    changeable_fields,
    further_field,
    further_fields,
)
from salesman_core.records.custom.kinds import CUSTOM, EXTENSIONS
from salesman_core.records.custom.schemas import LONGEST_LINK, LONGEST_TEXT
from salesman_core.records.custom.values import in_json
from salesman_core.records.imports.errors import CellError
from salesman_core.records.typed import date_of, decimal_of, money_of, written
from salesman_core.web.forms import number_or_none
from salesman_core.web.locale import current_language
from salesman_hookspecs import Text

_ = texts.lazy

Typed = MultiDict[str, str]

_YES_OR_NO: Final = (("true", _("yes")), ("false", _("no")))
_CONTROLS: Final[Mapping[FieldType, str]] = {
    FieldType.NUMBER: "decimal",
    FieldType.MONEY: "decimal",
    FieldType.DATE: "date",
    FieldType.CHOICE: "choice",
    FieldType.CHOICES: "choices",
    FieldType.FLAG: "choice",
    FieldType.USER: "choice",
    FieldType.LINK: "url",
}


@dataclass(frozen=True, slots=True)
class Control:
    """A further field as a form draws it.

    :param control: ``text``, ``decimal``, ``url``, ``date``, ``choice`` or ``choices``.
    :param typed: what stands in it where it is edited on a card; a list for several choices.
    :param options: what may be chosen: pairs of a value and what people read.
    """

    field: DefinedField
    control: str
    typed: Any = ""
    options: Sequence[tuple[object, Text]] = ()

    @property
    def name(self) -> str:
        """Its name in the form."""
        return self.field.name

    @property
    def longest(self) -> int:
        """So many characters fit in."""
        return LONGEST_LINK if self.control == "url" else LONGEST_TEXT


def controls(kind: str) -> list[Control]:
    """Give the further fields of a kind of record for the form of a new one."""
    return [_control(one) for one in changeable_fields(kind)]


def needed_controls(kind: str) -> list[Control]:
    """Give the custom fields without which a new record of a kind is not saved."""
    return [one for one in controls(kind) if one.field.required]


def control_of(kind: str, name: str, typed: Any, held: Held) -> Control:
    """Give a further field as it is edited on a card.

    :param name: as ``custom.budget``.
    :param typed: what stands in it.
    :param held: by the record: what it holds may be chosen again, whatever is offered now.
    """
    return _control(field_named(kind, name), typed, held.get(name))


def field_named(kind: str, name: str) -> DefinedField:
    """Give a further field by its name among the fields of a record.

    :raises MissingError: where there is none that whoever acts may see.
    """
    found = further_field(kind, name)
    if found is None:
        raise MissingError(_("There is no such field."))
    return found


def _control(one: DefinedField, typed: Any = "", held: Any = None) -> Control:
    return Control(one, _CONTROLS.get(one.type, "text"), typed, _options(one, held))


def _options(one: DefinedField, held: Any) -> Sequence[tuple[object, Text]]:
    match one.type:
        case FieldType.FLAG:
            return _YES_OR_NO
        case FieldType.USER:
            return colleagues(also=[held])
        case FieldType.CHOICE | FieldType.CHOICES:
            chosen = held if isinstance(held, list) else [held]
            return [(o.key, o.title) for o in one.options if o.offered or o.key in chosen]
    return ()


def labels(*kinds: str, prefix: str = "") -> dict[str, Text]:
    """Give what people call further fields, by their names, for the list of errors of a form."""
    return {f"{prefix}{one.name}": one.label for kind in kinds for one in further_fields(kind)}


def options_of(kind: str) -> dict[str, Sequence[tuple[object, Text]]]:
    """Give what can be chosen in the further fields of a kind of record, by their names."""
    return {one.name: one.options for one in controls(kind)}


def as_typed(one: DefinedField, held: Held) -> Any:
    """Give what a record holds in a field as people would type it; a list for several choices."""
    value = held.get(one.name)
    if one.type is FieldType.CHOICES:
        return list(value or ())
    if isinstance(value, bool):
        return "true" if value else "false"
    return _plain(value) if isinstance(value, Decimal) else written(value)


def all_as_typed(kind: str, held: Held) -> dict[str, Any]:
    """Give what a record holds in all fields that whoever acts may change, by their names."""
    return {one.name: as_typed(one, held) for one in changeable_fields(kind)}


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(".", ",") if current_language() == "ru" else text


def custom_typed(
    kind: str, typed: Typed, held: Held | None = None, *, prefix: str = ""
) -> dict[str, Any]:
    """Give the further fields that a form holds, in the notation of the JSON API.

    :param held: by the record that is edited: what was not changed is left out.
    :param prefix: of their names, where the form is that of another record.
    :returns: under ``custom`` and ``extensions``, with the prefix; nothing where the form has none.
    :raises InvalidError: by field, for what cannot be read.
    """
    values: dict[str, Any] = {}
    wrong: dict[str, Text] = {}
    for one in further_fields(kind):
        name = f"{prefix}{one.name}"
        if name not in typed:
            continue
        try:
            value = _read(one, typed.getlist(name))
        except CellError as error:
            wrong[name] = error.reason
            continue
        except ValueError as error:
            wrong[name] = error.args[0]
            continue
        if held is None or value != _held(one, held):
            _put(values, one, value)
    if wrong:
        raise InvalidError(_("Something could not be read."), wrong)
    return {f"{prefix}{member}": below for member, below in values.items()}


def _put(values: dict[str, Any], field: DefinedField, value: Any) -> None:
    """Put a value where the JSON API has it."""
    if field.owner:
        values.setdefault(EXTENSIONS, {}).setdefault(field.owner, {})[field.key] = value
    else:
        values.setdefault(CUSTOM, {})[field.key] = value


def custom_so_far(kind: str, typed: Typed) -> dict[str, Any]:
    """Give the further fields of a half-filled form, as far as they can be read.

    :returns: under ``custom`` and ``extensions``, as the JSON API has them.
    """
    values: dict[str, Any] = {CUSTOM: {}, EXTENSIONS: {}}
    for one in changeable_fields(kind):
        with suppress(CellError, ValueError):
            value = _read(one, typed.getlist(one.name))
            if value is not None:
                _put(values, one, value)
    return values


def _held(one: DefinedField, held: Held) -> Any:
    value = in_json(held.get(one.name))
    return value or None if isinstance(value, list) else value


def _read(one: DefinedField, typed: Sequence[str]) -> Any:
    filled = [text.strip() for text in typed if text.strip()]
    if not filled:
        return None
    if one.type is FieldType.CHOICES:
        return [option.key for option in one.options if option.key in filled]
    reader = _READERS.get(one.type)
    return in_json(reader(filled[0])) if reader else filled[0]


def _flag(typed: str) -> bool | str:
    return {"true": True, "false": False}.get(typed, typed)


def _user(typed: str) -> int | str:
    number = number_or_none(typed)
    return typed if number is None else number


def _link(typed: str) -> str:
    """Give an address as programs write it: people leave its beginning out."""
    return typed if "://" in typed else f"https://{typed}"


_READERS: Final[Mapping[FieldType, Callable[[str], Any]]] = {
    FieldType.NUMBER: decimal_of,
    FieldType.MONEY: money_of,
    FieldType.DATE: date_of,
    FieldType.FLAG: _flag,
    FieldType.USER: _user,
    FieldType.LINK: _link,
}
