"""What a person typed about a client or contact, turned into the notation of the JSON API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from salesman_core.clients.schemas import ChangeContactSchema, ClientSchema
from salesman_core.errors import InvalidError
from salesman_core.records.custom.forms import custom_typed
from salesman_core.records.custom.kinds import CUSTOM
from salesman_core.rest.schemas import judge
from salesman_core.web.forms import number_or_none

CONTACT_PREFIX: Final = "contact_"
LONGEST_NAME: Final = 300
MOST_REACHED: Final = 50
_TEXTS: Final = ("name", "kind", "site", "address", "source", "position")
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
    """Give what a form holds by which similar clients are found, its contact's phone as well."""
    return {
        "name": typed.get("name", "").replace("\0", "")[:LONGEST_NAME],
        **{
            name: [*typed.getlist(name), *typed.getlist(f"{CONTACT_PREFIX}{name}")][:MOST_REACHED]
            for name in _LISTS
        },
    }


def contact_values(typed: Typed, custom: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Give a contact as a form holds it.

    :param custom: what an edited one holds in its custom fields; None for a new one.
    :raises InvalidError: by field.
    """
    schema = ChangeContactSchema(partial=None if custom is None else (CUSTOM,))
    values = judge(schema, _read(typed) | custom_typed("contact", typed, custom))
    if "primary" in typed:
        values["primary"] = True
    return values


def tags_of(typed: str) -> list[str]:
    """Give tags that were typed with commas between them."""
    return [tag.strip() for tag in typed.split(",") if tag.strip()]


def _read(typed: Typed) -> dict[str, Any]:
    values: dict[str, Any] = {name: typed[name].strip() for name in _TEXTS if name in typed}
    for name in _LISTS:
        if name in typed:
            values[name] = [one.strip() for one in typed.getlist(name) if one.strip()]
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
