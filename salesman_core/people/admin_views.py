"""The administration of users and teams."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from salesman_core.access.colleagues import colleagues
from salesman_core.access.looking import looks_of
from salesman_core.access.person import current_person
from salesman_core.access.routes import requires
from salesman_core.db import reading
from salesman_core.errors import ConflictError, InvalidError, SalesmanError
from salesman_core.i18n import LANGUAGES, texts
from salesman_core.people import handing_over, queries, service
from salesman_core.people import teams as team_service
from salesman_core.people.permissions import MANAGE, VIEW
from salesman_core.people.remaining import remaining
from salesman_core.people.taken_over import taken_over
from salesman_core.records.last_change import last_change
from salesman_core.records.lists import ListQuery, describe, parse_list_query
from salesman_core.services.mail import mail_settings
from salesman_core.web.addresses import address_of
from salesman_core.web.forms import FormState, version_in, whole_number
from salesman_core.web.templating import render
from salesman_core.web.toasts import is_htmx, toast
from salesman_core.web.two_editors import Typed, form_to_edit, save_form

_ = texts.lazy

blueprint = Blueprint("people", __name__, url_prefix="/admin")

_SUCCESSOR = "successor:"
"""What the fields begin with that say who takes over a kind of record."""


@blueprint.get("/users")
@requires(VIEW)
def users() -> ResponseReturnValue:
    """List the users, those who work here where nothing else is asked for."""
    args: dict[str, Any] = request.args.to_dict(flat=False)
    query = parse_list_query({"active": "true"} | args, queries.USERS)
    found, next_cursor = queries.users(query)
    return render(
        "core/people/users.html",
        users=found,
        query=query,
        older=_list_of(query.at(next_cursor)) if next_cursor else "",
        chips=[
            (chip, _list_of(query.without(*chip.parameters)))
            for chip in describe(query, queries.USERS)
            if chip.name != "active"
        ],
        left="active" in args and args["active"] == ["false"],
        roles={role.id: role.name for role in queries.roles()},
        teams=queries.team_names(),
    )


def _list_of(query: ListQuery) -> str:
    return address_of("people.users", query.args())


@blueprint.get("/users/new")
@requires(MANAGE)
def new_user() -> ResponseReturnValue:
    """Ask for a new user."""
    return _new_page(FormState({"invite": True}))


@blueprint.post("/users/new")
@requires(MANAGE)
def add_user() -> ResponseReturnValue:
    """Add a user, and invite them where that was asked for."""
    form = request.form
    try:
        values = _typed_user(form)
        user_id = service.add_user(
            values["email"],
            values["name"],
            values["role_ids"],
            team_id=values["team_id"],
            locale=values["locale"],
        )
    except InvalidError as error:
        return _new_page(FormState.refused(form, error)), error.status
    if form.get("invite") == "true":
        return _invited(user_id)
    toast(_("%(name)s is added.", name=values["name"]))
    return redirect(url_for("people.user", record_id=user_id))


def _new_page(form: FormState) -> str:
    return render(
        "core/people/new_user.html",
        form=form,
        has_server=mail_settings().server is not None,
        **_choices(),
    )


def _typed_user(form: Typed) -> dict[str, Any]:
    return {
        "name": form.get("name", ""),
        "email": form.get("email", ""),
        "locale": form.get("locale", ""),
        "team_id": form.get("team_id", type=whole_number),
        "role_ids": form.getlist("role_ids", int),
    }


def _choices() -> dict[str, Any]:
    return {
        "teams": [(team.id, "– " * team.depth + team.name) for team in queries.teams()],
        "roles": [(role.id, role.name) for role in queries.roles()],
        "locales": list(LANGUAGES.items()),
    }


@blueprint.get("/users/<int:record_id>")
@requires(VIEW)
def user(record_id: int) -> ResponseReturnValue:
    """Show a user; who may, changes them here."""
    return _user_page(record_id, _held_user(record_id))


def _held_user(user_id: int) -> FormState:
    """Give the form of a user as they stand."""
    found = queries.user(user_id)
    values = {
        "name": found.name,
        "email": found.email,
        "locale": found.locale,
        "team_id": found.team_id,
        "role_ids": list(found.role_ids),
    }
    return form_to_edit(values, service.version_of(found.updated_at))


def _user_page(user_id: int, form: FormState, link: str = "") -> str:
    found, choices = queries.user(user_id), _choices()
    return render(
        "core/people/user.html",
        user=found,
        form=form,
        link=link,
        editable=current_person().may(MANAGE),
        lookable=queries.may_look_as(user_id),
        looks=looks_of(user_id) if current_person().may(MANAGE) else [],
        remaining=None if found.active else remaining(reading(), user_id),
        taken_over=[] if found.active else taken_over(reading(), user_id),
        team=queries.team_names().get(found.team_id or 0, ""),
        held=[name for role_id, name in choices["roles"] if role_id in found.role_ids],
        **choices,
    )


@blueprint.post("/users/<int:record_id>")
@requires(MANAGE)
def change_user(record_id: int) -> ResponseReturnValue:
    """Change a user."""
    again = save_form(
        request.form,
        lambda: _held_user(record_id),
        lambda typed, version: service.change_user(record_id, _typed_user(typed), version),
        partial(last_change, service.KIND, record_id),
    )
    if again is not None:
        return _user_page(record_id, again), again.status
    toast(_("Saved."))
    return redirect(url_for("people.user", record_id=record_id))


@blueprint.post("/users/<int:record_id>/invite")
@requires(MANAGE)
def invite(record_id: int) -> ResponseReturnValue:
    """Send a user the letter by which they choose a password."""
    return _invited(record_id)


def _invited(user_id: int) -> ResponseReturnValue:
    """Invite a user; where no letter can be sent, lead to the link to hand over in person."""
    try:
        service.invite(user_id)
    except SalesmanError as error:
        toast(error.message, kind="error")
        return redirect(url_for("people.user", record_id=user_id))
    found = queries.user(user_id)
    if mail_settings().server is None:
        toast(_("No mail server is set up: hand the link over in another way."), kind="warning")
    else:
        toast(_("An invitation goes to %(email)s.", email=found.email))
    return redirect(url_for("people.user", record_id=user_id))


@blueprint.post("/users/<int:record_id>/link")
@requires(MANAGE)
def invitation_link(record_id: int) -> ResponseReturnValue:
    """Show a link by which a user chooses a password, to hand over in another way than by mail."""
    link = service.invitation_link(record_id)
    return _user_page(record_id, _held_user(record_id), link)


@blueprint.get("/users/<int:record_id>/deactivate")
@requires(MANAGE)
def deactivate_form(record_id: int) -> ResponseReturnValue:
    """Say what it means to deactivate a user, before it is done."""
    version = service.version_of(queries.user(record_id).updated_at)
    return _deactivation(record_id, FormState({"version": version}))


def _deactivation(user_id: int, form: FormState) -> str:
    people = colleagues()
    return render(
        "core/people/deactivate.html",
        user=queries.user(user_id),
        owned=handing_over.holdings(reading(), user_id),
        left_behind=handing_over.left_behind(reading(), user_id),
        people=[(id_, name) for id_, name in people if id_ != user_id],
        form=form,
    )


@blueprint.post("/users/<int:record_id>/deactivate")
@requires(MANAGE)
def deactivate(record_id: int) -> ResponseReturnValue:
    """Keep a user from acting, and give what they own to whoever takes over."""
    try:
        job_id = service.deactivate(record_id, _successors(), version_in(request.form))
    except (InvalidError, ConflictError) as error:
        return _deactivation(record_id, FormState.refused(request.form, error)), error.status
    # No undo: who is activated again has no tokens, and what others took over stays with them.
    toast(_("%(name)s is deactivated.", name=queries.user(record_id).name))
    if job_id is not None:
        return redirect(url_for("people.handing_over_page", record_id=record_id, job_id=job_id))
    return redirect(url_for("people.user", record_id=record_id))


def _successors() -> dict[str, int | None]:
    """Give who takes over, by kind; for a kind of which nothing is said, whoever takes all."""
    fields = {
        name.removeprefix(_SUCCESSOR): name for name in request.form if name.startswith(_SUCCESSOR)
    }
    fields[handing_over.ALL_KINDS] = "successor_id"
    # What is no number is nobody's: it is refused, and not taken for leaving the field empty.
    chosen = {
        kind: request.form.get(name, 0, type=whole_number)
        for kind, name in fields.items()
        if request.form.get(name)
    }
    return handing_over.STAYS | chosen


@blueprint.get("/users/<int:record_id>/handing-over/<int:job_id>")
@requires(MANAGE)
def handing_over_page(record_id: int, job_id: int) -> ResponseReturnValue:
    """Show how far the records of somebody who left have come."""
    job = queries.handing_over(record_id, job_id)
    template = "handing_over_progress" if is_htmx() else "handing_over"
    return render(
        f"core/people/{template}.html",
        user=queries.user(record_id),
        job=job,
        remaining=remaining(reading(), record_id),
        taken_over=taken_over(reading(), record_id),
    )


@blueprint.post("/users/<int:record_id>/activate")
@requires(MANAGE)
def activate(record_id: int) -> ResponseReturnValue:
    """Let a user act again."""
    service.activate(record_id)
    toast(_("%(name)s is active again.", name=queries.user(record_id).name))
    return redirect(url_for("people.user", record_id=record_id))


# -- teams


@blueprint.get("/teams")
@requires(VIEW)
def teams() -> ResponseReturnValue:
    """Show the tree of teams."""
    return _teams_page(FormState())


def _teams_page(form: FormState) -> str:
    return render(
        "core/people/teams.html",
        teams=queries.teams(),
        form=form,
        parents=_choices()["teams"],
        editable=current_person().may(MANAGE),
    )


@blueprint.post("/teams")
@requires(MANAGE)
def add_team() -> ResponseReturnValue:
    """Add a team."""
    form = request.form
    try:
        team_service.add_team(form.get("name", ""), form.get("parent_id", type=whole_number))
    except InvalidError as error:
        return _teams_page(FormState.refused(form, error)), error.status
    return redirect(url_for("people.teams"))


@blueprint.get("/teams/<int:record_id>")
@requires(MANAGE)
def team(record_id: int) -> ResponseReturnValue:
    """Ask what is to change about a team."""
    return _team_page(record_id, _held_team(record_id))


def _held_team(team_id: int) -> FormState:
    """Give the form of a team as it stands."""
    found = queries.team(team_id)
    version = team_service.version_of(found.name, found.parent_id)
    return form_to_edit({"name": found.name, "parent_id": found.parent_id}, version)


def _team_page(team_id: int, form: FormState) -> str:
    return render(
        "core/people/team.html",
        team=queries.team(team_id),
        form=form,
        parents=[(id_, name) for id_, name in _choices()["teams"] if id_ != team_id],
    )


@blueprint.post("/teams/<int:record_id>")
@requires(MANAGE)
def change_team(record_id: int) -> ResponseReturnValue:
    """Change a team."""

    def save(typed: Typed, version: int | None) -> None:
        parent_id = typed.get("parent_id", type=whole_number)
        values = {"name": typed.get("name", ""), "parent_id": parent_id}
        team_service.change_team(record_id, values, version)

    last = partial(last_change, team_service.KIND, record_id)
    again = save_form(request.form, lambda: _held_team(record_id), save, last)
    if again is not None:
        return _team_page(record_id, again), again.status
    toast(_("Saved."))
    return redirect(url_for("people.teams"))


@blueprint.post("/teams/<int:record_id>/delete")
@requires(MANAGE)
def delete_team(record_id: int) -> ResponseReturnValue:
    """Delete a team."""
    team_service.delete_team(record_id, version_in(request.form))
    toast(_("The team is deleted."))
    return redirect(url_for("people.teams"))
