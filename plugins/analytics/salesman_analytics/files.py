"""Reports as files for spreadsheets."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from typing import Any, TypeAlias

from werkzeug.wrappers import Response

from salesman_analytics.calibrating.counting import Calibration
from salesman_analytics.closed import ClosedDeals
from salesman_analytics.counted import Counted, exact
from salesman_analytics.funnel import Passage
from salesman_analytics.losses import Losses
from salesman_analytics.texts import texts
from salesman_core.toolkit import AMOUNT, MissingError, company, export_files, handed_out, today

_ = texts.lazy

XLSX = export_files.XLSX


Table: TypeAlias = tuple[Sequence[Any], Sequence[Sequence[Any]]]
"""The headings and the rows."""


def table_of_passages(closed: ClosedDeals, stages: Sequence[Passage]) -> Table:
    """Give a row for each stage."""
    headings = (
        _("Progress in percent"),
        _("Stage"),
        _("Came so far"),
        AMOUNT,
        _("Lost here"),
        _("Amount lost here"),
        _("Went on, in percent"),
        _("Won in the end, in percent"),
        _("Median days"),
        _("Currency"),
    )
    rows = [
        (
            one.stage.percent,
            one.stage.name,
            one.reached.count,
            one.reached.amount,
            one.lost.count,
            one.lost.amount,
            one.went_on,
            one.winning,
            one.days,
            closed.currency,
        )
        for one in stages
    ]
    return headings, rows


def table_of_losses(closed: ClosedDeals, found: Losses) -> Table:
    """Give a row for each stage and reason that occur together."""
    headings = (
        _("Progress in percent"),
        _("Stage"),
        _("Reason"),
        _("Deals"),
        AMOUNT,
        _("Currency"),
    )
    rows = [
        (stage.percent, stage.name, name, lost.count, lost.amount, closed.currency)
        for stage in found.stages
        for reason_id, name in found.reasons.items()
        if (lost := found.cells.get((stage.id, reason_id)))
    ]
    return headings, rows


def table_of_promises(found: Calibration) -> Table:
    """Give a row for each stage: its percent, and what came of it, in all and by seller."""
    headings = (
        _("Stage"),
        _("Progress in percent"),
        _("Closed deals that came so far"),
        _("Won in the end, in percent"),
        *(_("%(name)s, won in percent", name=name) for name in found.sellers.values()),
    )
    rows = [
        (
            one.stage.name,
            one.stage.percent,
            one.all.reached,
            one.all.winning,
            *(one.of_sellers[id_].winning for id_ in found.sellers),
        )
        for one in found.stages
    ]
    return headings, rows


def table_of_counted(found: Counted) -> Table:
    """Give a row for each row of a declared report, those apart from the total at the end.

    The currency stands beside money.
    """
    has_money = any(one.kind == "money" for one in found.columns)
    currency = ((_("Currency"), found.asked.currency),) if has_money else ()
    headings = [*(one.title for one in found.columns), *(title for title, _code in currency)]
    rows = [
        [
            *(exact(one, row.get(one.name)) for one in found.columns),
            *(code for _title, code in currency),
        ]
        for row in (*found.rows, *found.apart)
    ]
    return headings, rows


def as_file(
    kind: str, name: str, headings: Sequence[Any], rows: Sequence[Sequence[Any]]
) -> Response:
    """Give a table as a file.

    :raises MissingError: for a kind of file that there is not.
    """
    if kind not in export_files.FORMATS:
        raise MissingError(_("There is no such kind of file."))
    content = content_of(kind, headings, rows)
    etag = hashlib.sha256(content).hexdigest()
    media_type = export_files.MEDIA_TYPES[kind]
    return handed_out(content, name_of(name, kind), media_type, etag=etag, inline=False)


def name_of(name: str, kind: str) -> str:
    """Give the name of a file: it says the day."""
    return f"{name}-{today(company().tz):%Y-%m-%d}.{kind}"


def content_of(kind: str, headings: Sequence[Any], rows: Sequence[Sequence[Any]]) -> bytes:
    """Give a table as a file in the language of whoever reads.

    :param kind: one of ``export_files.FORMATS``.
    """
    target = io.BytesIO()
    export_files.WRITERS[kind](target, [str(one) for one in headings], rows)
    return target.getvalue()
