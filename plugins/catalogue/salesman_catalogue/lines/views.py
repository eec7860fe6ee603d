"""The page on which the lines of a deal are edited like a small spreadsheet."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

from flask import Response as FlaskResponse
from flask import jsonify, redirect, request, send_file, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_catalogue import choosing, pricing
from salesman_catalogue import queries as products
from salesman_catalogue.lines import files, queries, service
from salesman_catalogue.lines.counting import count_rows
from salesman_catalogue.lines.forms import (
    SPARE,
    TITLES,
    Row,
    rows_of,
    typed_rows,
    vat_choices,
    vat_written,
)
from salesman_catalogue.lines.schemas import MOST_LINES
from salesman_catalogue.permissions import EDIT_DEAL, SEE_DEAL, VIEW
from salesman_catalogue.sums import Sums
from salesman_catalogue.texts import texts
from salesman_catalogue.views import LONGEST_SOUGHT, Page, blueprint
from salesman_catalogue.words import LINES
from salesman_core.toolkit import (
    AnyRow,
    ConflictError,
    FormState,
    InvalidError,
    MissingError,
    StaleError,
    current_person,
    demand,
    export_files,
    formats,
    last_change,
    number_or_none,
    reaches,
    reading,
    render,
    requires,
    toast,
    version_in,
    written,
)

_ = texts.lazy

_ACTS: Final = ("count", "more", "remove", "up", "down")
"""What may be done with the form without saving it; the last three name a row."""


@blueprint.get("/deals/<int:deal_id>/lines")
@requires(SEE_DEAL)
def lines(deal_id: int) -> Markup:
    """Show the lines of a deal, to be edited where the person may."""
    session = reading()
    deal = queries.one_deal(session, deal_id)
    there = queries.lines_of(session, deal_id)
    total = queries.sums_of_rows(there)
    return _page(deal, rows_of(there, deal.currency), total, version=deal.version)


def _deal_to_edit(deal_id: int) -> AnyRow:
    """Give a deal whose lines the person may change.

    :raises ForbiddenError: where they only see it; MissingError where they do not even that.
    """
    demand("deal", deal_id, EDIT_DEAL)
    return queries.one_deal(reading(), deal_id)


def _page(deal: AnyRow, rows: Sequence[Row], total: Sums, *, version: int, **more: Any) -> Markup:
    """Give the page, with what was typed where it was refused.

    :param version: of the lines for which the form is.
    """
    may_edit = reaches("deal", deal.id, EDIT_DEAL)
    spare = SPARE if may_edit else 0
    every = [*rows, *(_blank(rows) for _number in range(spare))][:MOST_LINES]
    shown = {
        "deal": deal,
        "rows": every,
        "total": total,
        "totals": totals_in_words(total, deal.currency),
        "version": version,
        "may_edit": may_edit,
        "sees_costs": products.sees_costs(),
        "sees_products": current_person().may(VIEW),
        "titles": TITLES,
        "vats": vat_choices(every),
        "levels": _level_choices(every),
        "ours": deal.amount_source == service.SOURCE,
        "form": FormState(),
        "theirs": None,
        "former": queries.lines_in_another_currency(reading(), deal),
        "specification": None,
        "formats": export_files.FORMATS,
        "largest": 5 << 20,
    }
    return render("catalogue/lines/page.html", **{**shown, **more})


def _level_choices(rows: Sequence[Row]) -> list[tuple[int, str]]:
    """Give the price levels that may be chosen: those offered, and those that rows have already."""
    held = {row.cells["level_id"] for row in rows}
    every = choosing.levels(reading())
    return [(one.id, one.name) for one in every if one.active or str(one.id) in held]


def _blank(rows: Sequence[Row]) -> Row:
    """Give an empty row, with the VAT of the last line: a deal has mostly one."""
    cells = dict.fromkeys(("id", "product_id", "level_id", *TITLES), "")
    return Row({**cells, "vat": rows[-1].cells["vat"] if rows else ""})


def totals_in_words(total: Sums, currency: str) -> list[tuple[str, Any, str]]:
    """Give what lines come to together: names for the script, titles, amounts."""
    told: list[tuple[str, Any, str]] = [
        ("net", _("Without VAT"), formats.money(total.net, currency)),
        ("vat", _("VAT"), formats.money(total.vat, currency)),
        ("amount", _("Altogether"), formats.money(total.amount, currency)),
    ]
    if products.sees_costs():
        margin = service.amount_of(total) - total.cost
        told += [
            ("cost", _("Cost"), formats.money(total.cost, currency)),
            ("margin", _("Margin"), formats.money(margin, currency)),
        ]
    return told


@blueprint.post("/deals/<int:deal_id>/lines")
@requires(EDIT_DEAL)
def change_lines(deal_id: int) -> Page:
    """Save the lines as they were typed, or do one thing with the form that saves nothing."""
    session = reading()
    deal = _deal_to_edit(deal_id)
    version = version_in(request.form)
    rows, act = _acted_on(typed_rows(request.form))
    counted = count_rows(session, deal, rows)
    shown = {"version": version or 0}
    if act:
        return _page(deal, _with_more(rows, act), counted.total, **shown)
    kept = [row for row in rows if not row.is_blank]
    if not counted.is_right:
        form = FormState(message=_("Some lines are not right: see below."), status=422)
        return _page(deal, kept, counted.total, form=form, **shown), 422
    try:
        changed = service.replace_lines(deal_id, counted.lines, version)
    except StaleError as error:
        return _stale(deal_id, kept, counted.total), error.status
    except (InvalidError, ConflictError) as error:
        counted.said.tell(error.fields)
        form = FormState(message=error.fields.get("lines", error.message), status=error.status)
        return _page(deal, kept, counted.total, form=form, **shown), error.status
    if changed:
        undo = url_for("catalogue.undo_lines", deal_id=deal_id, version=deal.version + 1)
        toast(_("The lines are saved."), undo=undo)
    return redirect(url_for("catalogue.lines", deal_id=deal_id))


def _stale(deal_id: int, rows: Sequence[Row], total: Sums) -> Markup:
    """Give the form beside what somebody else made of the lines: the person chooses."""
    session = reading()
    deal = queries.one_deal(session, deal_id)
    theirs = queries.lines_of(session, deal_id)
    changed = last_change("deal", deal_id, [LINES])
    form = FormState(changed=changed)
    return _page(deal, rows, total, version=deal.version, theirs=theirs, form=form)


def _acted_on(rows: list[Row]) -> tuple[list[Row], str]:
    """Give the rows once what was pressed is done with them, and what that was."""
    act, _colon, number = request.form.get("act", "").partition(":")
    place = number_or_none(number)
    if act not in _ACTS:
        return rows, ""
    if place is not None and place < len(rows):
        other = {"up": place - 1, "down": place + 1}.get(act)
        if act == "remove":
            del rows[place]
        elif other is not None and 0 <= other < len(rows):
            rows[place], rows[other] = rows[other], rows[place]
    return rows, act


def _with_more(rows: Sequence[Row], act: str) -> list[Row]:
    """Give the rows that say something; those in between stay where somebody wants more of them."""
    last = max((place for place, row in enumerate(rows) if not row.is_blank), default=-1)
    kept = list(rows[: last + 1])
    return [*kept, *(_blank(kept) for _number in range(SPARE))] if act == "more" else kept


@blueprint.post("/deals/<int:deal_id>/lines/count")
@requires(EDIT_DEAL)
def count_lines(deal_id: int) -> FlaskResponse:
    """Tell the script what the rows come to as they stand, and what is wrong with which cell."""
    session = reading()
    deal = _deal_to_edit(deal_id)
    rows = typed_rows(request.form)
    counted = count_rows(session, deal, rows)
    totals = totals_in_words(counted.total, deal.currency)
    return jsonify(
        amounts=[row.amount for row in rows],
        wrong=[{name: str(text) for name, text in row.wrong.items()} for row in rows],
        products=[row.product for row in rows],
        totals={name: text for name, _title, text in totals},
    )


@blueprint.get("/deals/<int:deal_id>/products")
@requires(VIEW)
def find_products(deal_id: int) -> FlaskResponse:
    """Give the script the products that fit what is being typed, as the deal would take them."""
    session = reading()
    deal = queries.one_deal(session, deal_id)
    found = products.found_products(session, request.args.get("q", "")[:LONGEST_SOUGHT])
    product_id = number_or_none(request.args.get("id", ""))
    if product_id is not None:
        found = list(products.some_products(session, [product_id]).values())
    prices = pricing.prices_of(session, [row.id for row in found])
    return jsonify(items=[_offered(row, prices[row.id], deal.currency) for row in found])


def _offered(product: AnyRow, prices: Any, currency: str) -> dict[str, Any]:
    same = product.currency == currency
    usual = pricing.usual_level()
    price = prices.get(usual) if same else None
    said = formats.money(prices[usual], product.currency) if usual in prices else ""
    return {
        "id": product.id,
        "name": product.name,
        "article": product.article,
        "unit": product.unit,
        "vat": vat_written(product.vat_percent, on_top=False),
        "level_id": usual,
        "price": written(price),
        "prices": {str(level): written(one) for level, one in prices.items()} if same else {},
        "cost": written(product.cost) if same and products.sees_costs() else "",
        "detail": " · ".join(filter(None, (product.article, said))),
    }


@blueprint.post("/deals/<int:deal_id>/lines/undo")
@requires(EDIT_DEAL)
def undo_lines(deal_id: int) -> Response:
    """Take the last change of the lines back."""
    service.undo_lines(deal_id, version_in(request.values))
    toast(_("The lines are as they were."))
    return redirect(url_for("catalogue.lines", deal_id=deal_id))


@blueprint.post("/deals/<int:deal_id>/lines/file")
@requires(EDIT_DEAL)
def read_file(deal_id: int) -> Page:
    """Read a specification into the form: nothing is saved until the person does so."""
    session = reading()
    deal = _deal_to_edit(deal_id)
    there = rows_of(queries.lines_of(session, deal_id), deal.currency)
    version = version_in(request.form)
    shown = {"version": deal.version if version is None else version}
    try:
        found = _specification()
    except InvalidError as error:
        total = queries.sums_of_rows(queries.lines_of(session, deal_id))
        form = FormState.refused(request.form, error)
        return _page(deal, there, total, form=form, **shown), error.status
    rows = [*([] if request.form.get("instead") else there), *found.rows]
    counted = count_rows(session, deal, rows)
    own = count_rows(session, deal, found.rows) if len(rows) != len(found.rows) else counted
    return _page(
        deal, rows, counted.total, specification=found, own_total=own.total.amount, **shown
    )


def _specification() -> files.Specification:
    """Read the file that was sent.

    :raises InvalidError: at the field.
    """
    file = request.files.get("file")
    if file is None or not file.filename:
        message = _("Choose a file.")
        raise InvalidError(message, {"file": message})
    on_top = request.form.get("vat") == "on_top"
    return files.read_specification(file.filename, file.stream, on_top=on_top)


@blueprint.get("/deals/<int:deal_id>/lines/file/<format_>")
@requires(SEE_DEAL)
def write_file(deal_id: int, format_: str) -> Response:
    """Hand the lines of a deal out as a file."""
    session = reading()
    deal = queries.one_deal(session, deal_id)
    if format_ not in export_files.FORMATS:
        raise MissingError(_("There is no such kind of file."))
    there = queries.lines_of(session, deal_id)
    target = io.BytesIO()
    files.write_lines(target, format_, there, sees_costs=products.sees_costs())
    target.seek(0)
    return send_file(
        target,
        mimetype=export_files.MEDIA_TYPES[format_],
        as_attachment=True,
        download_name=f"{texts.gettext('lines')}-{deal.id}.{format_}",
        max_age=0,
    )
