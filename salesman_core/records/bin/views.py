"""The page of the bin: what lies there, and the way out of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

import sqlalchemy as sa
from flask import Blueprint, Response, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from salesman_core.access.models import User
from salesman_core.access.records import visible
from salesman_core.access.routes import requires, signed_in
from salesman_core.db import reading
from salesman_core.errors import InvalidError, SalesmanError
from salesman_core.i18n import texts
from salesman_core.records.bin.queries import BIN, Binned, in_bin, is_any, kind_titles, kinds_in_bin
from salesman_core.records.bin.service import (
    PURGE,
    Outcome,
    look,
    purge_many,
    take_many_out,
    warnings_of,
)
from salesman_core.records.list_narrowing import Options, narrowed
from salesman_core.records.list_page import ListPage
from salesman_core.records.lists import Page
from salesman_core.services.company import company
from salesman_core.web.addresses import go_to, safe_next
from salesman_core.web.templating import render
from salesman_core.web.toasts import is_htmx, toast
from salesman_hookspecs import Text

_ = texts.lazy

ASKS: Final = ("kind", "deleted_by_id", "deleted_at")
MOST_NAMED: Final = 50
"""So many records at once are named with what goes with them."""

blueprint = Blueprint("bin", __name__, url_prefix="/bin")


class BinPage(ListPage):
    """The page of the bin: a list over all kinds, each under the access of its own."""

    def __init__(self) -> None:
        super().__init__(BIN, "bin.index", (), views=_views(), asks=ASKS, options=_options)

    @cached_property
    def found(self) -> tuple[list[Binned], str | None]:
        """What lies there, and where the next page begins."""
        return in_bin(self.query) if self.refused is None else ([], None)

    @cached_property
    def page(self) -> Page:
        """Where the page ends; what stands on it is ``found``."""
        return Page((), self.found[1])

    @cached_property
    def any_at_all(self) -> bool:
        """Whether anything lies there for whoever reads."""
        return bool(self.found[0]) or is_any()


def _views() -> Sequence[tuple[Text, dict[str, str]]]:
    return (
        (_("All"), {}),
        (_("Put there by me"), {"deleted_by_id": "me"}),
        *((one.plural, {"kind": one.kind}) for one in kinds_in_bin()),
    )


def _options() -> dict[str, Options]:
    people = sa.select(User.id, User.name).where(visible("user")).order_by(User.search_name)
    return {
        "deleted_by_id": [(row.id, row.name) for row in reading().execute(people)],
        "kind": sorted(kind_titles().items(), key=lambda one: str(one[1])),
    }


@blueprint.get("")
@signed_in
def index() -> Markup:
    """Show what lies in the bin that whoever reads may take out."""
    listed = BinPage()
    days = company().bin_days
    return render("core/records/bin/index.html", listed=listed, rows=listed.found[0], days=days)


@blueprint.get("/filter")
@signed_in
def narrow() -> Response:
    """Lead from the dialog of filters to the bin as it asks for it."""
    return narrowed(BIN, "bin.index")


@blueprint.post("/restore")
@signed_in
def restore() -> Markup | BaseResponse:
    """Take the marked records out; say of each what hindered it, where something did."""
    outcomes = take_many_out([_record(mark) for mark in _marks()])
    for warning in warnings_of(outcomes):
        toast(warning, kind="warning")
    done = sum(one.refused is None for one in outcomes)
    if done < len(outcomes):
        return render("core/records/bin/outcomes.html", outcomes=outcomes, done=done, purged=False)
    toast(_said(outcomes))
    return go_to(safe_next(request.form.get("next"), url_for("bin.index")))


@blueprint.post("/purge/form")
@requires(PURGE)
def purge_form() -> Markup:
    """Ask whether marked records are to go for good, and say what goes with each."""
    records = [_record(mark) for mark in _marks()]
    if not 1 <= len(records) <= MOST_NAMED:
        message = _("Mark 1 to %(most)s records that are to be deleted for good.", most=MOST_NAMED)
        raise InvalidError(message)
    template = "purge_form.html" if is_htmx() else "purge.html"
    return render(
        f"core/records/bin/{template}",
        asked=[_asked(kind, record_id) for kind, record_id in records],
        back=safe_next(request.form.get("next"), url_for("bin.index")),
    )


def _asked(kind: str, record_id: int) -> dict[str, Any]:
    """Give a record with what goes with it, or with what keeps it."""
    label, going = look(kind, record_id)
    refused = None
    try:
        going.demand()
    except SalesmanError as error:
        refused = str(error)
    mark = f"{kind}:{record_id}"
    title = going.type_.title
    return {"mark": mark, "label": label, "title": title, "lost": going.lost, "refused": refused}


@blueprint.post("/purge")
@requires(PURGE)
def purge() -> Markup | BaseResponse:
    """Delete records for good; say of each what hindered it, where something did."""
    outcomes = purge_many([_record(mark) for mark in _marks()])
    done = sum(one.refused is None for one in outcomes)
    if done < len(outcomes):
        return render("core/records/bin/outcomes.html", outcomes=outcomes, done=done, purged=True)
    toast(
        texts.ngettext(
            "%(num)s record was deleted for good.", "%(num)s records were deleted for good.", done
        )
    )
    return go_to(safe_next(request.form.get("next"), url_for("bin.index")))


def _said(outcomes: Sequence[Outcome]) -> Text:
    if len(outcomes) == 1:
        return _("“%(name)s” is back from the bin.", name=outcomes[0].label)
    return texts.ngettext(
        "%(num)s record is back from the bin.",
        "%(num)s records are back from the bin.",
        len(outcomes),
    )


def _marks() -> list[str]:
    """Give what the one button of a row, or the marks of several, are about."""
    one = request.form.get("only", "")
    return [one] if one else request.form.getlist("id")


def _record(mark: str) -> tuple[str, int]:
    """Read a mark as ``client:17``.

    :raises InvalidError: where it is none.
    """
    kind, _colon, number = mark.rpartition(":")
    if not (number.isascii() and number.isdecimal() and len(number) < 19):  # noqa: PLR2004  # fits
        raise InvalidError(_("%(value)s is no record.", value=mark))
    return kind, int(number)
