"""What a report counts, as its address says, and where its figures lead."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar, Final

from flask import url_for

from salesman_analytics.closed import ClosedDeals, closed_deals
from salesman_analytics.texts import texts
from salesman_core.toolkit import DEALS, Deal, ListPage, reading, step_at_stage
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


class Report(ListPage):
    """A report over the closed deals that a filter of the list of deals finds.

    It opens with those of this year. Views that somebody keeps of the list of deals stand beside
    the periods, and what is kept here is a view of that list, too.
    """

    usual: ClassVar[Mapping[str, str]] = {"closed_on": "this_year"}
    default_view = 0  # that of the list may show open deals
    acts: ClassVar[list[Any]] = []
    may_export = False  # of deals: a report is a file of its own
    import_url = ""

    def __init__(self, endpoint: str) -> None:
        super().__init__(
            DEALS.spec, endpoint, (Deal.id,), views=VIEWS, asks=ASKS, options=DEALS.options
        )
        used = {one.group for one in self.query.filters}.intersection(_GROUPS)
        if self.refused is None and len(used) > MOST_GROUPS:
            self.refused = _("A report takes at most three groups of conditions.")
            self.unreadable = {"groups": self.refused}

    @cached_property
    def closed(self) -> ClosedDeals:
        """Count what was closed; of a filter that cannot be read nothing."""
        if self.refused is not None:
            return ClosedDeals((), (), (), ())
        return closed_deals(reading(), self.query)

    @property
    def asked(self) -> dict[str, str]:
        """Give the filter as addresses hold it."""
        return {name: text for name, text in self.here.items() if name not in self.own}

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


def _free_group(args: Mapping[str, Any]) -> str:
    """Give a group of one condition, or of one of several, that the filter has not used."""
    used = {name.partition(".")[0] for name in args}
    return next(one for one in _GROUPS if one not in used)
