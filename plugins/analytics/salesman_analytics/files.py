"""Reports as files for spreadsheets."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from typing import Any

from werkzeug.wrappers import Response

from salesman_analytics.counted import Counted, exact
from salesman_analytics.funnel import Passage
from salesman_analytics.losses import Losses
from salesman_analytics.report import Report
from salesman_analytics.texts import texts
from salesman_core.toolkit import AMOUNT, MissingError, company, export_files, handed_out, today

_ = texts.lazy

XLSX = export_files.XLSX


def of_passages(kind: str, report: Report, stages: Sequence[Passage]) -> Response:
    """Give a row for each stage.

    :raises MissingError: for a kind of file that there is not.
    """
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
            report.closed.currency,
        )
        for one in stages
    ]
    return as_file(kind, "funnel", headings, rows)


def of_losses(kind: str, report: Report, found: Losses) -> Response:
    """Give a row for each stage and reason that occur together.

    :raises MissingError: for a kind of file that there is not.
    """
    headings = (
        _("Progress in percent"),
        _("Stage"),
        _("Reason"),
        _("Deals"),
        AMOUNT,
        _("Currency"),
    )
    rows = [
        (stage.percent, stage.name, name, lost.count, lost.amount, report.closed.currency)
        for stage in found.stages
        for reason_id, name in found.reasons.items()
        if (lost := found.cells.get((stage.id, reason_id)))
    ]
    return as_file(kind, "losses", headings, rows)


def of_counted(kind: str, found: Counted) -> Response:
    """Give a row for each row of a declared report, those apart from the total at the end.

    :raises MissingError: for a kind of file that there is not.
    """
    return as_file(kind, found.report.id, *_table(found))


def name_of(found: Counted, kind: str) -> str:
    """Give the name of the file of a declared report: it says the day."""
    return _file_name(found.report.id, kind)


def content_of(kind: str, found: Counted) -> bytes:
    """Give the file of a declared report in the language of whoever reads.

    :param kind: one of ``export_files.FORMATS``.
    """
    return _content(kind, *_table(found))


def _table(found: Counted) -> tuple[Sequence[Any], Sequence[Sequence[Any]]]:
    """Give the headings and the rows of a declared report; the currency beside money."""
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
    content = _content(kind, headings, rows)
    etag = hashlib.sha256(content).hexdigest()
    media_type = export_files.MEDIA_TYPES[kind]
    return handed_out(content, _file_name(name, kind), media_type, etag=etag, inline=False)


def _file_name(name: str, kind: str) -> str:
    return f"{name}-{today(company().tz):%Y-%m-%d}.{kind}"


def _content(kind: str, headings: Sequence[Any], rows: Sequence[Sequence[Any]]) -> bytes:
    target = io.BytesIO()
    export_files.WRITERS[kind](target, [str(one) for one in headings], rows)
    return target.getvalue()
