"""Coming, going and looking around, each kept in the audit with the address it came from."""

from __future__ import annotations

from flask import request

from salesman_core.access import looking, sign_in
from salesman_core.access.models import User
from salesman_core.access.person import acting_as, current_person
from salesman_core.access.sign_in import SignInRefusedError
from salesman_core.db import reading, writing
from salesman_core.people.devices import name_of
from salesman_core.people.service import KIND
from salesman_core.records.changes import Changes, audit
from salesman_hookspecs import Person

_NOBODY = Person(id=None, name="")
"""Somebody who could not say who they are."""


def enter(login: str, password: str, *, stay: bool = False) -> None:
    """Sign this browser in; see :func:`salesman_core.access.sign_in.sign_in`.

    :raises InvalidError: where address and password do not belong together.
    :raises TooManyAttemptsError: where somebody has to wait.
    """
    try:
        sign_in.sign_in(login, password, stay=stay)
    except SignInRefusedError as error:
        with acting_as(_NOBODY):
            _note("sign_in_refused", error.user_id, _here())
        raise
    _note("signed_in", current_person().id, _here())


def let_in(user_id: int) -> None:
    """Sign this browser in as somebody who has proved by a link to be this user."""
    sign_in.sign_in_as(user_id)
    _note("signed_in", user_id, _here())


def leave() -> None:
    """Sign this browser out, and end a look that goes on in it."""
    end_look()
    browser = sign_in.current_browser()
    if browser is not None:
        _note("signed_out", browser.user_id, _here())
    sign_in.sign_out()


def begin_look(user_id: int) -> None:
    """Look at the CRM as somebody else; see :func:`salesman_core.access.looking.begin_look`."""
    with writing():
        until = looking.begin_look(user_id)
        _note("looked_as", user_id, {"seen_id": (None, user_id), "until": (None, until)})


def end_look() -> None:
    """See with one's own eyes again."""
    with writing():
        seen = looking.end_look()
        if seen is not None:
            _note("looked_away", seen[0], {"seen_id": (seen[0], None)})


def _here() -> Changes:
    return {"device": (None, name_of(request.user_agent.string))}


def _note(action: str, user_id: int | None, changes: Changes) -> None:
    user = reading().get(User, user_id) if user_id is not None else None
    with writing() as session:
        audit(session, KIND, user_id or 0, user.name if user else "", action, changes)
