"""How tests make inquiries: the kit's access walk finds it here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from salesman_core.toolkit import now, reading
from salesman_inquiries import choosing
from salesman_inquiries.service import cancel_inquiry, create_inquiry

_CONCERNS: Final = ("client_id", "contact_id", "deal_id")
_WORDS: Final = ("subject", "text", "source", "name", "company")


def make_inquiries(text: Callable[[str], str], ids: Mapping[str, int]) -> Sequence[int]:
    """Make an inquiry of a stranger, one of a client that is late, and one that is cancelled.

    :param text: gives what stands in a field.
    :param ids: whose it is (``owner_id``), and whom it concerns.
    """
    (channel, *_others) = choosing.channels(reading(), offered=True)
    people = {"owner_id": ids["owner_id"], "taken_by_id": ids["owner_id"]}
    stranger: dict[str, Any] = {**people, "channel_id": channel.id}
    stranger["next_step"] = "Call back"  # with the calendar it is an activity's subject as well
    stranger |= {name: text(name) for name in _WORDS}
    stranger |= {"phones": [text("phone")], "emails": [text("email")]}
    stranger["products"] = [{"name": text("product")}]
    concerns = {name: ids[name] for name in _CONCERNS if name in ids}
    late = {**stranger, **concerns, "subject": text("late subject")}
    late["deadline_at"] = now() - timedelta(hours=1)
    cancelled = create_inquiry({**stranger, "subject": text("cancelled subject")})
    cancel_inquiry(cancelled)
    return [create_inquiry(stranger), create_inquiry(late), cancelled]


FACTORIES: Final = {"inquiries.inquiry": make_inquiries}
