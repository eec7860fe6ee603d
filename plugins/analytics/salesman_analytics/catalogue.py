"""The page of reports: what there is, found by words, and what a person has pinned."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from flask import request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_analytics import opening, pins
from salesman_analytics.declared import GROUPS, DeclaredReport, reports, seen_report
from salesman_analytics.permissions import VIEW
from salesman_analytics.texts import texts
from salesman_analytics.views import blueprint
from salesman_core.toolkit import MissingError, gone_to, normalised, render, requires, safe_next
from salesman_hookspecs import Text

_ = texts.lazy

_LONGEST_SEARCH: Final = 100


@blueprint.get("")
@requires(VIEW)
def index() -> Markup:
    """Show the reports that there are for whoever reads, first what they pinned.

    Who has pinned nothing begins with what matters to their role. Of these reports the first is
    counted here, that something is seen at once; the page asks for each of the others by itself.
    """
    typed = request.args.get("q", "")[:_LONGEST_SEARCH].strip()
    every, ids = reports(), pins.pinned()
    pinned = pins.first_pinned(every, ids)
    first = [] if typed else pinned or opening.opened_for_role(every)
    counted = next((one for one in first if one.is_drawn), None)
    return render(
        "analytics/index.html",
        typed=typed,
        any_at_all=bool(every),
        opened=first,
        are_pinned=bool(pinned),
        pins=frozenset(ids),
        counted=counted,
        at_once=None if counted is None else opening.seen_at_a_glance(counted),
        groups=_by_group([one for one in every if one not in first and _fits(one, typed)]),
        address=address_of,
    )


@blueprint.get("/reports/<name>/glance")
@requires(VIEW)
def glance(name: str) -> Markup:
    """Give what the page of reports shows of one that it did not count itself."""
    report = seen_report(name)
    if not report.is_drawn:
        raise MissingError(_("This report has nothing to be seen at a glance."))
    return opening.seen_at_a_glance(report)


@blueprint.post("/reports/<name>/pin")
@requires(VIEW)
def pin(name: str) -> Response:
    """Let a report stand first for whoever acts."""
    pins.pin(name)
    return _back()


@blueprint.post("/reports/<name>/unpin")
@requires(VIEW)
def unpin(name: str) -> Response:
    """Let a report stand among the others again."""
    pins.unpin(name)
    return _back()


def address_of(report: DeclaredReport) -> str:
    """Give the address of a report's page."""
    if report.endpoint:
        return url_for(report.endpoint)
    return url_for("analytics.report", name=report.id)


def _back() -> Response:
    return gone_to(safe_next(request.form.get("next"), url_for("analytics.index")))


def _fits(report: DeclaredReport, typed: str) -> bool:
    """Tell whether all words that were typed stand in what a report says of itself."""
    said = normalised(f"{report.title} {report.question} {GROUPS[report.group]}")
    return all(word in said for word in normalised(typed).split())


def _by_group(found: Sequence[DeclaredReport]) -> list[tuple[Text, Sequence[DeclaredReport]]]:
    groups = groupby(found, key=lambda one: one.group)
    return [(GROUPS[group], list(some)) for group, some in groups]
