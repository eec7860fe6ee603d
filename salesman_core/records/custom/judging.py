"""What a definition of a custom field must be like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from salesman_core.characters import seen_words
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.custom.definitions import SEARCHABLE, WITH_OPTIONS, FieldType
from salesman_core.records.custom.keys import KEY, free_key
from salesman_core.records.custom.keys import LONGEST as LONGEST_KEY
from salesman_core.records.models import CustomField
from salesman_hookspecs import Text

_ = texts.lazy

LONGEST_LABEL: Final = 100
LONGEST_HELP: Final = 300
MOST_OPTIONS: Final = 100


def judged_field(values: Mapping[str, Any], others: Sequence[CustomField]) -> dict[str, Any]:
    """Give a definition as it is kept.

    :param values: see :func:`salesman_core.records.custom.service.define_field`.
    :param others: the other fields of the kind of record.
    :raises InvalidError: by field.
    """
    wrong: dict[str, Text] = {}
    label, help_ = (seen_words(str(values.get(name) or "")) for name in ("label", "help"))
    key, type_ = str(values.get("key") or "").strip(), values.get("type")
    if (complaint := _about_label(label, others)) is not None:
        wrong["label"] = complaint
    if (complaint := _about_key(key, others)) is not None:
        wrong["key"] = complaint
    if type_ not in set(FieldType):
        wrong["type"] = _("Choose what the field holds.")
    if len(help_) > LONGEST_HELP:
        wrong["help"] = _("At most %(most)s characters fit here.", most=LONGEST_HELP)
    options = _options(values.get("options") or ()) if type_ in WITH_OPTIONS else []
    if type_ in WITH_OPTIONS and (complaint := _about_options(options)) is not None:
        wrong["options"] = complaint
    if wrong:
        raise InvalidError(_("Some fields are not right."), wrong)
    return {
        "key": key,
        "label": label,
        "type": str(type_),
        "options": options,
        "help": help_,
        "required": bool(values.get("required")),
        "searched": bool(values.get("searched")) and type_ in SEARCHABLE,
    }


def _about_label(label: str, others: Sequence[CustomField]) -> Text | None:
    if not label:
        return _("A name is needed.")
    if len(label) > LONGEST_LABEL:
        return _("At most %(most)s characters fit here.", most=LONGEST_LABEL)
    if label.casefold() in {one.label.casefold() for one in others}:
        return _("There is a field of this name already.")
    return None


def _about_key(key: str, others: Sequence[CustomField]) -> Text | None:
    if key and (len(key) > LONGEST_KEY or not KEY.fullmatch(key)):
        return _("Small Latin letters, digits and single underscores, a letter first: budget_2026.")
    if key in {one.key for one in others}:
        return _("There is a field of this key already.")
    return None


def _options(given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give options in their order; new ones get a key of their title."""
    titled = [(one, seen_words(str(one.get("title") or ""))) for one in given]
    taken = {str(one["key"]) for one, _title in titled if one.get("key")}
    options = []
    for one, title in titled:
        if title:
            key = one.get("key") or free_key(title, taken, "option")
            taken.add(key)
            offered = bool(one.get("offered", True))
            options.append({"key": key, "title": title, "offered": offered})
    return options


def _about_options(options: Sequence[Mapping[str, Any]]) -> Text | None:
    titles = [str(one["title"]) for one in options]
    if not any(one["offered"] for one in options):
        return _("A choice offers at least one value.")
    if len(options) > MOST_OPTIONS:
        return _("Give at most %(most)s values.", most=MOST_OPTIONS)
    if any(len(title) > LONGEST_LABEL for title in titles):
        return _("At most %(most)s characters fit here.", most=LONGEST_LABEL)
    if len({title.casefold() for title in titles}) < len(titles):
        return _("Two values have one name.")
    return None
