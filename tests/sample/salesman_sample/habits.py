"""What clients, contacts and deals are used to: the plugin's part of the core's records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from salesman_core.toolkit import (
    Amount,
    Choice,
    Date,
    Flag,
    Reference,
    ScaledNumber,
    Text,
)
from salesman_hookspecs import ExtensionField, RecordExtension
from salesman_hookspecs import Text as Words
from salesman_sample import permissions
from salesman_sample.models import ContactHabits, DealHabits, Habits
from salesman_sample.texts import texts

_ = texts.lazy

DRINKS: Final = {"tea": _("Tea"), "coffee": _("Coffee")}


class Nickname(Text):
    """A name, with one space between its words however many were typed."""

    def _deserialize(self, value: Any, *args: Any, **options: Any) -> str:
        return " ".join(super()._deserialize(value, *args, **options).split())


FIELDS: Final = (
    ExtensionField(
        "nickname",
        _("Nickname"),
        Nickname(100),
        help=_("What we call them among ourselves."),
        searched=True,
        synonyms=("known as", "прозвище"),
    ),
    ExtensionField("drink", _("Drinks"), Choice(DRINKS)),
    ExtensionField("since", _("Guest since"), Date()),
    ExtensionField("early", _("Comes early"), Flag()),
    ExtensionField("spends", _("Spends"), Amount(minimum=0)),
    ExtensionField("visits", _("Visits"), ScaledNumber(3)),
    ExtensionField("host_id", _("Host"), Reference()),
)


def check(values: Mapping[str, Any]) -> Mapping[str, Words]:
    """Let who comes early drink tea: the coffee is not made yet."""
    if values["early"] and values["drink"] == "coffee":
        return {"drink": _("Who comes early drinks tea.")}
    return {}


EXTENSIONS: Final = (
    RecordExtension(
        "client",
        _("Habits"),
        Habits,
        FIELDS,
        view_permission=permissions.HABITS,
        edit_permission=permissions.CHANGE_HABITS,
        check=check,
    ),
    *(
        RecordExtension(
            kind, _("Habits"), model, (ExtensionField("colour", _("Colour"), Text(50)),)
        )
        for kind, model in (("contact", ContactHabits), ("deal", DealHabits))
    ),
)
