"""Values of further fields by their names, and as the members of a record that hold them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import marshmallow as ma

from salesman_core.i18n import texts
from salesman_core.records.custom.kinds import CUSTOM, EXTENSIONS, key_of, owner_of
from salesman_core.records.custom.schemas import judged
from salesman_core.records.custom.values import in_json
from salesman_core.records.extensions.schemas import judged_extensions

_ = texts.lazy


def by_members(values: Mapping[str, Any]) -> dict[str, Any]:
    """Give values by the names of their fields as a service takes them.

    :returns: under ``custom`` and ``extensions``, neither of which is there without need.
    """
    members: dict[str, Any] = {}
    for name, value in values.items():
        owner = owner_of(name)
        if owner is None:
            members.setdefault(CUSTOM, {})[str(key_of(name))] = value
        else:
            of_owner = members.setdefault(EXTENSIONS, {}).setdefault(owner, {})
            of_owner[name.rpartition(".")[2]] = value
    return members


def by_names(members: Mapping[str, Any]) -> dict[str, Any]:
    """Give what stands under ``custom`` and ``extensions`` by the names of the fields."""
    own: Mapping[str, Any] = members.get(CUSTOM) or {}
    extensions: Mapping[str, Mapping[str, Any]] = members.get(EXTENSIONS) or {}
    return {f"{CUSTOM}.{key}": value for key, value in own.items()} | {
        f"{EXTENSIONS}.{owner}.{key}": value
        for owner, values in extensions.items()
        for key, value in values.items()
    }


def in_json_members(members: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a schema made of ``custom`` and ``extensions`` as the JSON API writes it."""
    values = {name: in_json(value) for name, value in by_names(members).items()}
    return {CUSTOM: {}, EXTENSIONS: {}} | by_members(values)


def judged_members(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Judge values by the names of their fields, in the notation of the JSON API.

    :raises marshmallow.ValidationError: by the name of the field.
    """
    judges: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
        CUSTOM: partial(judged, kind, whole=False),
        EXTENSIONS: partial(judged_extensions, kind),
    }
    read: dict[str, Any] = {}
    wrong: dict[str, Any] = {}
    for member, sent in by_members(values).items():
        try:
            read[member] = judges[member](sent)
        except ma.ValidationError as error:
            wrong[member] = error.messages
    if wrong:
        raise ma.ValidationError(by_names(wrong))
    return by_names(read)
