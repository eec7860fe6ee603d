"""What holds for all rows of a file that say nothing themselves, as a person sets it on a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.imports.cells import text_of
from salesman_hookspecs import ImportField, Text

_ = texts.lazy

LONGEST: Final = 300
_YES_OR_NO: Final = (("1", _("yes")), ("0", _("no")))
_NOTHING: Final = _("nothing")


@dataclass(frozen=True, slots=True)
class Constant:
    """A field that may be the same for all rows.

    :param name: of its control.
    :param field: the field's name.
    :param chosen: what the mapping says now; empty for nothing.
    :param options: value and title, the first being the empty one; nothing where any text will do.
    """

    name: str
    field: str
    title: Text
    chosen: str
    options: Sequence[tuple[str, Text]]


def constants_of(fields: Iterable[ImportField], tables: Mapping[str, Any]) -> list[Constant]:
    """Give the fields that may be the same for all rows: those whose values recur, or are a list.

    What is chosen from a list comes first: to whom all of it goes is what people ask first.
    """
    said = tables.get("defaults", {})
    ordered = sorted(filter(recurs_or_is_listed, fields), key=lambda field: field.choices is None)
    return [_constant(each, text_of(said.get(each.name, ""))) for each in ordered]


def recurs_or_is_listed(field: ImportField) -> bool:
    """Tell whether many rows say the same of a field, or what it may be is a list."""
    return field.kind == "flag" or (
        field.kind in {"text", "list"} and (field.recurs or field.choices is not None)
    )


def _constant(field: ImportField, chosen: str) -> Constant:
    options = [*options_of(field, chosen)]
    empty = [("", field.otherwise if str(field.otherwise) else _NOTHING)] if options else []
    return Constant(f"all-{field.name}", field.name, field.title, chosen, [*empty, *options])


def options_of(field: ImportField, *chosen: str) -> Sequence[tuple[str, Text]]:
    """Give what a field may be, with what is said of it already; nothing where any text will do."""
    if field.kind == "flag":
        known: Sequence[tuple[str, Text]] = _YES_OR_NO
    elif field.choices is not None:
        known = field.choices()
    else:
        return ()
    values = {value for value, _title in known}
    others = dict.fromkeys(one for one in chosen if one and one not in values)
    return [*((one, one) for one in others), *known]


def with_constants(
    tables: Mapping[str, Any], constants: Sequence[Constant], chosen: Mapping[str, str]
) -> dict[str, Any]:
    """Give the tables of a mapping with what somebody has now set for all rows.

    What was not changed stays as the mapping has it, be it no text.

    :param chosen: by the control's name, what was chosen or typed.
    :raises InvalidError: by control, where that cannot be.
    """
    defaults = dict(tables.get("defaults", {}))
    for each in constants:
        now = chosen.get(each.name, each.chosen).strip()
        if now == each.chosen:
            continue
        _judge(each, now)
        defaults.pop(each.field, None)
        if now:
            defaults[each.field] = now
    others = {name: table for name, table in tables.items() if name != "defaults"}
    return {**others, "defaults": defaults} if defaults else others


def _judge(constant: Constant, value: str) -> None:
    if constant.options and value not in dict(constant.options):
        message = _("Choose one of the list.")
        raise InvalidError(message, {constant.name: message})
    if len(value) > LONGEST or "\0" in value:
        message = _("This is too long: %(most)s characters at most.", most=LONGEST)
        raise InvalidError(message, {constant.name: message})
