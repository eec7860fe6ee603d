"""What an inquiry is called."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from salesman_core.toolkit import contact_data
from salesman_inquiries.models import Channel, Inquiry
from salesman_inquiries.references import wrong
from salesman_inquiries.texts import texts

_ = texts.lazy

_TITLE: Final = 300


def entitle(session: Session, inquiry: Inquiry) -> None:
    """Name an inquiry by what it was about, or who it was; a phone or email masked.

    The title is kept in places that ask nobody what they may see: in the audit, in the runs of
    acts. ``queries.TITLE`` gives it whole to whoever may read contact data.

    :raises InvalidError: where nobody could tell who it was.
    """
    ways = [one.typed for one in inquiry.phones] + [one.typed for one in inquiry.emails]
    who = ", ".join(part for part in (inquiry.name, inquiry.company) if part)
    if inquiry.client_id is None and not (who or ways):
        message = _("Say who it was: a client, a name, a company, a phone or an email.")
        raise wrong("name", message)
    title = inquiry.subject or who or next(map(contact_data.masked, ways), "")
    if not title:
        channel = session.get_one(Channel, inquiry.channel_id)
        title = channel.name
    inquiry.title = title[:_TITLE]
    sought = " ".join(part for part in (inquiry.subject, who) if part) or title
    inquiry.search_title = sought[:_TITLE]
