"""The company's lists of channels and results of inquiries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from salesman_core.toolkit import CompanyList, FieldWords
from salesman_inquiries.models import Channel, Result
from salesman_inquiries.permissions import MANAGE
from salesman_inquiries.texts import texts

_ = texts.lazy

FLAGS: Final[Mapping[type[Channel | Result], tuple[str, ...]]] = {
    Channel: ("call",),
    Result: ("reached", "interest"),
}
"""What each says beside its name."""


def _apply(
    _session: Session, row: Channel | Result, values: Mapping[str, Any], *, new: bool
) -> None:
    del new  # both may be changed later on
    for flag in FLAGS[type(row)]:
        setattr(row, flag, bool(values.get(flag)))


def _told(row: Channel | Result) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("name", *FLAGS[type(row)], "active")}


CHANNELS: Final = CompanyList("inquiries.channel", Channel, MANAGE, _apply, _told)
RESULTS: Final = CompanyList("inquiries.result", Result, MANAGE, _apply, _told)

CHANNELS.describe(
    _("Channel of inquiries"),
    {"name": FieldWords(_("Name")), "call": FieldWords(_("Counts as a call"))},
)
RESULTS.describe(
    _("Result of inquiries"),
    {
        "name": FieldWords(_("Name")),
        "reached": FieldWords(_("Somebody was spoken to")),
        "interest": FieldWords(_("An interest was found")),
    },
)
