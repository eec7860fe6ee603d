"""The pictures of the guides, each taken where its guide says that one stands.

An ordinary run leaves them alone; ``make soak`` walks to each of them and throws it away;
``make pictures`` takes them anew into ``docs/pictures``.
"""

from __future__ import annotations

import base64
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final, Literal

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page, Request

from salesman_core.access.models import Role, User
from salesman_core.access.person import SYSTEM, Person, acting_as, load_person
from salesman_core.app import create_app
from salesman_core.cli.database import upgrade_database
from salesman_core.clients.models import Client
from salesman_core.clients.service import (
    change_contact,
    create_client,
    create_contact,
    delete_client,
)
from salesman_core.db import db, reading
from salesman_core.deals.models import Deal, DealParticipant, Stage
from salesman_core.deals.rate_table import DatedRate, enter_rates
from salesman_core.demo.generator import make_plan
from salesman_core.demo.write import write_plan
from salesman_core.jobs import Worker
from salesman_core.records.custom.service import define_field
from salesman_core.testing.application import SECRET, running
from salesman_core.testing.clock import MONDAY_MORNING, FrozenClock
from salesman_core.testing.databases import Template

pytestmark = [
    pytest.mark.browser,
    pytest.mark.soak,
    pytest.mark.databases("sqlite"),
    pytest.mark.timeout(300),
]

SignedInPage = Callable[..., Page]

TODAY: Final[date] = MONDAY_MORNING.date()
FOLDER: Final = Path(__file__).parents[2] / "docs/pictures"
LANGUAGES: Final = ("en", "ru")
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


def look(_page: Page, _language: str) -> None:
    """Leave the page as it opens."""


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


IMPORT_ROWS: Final = "section[aria-labelledby=import-rows]"
CONFLICTS: Final = "#contacts .conflicts"


def show(page: Page, selector: str) -> None:
    """Scroll something to below the bar on top."""
    page.locator(selector).first.evaluate(
        "one => scrollBy({top: one.getBoundingClientRect().top - 70, behavior: 'instant'})"
    )


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


LARGE: Final = {"en": 10_000, "ru": 1_000_000}
"""What is much money for a deal, in each demo company's currency."""

Size = tuple[int, int]
WIDE: Final[Size] = (1280, 800)
LOW: Final[Size] = (1280, 480)
NARROW: Final[Size] = (800, 640)
PHONE: Final[Size] = (390, 760)
BODY: Final = "main"
"""A page without its menu and the bar on top."""


@dataclass(frozen=True)
class Picture:
    """What one picture shows.

    :param who: the preset role of whoever looks.
    :param path: the page; ``{client}``, ``{double}``, ``{deal}``, ``{lead}``, ``{large}``, a
        ``{seller}`` and the ``{role}`` of sellers are filled in.
    :param prepare: what is done on the page before the picture is taken.
    :param part: what of the page matters; the whole window where not given.
    """

    who: str
    path: str
    prepare: Callable[[Page, str], None] = look
    size: Size = WIDE
    theme: Literal["light", "dark"] = "light"
    part: str | None = None


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


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    """The language of the guide."""
    chosen: str = request.param
    return chosen


@pytest.fixture
def database_template(language: str) -> Template:
    """The demo company as of the day on which the clock stands."""

    def fill(url: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            app = create_app({"database_url": url, "data_dir": folder, "secret_key": SECRET})
            with app.app_context(), acting_as(SYSTEM):
                upgrade_database(app, language)
                write_plan(make_plan(language, TODAY))
                db.session.remove()
                db.leave()

    return Template(f"pictures_{language}", fill)


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The demo company at noon of that day, with somebody who does the jobs."""
    with running(database_url, tmp_path / "data", clock=FrozenClock()) as app:
        worker = Worker(app.extensions["salesman_jobs"], threads=1).start()
        yield app
        worker.stop()


def user_of(role: str) -> int:
    login = f"{role}@example.com"
    return reading().scalars(sa.select(User.id).where(User.login == login)).one()


def person_of(role: str) -> Person:
    person = load_person(reading(), user_of(role))
    assert person is not None
    return person


def role_of(preset: str) -> int:
    return reading().scalars(sa.select(Role.id).where(Role.preset == preset)).one()


def deal_of(role: str) -> int:
    """Give an open deal of somebody, whose contract a colleague is about to agree."""
    lawyers = sa.select(DealParticipant.record_id).where(
        DealParticipant.user_id == user_of("lawyer")
    )
    deals = sa.select(Deal.id).join(Stage).where(Deal.outcome.is_(None), Deal.id.in_(lawyers))
    chosen = deals.where(Deal.owner_id == user_of(role)).order_by(Stage.percent, Deal.id)
    return reading().scalars(chosen).first() or 0


def client_of(role: str) -> int:
    """Give somebody's client with whom there have been the most deals."""
    count = sa.select(sa.func.count()).where(Deal.client_id == Client.id).scalar_subquery()
    owned = sa.select(Client.id).where(Client.owner_id == user_of(role))
    return reading().scalars(owned.order_by(count.desc(), Client.id)).first() or 0


def double_of(client_id: int) -> int:
    """Make the same client once more, as somebody else has heard of it."""
    name = reading().scalars(sa.select(Client.name).where(Client.id == client_id)).one()
    return create_client({"name": name.upper(), "site": "www.example.com", "tags": ["2026"]})


def lead_of_nobody(app: Flask) -> int:
    """Give the newest lead that waits."""
    waiting = sa.text("select id from leads_lead where status = 'open' order by id desc")
    with app.app_context():
        return int(reading().scalars(waiting).first() or 0)


class Quiet:
    """Knows whether a page still fetches something; its stream of changes would never end."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._waiting: set[Request] = set()
        page.on("request", self._begun)
        page.on("requestfinished", self._ended)
        page.on("requestfailed", self._ended)

    def _begun(self, request: Request) -> None:
        if "/live" not in request.url:
            self._waiting.add(request)

    def _ended(self, request: Request) -> None:
        self._waiting.discard(request)

    def come(self) -> None:
        """Wait until everything is there and the charts are drawn."""
        quiet = 0
        for _look in range(600):
            self._page.wait_for_timeout(50)
            quiet = 0 if self._waiting else quiet + 1
            if quiet == 6:
                break
        if self._page.locator("[data-chart]").count():
            self._page.locator("[data-chart] svg").first.wait_for()


@pytest.mark.parametrize("name", PICTURES)
def test_picture_of_a_guide_can_be_taken(
    app: Flask, signed_in_page: SignedInPage, tmp_path: Path, language: str, name: str
) -> None:
    picture = PICTURES[name]
    client = client_of("seller")
    path = picture.path.format(
        client=client,
        double=double_of(client) if "{double}" in picture.path else "",
        deal=deal_of("seller"),
        lead=lead_of_nobody(app),
        seller=user_of("seller"),
        role=role_of("seller"),
        large=LARGE[language],
    )
    width, height = picture.size
    page = signed_in_page(
        user_of(picture.who),
        viewport={"width": width, "height": height},
        color_scheme=picture.theme,
        locale=language,
        reduced_motion="reduce",
    )
    quiet = Quiet(page)
    answer = page.goto(path)
    assert answer is not None
    assert answer.ok
    quiet.come()
    picture.prepare(page, language)
    quiet.come()
    taken = photograph(page, picture.part)
    (folder_of(language, tmp_path) / f"{name}.webp").write_bytes(taken)

    assert taken[8:12] == b"WEBP"


def photograph(page: Page, part: str | None = None) -> bytes:
    """Give what the window shows as WebP, a quarter of the same PNG: Playwright itself has none.

    :param part: what alone is shown, as far as it is in the window.
    """
    page.evaluate("document.activeElement.blur()")  # a cursor blinks
    asked: dict[str, object] = {"format": "webp", "quality": 85}
    if part is not None:
        asked["clip"] = page.locator(part).first.evaluate(IN_WINDOW)
    answer = page.context.new_cdp_session(page).send("Page.captureScreenshot", asked)
    return base64.b64decode(answer["data"])


IN_WINDOW: Final = """one => {
    const {left, top, right, bottom} = one.getBoundingClientRect();
    const [x, y] = [Math.max(left, 0), Math.max(top, 0)];
    const [width, height] = [Math.min(right, innerWidth) - x, Math.min(bottom, innerHeight) - y];
    return {x: x + scrollX, y: y + scrollY, width, height, scale: 1};
}"""


def folder_of(language: str, otherwise: Path) -> Path:
    """Give where pictures go: into the documentation where SALESMAN_PICTURES=1 asks for it."""
    return FOLDER / language if os.environ.get("SALESMAN_PICTURES") == "1" else otherwise
