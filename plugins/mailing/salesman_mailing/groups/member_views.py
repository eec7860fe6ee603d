"""What is done with the members of a group and the filters that it follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    InvalidError,
    ListPage,
    MissingError,
    demand,
    is_htmx,
    narrowed,
    reading,
    render,
    requires,
    safe_next,
    seen_records,
    toast,
    visible,
    whole_number,
)
from salesman_core.toolkit import count as count_rows
from salesman_mailing.groups import explaining, queries, searching, service
from salesman_mailing.groups.filters import spec_of
from salesman_mailing.groups.kinds import kind_named
from salesman_mailing.groups.models import ITSELF, KIND, WHOM
from salesman_mailing.permissions import EDIT
from salesman_mailing.texts import texts
from salesman_mailing.views import Page, blueprint

_ = texts.lazy


def _to_card(record_id: int) -> Response:
    return redirect(url_for("mailing.card", record_id=record_id), 303)


@blueprint.get("/<int:record_id>/find")
@requires(EDIT)
def find(record_id: int) -> Markup:
    """Give the records that may be added whose names have what was typed in them."""
    demand(KIND, record_id, EDIT)
    typed = request.args.get("q", "")
    found = searching.found(reading(), typed)
    return render("mailing/found.html", group_id=record_id, found=found, typed=typed)


def _record() -> tuple[str, int]:
    """Give the record that a form or an address names, as ``client:17``.

    :raises MissingError: where it names none.
    """
    key = explaining.key_of(request.values.get("record", ""))
    if key is None:
        raise _missing()
    return key


def _address(endpoint: str, group_id: int, key: explaining.Key) -> str:
    return url_for(endpoint, record_id=group_id, record=explaining.written(key))


def _missing() -> MissingError:
    return MissingError(_("There is no such record, or you may not see it."))


@blueprint.post("/<int:record_id>/add")
@requires(EDIT)
def add(record_id: int) -> Response:
    """Let a group name a record; whoever was kept out is let in."""
    kind, member_id = _record()
    let_in = service.let_in(record_id, kind, member_id)
    added = service.add_records(record_id, kind, [member_id])
    toast(_("Added.") if added or let_in else _("That one is in the group already."))
    return _to_card(record_id)


@blueprint.post("/add")
@requires(EDIT)
def add_from_card() -> Response:
    """Let a chosen group name the record whose card somebody looks at."""
    kind, member_id = _record()
    group_id = request.form.get("group_id", 0, type=whole_number)
    added = service.add_records(group_id, kind, [member_id])
    toast(_("Added.") if added else _("That one is in the group already."))
    return redirect(safe_next(request.form.get("next"), url_for("mailing.index")), 303)


@blueprint.post("/<int:record_id>/add-group")
@requires(EDIT)
def add_group(record_id: int) -> Response:
    """Let a group name all who are in another one at the moment."""
    other = request.form.get("other_id", type=whole_number)
    if not other:
        message = _("Choose a group.")
        raise InvalidError(message, {"other_id": message})
    added = service.add_members_of(record_id, other)
    toast(texts.ngettext("%(num)s added.", "%(num)s added.", added))
    return _to_card(record_id)


@blueprint.post("/<int:record_id>/take-out")
@requires(EDIT)
def take_out(record_id: int) -> Response:
    """Let a group name a record no more."""
    kind, member_id = _record()
    if service.take_out(record_id, kind, member_id):
        undo = _address("mailing.add", record_id, (kind, member_id))
        toast(_("Taken out of the group."), undo=undo)
    return _to_card(record_id)


@blueprint.get("/<int:record_id>/keep-out")
@requires(EDIT)
def ask_reason(record_id: int) -> Markup:
    """Ask why a record is to be kept out of a group."""
    demand(KIND, record_id, EDIT)
    key = _record()
    seen = seen_records(reading(), [key])
    if key not in seen:
        raise _missing()
    return render(
        "mailing/keep_out_form.html" if is_htmx() else "mailing/keep_out.html",
        group=queries.one_group(reading(), record_id),
        record=seen[key],
        key=explaining.written(key),
    )


@blueprint.post("/<int:record_id>/keep-out")
@requires(EDIT)
def keep_out(record_id: int) -> Response:
    """Keep a record out of a group, whatever its filters say."""
    kind, member_id = _record()
    if service.keep_out(record_id, kind, member_id, request.form.get("reason", "")):
        undo = _address("mailing.let_in", record_id, (kind, member_id))
        toast(_("Kept out of the group from now on."), undo=undo)
    return _to_card(record_id)


@blueprint.post("/<int:record_id>/let-in")
@requires(EDIT)
def let_in(record_id: int) -> Response:
    """Keep a record out of a group no more."""
    kind, member_id = _record()
    if service.let_in(record_id, kind, member_id):
        toast(_("Not kept out any more."))
    return _to_card(record_id)


class FilterPage(ListPage):
    """A list whose filter a group is to follow: its address also says which group and kind."""

    own: ClassVar[Sequence[str]] = ("view", "columns", "group", "of", "followed", "whom")


def _filter_page(kind_name: str) -> FilterPage:
    kind = kind_named(kind_name)
    spec_of(kind)  # refuses what has no list
    if kind.listed is None:
        raise LookupError(kind_name)
    return FilterPage.of(kind.listed, endpoint="mailing.choose_filter")


@blueprint.get("/choose")
@requires(EDIT)
def choose_filter() -> Markup:
    """Show what a filter finds that a group is to follow, and let it be narrowed."""
    group = queries.one_group(reading(), request.args.get("group", 0, type=whole_number))
    demand(KIND, group.id, EDIT)
    kind_name = request.args.get("of", "")
    listed, kind = _filter_page(kind_name), kind_named(kind_name)
    found = 0
    if listed.refused is None:
        found = count_rows(reading(), listed.spec, listed.query, visible(kind.name))
    whom = request.args.get("whom", ITSELF)
    return render(
        "mailing/choose.html",
        group=group,
        kind=kind,
        listed=listed,
        found=found,
        whoms=explaining.WHOM_TITLES if kind.name == "client" else {},
        whom=whom if whom in WHOM else ITSELF,
        followed=request.args.get("followed", 0, type=whole_number),
    )


@blueprint.get("/choose/filter")
@requires(EDIT)
def narrow_choice() -> Response:
    """Lead from the dialog of filters to what it finds."""
    kind = kind_named(request.args.get("of", "client"))
    return narrowed(spec_of(kind), "mailing.choose_filter")


@blueprint.post("/<int:record_id>/follow")
@requires(EDIT)
def follow(record_id: int) -> Page:
    """Let a group follow a filter, or follow one otherwise."""
    given: dict[str, Any] = {
        "kind": request.values.get("kind", ""),
        "address": request.values.get("address", ""),
        "whom": request.values.get("whom", ITSELF),
    }
    filter_id = request.values.get("filter_id", type=whole_number)
    if filter_id:
        service.change_filter(record_id, filter_id, **given)
    else:
        service.follow(record_id, **given)
    toast(_("The group follows this filter from now on."))
    return _to_card(record_id)


@blueprint.post("/<int:record_id>/filters/<int:filter_id>/drop")
@requires(EDIT)
def stop_following(record_id: int, filter_id: int) -> Response:
    """Let a group follow a filter no more; the notice can undo it."""
    was = service.stop_following(record_id, filter_id)
    address = urlencode(was["args"])
    undo = url_for(
        "mailing.follow",
        record_id=record_id,
        kind=was["kind"],
        whom=was["whom"],
        address=address,
    )
    toast(_("The group does not follow this filter any more."), undo=undo)
    return _to_card(record_id)
