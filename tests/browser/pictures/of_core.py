"""The pictures of what the core shows, and of what comes first of leads."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Final

import sqlalchemy as sa
from playwright.sync_api import Page

from salesman_core.access.person import acting_as
from salesman_core.clients.models import Client
from salesman_core.clients.service import (
    change_contact,
    create_client,
    create_contact,
    delete_client,
)
from salesman_core.db import reading
from salesman_core.deals.rate_table import DatedRate, enter_rates
from salesman_core.records.custom.service import define_field
from salesman_core.testing.clock import MONDAY_MORNING

from .picture import BODY, LOW, NARROW, PHONE, Picture, person_of, show

TODAY: Final = MONDAY_MORNING.date()
IMPORT_ROWS: Final = "section[aria-labelledby=import-rows]"
CONFLICTS: Final = "#contacts .conflicts"
LISTS: Final = {
    "en": "Julia Marsh; Marsh Bakeries Ltd; +1 212 555 0188; julia@marsh.example\n"
    "Peter Holloway; Holloway & Sons; 212-555-0171; a compressor, this month\n"
    "Greenfield Timber LLC; (212) 555-0164; office@greenfield.example\n",
    "ru": "Юлия Маркова; ООО «Пекарни Маркова»; 8 912 345-67-89; julia@markova.example\n"
    "Пётр Холодов; ИП Холодов; +7 (912) 555-01-71; компрессор, в этом месяце\n"
    "АО «Зелёный бор»; 8 495 555-01-64; office@zelbor.example\n",
}
FILES: Final = {
    "en": "Company,Telephone,E-mail,City,Manager,Turnover 2025\n"
    "Brookside Paper Ltd,+1 212 555 0121,office@brookside.example,Albany,Anna Sorrel,120000\n"
    "Lindenhof Tools LLC,212-555-0147,sales@lindenhof.example,Boston,Anna Sorrel,86500\n"
    "Oakmere Bakeries,(212) 555-0139,hello@oakmere.example,Salem,Somebody Else,12000\n",
    "ru": "Компания,Телефон,Эл. почта,Город,Менеджер,Оборот 2025\n"
    "ООО «Бумага Плюс»,8 912 345-67-21,office@bumaga.example,Тверь,Анна Соколова,1200000\n"
    "АО «Липовый двор»,+7 (912) 345-67-47,sales@lipa.example,Псков,Анна Соколова,865000\n"
    "ООО «Дубрава»,8 (912) 345-67-39,hello@dubrava.example,Клин,Кто-то Другой,120000\n",
}


def open_lost(page: Page, _language: str) -> None:
    page.locator("[hx-get$='/lose']").click()
    page.locator("[name=reason_id]").nth(1).check()


def paste(page: Page, language: str) -> None:
    page.locator("[name=lines]").fill(LISTS[language])
    page.locator("[name=source]").fill({"en": "Exhibition", "ru": "Выставка"}[language])


def open_qualify(page: Page, language: str) -> None:
    page.locator("[data-dialog=qualify-lead]").click()
    wish = {"en": "Compressor for the workshop", "ru": "Компрессор для цеха"}[language]
    page.locator("[name=deal_name]").fill(wish)


def choose_columns(page: Page, language: str) -> None:
    page.locator("[name=record][value=clients]").check(force=True)
    name = {"en": "clients.csv", "ru": "клиенты.csv"}[language]
    page.locator("[name=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": FILES[language].encode()}
    )
    page.locator("main form button.btn-primary").first.click()
    page.locator("#import-columns").wait_for()


def try_rows(page: Page, language: str) -> None:
    choose_columns(page, language)
    page.locator("button[name=action][value=try]").click()
    page.locator("#import-result").wait_for(timeout=60_000)


def narrow_to_stage(page: Page, _language: str) -> None:
    page.locator(".funnel-numbers a, table a").nth(4).click()
    page.locator(".list-totals").wait_for()


def fill_new_user(page: Page, language: str) -> None:
    page.locator("[name=name]").fill({"en": "Vera Quill", "ru": "Вера Перова"}[language])
    page.locator("[name=email]").fill("vera@example.com")


def begin_a_double(page: Page, _language: str) -> None:
    """Begin to type a client whose name is nearly that of one of the list."""
    name = page.locator("tbody a").first.inner_text()
    page.goto("/clients/new")
    page.locator("[name=name]").press_sequentially(name.rstrip("».")[:-1])
    page.locator("#similar-clients [role=status]").wait_for()


def open_freeze(page: Page, language: str) -> None:
    page.locator("[hx-get$='/freeze']").first.click()
    reason = {"en": "No budget before spring", "ru": "До весны нет бюджета"}[language]
    page.locator("[name=frozen_until]").fill("01.04.2026")
    page.locator("[name=freeze_reason]").fill(reason)


def mark_three(page: Page, _language: str) -> None:
    for number in range(3):
        page.locator("[data-mark]").nth(number).check()


def fill_new_field(page: Page, language: str) -> None:
    page.locator("[name=label]").fill({"en": "Warehouse", "ru": "Склад"}[language])
    page.locator("[name=type]").evaluate("list => list.tomselect.setValue('choice')")
    places = {"en": "Albany\nBoston\nSalem", "ru": "Клин\nПсков\nТверь"}[language]
    page.locator("[name=new_options]").fill(places)


def choose_rows(page: Page, language: str) -> None:
    """Say what is done with the rows: those of clients who are there, found by telephone."""
    choose_columns(page, language)
    page.locator("[name=match]").select_option("phones")
    page.locator("[name=only]").select_option("update")
    show(page, IMPORT_ROWS)


def search_for_doubles(page: Page, _language: str) -> None:
    """Have three clients of the list known once more, and let the doubles be found."""
    for client in reading().execute(sa.select(Client.id, Client.name).limit(3)).all():
        create_client({"name": client.name.upper()})
    page.locator("main form button.btn-primary").click()
    page.locator("main li.card").first.wait_for(timeout=60_000)


def read_notices(page: Page, language: str) -> None:
    """Be told of a search and of an import that have ended."""
    search_for_doubles(page, language)
    page.goto("/admin/import")
    try_rows(page, language)
    page.locator("button[name=action][value=import]").click()
    page.locator("#import-result").wait_for(timeout=60_000)
    page.goto("/notices")


def fill_the_bin(page: Page, _language: str) -> None:
    clients = reading().scalars(sa.select(Client.id).order_by(Client.id.desc()).limit(4)).all()
    for client_id, role in zip(clients, ("head", "administrator") * 2, strict=True):
        with acting_as(person_of(role)):
            delete_client(client_id)
    page.reload()


def enter_some_rates(page: Page, language: str) -> None:
    """Enter the rates of a week."""
    currencies = {"en": ("EUR", "GBP"), "ru": ("USD", "EUR")}[language]
    base = {"en": ("1.0842", "1.2655"), "ru": ("91.3412", "99.0815")}[language]
    enter_rates(
        DatedRate(currency, TODAY - timedelta(days=days), Decimal(rate) + Decimal(days) / 1000)
        for currency, rate in zip(currencies, base, strict=True)
        for days in range(3)
    )
    page.reload()


def both_change_a_contact(page: Page, language: str) -> None:
    """Save a form in which somebody else has meanwhile changed the same field."""
    name = {"en": "Julia Marsh", "ru": "Юлия Маркова"}[language]
    before, theirs, yours = {
        "en": ("Buyer", "Commercial director", "Head buyer"),
        "ru": ("Закупщик", "Коммерческий директор", "Начальник закупок"),
    }[language]
    client_id = int(page.url.rpartition("/")[2])
    contact_id = create_contact({"client_id": client_id, "name": name, "position": before})
    page.reload()
    page.locator(f"#contacts [hx-get$='/contacts/{contact_id}/edit']").click()
    page.locator("#contacts input[name=position]").fill(yours)
    with acting_as(person_of("seller")):
        change_contact(contact_id, {"position": theirs})
    page.locator("#contacts form .btn-primary").click()
    page.locator("#contacts fieldset").wait_for()
    show(page, CONFLICTS)


def see_what_they_see(page: Page, _language: str) -> None:
    page.locator("form[action$='/look'] button").click()
    page.locator(".look-bar").wait_for()


def hand_over(page: Page, _language: str) -> None:
    page.locator("[name=successor_id]").evaluate(
        "list => list.tomselect.setValue(list.options[1].value)"
    )


def define_some_fields(page: Page, language: str) -> None:
    names = {
        "en": ("Industry", "Warehouse", "Contract until", "Yearly need"),
        "ru": ("Отрасль", "Склад", "Договор до", "Потребность в год"),
    }[language]
    for label, kind in zip(names, ("text", "text", "date", "money"), strict=True):
        define_field("client", {"label": label, "type": kind})
    page.reload()


PICTURES: Final = {
    "desk": Picture("seller", "/"),
    "desk-phone-dark": Picture("seller", "/", size=PHONE, theme="dark"),
    "clients": Picture("seller", "/clients"),
    "clients-current": Picture("service", "/clients?rung_id=3", size=(1280, 560)),
    "client": Picture("seller", "/clients/{client}"),
    "client-similar": Picture("seller", "/clients", begin_a_double, size=(1280, 640)),
    "clients-merge": Picture("head", "/clients/merge?id={client}&id={double}"),
    "deals-marked": Picture("head", "/deals?state=open", mark_three, size=(1280, 560)),
    "deal-frozen": Picture("seller", "/deals/{deal}", open_freeze, size=(1280, 640)),
    "why": Picture("lawyer", "/records/deal/{deal}/why", size=(1280, 360)),
    "field-new": Picture("administrator", "/admin/fields/new?kind=client", fill_new_field),
    "deals-filtered": Picture("head", "/deals?state=open&amount__gte={large}&sort=-amount"),
    "deals-lawyer": Picture("lawyer", "/deals?state=open", size=(1280, 560)),
    "deal": Picture("seller", "/deals/{deal}"),
    "deal-lost": Picture("seller", "/deals/{deal}", open_lost),
    "board-phone": Picture("seller", "/deals/board", size=PHONE),
    "deal-history": Picture("assistant", "/records/deal/{deal}/history"),
    "board": Picture("seller", "/deals/board"),
    "funnel": Picture("head", "/reports/funnel?period=year"),
    "funnel-rows": Picture("head", "/reports/funnel", narrow_to_stage),
    "leads": Picture("telemarketer", "/leads", size=(1280, 640)),
    "leads-paste": Picture("marketer", "/leads/paste", paste, size=(1280, 640)),
    "lead": Picture("telemarketer", "/leads/{lead}", size=(1280, 560)),
    "lead-qualified": Picture("telemarketer", "/leads/{lead}", open_qualify),
    "import-columns": Picture("head", "/admin/import", choose_columns),
    "import-tried": Picture("head", "/admin/import", try_rows),
    "users": Picture("administrator", "/admin/users", size=(1280, 560)),
    "import-rows": Picture("head", "/admin/import", choose_rows, size=NARROW, part=IMPORT_ROWS),
    "doubles": Picture("head", "/clients/doubles", search_for_doubles, size=LOW, part=BODY),
    "notices": Picture("head", "/clients/doubles", read_notices, size=LOW, part=BODY),
    "bin": Picture("head", "/bin", fill_the_bin, size=LOW, part=BODY),
    "two-editors": Picture(
        "head", "/clients/{client}", both_change_a_contact, size=NARROW, part=CONFLICTS
    ),
    "rates": Picture("administrator", "/admin/rates", enter_some_rates, size=LOW, part=BODY),
    "role": Picture("administrator", "/admin/roles/{role}", size=LOW, part=BODY),
    "audit": Picture("administrator", "/admin/audit", size=LOW, part=BODY),
    "looking": Picture(
        "administrator", "/admin/users/{seller}", see_what_they_see, size=(1280, 360)
    ),
    "user-leaves": Picture(
        "administrator", "/admin/users/{seller}/deactivate", hand_over, size=LOW, part=BODY
    ),
    "fields": Picture("administrator", "/admin/fields", define_some_fields, size=LOW, part=BODY),
    "user-new": Picture("administrator", "/admin/users/new", fill_new_user),
    "plugins": Picture("administrator", "/admin/plugins", size=(1280, 420)),
    "pipelines": Picture("administrator", "/admin/pipelines"),
}
"""What is shown, by the name of its file in ``docs/pictures/<language>/``."""
