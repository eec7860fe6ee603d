"""The channels of the demo company, and the tags by which its leads come."""

from __future__ import annotations

import random
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from salesman_core.toolkit import judge
from salesman_hookspecs import Demo
from salesman_leads.channels.schemas import ChannelSchema, LinkSchema
from salesman_leads.channels.service import add_channel, make_link

_MONTHS_AGO: Final = timedelta(days=60)
_BY_A_LINK: Final = 0.7

_CHANNELS: Final[dict[str, tuple[tuple[str, dict[str, str], int | None], ...]]] = {
    "ru": (
        ("Реклама в поиске", {"utm_source": "yandex", "utm_medium": "cpc"}, 60_000),
        ("Рассылка", {"utm_source": "newsletter", "utm_medium": "email"}, 8_000),
        ("Партнёры", {"utm_source": "partner", "utm_medium": "referral"}, None),
    ),
    "en": (
        ("Search advertising", {"utm_source": "google", "utm_medium": "cpc"}, 60_000),
        ("Newsletter", {"utm_source": "newsletter", "utm_medium": "email"}, 8_000),
        ("Partners", {"utm_source": "partner", "utm_medium": "referral"}, None),
    ),
}
_CAMPAIGNS: Final = ("autumn-sale", "new-catalogue")


def tell_channels(demo: Demo) -> None:
    """Write the channels, and a link for each of them."""
    begin = datetime.combine(demo.today, time(8), UTC) - _MONTHS_AGO
    with demo.at(begin, demo.people["marketer"]):
        for name, tags, cost in _CHANNELS["ru" if demo.language == "ru" else "en"]:
            monthly = None if cost is None else str(Decimal(cost))
            add_channel(judge(ChannelSchema(), {"name": name, "monthly_cost": monthly, **tags}))
            link = {"title": name, "address": "https://example.com/catalogue", **tags}
            make_link(judge(LinkSchema(), {**link, "utm_campaign": _CAMPAIGNS[0]}))


def tags_of_a_lead(demo: Demo, chance: random.Random) -> dict[str, str]:
    """Give the tags by which a lead came; most came by some link."""
    if chance.random() > _BY_A_LINK:
        return {}
    _name, tags, _cost = chance.choice(_CHANNELS["ru" if demo.language == "ru" else "en"])
    return {**tags, "utm_campaign": chance.choice(_CAMPAIGNS)}
