"""The dialog that narrows a list: what it asks for, and the address for what was typed into it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any, Final

from flask import Response, request, url_for

from salesman_core.i18n import texts
from salesman_core.records.list_fields import ListField, ListFilter, ListSpec
from salesman_core.records.list_query import Filter, ListQuery
from salesman_core.records.list_values import ME, FieldKind, written
from salesman_core.records.typed import Reader, date_of, money_of, number_of, read_typed
from salesman_core.records.typed import written as as_typed
from salesman_core.services.company import company
from salesman_core.web.addresses import go_to
from salesman_hookspecs import Text

_ = texts.lazy

Option = tuple[object, Text]
Options = Iterable[Option] | Mapping[str, Iterable[Option]]
"""What may be chosen: pairs of a value and what people read, or groups of them by title."""

FLAGS: Final[tuple[Option, ...]] = (("true", _("yes")), ("false", _("no")))
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
    parameter: str = ""
    empty: bool | None = None

    @property
    def asked_as(self) -> str:
        """The parameter of the address that what is typed or chosen goes into."""
        return self.parameter or self.name

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters of the address that this field stands for."""
        if self.control == "span":
            own: tuple[str, ...] = (f"{self.name}__gte", f"{self.name}__lte")
        else:
            own = (self.asked_as, f"{self.name}__in")
        return own if self.empty is None else (*own, f"{self.name}__isnull")


def asked(
    spec: ListSpec, query: ListQuery, names: Iterable[str], options: Mapping[str, Options]
) -> list[Asked]:
    """Give the fields of the dialog, filled in with what is asked for now.

    :param names: of fields and filters of the list, in the order of the dialog.
    :param options: what may be chosen, for fields that do not say it themselves.
    """
    fields = {name: spec.find(name) for name in names}
    known = [
        _asked(field, query, options.get(name))
        for name, field in fields.items()
        if field is not None
    ]
    return [*known, *_further(spec, query)]


def _further(spec: ListSpec, query: ListQuery) -> Iterable[Asked]:
    """Give the fields that are known only at run time: of each one may ask whether it is empty."""
    further = spec.further()
    if further is None:
        return
    options = further.options()
    without = {one.name for one in query.filters if one.operator == "isnull" and one.value}
    for field in further.fields:
        shown = _asked(field, query, options.get(field.name))
        yield replace(shown, empty=field.name in without)


def _asked(field: ListField | ListFilter, query: ListQuery, options: Options | None) -> Asked:
    held = {one.parameter: one for one in query.filters}
    if field.kind in _SPANS:
        low, high = held.get(f"{field.name}__gte"), held.get(f"{field.name}__lte")
        numeric = field.kind in {FieldKind.MONEY, FieldKind.NUMBER}
        return Asked(
            field.name,
            field.title,
            "span",
            numeric,
            low=_end(low, field.kind),
            high=_end(high, field.kind),
        )
    one, several = held.get(field.name), held.get(f"{field.name}__in")
    chosen = tuple(several.text.split(",")) if several else (one.text,) if one else ()
    groups = _groups(field, options)
    if groups is None and "contains" in field.operators:
        part = f"{field.name}__contains"
        chosen = (held[part].text,) if part in held else ()
        return Asked(field.name, field.title, "text", chosen=chosen, parameter=part)
    if groups is None:
        return Asked(field.name, field.title, "text", chosen=chosen)
    many = field.kind in _SEVERAL and "in" in field.operators
    return Asked(field.name, field.title, "choice", groups=groups, several=many, chosen=chosen)


def _end(filter_: Filter | None, kind: FieldKind) -> str:
    """Give an end of a span as people type it; of a moment, its day."""
    if filter_ is None:
        return ""
    if kind is FieldKind.MOMENT:
        return as_typed(filter_.value.astimezone(company().tz).date())
    return as_typed(filter_.value)


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
    return {"": [(ME, _("Myself")), *options] if field.kind is FieldKind.USER else options}


def narrowed(spec: ListSpec, endpoint: str) -> Response:
    """Lead to the list as the dialog that was sent asks for it.

    What people type in their own way is turned into the notation of addresses; fields that nobody
    filled in leave the address.

    :param endpoint: the page of the list.
    :raises InvalidError: by parameter, for what cannot be read.
    """
    given: dict[str, Any] = {}
    readers: dict[str, Reader] = {}
    for parameter, values in request.args.lists():
        filled = [value.strip() for value in values if value.strip()]
        if not filled:
            continue
        given[parameter] = filled
        if reader := _reader(spec, parameter):
            readers[parameter], given[parameter] = reader, filled[0]
    read = read_typed(given, readers, *readers)
    return go_to(url_for(endpoint, **given | {name: written(read[name]) for name in readers}))


def _reader(spec: ListSpec, parameter: str) -> Reader | None:
    name, _separator, operator = parameter.partition("__")
    field = spec.find(name)
    if field is None or operator not in {"gte", "lte"}:
        return None
    if field.kind is FieldKind.MOMENT:
        return _beginning_of_day if operator == "gte" else _end_of_day
    return _READERS.get(field.kind)


def _beginning_of_day(typed: str) -> datetime | None:
    return _moment_of(date_of(typed), time.min)


def _end_of_day(typed: str) -> datetime | None:
    return _moment_of(date_of(typed), time.max)


def _moment_of(day: date | None, at: time) -> datetime | None:
    return None if day is None else datetime.combine(day, at, company().tz)


_READERS: Final[Mapping[FieldKind, Reader]] = {
    FieldKind.MONEY: money_of,
    FieldKind.NUMBER: number_of,
    FieldKind.DATE: date_of,
}
