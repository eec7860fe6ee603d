"""What the tests of what comes back begin with: a letter that has gone out to Anna."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_mailing.campaigns import service
from salesman_mailing.campaigns.models import Recipient
from salesman_mailing.groups.service import add_records

from salesman_core.services.mail import change_mail
from salesman_core.services.smtp import MailServer
from salesman_core.testing.mail import MailSink
from salesman_core.testing.people import Make
from salesman_core.toolkit import reading

from .letters import ANNA


@pytest.fixture
def sent(make: Make, group: Callable[..., int], mail_sink: MailSink, app: Flask) -> Any:
    """A campaign whose letter has gone out to Anna: its id, and whom it went to."""
    change_mail(MailServer.at(mail_sink.url), "news@firm.example")
    group_id = group()
    client_id = make.client(emails=[ANNA])
    text = "Prices.\n\n[Leave]({{ unsubscribe }})"
    with make.acting(make.user_of("marketer")):
        add_records(group_id, "client", [client_id])
        told = {"name": "Spring", "subject": "Prices", "text": text, "group_id": group_id}
        one = service.create_campaign(told)
        service.start_campaign(one)
    app.extensions["salesman_jobs"].drain()
    return reading().execute(sa.select(Recipient.campaign_id, Recipient.id)).one()
