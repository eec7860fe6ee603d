"""What is typed of campaigns, turned into the notation of the JSON API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from salesman_core.toolkit import (
    AnyRow,
    FormState,
    InvalidError,
    company,
    form_to_edit,
    judge,
    number_of,
    read_typed,
    when_of,
    worktime,
    written,
)
from salesman_hookspecs import Text
from salesman_mailing.campaigns.schemas import CampaignSchema
from salesman_mailing.texts import texts

_ = texts.lazy

Typed = MultiDict[str, str]

LABELS: Final[Mapping[str, Text]] = {
    "name": _("Name"),
    "group_id": _("To whom"),
    "subject": _("Subject"),
    "preheader": _("Preview line"),
    "text": _("Letter"),
    "sender_name": _("Sender"),
    "reply_to": _("Answers go to"),
    "per_hour": _("Letters an hour"),
    "per_domain": _("Letters an hour to one domain"),
    "when": _("When"),
}
_NUMBERS: Final = ("group_id", "per_hour", "per_domain")
_TEXTS: Final = ("name", "subject", "preheader", "text", "sender_name", "reply_to")


def first_words() -> dict[str, str]:
    """Give what a new letter begins with: how places are written, and the way out."""
    return {
        "text": texts.gettext(
            'Hello, {{ name | or("colleague") }}!\n\nWrite here what is new.\n\n'
            "[See more](https://)\n\n---\n\n"
            "{{ company }} · [Unsubscribe]({{ unsubscribe }})"
        )
    }


def values_of(typed: Typed) -> dict[str, Any]:
    """Give a campaign as the form holds it, judged.

    :raises InvalidError: by field.
    """
    values = read_typed(typed, dict.fromkeys(_NUMBERS, number_of), *_NUMBERS)
    values |= {name: typed[name].strip() for name in _TEXTS if name in typed}
    if "text" in values:
        values["text"] = values["text"].replace("\r\n", "\n")
    judged: dict[str, Any] = judge(CampaignSchema(), values)
    return judged


def as_typed(error: InvalidError) -> InvalidError:
    """Give what is wrong with a schedule at the field of the form that asks for it."""
    fields = {"when" if name == "scheduled_at" else name: it for name, it in error.fields.items()}
    return InvalidError(error.message, fields)


def held(campaign: AnyRow) -> FormState:
    """Give the form of a campaign as it stands."""
    values = {name: getattr(campaign, name) for name in _TEXTS}
    values |= {name: written(getattr(campaign, name)) for name in _NUMBERS}
    return form_to_edit(values, campaign.version)


def moment_of(typed: Typed) -> datetime:
    """Give when a campaign is to begin; a day alone means the beginning of its working time.

    :raises InvalidError: at the field, where that is not said.
    """
    when = read_typed(typed, {"when": when_of}, "when").get("when")
    if when is None:
        message = _("Say when, as “tomorrow 10:00”.")
        raise InvalidError(message, {"when": message})
    morning = datetime.combine(when["day"], time(), company().tz)
    moment: datetime = when["starts_at"] or worktime().next_moment(morning.astimezone(UTC))
    return moment.astimezone(UTC)
