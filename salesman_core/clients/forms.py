"""What a person typed about a client or contact, turned into the notation of the JSON API."""

from __future__ import annotations

from typing import Any, Final

from werkzeug.datastructures import MultiDict

from salesman_core.clients.schemas import ChangeContactSchema, ClientSchema
from salesman_core.errors import InvalidError
from salesman_core.records.custom.forms import custom_so_far, custom_typed
from salesman_core.records.custom.further import Held
from salesman_core.records.custom.kinds import CUSTOM, EXTENSIONS
from salesman_core.rest.schemas import judge
from salesman_core.services.bans import WAYS
from salesman_core.web.forms import number_or_none

CONTACT_PREFIX: Final = "contact_"
LONGEST_TYPED: Final = 500
"""So much of a field is read while somebody types."""
MOST_REACHED: Final = 50
_TEXTS: Final = ("name", "kind", "site", "source", "position")
_LISTS: Final = ("phones", "emails")

Typed = MultiDict[str, str]


def client_values(typed: Typed) -> dict[str, Any]:
    """Give the fields of a client that a form holds, judged by the schema of the JSON API.

    :raises InvalidError: by field.
    """
    return judge(ClientSchema(partial=True), _read(typed) | custom_typed("client", typed))


def new_client(typed: Typed) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Give a new client, and its first contact where one was typed (``contact_name`` …).

    :raises InvalidError: by field, of both at once.
    """
    wrong: dict[str, Any] = {}
    client = _judged("client", ClientSchema(), typed, "", wrong)
    contact = None
    own = _below(typed, CONTACT_PREFIX)
    if any(value.strip() for values in own.listvalues() for value in values):
        contact = _judged("contact", ChangeContactSchema(), own, CONTACT_PREFIX, wrong)
    if wrong:
        raise InvalidError(next(iter(wrong.values())), wrong)
    return client, contact


def typed_so_far(typed: Typed) -> dict[str, Any]:
    """Give what a half-filled form holds of a new client, as the JSON API names it.

    Similar clients are found by it, by the phones and emails of its contact as well. What cannot be
    read yet is left out.
    """
    known = MultiDict(
        (name, value.replace("\0", "")[:LONGEST_TYPED]) for name, value in typed.items(multi=True)
    )
    reached = {
        name: [*known.getlist(name), *known.getlist(f"{CONTACT_PREFIX}{name}")][:MOST_REACHED]
        for name in _LISTS
    }
    return _read(known) | reached | custom_so_far("client", known)


def contact_values(typed: Typed, held: Held | None = None) -> dict[str, Any]:
    """Give a contact as a form holds it.

    :param held: by an edited one, in its further fields; None for a new one.
    :raises InvalidError: by field.
    """
    schema = ChangeContactSchema(partial=None if held is None else (CUSTOM, EXTENSIONS))
    values = judge(schema, _read(typed) | custom_typed("contact", typed, held))
    if "primary" in typed:
        values["primary"] = True
    return values


def addresses_typed(typed: Typed) -> list[dict[str, str]]:
    """Give addresses that were typed in rows, each with its label; empty rows are left out."""
    labels, rows = typed.getlist("addresses_label"), typed.getlist("addresses")
    return [
        {"label": label.strip(), "text": text.strip()}
        for label, text in zip(labels, rows, strict=False)
        if text.strip()
    ]


def bans_typed(typed: Typed) -> dict[str, str]:
    """Give what somebody does not want: a tick for each way, with the reason beside it."""
    ticked = [way for way in WAYS if way in typed.getlist("bans")]
    return {way: typed.get(f"bans_{way}", "").strip() for way in ticked}


def tags_of(typed: str) -> list[str]:
    """Give tags that were typed with commas between them."""
    return [tag.strip() for tag in typed.split(",") if tag.strip()]


def _read(typed: Typed) -> dict[str, Any]:
    values: dict[str, Any] = {name: typed[name].strip() for name in _TEXTS if name in typed}
    for name in _LISTS:
        if name in typed:
            values[name] = [one.strip() for one in typed.getlist(name) if one.strip()]
    if "addresses" in typed:
        values["addresses"] = addresses_typed(typed)
    if "bans" in typed:
        values["bans"] = bans_typed(typed)
    if "tags" in typed:
        values["tags"] = tags_of(typed["tags"])
    if "owner_id" in typed:
        values["owner_id"] = number_or_none(typed["owner_id"])
    return values


def _below(typed: Typed, prefix: str) -> Typed:
    return MultiDict(
        (name.removeprefix(prefix), value)
        for name, value in typed.items(multi=True)
        if name.startswith(prefix)
    )


def _judged(
    kind: str,
    schema: ClientSchema | ChangeContactSchema,
    typed: Typed,
    prefix: str,
    wrong: dict[str, Any],
) -> dict[str, Any]:
    try:
        return judge(schema, _read(typed) | custom_typed(kind, typed))
    except InvalidError as error:
        wrong.update({f"{prefix}{name}": message for name, message in error.fields.items()})
        return {}
