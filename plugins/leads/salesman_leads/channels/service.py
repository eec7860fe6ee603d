"""Every change of channels and tagged links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    Changes,
    FieldWords,
    InvalidError,
    MissingError,
    StaleError,
    audit,
    current_person,
    demand_permission,
    describe_kind,
    differences,
    now,
    writing,
)
from salesman_leads.channels.models import Channel, TaggedLink
from salesman_leads.forms.models import Form
from salesman_leads.models import UTM, Lead, Mailbox
from salesman_leads.permissions import MANAGE_CHANNELS
from salesman_leads.texts import texts

_ = texts.lazy

KIND: Final = "leads.channel"
LINK: Final = "leads.tagged_link"
FIELDS: Final = ("name", *UTM, "monthly_cost", "active")

describe_kind(
    KIND,
    _("Channel"),
    {
        "name": FieldWords(_("Name")),
        **{tag: FieldWords(tag) for tag in UTM},
        "monthly_cost": FieldWords(_("Cost a month")),
        "active": FieldWords(_("Takes leads")),
    },
)
describe_kind(
    LINK,
    _("Tagged link"),
    {
        "title": FieldWords(_("What it is for")),
        "address": FieldWords(_("Address of the page")),
        **{tag: FieldWords(tag) for tag in UTM},
    },
)


def add_channel(values: Mapping[str, Any]) -> int:
    """Add a channel; give its id.

    :param values: as :class:`ChannelSchema` has judged them.
    :raises InvalidError: for a name that there is already, and where no tag is asked for.
    """
    demand_permission(MANAGE_CHANNELS)
    with writing() as session:
        _judge(session, values)
        channel = Channel(**{name: values[name] for name in FIELDS})
        session.add(channel)
        session.flush()
        told: Changes = {name: (None, values[name]) for name in FIELDS if values[name]}
        audit(session, KIND, channel.id, channel.name, "created", told)
        return channel.id


def change_channel(channel_id: int, values: Mapping[str, Any], version: int | None = None) -> None:
    """Change a channel. Another name is its leads' too, and of all by which new ones come.

    :raises StaleError: where somebody changed it since *version*.
    """
    demand_permission(MANAGE_CHANNELS)
    with writing() as session:
        channel = session.get(Channel, channel_id, with_for_update=True)
        if channel is None:
            raise MissingError(_("There is no such channel."))
        if version is not None and channel.version != version:
            raise StaleError(_("Somebody else has changed this channel since you read it."))
        _judge(session, values, channel_id)
        changes = differences(channel, {name: values[name] for name in FIELDS})
        for name, (_old, new) in changes.items():
            setattr(channel, name, new)
        if "name" in changes:
            _rename(session, *changes["name"])
        if changes:
            channel.version += 1
            audit(session, KIND, channel.id, channel.name, "changed", changes)


def _rename(session: Session, before: str, after: str) -> None:
    """Let another name stand wherever a channel is named; whoever has a form open loses nothing."""
    for model in (Lead, Form, Mailbox):
        session.execute(
            sa.update(model)
            .where(model.channel == before)
            .values(channel=after, version=model.version + 1)
            .execution_options(synchronize_session=False)
        )


def _judge(session: Session, values: Mapping[str, Any], channel_id: int = 0) -> None:
    twin = sa.exists().where(Channel.name == values["name"], Channel.id != channel_id)
    if session.scalar(sa.select(twin)):
        message = _("There is a channel of this name already.")
        raise InvalidError(message, {"name": message})
    if not any(values[tag] for tag in UTM):
        message = _("Say by which tag its leads are known.")
        raise InvalidError(message, {"utm_source": message})


def make_link(values: Mapping[str, Any]) -> int:
    """Keep a tagged link; give its id.

    :param values: as :class:`LinkSchema` has judged them.
    :raises InvalidError: where the address is none of a page.
    """
    demand_permission(MANAGE_CHANNELS)
    with writing() as session:
        link = TaggedLink(
            title=values["title"].strip(),
            address=page_address(values["address"]),
            created_at=now(),
            created_by_id=current_person().id,
            **{tag: values[tag].strip() for tag in UTM},
        )
        session.add(link)
        session.flush()
        written = ("title", "address", *UTM)
        told: Changes = {
            name: (None, getattr(link, name)) for name in written if getattr(link, name)
        }
        audit(session, LINK, link.id, _label(link), "created", told)
        return link.id


def delete_link(link_id: int) -> None:
    """Take a link out of the list; it goes on working wherever it stands."""
    demand_permission(MANAGE_CHANNELS)
    with writing() as session:
        link = session.get(TaggedLink, link_id)
        if link is None:
            raise MissingError(_("There is no such link."))
        audit(session, LINK, link.id, _label(link), "deleted", {})
        session.delete(link)


def _label(link: TaggedLink) -> str:
    return link.title or link.address


def page_address(typed: str) -> str:
    """Give the address of a page as it was meant.

    :raises InvalidError: where it is none, or could be more than an address.
    """
    address = typed.strip()
    if "://" not in address:
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        good = False
    if not good or any(one.isspace() for one in address):
        message = _("Give the address of a page, as https://example.com/sale.")
        raise InvalidError(message, {"address": message})
    return address


def tagged(address: str, tags: Mapping[str, str]) -> str:
    """Give an address with tags; what it asks for besides stays, tags it had are replaced."""
    parts = urlsplit(address)
    asked = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in asked if name not in UTM]
    query = urlencode([*kept, *((tag, tags[tag]) for tag in UTM if tags[tag])])
    return urlunsplit(parts._replace(query=query))
