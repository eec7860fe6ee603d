"""Extensions as parts of a change: plugins and the audit hear of each field by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import sqlalchemy as sa

from salesman_core.access.models import User
from salesman_core.db import reading
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.plugins.host import current_host
from salesman_core.records.changes import Planned
from salesman_core.records.custom.definitions import DefinedField, FieldType
from salesman_core.records.custom.kinds import EXTENSIONS
from salesman_core.records.extensions.declared import Extension, extensions_of
from salesman_core.records.extensions.rows import Values, held_of, keep
from salesman_hookspecs import Phase, Text

_ = texts.lazy


def plan_extensions(kind: str, record: Any, values: Mapping[str, Any]) -> Iterator[Planned]:
    """Plan to set what plugins keep of a record, as far as *values* name it.

    :param values: as a schema made them, under ``extensions``; what they do not name stays.
    :raises ForbiddenError: for what whoever acts may not change.
    :raises InvalidError: by field, for what does not go together, or a user that there is not.
    """
    sent: Mapping[str, Mapping[str, Any]] = values.get(EXTENSIONS) or {}
    for one in extensions_of(kind) if sent else ():
        if one.owner in sent:
            one.demand_changeable()
            yield from plan_extension(one, record, sent[one.owner])


def plan_extension(one: Extension, record: Any, sent: Values) -> Iterator[Planned]:
    """Plan to set some fields of an extension, whoever acts.

    :raises InvalidError: by field, see :func:`plan_extensions`.
    """
    held = held_of(reading(), one, record)
    changed = [
        field
        for field in one.fields
        if field.key in sent and sent[field.key] != held.get(field.key)
    ]
    if not changed:
        return
    whole = {field.key: sent.get(field.key, held.get(field.key)) for field in one.fields}
    _refuse_unknown_users(changed, whole)
    refuse_what_does_not_fit(one, whole)
    *first, last = changed
    for field in first:
        yield _planned(field, held, whole, _nothing)
    yield _planned(last, held, whole, partial(keep, reading(), one, record, whole))


def _planned(
    field: DefinedField, held: Values, whole: Values, apply: Callable[[], object]
) -> Planned:
    return Planned(field.name, held.get(field.key), whole[field.key], apply)


def _nothing() -> None:
    """Do nothing: the whole row is written with the last of its fields."""


def refuse_what_does_not_fit(one: Extension, whole: Values) -> None:
    """Let the plugin judge what it is to keep as a whole.

    :raises InvalidError: by field.
    """
    wrong = what_does_not_fit(one, whole)
    if wrong:
        fields = {field.name: wrong[field.key] for field in one.fields if field.key in wrong}
        raise InvalidError(_("Some fields are not right."), fields)


def what_does_not_fit(one: Extension, whole: Values) -> Mapping[str, Text]:
    """Give what the plugin has against a whole, by the names of its fields.

    :raises PluginFailedError: where it fails while it judges: then nothing is changed.
    """
    place = f"salesman_record_extensions: {one.declared.kind}"
    check = partial(_checked, one, dict(whole))
    return current_host().dispatcher.insisted(one.owner, place, check, phase=Phase.BOOT)


def _checked(one: Extension, whole: dict[str, Any]) -> dict[str, Text]:
    """Give the plugin's answer, a complaint about no field of its at the first one."""
    known = {field.key for field in one.fields}
    complaints = dict(one.declared.check(whole))
    return {
        key if key in known else one.fields[0].key: message for key, message in complaints.items()
    }


def _refuse_unknown_users(changed: list[DefinedField], whole: Values) -> None:
    for field in changed:
        id_ = whole[field.key]
        if field.type is FieldType.USER and id_ is not None:
            known = sa.select(sa.exists().where(User.id == id_, User.active))
            if not reading().scalar(known):
                message = _("There is no active user %(id)s.", id=id_)
                raise InvalidError(message, {field.name: message})
