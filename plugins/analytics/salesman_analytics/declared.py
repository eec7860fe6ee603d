"""Reports that plugins declare by a hook of ours: what each of them says of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final, TypeVar

import structlog

from salesman_analytics.asked import FILTERS, PERIODS
from salesman_analytics.hookspecs import salesman_analytics_reports
from salesman_analytics.texts import texts
from salesman_core.toolkit import MissingError, contributions, current_person
from salesman_hookspecs import Text

_ = texts.lazy

log = structlog.get_logger(__name__)

GROUPS: Final[Mapping[str, Text]] = {
    "sales": _("Sales"),
    "money": _("Money"),
    "clients": _("Clients"),
    "people": _("People"),
    "process": _("Process"),
}
"""What reports are about, in the order in which they are shown."""
KINDS: Final = ("text", "number", "money", "percent", "days")
CHARTS: Final = ("bars", "stacked", "lines")
EVERYTHING: Final = "everything"
"""In ``opens_for``: who may do everything, as owners and directors."""
_SUMS: Final = frozenset({"number", "money"})
_USUAL_ORDER: Final = 100
_MOST_DRAWN: Final = 3
"""So many colours has a chart."""

Values = Mapping[str, Any]
"""The values of a row by the names of the columns, and whatever its addresses need."""
Told = TypeVar("Told")


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column of a report; the first one names the row.

    :param name: the key of its values in the rows.
    :param title: what people call it.
    :param kind: ``text``; ``number``; ``money``, a ``Decimal`` in the currency that was asked for,
        or the company's; ``percent``, a ``Decimal`` as well; ``days``, whole ones. None is nothing.
    :param method: how it is counted, in a sentence or two.
    :param address: gives the address of the list of exactly what a figure counts: of what was
        asked, and the row. An empty one, or no function, where there is no such list.
    :param permission: what one must hold to see the column, beside the report.
    :param adds: whether the foot of the table adds its figures up; numbers and money do.
    :param compared: False for what has no former period, as what is in work now.
    """

    name: str
    title: Text
    kind: str
    method: Text = ""
    address: Callable[[Values, Values], str] | None = None
    permission: str | None = None
    adds: bool | None = None
    compared: bool = True

    @property
    def adds_up(self) -> bool:
        """Whether the foot of the table adds its figures up."""
        return self.kind in _SUMS if self.adds is None else self.adds


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """What is drawn of the rows.

    :param kind: ``bars`` beside each other, ``stacked`` ones, or ``lines``, as for months.
    :param columns: which columns, one to three.
    """

    kind: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class DeclaredReport:
    """A report, as a plugin's mapping says it.

    It has ``count`` and ``columns``, or, where its page is the plugin's own, the ``endpoint`` of
    that page and nothing else of what follows it here.

    :param id: unlike that of every other report: the id of the plugin, a dot, and a name.
    :param title: what people call it.
    :param question: a line of what it answers.
    :param group: what it is about: one of ``GROUPS``.
    :param permission: what one must hold to see it, beside analytics.
    :param count: gives the rows of what was asked, through access (``toolkit.visible``), in as
        many statements for one row as for a thousand.
    :param columns: what stands in the rows.
    :param filters: what may be asked for: of ``FILTERS``.
    :param period: the period that is counted where the address says none: of ``PERIODS``.
    :param compared: whether figures are compared with those of the former period, where there is
        one.
    :param chart: what is drawn.
    :param order: reports of a group stand in this order.
    :param opens_for: preset roles for which it stands open on the page of reports until they pin
        some, each with its place among those; ``EVERYTHING`` for who may do everything.
    :param draw: of a report with a page of its own: gives what is drawn of it, see
        ``opening``, of the parameters of its address; none is as it opens.
    :param tell: of a report with a page of its own: reads the parameters of its address, and gives
        ``asked``, those that say the same in the shortest way, and ``table``, a function that
        counts and gives the headings and the rows of a file. With it views can be kept and mailed.
    """

    id: str
    title: Text
    question: Text
    group: str
    permission: str
    endpoint: str = ""
    count: Callable[[Values], Iterable[Values]] | None = None
    columns: tuple[Column, ...] = ()
    filters: tuple[str, ...] = ()
    period: str = "this_year"
    compared: bool = True
    chart: Chart | None = None
    order: int = field(default=_USUAL_ORDER)
    opens_for: Mapping[str, int] = field(default_factory=dict)
    draw: Callable[[Values], Values | None] | None = None
    tell: Callable[[Mapping[str, str]], Values] | None = None

    @property
    def owner(self) -> str:
        """The plugin whose it is."""
        return self.id.partition(".")[0]

    @property
    def is_drawn(self) -> bool:
        """Whether figures of it can stand on the page of reports."""
        return self.count is not None or self.draw is not None

    @property
    def keeps_views(self) -> bool:
        """Whether views of it can be kept and mailed."""
        return self.count is not None or self.tell is not None

    @classmethod
    def told(cls, owner: str, values: Values) -> DeclaredReport:
        """Give the report that a mapping describes.

        :param owner: the plugin that gives it.
        :raises ValueError: where it says something else than a report.
        """
        given = dict(values)
        given["columns"] = tuple(_told(Column, one) for one in values.get("columns", ()))
        given["filters"] = tuple(values.get("filters", ()))
        if chart := values.get("chart"):
            told = {**chart, "columns": tuple(chart.get("columns", ()))}
            given["chart"] = _told(Chart, told)
        report = _told(cls, given)
        report.demand_sound(owner)
        return report

    def demand_sound(self, owner: str) -> None:
        """Refuse what could not be shown.

        :param owner: the plugin that gives it.
        :raises ValueError: with what is wrong.
        """
        _demand(self.id.startswith(f"{owner}."), f"the id {self.id} does not begin with {owner}.")
        _demand(self.group in GROUPS, f"there is no group {self.group}")
        _demand(bool(self.endpoint) != bool(self.count), "either count or endpoint says what it is")
        _demand(self.period in PERIODS, f"there is no period {self.period}")
        _demand(
            all(isinstance(place, int) for place in self.opens_for.values()),
            "opens_for gives each role its place, a number",
        )
        for one in self.filters:
            _demand(one in FILTERS, f"there is no filter {one}")
        for column in self.columns:
            _demand(column.kind in KINDS, f"there is no kind {column.kind}")
        if self.count is not None:
            _demand(not (self.draw or self.tell), "draw and tell are of a page of one's own")
            self._demand_sound_columns()

    def _demand_sound_columns(self) -> None:
        names = [one.name for one in self.columns]
        _demand(bool(names) and self.columns[0].kind == "text", "the first column is no text")
        _demand(len(set(names)) == len(names), "two columns have one name")
        if self.chart is not None:
            _demand(self.chart.kind in CHARTS, f"there is no chart {self.chart.kind}")
            drawn = self.chart.columns
            known = {one.name for one in self.columns if one.kind != "text"}
            _demand(bool(drawn) and known.issuperset(drawn), "the chart draws no figures of it")
            _demand(len(drawn) <= _MOST_DRAWN, f"a chart draws {_MOST_DRAWN} columns at most")


def _told(what: type[Told], values: Values) -> Told:
    known = {one.name for one in fields(what)}  # type: ignore[arg-type]  # dataclasses, all of them
    if unknown := sorted(set(values) - known):
        message = f"a {what.__name__} has no {', '.join(unknown)}"
        raise ValueError(message)
    return what(**values)


def _demand(fits: bool, complaint: str) -> None:  # noqa: FBT001  # what is demanded
    if not fits:
        raise ValueError(complaint)


def reports() -> Sequence[DeclaredReport]:
    """Give the reports that whoever acts may see, by group and in their order.

    What is no report is logged and left out, and stops no other.
    """
    found: dict[str, DeclaredReport] = {}
    for one in contributions(salesman_analytics_reports):
        try:
            report = DeclaredReport.told(one.owner, one.value)
        except (AttributeError, TypeError, ValueError) as error:
            log.warning("analytics.no_report", owner=one.owner, error=str(error))
            continue
        found.setdefault(report.id, report)
    person = current_person()
    groups = list(GROUPS)
    mine = [one for one in found.values() if person.may(one.permission)]
    return sorted(mine, key=lambda one: (groups.index(one.group), one.order, one.id))


def seen_report(id_: str) -> DeclaredReport:
    """Give a report that whoever acts may see, wherever its page is.

    :raises MissingError: where there is none, or not for them.
    """
    for one in reports():
        if one.id == id_:
            return one
    raise MissingError(_("There is no such report, or you may not see it."))


def report_named(id_: str) -> DeclaredReport:
    """Give a report that is counted here.

    :raises MissingError: where there is none, or not for whoever acts.
    """
    report = seen_report(id_)
    if report.count is None:
        raise MissingError(_("There is no such report, or you may not see it."))
    return report
