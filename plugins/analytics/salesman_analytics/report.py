"""What a report counts, as its address says, and where its figures lead."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar, Final

from flask import url_for

from salesman_analytics.closed import ClosedDeals, closed_deals
from salesman_analytics.texts import texts
from salesman_core.toolkit import (
    DEALS,
    Deal,
    InvalidError,
    ListPage,
    ListQuery,
    parse_list_query,
    reading,
    step_at_stage,
)
from salesman_hookspecs import Text

_ = texts.lazy

_OF_OPEN: Final = frozenset({"state", "frozen", "expected_on"})
ASKS: Final = tuple(one for one in DEALS.asks if one not in _OF_OPEN)
VIEWS: Final[tuple[tuple[Text, Mapping[str, str]], ...]] = (
    (_("This month"), {"closed_on": "this_month"}),
    (_("This quarter"), {"closed_on": "this_quarter"}),
    (_("This year"), {"closed_on": "this_year"}),
    (_("Last year"), {"closed_on": "last_year"}),
    (_("All time"), {"closed_on__isnull": "false"}),
)
_GROUPS: Final = tuple(f"any{number}" for number in range(1, 10))
"""The groups of conditions that a list knows."""
MOST_GROUPS: Final = 3
"""So many of them a filter may use: figures need the others to say which deals they count."""
_TOO_MUCH: Final = _("A report takes at most three groups of conditions.")


USUAL: Final[Mapping[str, str]] = {"closed_on": "this_year"}
"""What is counted where nothing else was asked for."""


class ClosedReport:
    """What a report over closed deals counts, and where its figures lead."""

    endpoint: str
    query: ListQuery

    @property
    def closed(self) -> ClosedDeals:
        """Give what was closed of what the filter finds."""
        raise NotImplementedError

    @property
    def asked(self) -> dict[str, str]:
        """Give the filter as addresses hold it, without the order that goes without saying."""
        args = self.query.at(None).args()
        if args.get("sort") == DEALS.spec.default_sort:
            del args["sort"]
        return args

    def narrowed(self, **filters: Any) -> str:
        """Give the address of the same report of fewer deals, or of others."""
        args: dict[str, Any] = {**self.asked, **filters}
        return url_for(self.endpoint, **args)

    def as_file(self, kind: str) -> str:
        """Give the address of the report as a file."""
        args: dict[str, Any] = {**self.asked, "kind": kind}
        return url_for(f"{self.endpoint}_file", **args)

    def deals(self, **filters: Any) -> str:
        """Give the address of the list of exactly the deals behind a figure.

        What the filter asks for in another way stays: then both hold.
        """
        return self._list_of({**filters, **self._counted})

    def reached(self, percent: int, **filters: Any) -> str:
        """Give the address of the deals that were won, or lost at no less than a progress."""
        args = self.asked
        group = _free_group(args)
        either = {f"{group}.state": "won", f"{group}.progress__gte": percent}
        return self._list_of({"state": "closed", **filters, **self._counted}, either)

    def stayed(self, stage_id: int) -> str:
        """Give the address of the deals whose stays at a stage are known."""
        return self.deals(state="closed", passed=step_at_stage("left", stage_id))

    @property
    def _counted(self) -> dict[str, Any]:
        return {"pipeline_id": self.closed.pipeline_id, "currency": self.closed.currency}

    def _list_of(self, filters: Mapping[str, Any], either: Mapping[str, Any] | None = None) -> str:
        args: dict[str, Any] = {**self.asked, **(either or {})}
        for name, value in filters.items():
            if args.get(name, str(value)) != str(value):
                args[f"{_free_group(args)}.{name}"] = value
            else:
                args[name] = value
        return url_for("deals.index", **args)


class AskedReport(ClosedReport):
    """A report over the closed deals that some parameters ask for, outside of its page.

    :param args: as its address holds them; of none it counts what its page opens with.
    :raises InvalidError: by parameter, for what cannot be read.
    :raises ForbiddenError: for a field that whoever acts may not see.
    """

    def __init__(self, endpoint: str, args: Mapping[str, Any]) -> None:
        self.endpoint = endpoint
        given = {name: text for name, text in args.items() if name not in ListPage.own}
        self.query = parse_list_query(given or USUAL, DEALS.spec)
        if _asks_too_much(self.query):
            raise InvalidError(_TOO_MUCH, {"groups": _TOO_MUCH})

    @cached_property
    def closed(self) -> ClosedDeals:
        """Count what was closed."""
        return closed_deals(reading(), self.query)


class Report(ClosedReport, ListPage):
    """The page of a report over the closed deals that a filter of the list of deals finds.

    It opens with those of this year. Views that somebody keeps of the list of deals stand beside
    the periods, and what is kept here is a view of that list, too.
    """

    usual: ClassVar[Mapping[str, str]] = USUAL
    default_view = 0  # that of the list may show open deals
    acts: ClassVar[list[Any]] = []
    may_export = False  # of deals: a report is a file of its own
    import_url = ""

    def __init__(self, endpoint: str) -> None:
        ListPage.__init__(
            self, DEALS.spec, endpoint, (Deal.id,), views=VIEWS, asks=ASKS, options=DEALS.options
        )
        if self.refused is None and _asks_too_much(self.query):
            self.refused = _TOO_MUCH
            self.unreadable = {"groups": self.refused}

    @cached_property
    def closed(self) -> ClosedDeals:
        """Count what was closed; of a filter that cannot be read nothing."""
        if self.refused is not None:
            return ClosedDeals((), (), (), ())
        return closed_deals(reading(), self.query)


def _asks_too_much(query: ListQuery) -> bool:
    used = {one.group for one in query.filters}.intersection(_GROUPS)
    return len(used) > MOST_GROUPS


def _free_group(args: Mapping[str, Any]) -> str:
    """Give a group of one condition, or of one of several, that the filter has not used."""
    used = {name.partition(".")[0] for name in args}
    return next(one for one in _GROUPS if one not in used)
