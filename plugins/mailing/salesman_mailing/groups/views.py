"""The pages of groups: the list, a group and its members. A view is a few lines."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    FormState,
    InvalidError,
    ListPage,
    demand,
    form_to_edit,
    gone_to,
    is_htmx,
    judge,
    last_change,
    narrowed,
    reaches,
    reading,
    render,
    requires,
    save_form,
    toast,
    told,
    version_in,
    whole_number,
)
from salesman_hookspecs import Text
from salesman_mailing.consent.purposes import offered_purposes
from salesman_mailing.groups import explaining, queries, searching, service
from salesman_mailing.groups.lists import GROUPS, LISTED
from salesman_mailing.groups.models import KIND
from salesman_mailing.groups.schemas import GroupSchema, NewGroupSchema
from salesman_mailing.permissions import CREATE, DELETE, EDIT, VIEW
from salesman_mailing.services.showing import of_group
from salesman_mailing.texts import texts
from salesman_mailing.views import Page, blueprint

_ = texts.lazy

Typed = MultiDict[str, str]

VIEWS: Final[tuple[tuple[Text, Mapping[str, str]], ...]] = (
    (_("All"), {}),
    (_("Mine"), {"owner_id": "me"}),
    (_("Following filters"), {"follows": "true"}),
)
LABELS: Final[Mapping[str, Text]] = {
    "name": _("Name"),
    "purpose_id": _("What for"),
    "description": _("Description"),
}


def _list() -> ListPage:
    return ListPage.of(LISTED, views=VIEWS)


@blueprint.get("")
@requires(VIEW)
def index() -> Markup:
    """Show the list of groups as the address filters and sorts it."""
    return render("mailing/index.html", listed=_list())


@blueprint.get("/filter")
@requires(VIEW)
def narrow() -> Response:
    """Lead from the dialog of filters to the list as it asks for it."""
    return narrowed(GROUPS, "mailing.index")


@blueprint.post("/columns")
@requires(VIEW)
def choose_columns() -> Response:
    """Keep which columns the person wants to see, in their order."""
    return _list().columns_chosen()


@blueprint.get("/<int:record_id>/count")
@requires(VIEW)
def count(record_id: int) -> Markup:
    """Count who is in a group at the moment."""
    return render("mailing/count.html", counted=queries.counted(reading(), record_id))


@blueprint.get("/new")
@requires(CREATE)
def new() -> Markup:
    """Show the form for a group."""
    return _new_form(FormState())


def _new_form(form: FormState) -> Markup:
    template = "mailing/new_form.html" if is_htmx() else "mailing/new.html"
    return render(
        template,
        in_dialog=is_htmx(),
        group=None,
        form=form,
        labels=LABELS,
        purposes=offered_purposes(reading()),
    )


@blueprint.post("/new")
@requires(CREATE)
def create() -> Page:
    """Make the group that was typed."""
    try:
        group_id = service.create_group(judge(NewGroupSchema(), _values(request.form)))
    except InvalidError as error:
        return _new_form(FormState.refused(request.form, error)), error.status
    return gone_to(url_for("mailing.card", record_id=group_id))


def _values(typed: Typed) -> dict[str, str | int]:
    values: dict[str, str | int] = {name: typed.get(name, "") for name in LABELS}
    chosen = typed.get("purpose_id", type=whole_number)
    return {**values, "purpose_id": chosen or 0}


@blueprint.get("/<int:record_id>")
@requires(VIEW)
def card(record_id: int) -> Markup:
    """Show a group: what it follows, who is in it and why, who is kept out."""
    session = reading()
    group = queries.one_group(session, record_id)
    after = explaining.key_of(request.args.get("after", ""))
    members, next_key = explaining.members_page(session, group, after)
    return render(
        "mailing/card.html",
        group=group,
        counted=queries.counted(session, record_id),
        filters=explaining.followed(session, record_id),
        whom=explaining.WHOM_TITLES,
        ways=explaining.WAY_TITLES,
        members=members,
        next_key=explaining.written(next_key),
        first=after is None,
        kept_out=explaining.kept_out(session, record_id),
        may_edit=reaches(KIND, record_id, EDIT),
        may_delete=reaches(KIND, record_id, DELETE),
        kinds=explaining.kinds_to_follow(),
        others=searching.other_groups(session, record_id),
        **of_group(record_id),
    )


@blueprint.get("/<int:record_id>/edit")
@requires(EDIT)
def edit(record_id: int) -> Markup:
    """Show the form of a group as it stands."""
    demand(KIND, record_id, EDIT)
    return _edit_form(record_id, _held(record_id))


def _held(record_id: int) -> FormState:
    group = queries.one_group(reading(), record_id)
    return form_to_edit({name: getattr(group, name) for name in LABELS}, group.version)


def _edit_form(record_id: int, form: FormState) -> Markup:
    group = queries.one_group(reading(), record_id)
    return render(
        "mailing/edit_form.html" if is_htmx() else "mailing/edit.html",
        in_dialog=is_htmx(),
        group=group,
        form=form,
        labels=LABELS,
        purposes=offered_purposes(reading(), group.purpose_id),
    )


@blueprint.post("/<int:record_id>/edit")
@requires(EDIT)
def change(record_id: int) -> Page:
    """Change a group to what was typed."""
    demand(KIND, record_id, EDIT)

    def save(typed: Typed, version: int | None) -> None:
        service.change_group(record_id, judge(GroupSchema(), _values(typed)), version)

    form = save_form(
        request.form, partial(_held, record_id), save, partial(last_change, KIND, record_id)
    )
    if form is not None:
        return _edit_form(record_id, form), form.status
    toast(_("The group is changed."))
    return _to_card(record_id)


def _to_card(record_id: int) -> Response:
    if is_htmx():
        return told(KIND, record_id, closes_dialog=True)
    return redirect(url_for("mailing.card", record_id=record_id), 303)


@blueprint.post("/<int:record_id>/delete")
@requires(DELETE)
def delete(record_id: int) -> Response:
    """Put a group into the bin; the notice can undo it."""
    demand(KIND, record_id, DELETE)
    name = queries.one_group(reading(), record_id).name
    service.delete_group(record_id, version_in(request.form))
    toast(
        _("“%(name)s” is in the bin.", name=name),
        undo=url_for("mailing.restore", record_id=record_id),
    )
    return redirect(url_for("mailing.index"), 303)


@blueprint.post("/<int:record_id>/restore")
@requires(DELETE)
def restore(record_id: int) -> Response:
    """Take a group out of the bin, and show it."""
    service.restore_group(record_id)
    toast(_("The group is back."))
    return redirect(url_for("mailing.card", record_id=record_id), 303)
