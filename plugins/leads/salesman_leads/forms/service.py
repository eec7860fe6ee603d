"""Every change of web forms."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    Changes,
    FieldWords,
    InvalidError,
    MissingError,
    StaleError,
    audit,
    demand_permission,
    describe_kind,
    differences,
    now,
    writing,
)
from salesman_leads.forms.models import CHOSEN_FROM, FORM, WAYS, WHO, Form, FormConsent
from salesman_leads.forms.origins import origin_of
from salesman_leads.permissions import MANAGE_FORMS
from salesman_leads.texts import texts

_ = texts.lazy

_KEY_BYTES: Final = 12
_COLUMNS: Final = (
    "name",
    "language",
    "heading",
    "button",
    "fields",
    "thanks_text",
    "thanks_url",
    "sites",
    "source",
    "channel",
    "letters",
    "active",
)

describe_kind(
    FORM,
    _("Web form"),
    {
        "name": FieldWords(_("Name of the form")),
        "language": FieldWords(_("Language")),
        "heading": FieldWords(_("Heading")),
        "button": FieldWords(_("Button")),
        "fields": FieldWords(_("Fields")),
        "consent": FieldWords(_("Consent")),
        "letters": FieldWords(_("The consent covers letters, too")),
        "thanks_text": FieldWords(_("Thanks")),
        "thanks_url": FieldWords(_("Page of thanks")),
        "sites": FieldWords(_("Allowed sites")),
        "source": FieldWords(_("Source")),
        "channel": FieldWords(_("Channel")),
        "active": FieldWords(_("Takes answers")),
    },
)


def create_form(values: Mapping[str, Any]) -> int:
    """Make a form; give its id.

    :param values: as :class:`~salesman_leads.forms.schemas.FormSchema` makes them.
    :raises InvalidError: by field.
    """
    demand_permission(MANAGE_FORMS)
    wanted, moment = _judged(values), now()
    with writing() as session:
        form = Form(
            **wanted, key=secrets.token_urlsafe(_KEY_BYTES), created_at=moment, updated_at=moment
        )
        session.add(form)
        session.flush()
        changes: Changes = {name: (None, value) for name, value in wanted.items() if value}
        changes |= _set_consent(session, form.id, values["consent"])
        audit(session, FORM, form.id, form.name, "created", _told(changes))
        return form.id


def change_form(form_id: int, values: Mapping[str, Any], version: int | None = None) -> bool:
    """Change a form; give whether anything changed. Another consent is a new version of it.

    :param values: as :class:`~salesman_leads.forms.schemas.FormSchema` makes them.
    :raises InvalidError: by field.
    :raises StaleError: where somebody changed it since *version*.
    """
    demand_permission(MANAGE_FORMS)
    wanted = _judged(values)
    with writing() as session:
        form = session.get(Form, form_id, with_for_update=True)
        if form is None:
            raise MissingError(_("There is no such form."))
        if version is not None and form.version != version:
            raise StaleError(_("Somebody else has changed this form since you read it."))
        changes = differences(form, wanted)
        for name, (_old, new) in changes.items():
            setattr(form, name, new)
        changes |= _set_consent(session, form_id, values["consent"])
        if changes:
            form.version, form.updated_at = form.version + 1, now()
            audit(session, FORM, form_id, form.name, "changed", _told(changes))
        return bool(changes)


def _told(changes: Changes) -> Changes:
    """Give what changed as the audit tells it: of the fields, their kinds in their order."""
    told = dict(changes)
    if "fields" in told:
        old, new = told["fields"]
        told["fields"] = ([one["kind"] for one in old or ()], [one["kind"] for one in new])
    return told


def _set_consent(session: Session, form_id: int, text: str) -> Changes:
    """Let a text hold from now on, where it is another one."""
    newest = sa.select(FormConsent).where(FormConsent.form_id == form_id)
    held = session.scalars(newest.order_by(FormConsent.number.desc()).limit(1)).one_or_none()
    before, text = held.text if held else "", text.strip()
    if text == before:
        return {}
    number = held.number + 1 if held else 1
    session.add(FormConsent(form_id=form_id, number=number, text=text, created_at=now()))
    return {"consent": (before, text)}


def _judged(values: Mapping[str, Any]) -> dict[str, Any]:
    """Give the columns of a form.

    :raises InvalidError: by field.
    """
    wrong = {
        "fields": _wrong_fields(values["fields"]),
        "sites": _wrong_site(values["sites"]),
        "thanks_url": _wrong_address(values["thanks_url"]),
    }
    found = {name: message for name, message in wrong.items() if message}
    if found:
        raise InvalidError(_("Some fields are not right."), found)
    sites = [origin_of(one) for one in values["sites"]]
    fields = [_field(one) for one in values["fields"]]
    columns = {name: values[name] for name in _COLUMNS}
    return {**columns, "sites": list(dict.fromkeys(sites)), "fields": fields}


def _field(given: Mapping[str, Any]) -> dict[str, Any]:
    options = given["options"] if given["kind"] in CHOSEN_FROM else []
    return {**given, "options": list(dict.fromkeys(one.strip() for one in options))}


def _wrong_fields(fields: Sequence[Mapping[str, Any]]) -> Any:
    kinds = [one["kind"] for one in fields]
    if len(set(kinds)) < len(kinds):
        return _("Each field can stand in the form once.")
    if not set(kinds) & set(WAYS):
        return _("Ask for a phone or an email: else nobody can answer.")
    if not any(one["required"] for one in fields if one["kind"] in WHO):
        return _("Let one of name, company, phone and email be required.")
    return None


def _wrong_site(sites: Sequence[str]) -> Any:
    strange = next((one for one in sites if not origin_of(one)), None)
    if strange is None:
        return None
    return _("“%(site)s” is no address of a site, as https://example.com is one.", site=strange)


def _wrong_address(address: str) -> Any:
    if not address or (address.startswith(("https://", "http://")) and origin_of(address)):
        return None
    return _("Give a whole address, as https://example.com/thanks.")
