"""Further fields as parts of a change: plugins and the audit hear of each one by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import sqlalchemy as sa

from salesman_core.access.models import User
from salesman_core.db import reading
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.changes import Planned
from salesman_core.records.custom.definitions import DefinedField, FieldType, fields_in_use
from salesman_core.records.custom.kinds import CUSTOM
from salesman_core.records.custom.values import decoded, encoded
from salesman_core.records.extensions.changes import plan_extensions
from salesman_hookspecs import Text

_ = texts.lazy


def plan_custom(kind: str, record: Any, values: Mapping[str, Any]) -> Iterator[Planned]:
    """Plan to set further fields of a record, as far as *values* name them.

    :param values: as a schema made them, those that the company has defined under ``custom``, those
        of plugins under ``extensions``; other fields of the record stay as they are.
    :raises ForbiddenError: for an extension that whoever acts may not change.
    :raises InvalidError: for a user that there is not, and what a plugin refuses.
    """
    yield from _plan_own(kind, record, values)
    yield from plan_extensions(kind, record, values)


def _plan_own(kind: str, record: Any, values: Mapping[str, Any]) -> Iterator[Planned]:
    sent: Mapping[str, Any] = values.get(CUSTOM) or {}
    if not sent:
        return
    held = record.custom or {}
    for field in fields_in_use(kind):
        if field.key not in sent:
            continue
        before, wanted = decoded(field, held.get(field.key)), sent[field.key]
        if before != wanted:
            _refuse_unknown_user(field, wanted)
            yield Planned(field.name, before, wanted, partial(_set, record, field, wanted))


def _set(record: Any, field: DefinedField, value: Any) -> None:
    rest = {key: held for key, held in (record.custom or {}).items() if key != field.key}
    record.custom = rest if value is None else rest | {field.key: encoded(field, value)}


def _refuse_unknown_user(field: DefinedField, value: Any) -> None:
    if field.type is not FieldType.USER or value is None:
        return
    if not reading().scalar(sa.select(sa.exists().where(User.id == value, User.active))):
        message = _("There is no active user %(id)s.", id=value)
        raise InvalidError(message, {field.name: message})


def demand_required(kind: str, values: Mapping[str, Any]) -> None:
    """Let a new record pass only with a value in each custom field that needs one.

    For those that come out of files; what comes in JSON is judged by its schema.

    :raises InvalidError: by field.
    """
    wrong = missing_custom(kind, values.get(CUSTOM) or {})
    if wrong:
        raise InvalidError(_("Some fields are not right."), wrong)


def missing_custom(kind: str, sent: Mapping[str, Any], *, prefix: str = "") -> dict[str, Text]:
    """Give what is wrong, by field, where a new record has no value that it needs.

    :param sent: its custom fields, by key.
    :param prefix: of the names of the fields, where the form is that of another record.
    """
    return {
        f"{prefix}{field.name}": _("A value is required.")
        for field in fields_in_use(kind)
        if field.required and sent.get(field.key) is None
    }
