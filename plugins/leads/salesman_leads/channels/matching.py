"""By which channel a lead came, as the tags of its link say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import AnyRow
from salesman_leads.channels.models import Channel
from salesman_leads.models import UTM, Lead

_OTHER_WILDCARDS: Final = re.compile(r"[?\[]")


def name_channels(session: Session, leads: Iterable[Lead]) -> None:
    """Let new leads name the channels that their tags tell of.

    A channel that somebody named stays, and without tags nothing is asked.
    """
    tagged = [one for one in leads if not one.channel and any(getattr(one, tag) for tag in UTM)]
    if not tagged:
        return
    columns = sa.select(Channel.name, *(getattr(Channel, tag) for tag in UTM))
    channels = session.execute(columns.where(Channel.active)).all()
    for lead in tagged:
        lead.channel = channel_of({tag: getattr(lead, tag) for tag in UTM}, channels)


def channel_of(tags: Mapping[str, Any], channels: Sequence[AnyRow]) -> str:
    """Give the name of the channel whose patterns match; that which says most, where several do.

    :param channels: with a name and the five patterns.
    :returns: an empty string where none does.
    """
    matching = [one for one in channels if _matches(one, tags)]
    best = max(matching, key=lambda one: (_exactness(one), one.name), default=None)
    return best.name if best is not None else ""


def _matches(channel: Any, tags: Mapping[str, Any]) -> bool:
    patterns = {tag: getattr(channel, tag) for tag in UTM if getattr(channel, tag)}
    return bool(patterns) and all(
        _fits(str(tags.get(tag) or "").strip(), pattern) for tag, pattern in patterns.items()
    )


def _fits(value: str, pattern: str) -> bool:
    asterisks_only = _OTHER_WILDCARDS.sub(r"[\g<0>]", pattern.casefold())
    return fnmatchcase(value.casefold(), asterisks_only)


def _exactness(channel: Any) -> tuple[int, int]:
    """Say how much a channel asks for: by how many tags, and with how many letters."""
    patterns = [getattr(channel, tag) for tag in UTM if getattr(channel, tag)]
    return len(patterns), sum(len(pattern.replace("*", "")) for pattern in patterns)
