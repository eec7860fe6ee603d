"""Whom a letter comes from: a form that was filled in, or somebody who signs what they write."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from salesman_leads.mailbox.letters import read_letter
from salesman_leads.mailbox.wording import lead_in

pytestmark = pytest.mark.databases("sqlite")

IVAN = "Иван Петров <ivan@romashka.ru>"
SITE = "Сайт <wordpress@kotly.ru>"
PHONE = "+7 912 345-67-89"
HIM = {"name": "Иван Петров", "emails": ["ivan@romashka.ru"]}


def said(text: str, sender: str = IVAN, own: str = "sales@kotly.ru", **headers: str) -> Any:
    message = EmailMessage()
    for name, value in ({"From": sender} | headers).items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    found = lead_in(read_letter(message.as_bytes()), own)
    return {name: value for name, value in found.items() if name != "text"}


@pytest.mark.parametrize(
    "signature",
    [
        f"С уважением,\nИван Петров\nТел.: {PHONE}",
        f"С уважением, Иван Петров\nтел: {PHONE}",
        f"--\nИван Петров\nООО «Ромашка»\nтел: {PHONE}\ne-mail: ivan@romashka.ru",
        f"Тел.: {PHONE}\nE-mail: ivan@romashka.ru",
        f"С уважением,\nТелефон:\n{PHONE}",
        f"Контакт: позвоните после обеда\nтел: {PHONE}",
        f"Контакт: {PHONE}",
        f"Контакт: Иван Петров\nТел.: {PHONE}",
        f"Best regards,\nIvan Petrov\nPhone: {PHONE}\nEmail: ivan@romashka.ru",
        f"Sent from my phone\nMobile: {PHONE}",
        f"Моб. {PHONE}\nСайт: https://romashka.ru",
        f"С уважением,\nИмя: Иван Петров\nТел.: {PHONE}",
    ],
)
def test_signature_leaves_whoever_wrote(app: Flask, signature: str) -> None:
    assert said(f"Пришлите прайс.\n\n{signature}") == {**HIM, "phones": [PHONE]}


@pytest.mark.parametrize(
    "text",
    [
        "Контакт: позвоните после обеда",
        "Вопрос: сколько стоит котёл?",
        "Здравствуйте!\nОтвет нужен до завтра. Комментарий: срочно.",
        "Пришлите прайс.\n\nКомпания: мы вам не скажем",
        "Хотел спросить по телефону: сколько стоит?",
    ],
)
def test_single_line_with_a_colon_makes_no_form(app: Flask, text: str) -> None:
    assert said(text) == HIM


@pytest.mark.parametrize(
    "text",
    [
        "Имя: Анна Берг\nТелефон: {phone}",
        "Новая заявка с сайта kotly.ru\n\nИмя: Анна Берг\nТелефон: {phone}\nСообщение: Нужен котёл",
        "Форма «Обратный звонок»\nВаше имя - Анна\nИмя: Анна Берг\nТел.: {phone}\n\n--\nС сайта.",
        "Name: Анна Берг\nPhone: {phone}\nMessage: Please call\nme: tomorrow",
        "Your Name:\nАнна Берг\nYour Phone:\n{phone}",
        "You have a new lead!\n\nFirst name: Анна\nLast name: Берг\nPhone: {phone}",
    ],
)
@pytest.mark.parametrize("sender", [SITE, "no-reply@kotly.ru", "Котлы <info@kotly.ru>"])
def test_form_names_who_filled_it_in_and_not_the_site(app: Flask, text: str, sender: str) -> None:
    assert said(text.format(phone=PHONE), sender) == {"name": "Анна Берг", "phones": [PHONE]}


def test_form_of_a_site_elsewhere_gives_not_its_address(app: Flask) -> None:
    text = f"Имя: Анна\nТелефон: {PHONE}"

    assert said(text, "Лендинг <u12345@server9.hosting.ru>") == {"name": "Анна", "phones": [PHONE]}


def test_form_that_a_person_wrote_keeps_their_address(app: Flask) -> None:
    assert said(f"Имя: Иван\nТелефон: {PHONE}\nНужен котёл") == {
        "name": "Иван",
        "phones": [PHONE],
        "emails": ["ivan@romashka.ru"],
    }


def test_form_that_asks_for_answers_to_somebody_reaches_them_there(app: Flask) -> None:
    text = f"Имя: Анна\nТелефон: {PHONE}"

    assert said(text, SITE, Reply_To="anna@example.com")["emails"] == ["anna@example.com"]
    assert "emails" not in said(text, SITE, Reply_To="info@kotly.ru")


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        (f"Телефон: {PHONE}\nСтраница: https://kotly.ru/", {}),
        (f"Перезвоните мне: {PHONE}", {}),
        (f"Телефон: {PHONE}", {"Subject": "Заказ звонка"}),
    ],
)
def test_site_that_asks_for_a_call_is_nobodys_address(
    app: Flask, text: str, headers: dict[str, str]
) -> None:
    found = said(text, SITE, **headers)

    assert (found["phones"], found.get("name"), found.get("emails")) == ([PHONE], None, None)


def test_program_that_says_it_is_one_is_nobodys_address(app: Flask) -> None:
    text, sender = f"Позвоните: {PHONE}", "Лендинг <u12345@server9.hosting.ru>"

    assert said(text, sender, Auto_Submitted="auto-generated") == {"phones": [PHONE]}
    assert said(text, sender, X_PHP_Originating_Script="33:mail.php") == {"phones": [PHONE]}


def test_person_whose_phone_is_all_they_write_stays_with_their_name(app: Flask) -> None:
    assert said(f"Телефон: {PHONE}\nГород: Пермь") == {**HIM, "phones": [PHONE], "region": "Пермь"}


def test_people_of_a_house_open_to_all_are_not_the_company(app: Flask) -> None:
    found = said(f"Телефон: {PHONE}", "Иван Петров <ivan@mail.ru>", own="kotly@mail.ru")

    assert found == {"name": "Иван Петров", "emails": ["ivan@mail.ru"], "phones": [PHONE]}


def test_address_for_answers_without_a_name_is_of_whoever_wrote(app: Flask) -> None:
    assert said("Пришлите прайс.", Reply_To="ivan@romashka.ru") == HIM


def test_what_a_letter_quotes_makes_no_form(app: Flask) -> None:
    assert said(f"Да, подходит.\n> Имя: Анна\n> Телефон: {PHONE}") == HIM
