"""The page that says why a user may, or may not, do something with a record."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from salesman_core.access.colleagues import colleagues
from salesman_core.access.explaining import Explanation, explain, named_type, read_record, reasons
from salesman_core.access.permissions import all_permissions
from salesman_core.access.person import current_person
from salesman_core.access.records import demand, label_of, record_type, record_types
from salesman_core.access.routes import requires, signed_in
from salesman_core.errors import InvalidError, MissingError
from salesman_core.i18n import texts, texts_of
from salesman_core.people import queries
from salesman_core.people.permissions import MANAGE
from salesman_core.web.forms import FormState, typed_values, whole_number
from salesman_core.web.templating import render

_ = texts.lazy

blueprint = Blueprint("people_why", __name__, url_prefix="/admin/users")
records_blueprint = Blueprint("people_record_why", __name__, url_prefix="/records")


@blueprint.get("/<int:record_id>/why")
@requires(MANAGE)
def why(record_id: int) -> ResponseReturnValue:
    """Say why a user may, or may not, do something with a record."""
    asked = request.args
    if not asked.get("record", "").strip():
        return _page(record_id, FormState(typed_values(asked)))
    try:
        found = _explained(record_id, asked["record"], asked.get("permission", ""))
    except InvalidError as error:
        return _page(record_id, FormState.refused(asked, error)), error.status
    return _page(record_id, FormState(typed_values(asked)), found)


@records_blueprint.get("/<kind>/<int:record_id>/why")
@signed_in
def why_mine(kind: str, record_id: int) -> ResponseReturnValue:
    """Say why whoever asks sees a record, and lead to the same of others for who may ask it."""
    person = current_person()
    type_ = record_type(kind)
    demand(kind, record_id, type_.view_permission)
    return render(
        "core/people/why_mine.html",
        kind=kind,
        record_id=record_id,
        title=label_of(kind, record_id),
        card=url_for(type_.card_endpoint, record_id=record_id),
        reasons=reasons(person, type_.view_permission, kind, record_id),
        people=colleagues() if person.may(MANAGE) else [],
    )


@records_blueprint.get("/<kind>/<int:record_id>/why/of")
@requires(MANAGE)
def why_of(kind: str, record_id: int) -> ResponseReturnValue:
    """Lead to why somebody else may, or may not, see a record."""
    user_id = request.args.get("user_id", type=whole_number)
    if user_id is None:
        return redirect(url_for("people_record_why.why_mine", kind=kind, record_id=record_id))
    return redirect(url_for("people_why.why", record_id=user_id, record=f"{kind}:{record_id}"))


def _page(user_id: int, form: FormState, found: Explanation | None = None) -> str:
    return render(
        "core/people/why.html",
        user=queries.user(user_id),
        form=form,
        found=found,
        permissions=[
            (one.value.name, texts_of(one.owner).gettext(one.value.title))
            for one in all_permissions()
        ],
    )


def _explained(user_id: int, typed: str, permission: str) -> Explanation:
    kind, record_id = _record(typed.strip())
    view = named_type(kind).view_permission
    _demand_seen(kind, record_id, view)
    return explain(user_id, permission or view, kind, record_id)


def _record(typed: str) -> tuple[str, int]:
    """Give the record that is written as ``deal:214``, or as the address of its card.

    :raises InvalidError: for the field ``record``.
    """
    if "/" not in typed:
        return read_record(typed)
    try:
        endpoint, values = current_app.url_map.bind("").match(urlsplit(typed).path)
    except (HTTPException, ValueError):
        endpoint, values = "", {}
    for type_ in record_types():
        if type_.card_endpoint == endpoint:
            return type_.kind, values["record_id"]
    message = _("There is no record at this address.")
    raise InvalidError(message, {"record": message})


def _demand_seen(kind: str, record_id: int, permission: str) -> None:
    """Tell nobody of a record, whose it is or that there is one, who may not see it themselves."""
    if current_person().everything:
        return
    try:
        demand(kind, record_id, permission)
    except MissingError as error:
        raise InvalidError(error.message, {"record": error.message}) from error
