"""Every change of promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import (
    Client,
    InvalidError,
    announce,
    audit,
    current_person,
    demand_permission,
    enqueue,
    for_change,
    from_bin,
    locked,
    normalised,
    now,
    own_amount,
    plugin_settings,
    reaches,
    release_amount,
    review_relationship,
    touch,
    writing,
)
from salesman_hookspecs import Demo
from salesman_sample.models import Line, Phrase, Promise, Thanks
from salesman_sample.permissions import MAKE
from salesman_sample.queries import KIND
from salesman_sample.texts import texts

_ = texts.lazy

LINES: Final = "sample.lines"


def make_promise(values: Mapping[str, Any]) -> int:
    """Promise something to a client; give the promise's id.

    :raises InvalidError: for a client that the person does not see.
    """
    demand_permission(MAKE)
    if not reaches("client", values["client_id"]):
        message = _("There is no such client, or you may not see it.")
        raise InvalidError(message, {"client_id": message})
    with writing() as session:
        promise = Promise(
            text=values["text"],
            search_text=normalised(values["text"]),
            client_id=values["client_id"],
            deal_id=values.get("deal_id"),
            owner_id=current_person().id,
            created_at=now(),
            updated_at=now(),
        )
        session.add(promise)
        session.flush()
        audit(session, KIND, promise.id, promise.text, "created", {"text": (None, promise.text)})
        announce(session, "sample.promise.made", KIND, promise.id, {"text": promise.text})
        return promise.id


def keep_promise(promise_id: int) -> None:
    """Note that a promise was kept, which shows the client's interest."""
    demand_permission(MAKE)
    with writing() as session:
        promise = locked(session, Promise, promise_id)
        promise.kept_at = now()
        touch(promise)
        announce(session, "sample.promise.kept", KIND, promise.id, {})
        review_relationship([promise.client_id])
        enqueue(session, "sample.tidy", {"client_id": promise.client_id})


def break_promise(promise_id: int) -> None:
    """Put a promise into the bin."""
    with writing() as session:
        promise = for_change(session, KIND, promise_id, MAKE)
        promise.deleted_at = now()
        audit(session, KIND, promise.id, promise.text, "deleted", {})


def restore_promise(promise_id: int) -> None:
    """Take a promise out of the bin again."""
    with writing() as session:
        promise = from_bin(session, KIND, promise_id, MAKE)
        audit(session, KIND, promise.id, promise.text, "restored", {})


def keep_one(promise_id: int, _values: Mapping[str, Any], _version: int | None) -> bool:
    """Keep one of many promises."""
    keep_promise(promise_id)
    return True


def thank_one(client_id: int, _values: Mapping[str, Any], _version: int | None) -> bool:
    """Promise thanks to one of many clients."""
    make_promise({"text": "Thank the client", "client_id": client_id})
    return True


def forget_old(client_id: int | None = None) -> int:
    """Forget promises that were kept long ago; give how many."""
    limit = now() - timedelta(days=plugin_settings("sample")["kept_days"])
    old = sa.delete(Promise).where(Promise.kept_at < limit)
    if client_id is not None:
        old = old.where(Promise.client_id == client_id)
    with writing() as session:
        return int(getattr(session.execute(old), "rowcount", 0))


def add_up_thanks(kept_id: int, lost_ids: Sequence[int]) -> None:
    """Count thanks to clients that were merged as thanks to the kept one."""
    with writing() as session:
        kept = session.get(Thanks, kept_id)
        for lost in session.scalars(sa.select(Thanks).where(Thanks.client_id.in_(lost_ids))):
            if kept is not None:
                kept.times, lost.times = kept.times + lost.times, 0


def promise_thanks(deal_id: int, client_id: int | None) -> None:
    """Promise to thank the client of a deal that was won."""
    with writing() as session:
        if client_id is not None and session.get(Client, client_id) is not None:
            text = "Thank the client"
            make_promise({"text": text, "client_id": client_id, "deal_id": deal_id})


def add_line(deal_id: int, amount: Decimal, cost: Decimal) -> None:
    """Sell something more in a deal, whose amount its lines own from then on."""
    demand_permission(MAKE)
    with writing() as session:
        session.add(Line(deal_id=deal_id, amount=amount, cost=cost))
        session.flush()
        lines = session.scalars(sa.select(Line).where(Line.deal_id == deal_id)).all()
        own_amount(
            deal_id,
            LINES,
            sum((one.amount for one in lines), Decimal(0)),
            sum((one.cost for one in lines), Decimal(0)),
        )


def drop_lines(deal_id: int) -> None:
    """Sell nothing by lines in a deal: its amount is anybody's again."""
    demand_permission(MAKE)
    with writing() as session:
        session.execute(sa.delete(Line).where(Line.deal_id == deal_id))
        release_amount(deal_id, LINES)


def begin_with_phrases(language: str) -> None:
    """Give the company the usual words of promises, where it has none."""
    with writing() as session:
        if not session.scalar(sa.select(sa.exists().where(Phrase.id.is_not(None)))):
            session.add(Phrase(text="Выслать до вечера" if language == "ru" else "Send by evening"))


def fill_demo(demo: Demo) -> None:
    """Let the head of sales of the demo company promise something to its first client."""
    noon = datetime.combine(demo.today, time(12), UTC)
    with demo.at(noon, demo.people["head"]):
        make_promise({"text": "Send the price list", "client_id": demo.client_ids[0]})
    with writing() as session:
        session.add(Thanks(client_id=demo.client_ids[0], times=1))
