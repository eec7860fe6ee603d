"""The groups of the demo company."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_mailing.campaigns.linting import findings
from salesman_mailing.campaigns.models import Campaign
from salesman_mailing.campaigns.queries import report
from salesman_mailing.campaigns.service import wording_of
from salesman_mailing.consent.models import Consent
from salesman_mailing.demo import tell
from salesman_mailing.groups import queries
from salesman_mailing.groups.models import Group
from salesman_mailing.readers.queries import links

from salesman_core.testing.people import Make
from salesman_core.toolkit import acting_as, reading
from salesman_hookspecs import Demo, Person


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("language", ["ru", "en"])
def test_demo_has_groups_and_campaigns_to_those_who_may_be_written_to(
    app: Flask, make: Make, language: str
) -> None:
    moments = [datetime(2025, 6, 1, tzinfo=UTC)]
    app.extensions["salesman_clock"] = lambda: moments[-1]
    clients = [make.client() for _number in range(4)]
    for number in range(100):
        make.contact(clients[number % 4], emails=[f"person{number}@example.com"])

    @contextmanager
    def at(moment: datetime, person: Person) -> Iterator[None]:
        moments.append(moment)
        with acting_as(person):
            yield

    marketer = make.person(make.user_of("marketer"))
    tell(Demo(language, date(2026, 3, 10), 1, {"marketer": marketer}, clients, [], at))

    assert set(reading().scalars(sa.select(Consent.state))) == {"given", "refused"}
    news, invitation = reading().scalars(sa.select(Group.id).order_by(Group.id))
    with acting_as(marketer):
        assert queries.counted(reading(), news) == queries.Counted(100, 100, 29)
        assert queries.counted(reading(), invitation).records > 0
        draft, sent = reading().scalars(sa.select(Campaign).order_by(Campaign.state.desc()))
        assert (draft.group_id, sent.group_id) == (invitation, news)
        assert [one for one in (draft, sent) if findings(wording_of(one))] == []
        returned = {"bounced": 1, "unsubscribed": 2, "answered": 2}
        came = {name: count for name, count in report(reading(), sent.id).items() if count}
        assert came == {"sent": 33, "opened": 21, "clicked": 5, **returned}
        assert [row.clicks for row in links(reading(), sent.id)] == [5, 3]
