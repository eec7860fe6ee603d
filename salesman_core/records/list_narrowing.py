"""The dialog that narrows a list: what it asks for, and the address for what was typed into it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from flask import Response, request

from salesman_core.access.person import current_person
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.list_fields import ListField, ListFilter, ListSpec
from salesman_core.records.list_groups import grouped, in_group
from salesman_core.records.list_query import Filter, ListQuery
from salesman_core.records.list_values import ME, MY_TEAM, FieldKind, written
from salesman_core.records.relative import PERIODS, Period, period_of, words_of
from salesman_core.records.typed import Reader, date_of, decimal_of, money_of, read_typed
from salesman_core.records.typed import written as as_typed
from salesman_core.services.company import company
from salesman_core.web.addresses import address_of, go_to
from salesman_hookspecs import Text

_ = texts.lazy

Option = tuple[object, Text]
Options = Iterable[Option] | Mapping[str, Iterable[Option]]
"""What may be chosen: pairs of a value and what people read, or groups of them by title."""

FLAGS: Final[tuple[Option, ...]] = (("true", _("yes")), ("false", _("no")))
_OTHER: Final = "__not"
_SPANS: Final = {FieldKind.MONEY, FieldKind.NUMBER, FieldKind.DATE, FieldKind.MOMENT}
_SEVERAL: Final = {FieldKind.REF, FieldKind.USER, FieldKind.CHOICE}


@dataclass(frozen=True, slots=True)
class Asked:
    """A field of the dialog as the page draws it.

    :param control: ``choice``, ``span`` (from … to …) or ``text``.
    :param groups: what may be chosen, by title; under an empty one what belongs to no group.
    :param several: whether several of these may be chosen.
    :param chosen: what is asked for now, as it stands in addresses.
    :param low: where the span begins now, as people type it; ``high`` where it ends.
    :param parameter: of the address, where that is not the name alone.
    :param empty: whether records without a value are asked for; None where that is not offered.
    :param other: whether all but the chosen are asked for; None where that is not offered.
    :param periods: of a span of days: what may be chosen instead, as "this week".
    """

    name: str
    title: Text
    control: str
    numeric: bool = False
    groups: Mapping[str, Iterable[Option]] | None = None
    several: bool = False
    chosen: tuple[str, ...] = ()
    low: str = ""
    high: str = ""
    periods: tuple[Option, ...] = ()
    parameter: str = ""
    empty: bool | None = None
    other: bool | None = None

    @property
    def asked_as(self) -> str:
        """The parameter of the address that what is typed or chosen goes into."""
        return self.parameter or self.name

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters of the address that this field stands for."""
        if self.control == "span":
            ends = (f"{self.name}__gte", f"{self.name}__lte")
            own = (self.name, *ends) if self.periods else ends
        else:
            own = (self.asked_as, f"{self.name}__in", f"{self.name}__ne")
        return own if self.empty is None else (*own, f"{self.name}__isnull")


def asked(
    spec: ListSpec,
    query: ListQuery,
    names: Iterable[str],
    options: Mapping[str, Options],
    group: str = "",
) -> list[Asked]:
    """Give the fields of the dialog that whoever acts may ask for, filled in as they stand now.

    :param names: of fields and filters of the list, in the order of the dialog.
    :param options: what may be chosen, for fields that do not say it themselves.
    :param group: of the filters of which one is enough, as ``any1``.
    """
    held = {one.parameter: one for one in query.filters}
    further = spec.further()
    every = {**options, **(further.options() if further else {})}
    found = [spec.find(name) for name in names]
    own = [one for one in found if one]
    fields = [*own, *(further.fields if further else ()), *spec.added(asked=True)]
    return [
        _with_empty(_asked(one, in_group(group, one.name), held, every.get(one.name)), one, held)
        for one in fields
        if one.permission is None or current_person().may(one.permission)
    ]


def _with_empty(shown: Asked, field: ListField | ListFilter, held: Mapping[str, Filter]) -> Asked:
    """Let records without a value be asked for, where there may be some."""
    if not field.may_be_empty:
        return shown
    without = held.get(f"{shown.name}__isnull")
    return replace(shown, empty=without is not None and bool(without.value))


def _asked(
    field: ListField | ListFilter, name: str, held: Mapping[str, Filter], options: Options | None
) -> Asked:
    if field.kind in _SPANS:
        return _span(field, name, held)
    one, several, other = (held.get(f"{name}{end}") for end in ("", "__in", "__ne"))
    listed = several or other
    chosen = tuple(listed.text.split(",")) if listed else (one.text,) if one else ()
    groups = _groups(field, options)
    if groups is None and "contains" in field.operators:
        part = f"{name}__contains"
        chosen = (held[part].text,) if part in held else ()
        return Asked(name, field.title, "text", chosen=chosen, parameter=part)
    if groups is None:
        return Asked(name, field.title, "text", chosen=chosen)
    many = field.kind in _SEVERAL and "in" in field.operators
    negated = other is not None if many and isinstance(field, ListField) else None
    return Asked(
        name, field.title, "choice", groups=groups, several=many, chosen=chosen, other=negated
    )


def _span(field: ListField | ListFilter, name: str, held: Mapping[str, Filter]) -> Asked:
    """Give a field from … to …; one of days may also be said from today, as "this week"."""
    numeric = field.kind in {FieldKind.MONEY, FieldKind.NUMBER}
    chosen = held.get(name)
    text = chosen.text if chosen and isinstance(chosen.value, Period) else ""
    return Asked(
        name,
        field.title,
        "span",
        numeric,
        chosen=(text,) if text else (),
        low=_end(held.get(f"{name}__gte"), field.kind),
        high=_end(held.get(f"{name}__lte"), field.kind),
        periods=() if numeric else _periods(text),
    )


def _periods(chosen: str) -> tuple[Option, ...]:
    words = dict.fromkeys((*PERIODS, *_COUNTED, *((chosen,) if chosen else ())))
    return tuple((word, words_of(word)) for word in words)


_COUNTED: Final = ("last_7_days", "last_30_days", "last_90_days", "next_7_days", "next_30_days")
_FROM_TODAY: Final = re.compile(r"([-+−–])\s*([1-9]\d{0,3})")


def _end(filter_: Filter | None, kind: FieldKind) -> str:
    """Give an end of a span as people type it; of a moment, its day."""
    if filter_ is None:
        return ""
    if isinstance(filter_.value, Period):
        return _from_today(filter_.text)
    if kind is FieldKind.MOMENT:
        return as_typed(filter_.value.astimezone(company().tz).date())
    return "0" if filter_.value == 0 else as_typed(filter_.value)


def _from_today(word: str) -> str:
    """Give a day said from today as people type it: ``-30`` for ``30_days_ago``."""
    if word.endswith("_days_ago"):
        return f"-{word.removesuffix('_days_ago')}"
    if word.startswith("in_"):
        return f"+{word.removeprefix('in_').removesuffix('_days')}"
    return word


def _groups(
    field: ListField | ListFilter, options: Options | None
) -> Mapping[str, Iterable[Option]] | None:
    if field.choices is not None:
        return {"": field.choices.items()}
    if field.kind is FieldKind.FLAG:
        return {"": FLAGS}
    if options is None:
        return None
    if isinstance(options, Mapping):
        return options
    own: tuple[Option, ...] = ((ME, _("Myself")), (MY_TEAM, _("My team")))
    return {"": [*own, *options] if field.kind is FieldKind.USER else options}


def narrowed(spec: ListSpec, endpoint: str) -> Response:
    """Lead to the list as the dialog that was sent asks for it.

    What people type in their own way is turned into the notation of addresses; fields that nobody
    filled in leave the address.

    :param endpoint: the page of the list.
    :raises InvalidError: by parameter, for what cannot be read.
    """
    given = _filled_in()
    found = {parameter: _reader(spec, parameter) for parameter in given}
    readers = {parameter: reader for parameter, reader in found.items() if reader}
    given |= {parameter: given[parameter][0] for parameter in readers}
    try:
        read = read_typed(given, readers, *readers)
    except InvalidError as error:
        raise InvalidError(error.message, by_title(spec, error.fields)) from error
    return go_to(address_of(endpoint, given | {name: written(read[name]) for name in readers}))


def _filled_in() -> dict[str, Any]:
    """Give what was filled in; with a mark at "all but these", what is not to be found."""
    every = {
        parameter: [value.strip() for value in values if value.strip()]
        for parameter, values in request.args.lists()
    }
    given = {
        parameter: values
        for parameter, values in every.items()
        if values and not parameter.endswith(_OTHER)
    }
    marked = [one for one, values in every.items() if values and one.endswith(_OTHER)]
    for name in (parameter.removesuffix(_OTHER) for parameter in marked):
        if chosen := given.pop(name, None):
            given[f"{name}__ne"] = [",".join(chosen)]
    return given


def by_title(spec: ListSpec, wrong: Mapping[str, Text]) -> dict[str, Text]:
    """Say of each parameter what is wrong with it, beginning with what the dialog calls it."""
    fields = {name: _field_of(spec, name) for name in wrong}
    return {
        name: _("%(field)s: %(wrong)s", field=field.title if field else name, wrong=wrong[name])
        for name, field in fields.items()
    }


def _field_of(spec: ListSpec, parameter: str) -> ListField | ListFilter | None:
    _group, own = grouped(parameter)
    return spec.find(own.partition("__")[0])


def _reader(spec: ListSpec, parameter: str) -> Reader | None:
    operator, field = parameter.rpartition("__")[2], _field_of(spec, parameter)
    if field is None or operator not in {"gte", "lte"}:
        return None
    if field.kind is FieldKind.MOMENT:
        return _beginning_of_day if operator == "gte" else _end_of_day
    return _READERS.get(field.kind)


def _day(typed: str) -> date | str | None:
    """Give a day that was typed, or the word for one said from today: ``-30``, ``+7``."""
    found = _FROM_TODAY.fullmatch(typed.strip())
    if found is not None:
        return f"in_{found[2]}_days" if found[1] == "+" else f"{found[2]}_days_ago"
    return typed if period_of(typed) is not None else date_of(typed)


def _beginning_of_day(typed: str) -> datetime | str | None:
    return _moment_of(_day(typed), time.min)


def _end_of_day(typed: str) -> datetime | str | None:
    return _moment_of(_day(typed), time.max)


def _moment_of(day: date | str | None, at: time) -> datetime | str | None:
    return datetime.combine(day, at, company().tz) if isinstance(day, date) else day


def _number(typed: str) -> int | Decimal:
    number = decimal_of(typed.strip().removesuffix("%"))
    return int(number) if number == int(number) else number


_READERS: Final[Mapping[FieldKind, Reader]] = {
    FieldKind.MONEY: money_of,
    FieldKind.NUMBER: _number,
    FieldKind.DATE: _day,
}
