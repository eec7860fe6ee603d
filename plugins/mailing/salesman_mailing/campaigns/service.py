"""Every change of campaigns: their letter, when it goes out, what a person decides meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import (
    Changes,
    ConflictError,
    InvalidError,
    RefusedLetterError,
    WritingSession,
    announce,
    audit,
    checked_address,
    company,
    current_person,
    demand_permission,
    differences,
    for_change,
    from_bin,
    mail_connection,
    mail_settings,
    mail_words,
    named,
    now,
    reaches,
    reading,
    touch,
    writing,
)
from salesman_mailing.campaigns import queries
from salesman_mailing.campaigns.drawing import Drawn, Wording
from salesman_mailing.campaigns.letters import Sender, Trial, letter_to
from salesman_mailing.campaigns.linting import findings
from salesman_mailing.campaigns.models import (
    DONE,
    DRAFT,
    INTERRUPTED,
    KIND,
    PAUSED,
    SCHEDULED,
    SENDING,
    STOPPED,
    WAITING,
    Campaign,
    Recipient,
)
from salesman_mailing.campaigns.permissions import CREATE, DELETE, EDIT, SEND
from salesman_mailing.campaigns.sending import go_on
from salesman_mailing.groups import queries as groups
from salesman_mailing.groups.models import KIND as GROUP
from salesman_mailing.readers.service import are_followed
from salesman_mailing.texts import texts

_ = texts.lazy

Values = Mapping[str, Any]

LETTER: Final = ("subject", "preheader", "text", "sender_name", "reply_to", "group_id")
"""What stays as it is once the first letter has gone out."""


def create_campaign(values: Values) -> int:
    """Make a campaign; give its id.

    :param values: as :class:`CampaignSchema` has judged them.
    :raises InvalidError: by field.
    """
    demand_permission(CREATE)
    with writing() as session:
        moment = now()
        told = _judged({"name": "", **values})
        campaign = Campaign(
            **told,
            search_name=told["name"],
            owner_id=current_person().id,
            created_at=moment,
            updated_at=moment,
        )
        session.add(campaign)
        session.flush()
        changes: Changes = {name: (None, value) for name, value in told.items() if value}
        _keep(session, campaign, "created", changes)
        return campaign.id


def change_campaign(campaign_id: int, values: Values, version: int | None = None) -> bool:
    """Change a campaign; give whether anything changed.

    :raises ConflictError: where its letter is on its way already.
    """
    with writing() as session:
        campaign: Campaign = for_change(session, KIND, campaign_id, EDIT, version)
        changes = differences(campaign, _judged(values))
        if not changes:
            return False
        if campaign.state not in {DRAFT, SCHEDULED} and not changes.keys().isdisjoint(LETTER):
            raise ConflictError(_("The letter has begun to go out: it stays as it is."))
        for name, (_before, after) in changes.items():
            setattr(campaign, name, after)
        campaign.search_name = campaign.name
        _keep(session, campaign, "changed", changes)
        return True


def delete_campaign(campaign_id: int, version: int | None = None) -> None:
    """Put a campaign into the bin; one that is being sent is stopped first."""
    with writing() as session:
        campaign: Campaign = for_change(session, KIND, campaign_id, DELETE, version)
        if campaign.state in {SENDING, PAUSED, SCHEDULED}:
            raise ConflictError(_("The campaign is on its way: stop it first."))
        campaign.deleted_at = now()
        _keep(session, campaign, "deleted", {})


def restore_campaign(campaign_id: int) -> None:
    """Take a campaign out of the bin."""
    with writing() as session:
        campaign: Campaign = from_bin(session, KIND, campaign_id, DELETE)
        campaign.deleted_at = None
        _keep(session, campaign, "restored", {})


# Sending it


def schedule_campaign(campaign_id: int, moment: datetime, version: int | None = None) -> None:
    """Let a campaign begin at a moment.

    :raises InvalidError: where that is over, or the letter cannot go out.
    """
    with writing() as session:
        campaign = _to_send(session, campaign_id, version)
        _demand_state(campaign, DRAFT, SCHEDULED)
        if moment <= now():
            message = _("Choose a moment that is still to come.")
            raise InvalidError(message, {"scheduled_at": message})
        _demand_letter(campaign)
        campaign.scheduled_at, campaign.started_by_id = moment, current_person().id
        _move(session, campaign, SCHEDULED)


def start_campaign(campaign_id: int, version: int | None = None) -> int:
    """Begin to send a campaign; give how many are written to.

    Who they are is settled here, by one statement: those in the group at this moment whom whoever
    starts it sees and who may be written to.
    """
    with writing() as session:
        campaign = _to_send(session, campaign_id, version)
        _demand_state(campaign, DRAFT, SCHEDULED)
        _demand_letter(campaign)
        count = begin(session, campaign)
        go_on(session, campaign.id)
        return count


def begin(session: WritingSession, campaign: Campaign) -> int:
    """Settle whom a campaign goes to, without letting a letter out; give how many they are.

    :raises InvalidError: where that is nobody.
    """
    campaign.started_at, campaign.started_by_id = now(), current_person().id
    campaign.follows_readers = are_followed()
    count = _settle_recipients(session, campaign)
    if not count:
        message = _("Nobody in this group may be written to.")
        raise InvalidError(message, {"group_id": message})
    _move(session, campaign, SENDING)
    return count


def pause_campaign(campaign_id: int, version: int | None = None) -> None:
    """Let no more letters out until somebody lets it go on; those in hand still go."""
    with writing() as session:
        campaign = _to_send(session, campaign_id, version)
        _demand_state(campaign, SENDING)
        _move(session, campaign, PAUSED)


def resume_campaign(campaign_id: int, version: int | None = None) -> None:
    """Let a campaign that was paused go on."""
    with writing() as session:
        campaign = _to_send(session, campaign_id, version)
        _demand_state(campaign, PAUSED)
        _move(session, campaign, SENDING)
        go_on(session, campaign.id)


def stop_campaign(campaign_id: int, version: int | None = None) -> None:
    """Let no more letters out, for good; one that is only scheduled is a draft again."""
    with writing() as session:
        campaign = _to_send(session, campaign_id, version)
        _demand_state(campaign, SCHEDULED, SENDING, PAUSED)
        if campaign.state == SCHEDULED:
            campaign.scheduled_at = campaign.started_by_id = None
            _move(session, campaign, DRAFT)
            return
        campaign.ended_at = now()
        _move(session, campaign, STOPPED)


def send_interrupted_again(campaign_id: int, version: int | None = None) -> int:
    """Send again what may have gone out or not; give how many letters. Only a person decides that.

    Their Message-IDs are the same, so most mail systems show such a letter once.
    """
    with writing() as session:
        campaign = _to_send(session, campaign_id, version)
        _demand_state(campaign, SENDING, PAUSED, DONE)
        again: Any = session.execute(
            sa.update(Recipient)
            .where(Recipient.campaign_id == campaign_id, Recipient.fate == INTERRUPTED)
            .values(fate=WAITING, handed_at=None, error="")
            .execution_options(synchronize_session=False)
        )
        count = int(again.rowcount)
        if not count:
            raise ConflictError(_("There is no interrupted letter (any more)."))
        audit(session, KIND, campaign.id, campaign.name, "changed", {"again": (None, count)})
        if campaign.state == DONE:
            campaign.ended_at = None
            _move(session, campaign, SENDING)
        if campaign.state == SENDING:
            go_on(session, campaign.id)
        return count


def send_test(campaign_id: int) -> str:
    """Send the letter to whoever asks for it, at once; give the address.

    :raises InvalidError: where there is no mail server, or it does not take the letter.
    """
    demand_permission(SEND)
    campaign = queries.one_campaign(reading(), campaign_id)
    settings, person = mail_settings(), current_person()
    address = queries.address_of(reading(), person.id)
    if settings.server is None or not address:
        raise InvalidError(_("No mail server is set up, or your account has no address."))
    sender = Sender.of(campaign, settings.sender)
    row = Trial(0, address, person.name)
    drawn = Drawn(wording_of(campaign), company().language)
    try:
        with mail_connection(settings.server) as line:
            line.hand_over(letter_to(row, drawn, sender, now()), settings.sender, address)
    except (OSError, RefusedLetterError) as error:
        message = _("The mail server did not take it: %(words)s", words=mail_words(error))
        raise InvalidError(message) from error
    return address


def _to_send(session: WritingSession, campaign_id: int, version: int | None) -> Campaign:
    campaign: Campaign = for_change(session, KIND, campaign_id, SEND, version)
    return campaign


def _demand_state(campaign: Campaign, *states: str) -> None:
    if campaign.state not in states:
        raise ConflictError(_("The campaign is in another state by now: look at it again."))


def _demand_letter(campaign: Campaign) -> None:
    """Let no letter out that is not whole.

    :raises InvalidError: by field.
    """
    wrong = {one.field: one.words for one in reversed(findings(wording_of(campaign))) if one.stops}
    if campaign.group_id is None or not reaches(GROUP, campaign.group_id):
        wrong["group_id"] = str(_("Choose the group to write to."))
    if mail_settings().server is None:
        wrong["state"] = str(_("No mail server is set up."))
    if wrong:
        raise InvalidError(next(iter(wrong.values())), wrong)


def _settle_recipients(session: WritingSession, campaign: Campaign) -> int:
    """Note who is written to, in one statement; give how many they are."""
    if campaign.group_id is None:
        return 0
    found = groups.members(session, campaign.group_id).subquery()
    about = queries.with_purpose(session, campaign)
    told = sa.select(
        sa.literal(campaign.id, sa.BigInteger()),
        found.c.address,
        queries.domain_of(found.c.address),
        found.c.kind,
        found.c.record_id,
        found.c.client_id,
        sa.func.substr(found.c.name, 1, 500),
        sa.literal(WAITING),
        sa.literal(0),
        sa.literal(""),
        sa.literal(""),
    ).where(queries.may_be_written(found.c.address, about))
    columns = (
        *("campaign_id", "address", "domain", "kind", "record_id", "client_id", "name"),
        *("fate", "attempts", "error", "bounce"),
    )
    session.execute(sa.insert(Recipient).from_select(columns, told))
    mine = sa.select(sa.func.count()).where(Recipient.campaign_id == campaign.id)
    return session.scalar(mine) or 0  # drivers do not agree on what such an INSERT counts


def _move(session: WritingSession, campaign: Campaign, state: str) -> None:
    changes: Changes = {"state": (campaign.state, state)}
    campaign.state, campaign.problem = state, ""
    _keep(session, campaign, "changed", changes)


def wording_of(campaign: Any) -> Wording:
    """Give what the letter of a campaign says."""
    return Wording(campaign.subject, campaign.preheader, campaign.text)


def _judged(values: Values) -> dict[str, Any]:
    found = dict(values)
    if "name" in found:
        found["name"] = named(found["name"])
    if found.get("reply_to"):
        found["reply_to"] = checked_address(found["reply_to"], "reply_to")
    if found.get("group_id") is not None and not reaches(GROUP, found["group_id"]):
        message = _("There is no such group, or you may not see it.")
        raise InvalidError(message, {"group_id": message})
    return found


def _keep(session: WritingSession, campaign: Campaign, action: str, changes: Changes) -> None:
    touch(campaign)
    session.flush()
    audit(session, KIND, campaign.id, campaign.name, action, changes)
    payload = {"fields": sorted(changes)} if action == "changed" else {}
    announce(session, f"{KIND}.{action}", KIND, campaign.id, payload)
