"""The campaigns of the demo company: one that went out and what followed, and a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from salesman_core.toolkit import AnyRow, WritingSession, company, now, writing
from salesman_hookspecs import Demo, Person
from salesman_mailing.bounces.taking import strike_off_all
from salesman_mailing.campaigns import service
from salesman_mailing.campaigns.drawing import Drawn
from salesman_mailing.campaigns.models import REFUSED, SENT, Campaign, Recipient
from salesman_mailing.campaigns.sending import end_if_done
from salesman_mailing.consent.consent import About, Proof, record
from salesman_mailing.consent.models import ONE_CLICK
from salesman_mailing.consent.models import REFUSED as NO_MORE
from salesman_mailing.groups.kinds import kind_named
from salesman_mailing.readers.models import Click, LetterLink

EVERY_REFUSED, EVERY_BOUNCED, EVERY_ANSWERED, EVERY_LEFT = 47, 29, 19, 31
EVERY_UNOPENED, EVERY_CLICKED = 3, 5
"""Of so many letters one was refused, came back, was answered, was the last one, …"""

_PACE: Final = timedelta(seconds=2)
_NO_MAILBOX: Final = "550 5.1.1 no such mailbox"


class _Words(NamedTuple):
    name: str
    subject: str
    preheader: str
    text: str


_SENT: Final = {
    "ru": _Words(
        "Каталог сезона",
        '{{ first_name | or("Коллеги") }}, каталог сезона готов',
        "Станки и компрессоры на складе, гофрокороб за неделю",
        """\
# Каталог сезона

Здравствуйте, {{ first_name | or("коллеги") }}!

Мы собрали всё, что есть на складе и что привезём за месяц:

- **Станки и прессы** — с пуском и обучением
- **Компрессоры** — три новые модели
- **Упаковка** — гофрокороб от тысячи штук за неделю

[Открыть каталог](https://example.com/catalogue)

Цены действуют до конца квартала, [условия доставки](https://example.com/delivery) прежние.
Нужен расчёт — просто ответьте на это письмо: его прочитает
{{ owner | or("ваш менеджер") }}.

---

{{ company }} · [Отписаться]({{ unsubscribe }})
""",
    ),
    "en": _Words(
        "Catalogue of the season",
        '{{ first_name | or("Colleagues") }}, our new catalogue',
        "Machines and compressors in stock, boxes within a week",
        """\
# Catalogue of the season

Dear {{ first_name | or("colleagues") }},

here is what is in stock and what arrives within a month:

- **Machines and presses**, put into service, with training
- **Compressors**, three new models
- **Packaging**, boxes from a thousand pieces within a week

[Open the catalogue](https://example.com/catalogue)

Prices hold until the end of the quarter, [terms of delivery](https://example.com/delivery) are as
before. If you need an offer, answer this letter: {{ owner | or("your manager") }} reads it.

---

{{ company }} · [Unsubscribe]({{ unsubscribe }})
""",
    ),
}
_DRAFT: Final = {
    "ru": _Words(
        "День открытых дверей",
        "Приглашаем на день открытых дверей",
        "",
        """\
# День открытых дверей

Здравствуйте, {{ first_name | or("коллеги") }}!

Покажем линию упаковки в работе, ответим на вопросы о пуске и сервисе, накормим обедом.

[Записаться](https://example.com/open-day)

---

{{ company }} · [Отписаться]({{ unsubscribe }})
""",
    ),
    "en": _Words(
        "Open day",
        "Come to our open day",
        "",
        """\
# Open day

Dear {{ first_name | or("colleagues") }},

come and see the packaging line at work, ask our engineers about service, and have lunch with us.

[I will come](https://example.com/open-day)

---

{{ company }} · [Unsubscribe]({{ unsubscribe }})
""",
    ),
}


def tell(
    demo: Demo, marketer: Person, groups: Sequence[int], moment: datetime, drafted: datetime
) -> None:
    """Send a campaign to the first group, and write another one to the second.

    No letter goes out: it is only told that it did.

    :param moment: when the first begins; the days behind it have gone by.
    :param drafted: when the second was written.
    """
    news, invitation = groups
    with demo.at(moment - timedelta(days=1), marketer):
        sent = service.create_campaign({**_SENT[demo.language]._asdict(), "group_id": news})
    with demo.at(moment, marketer), writing() as session:
        service.begin(session, session.get_one(Campaign, sent))
        _leave_out_later_ones(session, moment)
        session.get_one(Campaign, sent).follows_readers = True
        letters = _letters(session, sent)
        _hand_over(session, letters)
    with demo.at(moment + timedelta(minutes=20), marketer), writing() as session:
        end_if_done(session, sent)
    with demo.at(moment + timedelta(days=1), marketer), writing() as session:
        _come_back(session, letters)
        _read(session, sent, letters)
        _leave(session, news, letters)
    with demo.at(drafted, marketer):
        service.create_campaign({**_DRAFT[demo.language]._asdict(), "group_id": invitation})


def _leave_out_later_ones(session: WritingSession, moment: datetime) -> None:
    """Let those get no letter who were not there yet: all of the story is written at one time."""
    contact = kind_named("contact").type.model
    later = sa.select(contact.id).where(contact.created_at > moment)
    session.execute(sa.delete(Recipient).where(Recipient.record_id.in_(later)))


def _letters(session: WritingSession, campaign_id: int) -> Sequence[AnyRow]:
    query = sa.select(Recipient.id, Recipient.address).where(Recipient.campaign_id == campaign_id)
    return session.execute(query.order_by(Recipient.id)).all()


def _hand_over(session: WritingSession, letters: Sequence[AnyRow]) -> None:
    """Say that all letters went out one after the other, but for some that the server refused."""
    moments = [now() + place * _PACE for place in range(len(letters))]
    told = [
        {"id": one.id, "fate": SENT, "handed_at": moment, "sent_at": moment}
        for one, moment in zip(letters, moments, strict=True)
    ]
    session.execute(sa.update(Recipient), told)
    refused = {"fate": REFUSED, "sent_at": None, "attempts": 1, "error": _NO_MAILBOX}
    _tell(session, letters[EVERY_REFUSED - 1 :: EVERY_REFUSED], refused)


def _come_back(session: WritingSession, letters: Sequence[AnyRow]) -> None:
    """Say of some letters that they came back, and of some that they were answered."""
    gone = letters[EVERY_BOUNCED - 1 :: EVERY_BOUNCED]
    _tell(session, gone, {"bounced_at": now(), "bounce": "hard"})
    strike_off_all(session, [one.address for one in gone], _NO_MAILBOX)
    _tell(session, letters[2::EVERY_ANSWERED], {"answered_at": now()})


def _read(session: WritingSession, campaign_id: int, letters: Sequence[AnyRow]) -> None:
    """Say who opened their letter, and who followed which of its links."""
    campaign = session.get_one(Campaign, campaign_id)
    targets = Drawn(service.wording_of(campaign), company().language).targets
    links = [
        LetterLink(campaign_id=campaign_id, position=position, target=target)
        for position, target in enumerate(targets, 1)
    ]
    session.add_all(links)
    session.flush()
    came = [one for place, one in enumerate(letters, 1) if not _is_lost(place)]
    opened = [one for place, one in enumerate(came) if place % EVERY_UNOPENED]
    _tell(session, opened, {"opened_at": now() - timedelta(hours=20), "opens": 1})
    clicked = opened[::EVERY_CLICKED]
    _tell(session, clicked, {"clicked_at": now() - timedelta(hours=19)})
    clicks = [
        {"recipient_id": one.id, "link_id": link.id, "first_at": now() - timedelta(hours=19)}
        for number, link in enumerate(links)
        for one in clicked[:: number + 1]
    ]
    if clicks:
        session.execute(sa.insert(Click), [{**one, "times": 1} for one in clicks])


def _is_lost(place: int) -> bool:
    return not (place % EVERY_REFUSED and place % EVERY_BOUNCED)


def _leave(session: WritingSession, group_id: int, letters: Sequence[AnyRow]) -> None:
    """Let some press the button of their mail program."""
    for one in letters[1::EVERY_LEFT]:
        proof = Proof(ONE_CLICK, details={"ip": "192.0.2.12", "letter": str(one.id)})
        record(session, [one.address], About(group_id=group_id), NO_MORE, proof)


def _tell(session: WritingSession, letters: Sequence[AnyRow], told: Mapping[str, Any]) -> None:
    rows = [{"id": one.id, **told} for one in letters]
    if rows:
        session.execute(sa.update(Recipient), rows)
