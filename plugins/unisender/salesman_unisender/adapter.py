"""UniSender as a mailing service: what mailing asks for, in the words of UniSender's API."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final

from salesman_mailing.toolkit import (
    MailingService,
    NotReadyError,
    OutgoingContact,
    ServiceContact,
    ServiceError,
    ServiceList,
    Standing,
)

from salesman_core.toolkit import link_to, plugin_settings
from salesman_unisender import service
from salesman_unisender.client import Client, Fields
from salesman_unisender.texts import texts

_ = texts.lazy

MOST_AT_ONCE: Final = 500
"""So many contacts importContacts takes by one call."""
MOST_TAGS: Final = 10
LONGEST_TAG: Final = 60
FIELDS: Final[Mapping[str, str]] = {"name": "Name", "first_name": "FirstName", "client": "Company"}
"""What the fields of contacts are called there; they are made where there are none."""
WAIT: Final = 15.0
"""Seconds after which one asks for a file again: the limit is 20 calls a minute."""
_ASKED: Final = (
    *("email", "email_status", "email_availability"),
    *("email_list_ids", "email_unsubscribed_list_ids", "email_excluded_list_ids"),
)
_STANDARD: Final = frozenset(
    {
        *("email", "phone", "tags", "delete", "email_status", "phone_status"),
        *("email_availability", "phone_availability", "email_list_ids", "phone_list_ids"),
    }
)
"""Names of the service's own, which no field may have."""
_TAKEN: Final = _STANDARD | {one.casefold() for one in FIELDS.values()}
"""Those, and what is filled without being chosen."""
_NO_NAME: Final = re.compile(r"[^A-Za-z0-9_]+")
_REFUSED: Final = frozenset({"unsubscribed", "blocked"})
_WORDS: Final = 300
_LONGEST_TICKET: Final = 200


def connect() -> MailingService | None:
    """Give what speaks with UniSender; None where no key was entered.

    :raises ServiceError: where the key cannot be opened.
    """
    key = service.key()
    if key is None:
        return None
    return UniSender(Client(plugin_settings("unisender")["api_url"], key))


class UniSender:
    """A connection to UniSender, made for one piece of work."""

    most_at_once: int = MOST_AT_ONCE

    def __init__(self, client: Client) -> None:
        self._client = client
        self._there: list[str] | None = None

    def lists(self) -> Sequence[ServiceList]:
        """Give the lists that there are (getLists)."""
        found = self._client.call("getLists")
        return [ServiceList(str(one["id"]), str(one["title"])) for one in _rows(found)]

    def make_list(self, title: str) -> ServiceList:
        """Make a list (createList)."""
        made = self._client.call("createList", [("title", title)])
        return ServiceList(str(_number(made, "id")), title)

    def contacts(self, list_id: str, ticket: str) -> Iterable[ServiceContact]:
        """Give all contacts of the account, with how they stand in a list (async/exportContacts).

        Whoever left the list, or all of them, may stand in none: so the whole account is asked for.
        The service makes a file, and it is asked until that is there (async/getTaskResult).
        """
        if not ticket:
            fields = [("notify_url", link_to("/unisender/exported"))]
            fields += [(f"field_names[{n}]", name) for n, name in enumerate(_ASKED)]
            begun = self._client.call("async/exportContacts", fields)
            raise NotReadyError(_text(begun, "task_uuid")[:_LONGEST_TICKET], WAIT)
        task = self._client.call("async/getTaskResult", [("task_uuid", ticket)])
        status = _text(task, "status")
        if status in {"new", "processing"}:
            raise NotReadyError(ticket, WAIT)
        if status != "completed":
            raise ServiceError(_("UniSender could not make the list of contacts."), again_in=WAIT)
        return _contacts(self._client.lines(_text(task, "file_to_download")), list_id)

    def fields(self) -> Sequence[str]:
        """Give the fields of contacts (getFields) but those that :meth:`put` fills by itself."""
        return [one for one in self._names() if one.casefold() not in _TAKEN]

    def make_field(self, name: str) -> str:
        """Make a field of contacts (createField), or take the one that was made before.

        Its name begins with a Latin letter.
        """
        made = _NO_NAME.sub("_", name).strip("_")
        if not made[:1].isalpha() or made.casefold() in _TAKEN:
            made = f"field_{made}"
        there = {one.casefold(): one for one in self._names()}
        return there.get(made.casefold()) or self._make(made)

    def put(self, list_id: str, contacts: Sequence[OutgoingContact]) -> Mapping[str, str]:
        """Let a list have some contacts (importContacts); their tags become ours."""
        others = list(dict.fromkeys(name for one in contacts for name in one.others))
        self._demand_fields(others)
        names = ("email", "email_list_ids", "tags", *FIELDS.values(), *others)
        rows = [
            (
                one.address,
                list_id,
                ",".join(_tags(one.tags)),
                *(one.fields.get(name, "") for name in FIELDS),
                *(one.others.get(name, "") for name in others),
            )
            for one in contacts
        ]
        return self._import(names, rows, [("overwrite_tags", "1"), ("overwrite_lists", "0")])

    def take_out(self, list_id: str, addresses: Sequence[str]) -> Mapping[str, str]:
        """Take some out of a list: they may come into it again."""
        rows = [(one, list_id) for one in addresses]
        return self._import(("email", "email_excluded_list_ids"), rows)

    def unsubscribe(self, list_id: str, addresses: Sequence[str]) -> Mapping[str, str]:
        """Tell of some that they unsubscribed from a list."""
        rows = [(one, list_id) for one in addresses]
        return self._import(("email", "email_unsubscribed_list_ids"), rows)

    def _import(
        self, names: Sequence[str], rows: Sequence[Sequence[str]], more: Fields = ()
    ) -> Mapping[str, str]:
        fields = [(f"field_names[{n}]", name) for n, name in enumerate(names)]
        for n, row in enumerate(rows):
            fields += [(f"data[{n}][{m}]", value) for m, value in enumerate(row)]
        result = self._client.call("importContacts", [*fields, *more])
        log = result.get("log", []) if isinstance(result, dict) else None
        refused: dict[str, str] = {}
        for one in _rows(log):
            index = one.get("index")
            if not isinstance(index, int) or not 0 <= index < len(rows):
                raise ServiceError(_strange())
            refused[rows[index][0]] = str(one.get("message") or one.get("code"))[:_WORDS]
        return refused

    def _names(self) -> list[str]:
        """Give what the fields of contacts are called (getFields), asked for once."""
        if self._there is None:
            self._there = [str(one.get("name")) for one in _rows(self._client.call("getFields"))]
        return self._there

    def _make(self, name: str) -> str:
        self._client.call("createField", [("name", name), ("type", "string")])
        self._names().append(name)
        return name

    def _demand_fields(self, others: Sequence[str]) -> None:
        """Make the usual fields where there are none; others were chosen, and are there.

        :raises ServiceError: where one of those is not any more.
        """
        known = {one.casefold() for one in self._names()}
        for name in FIELDS.values():
            if name.casefold() not in known:
                self._make(name)
        if gone := [one for one in others if one not in self._names()]:
            words = _(
                "UniSender has no field “%(field)s” any more: choose the fields of the list anew.",
                field=gone[0],
            )
            raise ServiceError(words)


def _tags(tags: Sequence[str]) -> list[str]:
    """Give tags as the service takes them: so many, none of them with the comma that parts them."""
    return [one.replace(",", " ")[:LONGEST_TAG] for one in tags[:MOST_TAGS]]


def _contacts(lines: Iterator[str], list_id: str) -> Iterator[ServiceContact]:
    head = next(lines, "")
    parting = ";" if head.count(";") > head.count(",") else ","
    rows = csv.reader(chain([head], lines), delimiter=parting)
    names = next(rows, [])
    places = {name.strip(): place for place, name in enumerate(names)}
    if not {"email", "email_status", "email_list_ids"} <= places.keys():
        raise ServiceError(_strange())
    try:
        for row in rows:
            told = {name: row[place] for name, place in places.items() if place < len(row)}
            if told.get("email"):
                yield _contact(told, list_id)
    except csv.Error:
        raise ServiceError(_strange()) from None


def _contact(told: Mapping[str, str], list_id: str) -> ServiceContact:
    status = told.get("email_status", "").strip()
    gone = {*_ids(told, "email_unsubscribed_list_ids"), *_ids(told, "email_excluded_list_ids")}
    in_list = list_id in _ids(told, "email_list_ids") and list_id not in gone
    if status in _REFUSED:
        standing = Standing.REFUSED
    elif list_id in _ids(told, "email_unsubscribed_list_ids"):
        standing = Standing.LEFT
    elif told.get("email_availability", "").strip() == "unreachable":
        standing = Standing.BAD
    else:
        standing = Standing.MAY
    return ServiceContact(told["email"].strip(), in_list, standing, confirmed=status == "active")


def _ids(told: Mapping[str, str], name: str) -> set[str]:
    return {one.strip() for one in told.get(name, "").split(",") if one.strip()}


def _rows(found: Any) -> list[dict[str, Any]]:
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ServiceError(_strange())
    return found


def _text(found: Any, name: str) -> str:
    if not isinstance(found, dict) or not isinstance(found.get(name), str):
        raise ServiceError(_strange())
    return str(found[name])[:2000]


def _number(found: Any, name: str) -> int:
    if not isinstance(found, dict) or not isinstance(found.get(name), int):
        raise ServiceError(_strange())
    return int(found[name])


def _strange() -> Any:
    return _("UniSender's answer cannot be read.")
