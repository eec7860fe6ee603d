"""What a person chose for themselves: language, theme, and how their pages are arranged."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from flask import Blueprint, Response, request, session

from salesman_core import clock
from salesman_core.access.models import User
from salesman_core.access.person import SUBJECT, current_person, maybe_person
from salesman_core.access.routes import public, signed_in
from salesman_core.db import reading, writing
from salesman_core.db.revisions import bump
from salesman_core.errors import InvalidError
from salesman_core.i18n import LANGUAGES, texts
from salesman_core.web.addresses import go_to, safe_next
from salesman_core.web.locale import CHOSEN

_ = texts.lazy

THEMES: Final = ("auto", "light", "dark")

blueprint = Blueprint("preferences", __name__, url_prefix="/profile")


@blueprint.post("/language")
@public
def language() -> Response:
    """Speak the language of the field ``language`` from now on."""
    chosen = request.form.get("language", "")
    _refuse_unknown(chosen, tuple(LANGUAGES))
    if maybe_person() is None:
        session[CHOSEN] = chosen
    else:
        choose_language(chosen)
    return go_to(safe_next(request.form.get("next")))


@blueprint.post("/theme")
@signed_in
def theme() -> Response:
    """Keep the theme of the field ``theme`` for this person's next browser."""
    chosen = request.form.get("theme", "")
    _refuse_unknown(chosen, THEMES)
    choose_theme(chosen)
    return Response(status=204)


def chosen_theme() -> str:
    """Give the theme that whoever reads chose last, in any browser."""
    person = maybe_person()
    if person is None or person.id is None:
        return "auto"
    return reading().scalar(sa.select(User.theme).where(User.id == person.id)) or "auto"


def preference(name: str) -> Any:
    """Give what whoever acts keeps under *name*, or None."""
    kept = reading().scalar(sa.select(User.preferences).where(User.id == current_person().id))
    return (kept or {}).get(name)


def remember(name: str, value: Any) -> None:
    """Keep *value*, plain JSON, under *name* for whoever acts; None forgets it."""
    with writing() as transaction:
        user = transaction.get_one(User, current_person().id)
        others = {key: kept for key, kept in user.preferences.items() if key != name}
        user.preferences = others if value is None else others | {name: value}
        user.updated_at = clock.now()


def choose_language(chosen: str) -> None:
    """Let whoever acts read *chosen* from now on."""
    with writing() as transaction:
        user = transaction.get_one(User, current_person().id)
        user.locale, user.updated_at = chosen, clock.now()
        bump(transaction, SUBJECT)


def choose_theme(chosen: str) -> None:
    """Let whoever acts begin with this theme in a new browser."""
    with writing() as transaction:
        user = transaction.get_one(User, current_person().id)
        user.theme, user.updated_at = chosen, clock.now()


def _refuse_unknown(chosen: str, known: tuple[str, ...]) -> None:
    if chosen not in known:
        message = _("%(value)s is not known here: %(known)s.", value=chosen, known=", ".join(known))
        raise InvalidError(message)
