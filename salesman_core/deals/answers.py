"""Answers that pages of deals share: what was asked comes as numbers, what changed is told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from salesman_core.deals import forms
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.answers import given_away, told
from salesman_core.web.addresses import safe_next
from salesman_core.web.forms import version_in
from salesman_core.web.toasts import is_htmx
from salesman_hookspecs import Text

_ = texts.lazy

_ASKED: Final = {
    "pipeline_id": _("Pipeline"),
    "owner_id": _("Owner"),
    "team_id": _("Team"),
    "since": _("From"),
    "until": _("To"),
}


def asked_number(name: str) -> int | None:
    """Give a whole number out of the address or the form, or None.

    :raises InvalidError: where something else stands there.
    """
    found: int | None = forms.read(request.values, name).get(name)
    return found


def demanded_number(name: str) -> int:
    """Give a whole number out of the address or the form.

    :raises InvalidError: where none stands there.
    """
    found = asked_number(name)
    if found is None:
        message = _("Choose one.")
        raise InvalidError(message, {name: message})
    return found


def asked_version() -> int | None:
    """Give the version of the record that the person saw, where the page says it."""
    return version_in(request.values)


def unread(error: InvalidError) -> list[Text]:
    """Say of an address what could not be read, beginning with what the page calls it."""
    return [
        _("%(field)s: %(wrong)s", field=_ASKED.get(name, name), wrong=wrong)
        for name, wrong in error.fields.items()
    ]


def done(deal_id: int) -> BaseResponse:
    """Answer an act: to htmx as :func:`told`, to a plain form by the page it was on."""
    away = given_away("deal", deal_id, url_for("deals.index"))
    if away is not None:
        return away
    if is_htmx():
        return told("deal", deal_id)
    return redirect(safe_next(request.form.get("next"), url_for("deals.card", record_id=deal_id)))


def without_dialog(answer: BaseResponse) -> BaseResponse:
    """Let the dialog close out of which htmx asked."""
    if "HX-Trigger" in answer.headers:
        events = json.loads(answer.headers["HX-Trigger"])
        events["salesman:close-dialog"] = {"target": "body"}
        answer.headers["HX-Trigger"] = json.dumps(events)
    return answer


def flat(args: Mapping[str, Any]) -> dict[str, Any]:
    """Give parameters of an address without the empty ones."""
    return {name: value for name, value in args.items() if value not in ("", None)}
