"""What is noted of readers: that they opened a letter or followed a link, since when, how often.

Nothing of who asked is kept, neither their network address nor their program: programs that look
through mail ask as readers do, and nobody can tell them apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import (
    SYSTEM,
    AnyRow,
    MissingError,
    WritingSession,
    acting_as,
    insert_into,
    now,
    plugin_settings,
    reading,
    writing,
)
from salesman_mailing.campaigns.drawing import Drawn
from salesman_mailing.campaigns.models import Recipient
from salesman_mailing.readers import queries
from salesman_mailing.readers.forgetting import oldest
from salesman_mailing.readers.links import Trails
from salesman_mailing.readers.models import Click, LetterLink
from salesman_mailing.texts import texts

_ = texts.lazy

MOST_LINKS: Final = 100
"""Of one letter; further ones lead where they say, and are not counted."""
MOST_TIMES: Final = 1000
"""How often the same is counted: nobody fills the database with one letter."""


def are_followed() -> bool:
    """Tell whether the company wants to know of openings and clicks."""
    return bool(plugin_settings("mailing")["follows_readers"])


def trails(session: WritingSession, campaign: AnyRow, drawn: Drawn) -> Trails | None:
    """Give what the letters of a campaign hold; None where their readers are not followed.

    Its links are kept with the first letter, and stay: later letters lead the same ways.
    """
    followed = campaign.follows_readers and campaign.readers_forgotten_at is None
    if not (followed and are_followed()):
        return None
    known = _known(session, campaign.id)
    new = [one for one in drawn.targets if one not in known][: MOST_LINKS - len(known)]
    if new:
        _keep(session, campaign.id, len(known), new)
        known = _known(session, campaign.id)
    return Trails(known)


def _known(session: WritingSession, campaign_id: int) -> dict[str, int]:
    query = sa.select(LetterLink.target, LetterLink.id).where(LetterLink.campaign_id == campaign_id)
    return {row.target: row.id for row in session.execute(query)}


def _keep(session: WritingSession, campaign_id: int, last: int, targets: Sequence[str]) -> None:
    rows = [
        {"campaign_id": campaign_id, "position": position, "target": target}
        for position, target in enumerate(targets, last + 1)
    ]
    session.execute(sa.insert(LetterLink), rows)


def follow(recipient_id: int, link_id: int, *, counted: bool) -> str:
    """Give where a link of a letter leads; note that it was followed.

    :param counted: whether somebody may have followed it, and no program that looks ahead.
    :raises MissingError: where the letter or the link is gone.
    """
    found = queries.link_of_letter(reading(), recipient_id, link_id, oldest())
    if found is None:
        raise MissingError(_("This link leads nowhere any more."))
    if counted and found.may_be_noted and (found.times or 0) < MOST_TIMES and are_followed():
        _note_click(recipient_id, link_id)
    return str(found.target)


def open_letter(recipient_id: int, *, counted: bool) -> None:
    """Note that the picture of a letter was asked for.

    :param counted: as in :func:`follow`.
    """
    found = queries.letter(reading(), recipient_id, oldest())
    if found is None or not (counted and found.may_be_noted and are_followed()):
        return
    if found.opens < MOST_TIMES:
        _note(recipient_id, opened_at=_first(Recipient.opened_at), opens=Recipient.opens + 1)


def _note_click(recipient_id: int, link_id: int) -> None:
    """Note a click; whoever clicks has the letter open, whether its picture was loaded or not."""
    with acting_as(SYSTEM), writing() as session:
        click = insert_into(session, Click).values(
            recipient_id=recipient_id, link_id=link_id, first_at=now(), times=1
        )
        again = {"times": Click.__table__.c.times + 1}
        session.execute(
            click.on_conflict_do_update(index_elements=["recipient_id", "link_id"], set_=again)
        )
        first = {"opened_at": Recipient.opened_at, "clicked_at": Recipient.clicked_at}
        _note(recipient_id, **{name: _first(column) for name, column in first.items()})


def _first(moment: Any) -> sa.ColumnElement[Any]:
    return sa.func.coalesce(moment, sa.literal(now(), moment.type))


def _note(recipient_id: int, **values: Any) -> None:
    with acting_as(SYSTEM), writing() as session:
        session.execute(
            sa.update(Recipient)
            .where(Recipient.id == recipient_id)
            .values(**values)
            .execution_options(synchronize_session=False)
        )
