"""The first start: everything on one page, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.access.models import User
from salesman_core.db import reading
from salesman_core.services.company import company
from salesman_core.services.mail import mail_settings
from salesman_core.testing.mail import MailSink

if TYPE_CHECKING:
    from conftest import Visitor

    Visit = Callable[..., Visitor]

ANSWERS = {
    "name": "Ромашка",
    "language": "ru",
    "zone": "Asia/Yekaterinburg",
    "currency": "KZT",
    "region": "KZ",
    "work_days": ["1", "2", "3", "4"],
    "work_from": "08:00",
    "work_to": "17:00",
    "admin_name": "Анна",
    "admin_email": "Anna@Example.com",
    "admin_password": "a horse of two colours",
}


@pytest.mark.databases("sqlite")
def test_first_visit_leads_to_the_first_start(visit: Visit) -> None:
    assert visit().get("/sign/in").location == "/welcome"


def test_first_start_sets_up_the_company_and_lets_in(app: Flask, visit: Visit) -> None:
    visitor = visit()
    assert visitor.post("/welcome", ANSWERS).location == "/"
    assert visitor.is_inside
    with app.app_context():
        found = company()
    assert (found.name, found.zone, found.currency) == ("Ромашка", "Asia/Yekaterinburg", "KZT")
    assert found.work_days == (1, 2, 3, 4)


@pytest.mark.databases("sqlite")
def test_first_administrator_may_do_everything(visit: Visit) -> None:
    visitor = visit()
    visitor.post("/welcome", ANSWERS)
    assert visitor.get("/admin/roles").status_code == 200
    assert visitor.get("/admin/mail").status_code == 200


@pytest.mark.databases("sqlite")
def test_first_start_is_over_once_there_is_an_administrator(anna: int, visit: Visit) -> None:
    assert visit().get("/welcome").status_code == 409
    assert visit().post("/welcome", ANSWERS).status_code == 409
    assert visit().post("/welcome/letter", ANSWERS).status_code == 409


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("zone", "Mars/Olympus"),
        ("admin_email", "none"),
        ("admin_password", "1234567890"),
        ("admin_name", " "),
    ],
)
def test_wrong_answer_keeps_nothing_and_what_was_typed(
    field: str, value: str, app: Flask, visit: Visit
) -> None:
    answer = visit().post("/welcome", ANSWERS | {field: value})
    assert answer.status_code == 422
    assert f'href="#field-{field}"' in answer.text
    assert 'value="17:00"' in answer.text
    with app.app_context():
        assert company().name == "Test & Co"
        assert reading().scalars(sa.select(User)).all() == []


@pytest.mark.databases("sqlite")
def test_all_that_is_wrong_is_said_at_once(visit: Visit) -> None:
    page = visit().post("/welcome", {"admin_password": "x"}).text
    for field in ("name", "admin_name", "admin_email", "admin_password"):
        assert f'href="#field-{field}"' in page


def mail_answers(mail_sink: MailSink) -> dict[str, Any]:
    return ANSWERS | {
        "mail_way": "smtp",
        "mail_host": "127.0.0.1",
        "mail_port": str(mail_sink.port),
        "mail_from": "crm@example.com",
    }


@pytest.mark.databases("sqlite")
def test_test_letter_arrives_before_anything_is_saved(visit: Visit, mail_sink: MailSink) -> None:
    assert visit().post("/welcome/letter", mail_answers(mail_sink)).status_code == 200
    assert [letter["To"] for letter in mail_sink.letters] == ["Anna@example.com"]


def test_mail_server_of_the_first_start_is_used(
    app: Flask, visit: Visit, mail_sink: MailSink
) -> None:
    visit().post("/welcome", mail_answers(mail_sink))
    with app.app_context():
        settings = mail_settings()
    assert settings.server is not None
    assert settings.server.port == mail_sink.port
    assert settings.sender == "crm@example.com"
