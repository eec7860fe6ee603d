"""Every page: in both languages and themes, wide and narrow, for everybody who reads it.

An ordinary run looks at a third of the pages, each in one of these ways, which the seed of the run
chooses: each way is met by some page every time, and by each page sooner or later. ``make soak``
looks at all.
"""

from __future__ import annotations

import io
import itertools
import random
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, Request, Response
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError
from salesman_calendar import invitation_letters, invitations
from salesman_calendar.models import Guest
from salesman_conveyor.service import hand_over, return_handover
from salesman_conveyor.service import take as take_handover
from salesman_conveyor.testing import staff
from salesman_discussions.messages import change_message, post_message, react
from salesman_discussions.service import close_thread, open_thread
from salesman_documents.approval.queries import last_approval
from salesman_documents.approval.queries import steps as steps_of
from salesman_documents.approval.routes import set_route
from salesman_documents.approval.service import begin, decide
from salesman_documents.defaults import make_templates
from salesman_documents.making import generate, upload
from salesman_documents.publishing import make_link as share
from salesman_documents.service import create_document
from salesman_documents.testing import docx_of
from salesman_invoices.acts.remaining import lines_left
from salesman_invoices.acts.service import cancel_act, issue_act, make_act
from salesman_invoices.payments.service import enter_payment
from salesman_invoices.schedule.service import replace_steps
from salesman_invoices.service import cancel_invoice, issue_invoice, make_invoice
from salesman_leads.channels.schemas import ChannelSchema, LinkSchema
from salesman_leads.channels.service import add_channel, make_link
from salesman_leads.forms.models import FIELDS, Form
from salesman_leads.forms.service import create_form
from salesman_leads.mailbox.schemas import MailboxSchema
from salesman_leads.mailbox.service import add_mailbox, try_mailbox
from salesman_leads.testing import FORM, asked
from salesman_mailing.bounces.models import BadAddress, Returned
from salesman_mailing.campaigns.models import Campaign, Recipient
from salesman_mailing.leaving.links import leave_url
from salesman_mailing.readers.models import Click, LetterLink
from salesman_mailing.services.models import (
    COMING_IN,
    GOING_OUT,
    PLANNED,
    Change,
    Happened,
    Link,
)
from salesman_requisites.companies.parts import ACCOUNTS, SIGNERS
from salesman_requisites.companies.pictures import keep_picture
from salesman_requisites.companies.service import archive_company
from salesman_requisites.testing import ACCOUNT, SIGNER, own_company, png

from salesman_core.access.models import User
from salesman_core.access.person import SYSTEM, acting_as, load_person
from salesman_core.clients.merging import merge_clients
from salesman_core.clients.service import delete_client
from salesman_core.clock import now, today
from salesman_core.db import reading, writing
from salesman_core.deals import queries
from salesman_core.deals.pipelines import change_stage
from salesman_core.deals.service import close_deal, freeze_deal
from salesman_core.jobs import State, enqueue, jobs_in
from salesman_core.jobs.models import JOBS
from salesman_core.people.links import Purpose, link_for
from salesman_core.people.service import deactivate
from salesman_core.plugins.models import PluginFault
from salesman_core.plugins.switches import keep_pending_faults
from salesman_core.records.bulk.choosing import chosen_by_ids
from salesman_core.records.bulk.service import begin_run
from salesman_core.records.custom.service import define_field, retire_field
from salesman_core.records.files import attach, keep_file
from salesman_core.records.imports.keeping import begin_import
from salesman_core.records.imports.saved import keep_mapping, mappings_of
from salesman_core.records.merging.finding import Found, keep_found
from salesman_core.records.notes import write_note
from salesman_core.services.company import change_company, company
from salesman_core.services.rates import put_rate
from salesman_core.services.sealing import unsealed
from salesman_core.testing.application import UPGRADED, running, upgraded
from salesman_core.testing.browser import complaints, sign_in
from salesman_core.testing.databases import Template
from salesman_core.testing.people import PASSWORD, Make, api_of
from salesman_core.toolkit import judge

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]

NOWHERE: Final = "about:blank"

PAGES: Final = {
    "administration.company_form": "/admin/company",
    "administration.plugins": "/admin/plugins",
    "administration.purge_form": "/admin/plugins/leads/purge",
    "administration_places.index": "/admin/plugins/places",
    "analytics.funnel": "/analytics/funnel?closed_on__isnull=false",
    "analytics.index": "/analytics",
    "analytics.losses": "/analytics/losses?closed_on__isnull=false",
    "analytics.calibration": "/analytics/calibration?closed_on__isnull=false",
    "analytics.as_of": "/analytics/as-of",
    "analytics.as_of_deals": "/analytics/as-of/deals",
    "analytics.report": "/analytics/reports/analytics.sellers",
    "audit.index": "/admin/audit",
    "bin.index": "/bin",
    "calendar.card": "/calendar/1",
    "calendar.day": "/calendar",
    "calendar.edit": "/calendar/1/edit",
    "calendar.finish_form": "/calendar/1/done",
    "calendar.index": "/calendar/activities",
    "calendar.kinds": "/calendar/kinds",
    "calendar.new": "/calendar/new",
    "calendar.show_climbing": "/calendar/climbing?period=this_year",
    "calendar.show_grid": "/calendar/grid?view=week",
    "calendar.subscription": "/calendar/subscription",
    "calendar.without_next": "/calendar/next?whose=all",
    "catalogue.card": "/catalogue/1",
    "catalogue.categories": "/catalogue/categories",
    "catalogue.choices": "/catalogue/choices",
    "catalogue.index": "/catalogue",
    "catalogue.lines": "/catalogue/deals/2/lines",
    "catalogue.new": "/catalogue/new",
    "conveyor.card": "/conveyor/1",
    "conveyor.desk": "/conveyor",
    "conveyor.handovers": "/conveyor/handovers",
    "conveyor.line": "/conveyor/line",
    "conveyor.new": "/conveyor/give/deal/3",
    "conveyor.show_stations": "/conveyor/stations",
    "discussions.card": "/discussions/1",
    "discussions.close_form": "/discussions/1/close",
    "discussions.edit": "/discussions/1/edit",
    "discussions.former": "/discussions/messages/2/former",
    "discussions.index": "/discussions",
    "discussions.letters": "/discussions/letters",
    "discussions.new": "/discussions/new?deal_id=2",
    "documents.approval": "/documents/1/approval",
    "documents.card": "/documents/1",
    "documents.compare": "/documents/1/compare",
    "documents.edit_type": "/documents/types/1",
    "documents.index": "/documents",
    "documents.new": "/documents/new?deal_id=1",
    "documents.new_template": "/documents/templates/new",
    "documents.new_type": "/documents/types/new",
    "documents.route": "/documents/types/1/route",
    "documents.template": "/documents/templates/1?deal_id=2",
    "documents.templates": "/documents/templates",
    "documents.types": "/documents/types",
    "inquiries.card": "/inquiries/1",
    "inquiries.choices": "/inquiries/choices",
    "inquiries.index": "/inquiries",
    "invoices.act_card": "/invoices/acts/1",
    "invoices.act_send_form": "/invoices/acts/2/send",
    "invoices.acts": "/invoices/acts",
    "invoices.card": "/invoices/1",
    "invoices.index": "/invoices",
    "invoices.letters_settings": "/invoices/letters",
    "invoices.new": "/invoices/new?deal_id=3",
    "invoices.new_act": "/invoices/2/act",
    "invoices.new_payment": "/invoices/payments/new?client_id=1",
    "invoices.payment_card": "/invoices/payments/1",
    "invoices.payments": "/invoices/payments",
    "invoices.reminding": "/invoices/letters/reminders/1",
    "invoices.schedule": "/invoices/deals/3/schedule",
    "invoices.send_form": "/invoices/1/send",
    "invoices.wording": "/invoices/letters/before/ru",
    "inquiries.new": "/inquiries/new",
    "inquiries.show_figures": "/inquiries/figures?period=this_year",
    "mailing.ask_reason": "/mailing/1/keep-out?record=client:1",
    "mailing.campaign": "/mailing/campaigns/2",
    "mailing.campaigns": "/mailing/campaigns",
    "mailing.card": "/mailing/1",
    "mailing.choose_list": "/mailing/3/link/unisender",
    "mailing.choose_fields": "/mailing/links/1/fields",
    "mailing.choose_filter": "/mailing/choose?group=1&of=client&tag=fair",
    "mailing.consent_of": "/mailing/consent/client/1",
    "mailing.edit": "/mailing/1/edit",
    "mailing.edit_campaign": "/mailing/campaigns/1/edit",
    "mailing.followed_by": "/mailing/campaigns/2/followed/deals",
    "mailing.index": "/mailing",
    "mailing.link": "/mailing/links/1",
    "mailing.new": "/mailing/new",
    "mailing.new_campaign": "/mailing/campaigns/new",
    "mailing.purposes": "/mailing/purposes",
    "mailing.reports_about_none": "/mailing/campaigns/struck-off/reports",
    "mailing.struck_off": "/mailing/campaigns/struck-off",
    "plans.compare": "/plans/compare?whose=company",
    "plans.index": "/plans/",
    "plans.show_basis": "/plans/basis",
    "plans.show_figure": "/plans/figure?whose=company",
    "plans.show_people": "/plans/people",
    "clients.card": "/clients/1",
    "clients.index": "/clients",
    "clients.doubles_found": "/clients/doubles",
    "clients.merge": "/clients/merge?id=1&id=2",
    "clients.merge_with": "/clients/2/merge",
    "clients.merging": "/clients/mergings/1",
    "clients.mergings": "/clients/mergings",
    "clients.new": "/clients/new",
    "clients.rung": "/clients/1/rung",
    "custom_fields.confirm_delete": "/admin/fields/1/delete",
    "custom_fields.edit": "/admin/fields/2",
    "custom_fields.index": "/admin/fields?kind=deal",
    "custom_fields.new": "/admin/fields/new?kind=deal",
    "deals.board": "/deals/board",
    "deals.card": "/deals/1",
    "deals.index": "/deals",
    "deals.new": "/deals/new",
    "desk.index": "/",
    "faults.fault": "/admin/faults/{fault}",
    "faults.index": "/admin/faults",
    "funnel.index": "/reports/funnel?period=all",
    "holidays.index": "/admin/holidays?year=2027",
    "imports.index": "/admin/import",
    "imports.mapping": "/admin/import/mappings/{mapping}",
    "imports.name_mapping": "/admin/import/{import}/mapping",
    "imports.one": "/admin/import/{import}",
    "imports.values": "/admin/import/{import}/values/name",
    "jobs.discard_all_form": "/admin/jobs/kinds/core.tidy/discard",
    "jobs.discard_form": "/admin/jobs/{dead}/discard",
    "jobs.index": "/admin/jobs",
    "jobs.one": "/admin/jobs/{dead}",
    "leads.absences": "/leads/absences",
    "leads.call_results": "/leads/call-results",
    "leads.card": "/leads/1",
    "leads.new_rule": "/leads/rules/new",
    "leads.queue": "/leads/queue",
    "leads.results": "/leads/results",
    "leads.rule": "/leads/rules/1",
    "leads.rules": "/leads/rules",
    "leads.edit_form": "/leads/forms/1",
    "leads.forms": "/leads/forms",
    "leads.index": "/leads",
    "leads.junk_rules": "/leads/forms/junk",
    "leads.new": "/leads/new",
    "leads.new_form": "/leads/forms/new",
    "leads.catalogue": "/leads/channels/catalogue",
    "leads.channel": "/leads/channels/1",
    "leads.channel_rows": "/leads/channels/rows/leads?period=all",
    "leads.channels": "/leads/channels?period=all",
    "leads.links": "/leads/channels/links",
    "leads.mailbox": "/leads/mailboxes/1",
    "leads.mailboxes": "/leads/mailboxes",
    "leads.new_channel": "/leads/channels/new",
    "leads.new_mailbox": "/leads/mailboxes/new",
    "leads.paste_form": "/leads/paste",
    "lists.run": "/lists/runs/{run}",
    "lists.runs": "/lists/runs?{run}",
    "notices.index": "/notices",
    "people.deactivate_form": "/admin/users/2/deactivate",
    "people.new_user": "/admin/users/new",
    "people.team": "/admin/teams/1",
    "people.teams": "/admin/teams",
    "people.user": "/admin/users/2",
    "people.users": "/admin/users",
    "people_record_why.why_mine": "/records/client/1/why",
    "people_mail.index": "/admin/mail",
    "people_why.why": "/admin/users/2/why?record=client:1",
    "people_roles.index": "/admin/roles",
    "people_roles.role": "/admin/roles/1",
    "pipelines.index": "/admin/pipelines",
    "profile.index": "/profile",
    "rates.index": "/admin/rates",
    "records.history": "/records/client/1/history",
    "requisites.card": "/requisites/1",
    "requisites.counter": "/requisites/numbering/1/invoices.invoice",
    "requisites.edit": "/requisites/1/edit",
    "requisites.edit_part": "/requisites/1/signers/1",
    "requisites.index": "/requisites",
    "requisites.new": "/requisites/new",
    "requisites.new_part": "/requisites/1/accounts/new",
    "requisites.numbering": "/requisites/numbering",
    "requisites.picture_form": "/requisites/1/stamp",
    "unisender.account": "/unisender",
    "rungs.index": "/admin/rungs",
    "search.index": "/search?q=trade",
}
"""Whole pages for people who are signed in, by endpoint."""

FOREIGN_PAGES: Final = {
    "api-documents.reference": "/api/docs",
    "leads.public_form": "/leads/f/{form}",
    "leads.thanks": "/leads/f/{form}/thanks",
}
"""Pages that are drawn their own way, in their own language: Swagger UI, and web forms, which
tests/browser/test_web_forms.py looks at in all ways."""

PUBLIC_PAGES: Final = {
    "mailing.leave": "/mailing/leave/{leave}",
    "calendar.invitation": "/calendar/invitation/{guest}",
    "sign.forgotten_form": "/sign/forgotten",
    "sign.invitation_form": "/sign/invitation/{invitation}",
    "sign.new_password_form": "/sign/password/{password}",
    "sign.sign_in_form": "/sign/in",
}
"""Whole pages for people who are not."""

FIRST_PAGES: Final = {"sign.welcome": "/welcome"}
"""Whole pages for the time before there is anybody."""

NO_PAGES: Final = {
    # parts of pages, which the pages that hold them bring along
    "analytics.glance",
    "calendar.choose_client",
    "calendar.choose_deal",
    "calendar.mine",
    "calendar.of_record",
    "calendar.step_of",
    "clients.contacts",
    "clients.edit_contact",
    "clients.field",
    "clients.finding_progress",
    "clients.new_contact",
    "clients.parts",
    "deals.board_changed",
    "deals.choose_client",
    "deals.field",
    "deals.freezing",
    "deals.lose",
    "deals.parts",
    "deals.transferring",
    "desk.widget",
    "fragments.fill",
    "imports.found",
    "catalogue.find_products",
    "catalogue.suggest",
    "documents.choose_client",
    "documents.choose_deal",
    "catalogue.write_file",
    "conveyor.mine",
    "conveyor.of_client",
    "conveyor.of_deal",
    "conveyor.widget",
    "discussions.catch_up",
    "discussions.choose_record",
    "discussions.edit_message",
    "discussions.mine",
    "discussions.of_record",
    "discussions.part",
    "discussions.side",
    "discussions.suggest",
    "inquiries.find",
    "invoices.act_letters",
    "invoices.choose_client",
    "invoices.letters",
    "inquiries.mine",
    "inquiries.of_client",
    "inquiries.of_deal",
    "imports.progress",
    "leads.choose_client",
    "mailing.count",
    "mailing.find",
    "plans.widget",
    "lists.progress",
    "records.all_files",
    "records.edit_note",
    "records.note",
    "records.view",
    "records.story",
    # addresses that lead on to a page
    "analytics.narrow_funnel",
    "analytics.narrow_losses",
    "analytics.narrow_calibration",
    "audit.narrow",
    "bin.narrow",
    "clients.contact",
    "plans.card",
    "clients.narrow",
    "deals.narrow",
    "deals.narrow_board",
    "calendar.narrow",
    "catalogue.narrow",
    "discussions.message",
    "conveyor.narrow",
    "discussions.narrow",
    "documents.narrow",
    "inquiries.narrow",
    "invoices.narrow",
    "invoices.narrow_acts",
    "invoices.narrow_payments",
    "leads.narrow",
    "mailing.follow_link",
    "mailing.letter",
    "mailing.narrow",
    "mailing.narrow_campaigns",
    "mailing.narrow_choice",
    "people_record_why.why_of",
    # what takes many records of somebody who left: tests/people looks at it
    "people.handing_over_page",
    # files, streams and signs of life
    "administration.export",
    "assets.built_static",
    "assets.plugin_static",
    "calendar.list_entries",
    "calendar.show_feed",
    "documents.shared",
    "analytics.funnel_file",
    "analytics.losses_file",
    "analytics.calibration_file",
    "analytics.as_of_file",
    "analytics.report_file",
    "documents.template_file",
    "documents.version_file",
    "documents.waiting",
    "health.alive",
    "health.ready",
    "live.numbers",
    "live.stream",
    "mailing.show_picture",
    "imports.mapping_file",
    "invoices.act_paper",
    "invoices.paper",
    "imports.refused",
    "imports.worth_a_look",
    "lists.file",
    "records.download",
    "records.preview",
    "records.show",
    "requisites.show_picture",
    "leads.form_script",
}
EMPTY_PAGES: Final = ("/", "/clients", "/deals", "/deals/board", "/reports/funnel", "/search?q=no")
FURTHER_PAGES: Final = {"lost": "/deals/29", "frozen": "/deals/31"}
"""Cards that look otherwise than the first ones."""


@dataclass(frozen=True)
class Look:
    """A way in which somebody looks at a page."""

    language: str
    theme: Literal["light", "dark"]
    width: int

    def __str__(self) -> str:
        """Give it as the test's name shows it."""
        return f"{self.language}-{self.theme}-{self.width}"


LOOKS: Final = [
    Look(language, "light" if light else "dark", width)
    for language, light, width in itertools.product(("en", "ru"), (True, False), (1440, 390))
]


NARROW: Final = Look("en", "light", 390)
SMALL_PHONE: Final = 360

OpenPage = Callable[[int | None, str, Look], Response]
LookAt = Callable[..., None]


def look_of(place: str, config: pytest.Config) -> Look:
    """Give the look at a page whose turn it is in this run."""
    seed = config.getoption("randomly_seed", 0)
    return random.Random(f"{seed} {place}").choice(LOOKS)


def fill(url: str) -> None:
    """Fill a database with a bit of everything, long and short, in both alphabets."""
    upgraded(url)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(url, Path(folder)) as app,
    ):
        make = Make(app)
        people(make)
        custom_fields()
        clients(make)
        deals(make)
        leads(app, make)
        web_form()
        activities(app, make)
        inquiries(app, make)
        discussions(make)
        groups(app)
        conveyor(make)
        campaigns(app)
        plans(app)
        own_companies(make)
        catalogue(app)
        documents()
        invoices()
        doubles(make)
        dead_jobs()
        host = app.extensions["salesman_host"]
        host.dispatcher.faults.note("leads", "salesman_nav_items", ValueError("out of order"))
        keep_pending_faults(host)


def people(make: Make) -> None:
    make.user("administrator", password=PASSWORD)
    sales = make.team("Отдел продаж")
    make.user("seller", name="Константин Константинопольский", team_id=sales)
    make.user("head", team_id=sales)
    make.team("North-west", parent_id=sales)
    deactivate(make.user("lawyer", name="Somebody who has left"))


def custom_fields() -> None:
    """Define a field of each type for clients and deals; the first one of deals is out of use."""
    options = [{"title": "Шифер"}, {"title": "Slate"}]
    for kind in ("deal", "client"):
        for type_ in (
            "text",
            "choice",
            "choices",
            "number",
            "money",
            "date",
            "flag",
            "user",
            "link",
        ):
            define_field(kind, {"label": f"Field of {type_}", "type": type_, "options": options})
    retire_field(1)


def clients(make: Make) -> None:
    long = make.client(
        name="Trade of A Client With a Very Long Name That Goes On and On and On, Ltd",
        phones=["+7 912 345 67 89", "not a number at all"],
        emails=["somebody.with.a.long.address@a-rather-long-domain.example"],
        tags=["vip", "steel"],
        imported={"Sector": "Steel"},
    )
    make.contact(long, name="Анна Керн", phones=["8 800 555 35 35"])
    write_note("client", long, "They want beams, and <soon>.")
    attach("client", long, "offer.txt", io.BytesIO(b"beams"))
    for number in range(60):
        make.client(name=f"Торговый дом № {number}" if number % 2 else f"Trade {number}")
    delete_client(make.client(name="A client that nobody was to delete, and somebody did"))


def deals(make: Make) -> None:
    stages = queries.pipelines(reading())[0]["stages"]
    reason = queries.close_reasons(reading())[0].id
    with writing() as session:
        put_rate(session, "RUB", "USD", date(2026, 1, 1), Decimal("92.5"))
    make.deal(
        name="A deal with a name that is about as long as names of deals become in practice",
        client_id=1,
        amount=Decimal("123456789.50"),
        cost=Decimal(1000),
        imported={"Region": "North"},
        contact_ids=[1],
        participants=[{"user_id": make.user("lawyer"), "part": "contract"}],
    )
    for number in range(27):
        stage = stages[number % len(stages)]["id"]
        make.deal(
            name=f"Сделка {number}",
            client_id=number + 1,
            amount=Decimal(number * 1000),
            currency="USD" if number % 7 == 0 else "RUB",
            stage_id=stage,
            expected_on=date(2026, 1, 1 + number % 28),
        )
    close_deal(make.deal(amount=Decimal(100)), "lost", reason)
    close_deal(make.deal(amount=Decimal(100)), "won")
    frozen = make.deal(name="Beams", amount=Decimal("123456789.50"))
    freeze_deal(frozen, today(company().tz) + timedelta(days=9), "The budget comes in spring")
    change_stage(stages[1]["id"], {"required": ["client_id", "amount", "expected_on", "cost"]})


def leads(app: Flask, make: Make) -> None:
    api = api_of(app, administrator_id())
    for number in range(10):
        lead = {"name": f"Пётр {number}", "phones": ["8 916 123-45-67"], "text": "Call me? " * 20}
        assert api.post("/leads", lead).status_code == 201
    write_note("leads.lead", 1, "They want beams, and <soon>.")
    attach("leads.lead", 1, "brief.txt", io.BytesIO(b"beams"))
    mailbox = {"host": "127.0.0.1", "way": "imap", "port": 1, "user": "leads@example.com"}
    mailbox_id = add_mailbox(judge(MailboxSchema(), {**mailbox, "password": "x", "folder": "A"}))
    try_mailbox(mailbox_id)  # nobody answers there, and the page says so
    tags = {"utm_source": "yandex", "utm_campaign": "осенняя распродажа станков " * 6}
    add_channel(judge(ChannelSchema(), {"name": "Реклама", "monthly_cost": "60000", **tags}))
    make_link(judge(LinkSchema(), {"title": "Осень", "address": "example.com/sale", **tags}))
    assert api.post("/leads", {"name": "Анна", **tags}).status_code == 201


def web_form() -> None:
    """Build a form that asks for all that a form may ask for."""
    fields = [{**asked(kind), "required": kind == "phone"} for kind in FIELDS]
    long = "Я согласен на обработку моих персональных данных. " * 8
    create_form({**FORM, "fields": fields, "consent": long, "heading": "Напишите нам"})


def documents() -> None:
    """Make a contract of two versions, one of them edited, for a deal with several lines."""
    make_templates("ru")
    wanted = {"type_id": 1, "template_id": 1, "deal_id": 2, "subject": "Поставка " * 20}
    document_id = create_document(wanted)
    generate(document_id, anyway=True)
    edited = docx_of("Договор", "Цена договора иная.")
    upload(document_id, "Договор с правками.docx", io.BytesIO(edited), "правки клиента")
    share(document_id, 2)
    approved(document_id)


def approved(document_id: int) -> None:
    """Let a contract be refused at length, and be asked for once more."""
    asked = administrator_id()
    steps = [{"stage": stage, "user_id": asked, "days": stage} for stage in (1, 2)]
    set_route(1, {"steps": steps})
    begin(document_id, {"note": "Клиент торопит. " * 10})
    last = last_approval(reading(), document_id)
    assert last is not None
    values = {"verdict": "refused", "comment": "Нет неустойки. " * 20, "hash": last.hash}
    with acting_as(load_person(reading(), asked) or SYSTEM):
        decide(document_id, steps_of(reading(), [last.id])[last.id][0].id, values)
    begin(document_id, {"note": "Исправлено."})


def catalogue(app: Flask) -> None:
    """Sell something, under names as long as they become, in a deal with several lines."""
    api = api_of(app, administrator_id())
    shelf = api.post("/catalogue/categories", {"name": "Складское оборудование"}).json["id"]
    inner = {"name": "Стеллажи " * 6, "parent_id": shelf}
    category = api.post("/catalogue/categories", inner).json["id"]
    sold = []
    for number in range(12):
        rack = {
            "name": "Стеллаж складской сборный с усиленными балками, оцинкованный, 2500 мм",
            "article": f"СТ-2500-{number}",
            "unit": "шт.",
            "category_id": category if number % 3 else None,
            "prices": [{"level_id": 1 + number % 3, "price": "123456789.50"}],
            "vat_rate_id": 2,
            "cost": "60000",
            "description": "Call them " * 20,
        }
        sold.append(api.post("/catalogue", rack).json["id"])
    lines = [{"product_id": id_, "quantity": "3", "price": "1250000.50"} for id_ in sold[:4]]
    lines += [{"name": "Доставка до склада", "quantity": "1", "price": "5000", "vat_percent": "20"}]
    lines[0] |= {"discount_percent": "7.5"}
    answer = api.request("PUT", "/catalogue/deals/2/lines", {"lines": lines})
    assert answer.status_code == 200


def invoices() -> None:
    """Bill a deal in steps, and let some of it be paid late, ahead and back."""
    steps = [
        {"title": "Предоплата после подписания договора", "percent": Decimal(30)},
        {"title": "После поставки на склад " * 4, "percent": Decimal("69.99")},
    ]
    replace_steps(3, [{**one, "due_on": date(2026, 1, 20 + n)} for n, one in enumerate(steps)])
    lines = [
        {"name": f"Стеллаж складской сборный с усиленными балками {number}", "unit": "шт."}
        | {"quantity": Decimal(number), "price": Decimal("123456.50"), "vat_percent": Decimal(20)}
        for number in range(1, 8)
    ]
    said = {"client_id": 1, "purpose": "Складское оборудование " * 8, "lines": lines}
    made = [make_invoice({**said, "due_on": date(2026, 2, 1 + n)}) for n in range(6)]
    for invoice_id in made[:4]:
        issue_invoice(invoice_id, date(2026, 1, 20))
    cancel_invoice(made[3], "Выставлен дважды, по просьбе клиента")
    enter_payment({"amount": Decimal("9999999.99"), "invoice_id": made[0], "client_id": 1})
    enter_payment({"amount": Decimal(5000), "invoice_id": made[1], "reference": "№ 118 / 2026"})
    acts(made[1])


def acts(invoice_id: int) -> None:
    """Confirm some of an invoice: issued, cancelled, and the last one a draft."""
    lines = [one.line.id for one in lines_left(reading(), invoice_id)]
    for line_id in lines[:3]:
        said = {"comment": "Склад принял без замечаний. " * 5, "kind": "delivery"}
        quantities = [{"invoice_line_id": line_id, "quantity": Decimal("0.5")}]
        act_id = make_act({"invoice_id": invoice_id, **said, "quantities": quantities})
        if line_id != lines[0]:
            issue_act(act_id)
    cancel_act(act_id, "Отгружено в другой день")


def inquiries(app: Flask, make: Make) -> None:
    """Let somebody with a headset have taken a few, some of them late."""
    api = api_of(app, administrator_id())
    asked = [{"name": "Упаковочная лента " * 5, "quantity": "360", "price": "95.50"}]
    for number in range(8):
        called = {
            "channel_id": 1 + number % 5,
            "name": "Пётр Константинович",
            "company": "Завод упаковки",
            "phones": ["8 916 123-45-67"],
            "subject": "Узнать цену и сроки поставки",
            "text": "Call them " * 20,
            "products": asked,
            "source": "Exhibition",
        }
        called |= {"client_id": 1} if number % 2 else {"deadline_at": "2026-01-01T09:00:00Z"}
        assert api.post("/inquiries", called).status_code == 201


def discussions(make: Make) -> None:
    """Let colleagues discuss a deal and a lead, at length and with all that a message may hold."""
    lawyer = make.user("lawyer", name="Анна Константинопольская")
    bert = make.user("lawyer", name="Bert")
    long = "Договор согласован с оговорками по отсрочке платежа и пеням за просрочку. " * 6
    table = "| Этап | Сумма |\n|---|---|\n| Аванс | 1 250 000,50 |\n\n- один\n- два\n\n> цитата"
    with make.acting(administrator_id()):
        about = {"deal_id": 2, "about_kind": "leads.lead", "about_id": 1}
        thread = open_thread({"subject": long[:280], "text": f"@Bert {table}", **about})
        said = post_message(thread, {"text": f"{long}\n\n```\n{'x' * 200}\n```"})
        change_message(said, long)
        files = [keep_file("план.png", png()), keep_file("brief.txt", io.BytesIO(b"x"))]
        post_message(thread, {"text": "@Анна Константинопольская?", "quoted_id": said}, files)
        for sign in ("agree", "done"):
            react(said, sign)
        for number in range(12):
            open_thread({"subject": f"Скидка {number}", "participant_ids": [lawyer]})
        close_thread(2, long)
    with make.acting(bert):
        post_message(thread, {"text": f"@{make.person(administrator_id()).name}, {long}"})


def groups(app: Flask) -> None:
    """Make groups that name clients and follow filters, and let some of these people object."""
    api = api_of(app, administrator_id())
    long = "Постоянные клиенты Северо-Западного округа, которые были на выставке в марте "
    for number in range(12):
        told = {"name": f"{long}{number}", "description": long * 3}
        assert api.post("/mailing", told).status_code == 201
    named = {"about_kind": "client", "about_ids": list(range(1, 30))}
    assert api.post("/mailing/1/members", named).status_code == 200
    followed = {"kind": "client", "filter": "name__contains=о&kind=company", "whom": "contacts"}
    assert api.post("/mailing/1/filters", followed).status_code == 200
    out = {"about_kind": "client", "about_id": 2, "reason": long * 3}
    assert api.post("/mailing/1/keep-out", out).status_code == 200
    with writing() as session:
        named = {"service": "unisender", "list_title": long, "by_name": "Анна Константинопольская"}
        link = Link(group_id=1, list_id="17", state=PLANNED, created_at=now(), **named)
        link.by_id = administrator_id()
        link.compared_at, link.problem = now(), "UniSender не отвечает. " + long
        session.add(link)
        session.flush()
        for number, what in enumerate((*COMING_IN, *GOING_OUT) * 8):
            told = {"fields": {"name": long}, "tags": ["выставка", "Северо-Запад"] * 4}
            address = f"long-address-{number}@postoyannye-klienty.example"
            session.add(Change(link_id=link.id, what=what, address=address, told=told))
            told = {"key": str(number), "what": "left", "taken_at": now(), "at": now()}
            session.add(Happened(service="unisender", address=address, **told))


def conveyor(make: Make) -> None:
    """Let deals wait, be worked on, come back and end, all of them with the administrator."""
    for place in range(4):
        station = staff(place, administrator_id())
    told = {"station_id": station, "note": "Ждут договор до пятницы. " * 8}
    told |= {"open_points": ["Уточнить реквизиты и подписанта " * 3, "Sign"]}
    with make.acting(administrator_id()):
        for deal_id in (1, 2, 4):
            handover_id = hand_over("deal", deal_id, told)
        return_handover(handover_id, 1, "Нет подписи и печати " * 9)
        take_handover(1)


def campaigns(app: Flask) -> None:
    """Make a campaign whose letter is not whole, and one of which letters are interrupted."""
    api = api_of(app, administrator_id())
    long = "Весенние цены на насосы и котлы для постоянных клиентов Северо-Запада "
    text = "# {{ nmae }}\n\n[Смотреть](https://firm.ru/prices)\n\n---\n\n{{ company }}"
    for number in range(3):
        told = {"name": f"{long}{number}", "subject": long, "text": text, "group_id": 1}
        assert api.post("/mailing/campaigns", told).status_code == 201
    fates = ("sent", "sent", "waiting", "interrupted", "refused", "skipped")
    with writing() as session:
        one = session.get_one(Campaign, 2)
        one.state, one.started_at, one.problem = "paused", now(), "451 4.7.1 " + long
        one.follows_readers = True
        target = "https://firm.ru/prices?utm_source=letter&utm_campaign=" + "vesna-" * 40
        session.add_all(LetterLink(campaign_id=2, position=n, target=target) for n in (1, 2))
        for number, fate in enumerate(fates * 10):
            client = {"kind": "client", "record_id": number + 1, "client_id": number + 1}
            to = {"address": f"long-address-{number}@postoyannye-klienty.example", "name": long}
            error = "550 5.1.1 no such mailbox" if fate == "refused" else ""
            told = {"campaign_id": 2, "domain": "example", "fate": fate, "error": error}
            went = now() - timedelta(days=1) if fate == "sent" else None
            recipient = Recipient(**told, **to, **client, sent_at=went, opened_at=went, opens=2)
            session.add(recipient)
        session.flush()
        session.add(Click(recipient_id=recipient.id, link_id=1, first_at=now(), times=12345))
        words = f"550 5.1.1 <{to['address']}> no such mailbox: {long}"
        for number in range(60):
            bad = {"address": f"{number}-{to['address']}", "words": words, "at": now()}
            session.add(BadAddress(**bad))
            session.add(Returned(**bad, message_id=str(number), kind="hard", status="5.1.1"))


def plans(app: Flask) -> None:
    """Let the company and the administrator have plans, some of them fulfilled and some not."""
    api = api_of(app, administrator_id())
    day = today(company().tz).replace(day=1).isoformat()
    for metric, value in (("turnover", "12345678.90"), ("margin", "1"), ("deals", "3")):
        for user_id in (None, administrator_id()):
            said = {"user_id": user_id, "month": day, "metric": metric, "value": value}
            assert api.post("/plans", said).status_code == 200
    assert api.post("/plans/bases", {"basis": "closed", "since": day}).status_code == 200


def own_companies(make: Make) -> None:
    """Enter a company with all that it can have, and one that is archived."""
    long = "Общество с ограниченной ответственностью «Торговый дом Северо-Западного округа» "
    with make.acting(administrator_id()):
        company_id = own_company(name=long * 2, short_name=long, inn="7707083893", code="ТД")
        for values in (ACCOUNT, ACCOUNT | {"bank": long}):
            ACCOUNTS.add(company_id, values)
            SIGNERS.add(company_id, SIGNER | {"post": long})
        keep_picture(company_id, "stamp", png(300, 300))
        archive_company(own_company(name="Nordlager GmbH", country="DE"))


def activities(app: Flask, make: Make) -> None:
    """Let the administrator have a full day, with something overdue and something done."""
    api = api_of(app, administrator_id())
    kinds = api.get("/calendar/kinds").json["items"]
    for number in range(8):
        moment = now().replace(hour=6 + number, minute=0, second=0, microsecond=0)
        values = {
            "kind_id": kinds[number % len(kinds)]["id"],
            "subject": "Обсудить предложение и сроки поставки",
            "text": "Call them " * 20,
            "deal_id": 1,
            "priority": ("low", "normal", "high")[number % 3],
            "starts_at": (moment - timedelta(days=number % 2)).isoformat(),
            "remind_minutes": 15,
        }
        assert api.post("/calendar", values).status_code == 201
    result = {"result_id": kinds[3]["results"][0]["id"], "result_text": "They ask for samples"}
    assert api.post("/calendar/4/done", result).status_code == 200


def doubles(make: Make) -> None:
    """Let some clients be there twice, of whom two were merged already."""
    twins = [make.client(name=f"ООО «Ромашка {'и другие ' * 5}»") for _number in range(4)]
    merge_clients(twins[0], [twins[1]])
    with writing() as session:
        keep_found(session, "client", {(twins[2], twins[3]): Found(0.9, ["core.phone", "name"])})


def dead_jobs() -> None:
    """Let work of several kinds have failed for good."""
    error = "Traceback (most recent call last):\nConnectionRefusedError: [Errno 111] refused"
    with writing() as session:
        for name in ("core.tidy", "core.letter", "leads.remind", "core.tidy"):
            enqueue(session, name, {"letter_id": 1})
        ended = {"state": State.DEAD.value, "ended_at": now(), "error": error, "attempts": 8}
        session.execute(JOBS.update().where(JOBS.c.state == State.READY.value).values(ended))
        enqueue(session, "core.tidy", delay=24 * 3600)


@pytest.fixture
def database_template() -> Template:
    """A database with a bit of everything."""
    return Template("every_page", fill)


def path_of(place: str) -> str:
    """Fill in what only the database knows."""

    def proof(purpose: Purpose) -> str:
        user = reading().get_one(User, administrator_id())
        return link_for(user, purpose).rpartition("/")[2]

    known: dict[str, Callable[[], str | None]] = {
        "form": lambda: reading().scalars(sa.select(Form.key)).first(),
        "dead": lambda: str(jobs_in(State.DEAD, limit=1)[0].id),
        "fault": lambda: reading().scalars(sa.select(PluginFault.reference)).first(),
        "import": lambda: str(begun_import()),
        "mapping": lambda: str(kept_mapping()),
        "run": lambda: str(tagged()),
        "guest": invited,
        "invitation": lambda: proof(Purpose.INVITATION),
        "password": lambda: proof(Purpose.PASSWORD),
        "leave": lambda: leave_url("stranger@example.com", 1).rpartition("/")[2],
    }
    return place.format(**{name: give() for name, give in known.items() if f"{{{name}}}" in place})


def invited() -> str:
    """Invite somebody to an activity; give the key of their link."""
    guest_id = invitations.invite(2, "anna@client.example", name="Анна", whole=False)
    kept = reading().get_one(Guest, guest_id).sealed_key
    return unsealed(kept, invitation_letters.PURPOSE)


def begun_import() -> int:
    """Bring a file in, whose columns wait to be chosen."""
    administrator = load_person(reading(), administrator_id())
    assert administrator is not None
    with acting_as(administrator):
        rows = io.BytesIO("Name,Phone,Цвет\nTrade,8 912 345 67 89,синий\n".encode())
        return begin_import("clients", "clients.csv", rows)


def kept_mapping() -> int:
    """Keep a mapping that says all that one can say."""
    administrator = load_person(reading(), administrator_id())
    assert administrator is not None
    tables = {
        "columns": {"Name": "name", "Цвет": {"field": "source", "when": {"Phone": ["", "1"]}}},
        "compose": {"note": "{Name}, {Phone}"},
        "values": {"source": {"синий": "Синий", "*": ""}},
        "defaults": {"address": "Тверь"},
        "options": {"match": ["name"], "source": "old", "create_missing": ["owner"]},
    }
    values = {"name": "Old system", "sharing": "private", "mapping": tables}
    headings = ["Name", "Phone", "Цвет"]
    with acting_as(administrator):
        kept = mappings_of(["clients"])
        return kept[0].id if kept else keep_mapping("clients", {**values, "headings": headings})


def tagged() -> int:
    """Tag two clients at once, of whom one is not there."""
    administrator = load_person(reading(), administrator_id())
    assert administrator is not None
    with acting_as(administrator):
        return begin_run("client", "core.tag", {"add": ["vip"]}, chosen_by_ids([1, 987654]))


class Window:
    """A page that is led from address to address, and what it says and fetches there.

    :param said: what the console has warned of since the last arrival, and errors of scripts.
    """

    def __init__(self, page: Page) -> None:
        """Listen to a page."""
        self.page = page
        self.said = complaints(page)
        self._waiting: set[Request] = set()
        page.on("request", self._begun)
        for end in ("requestfinished", "requestfailed"):
            page.on(end, lambda one: self._waiting.difference_update({one}))

    def _begun(self, request: Request) -> None:
        if "/live" not in request.url:  # the stream of changes would never end
            self._waiting.add(request)

    def arrive(self, address: str) -> Response:
        """Open a page as if it were the first, and wait for all that it fetches."""
        self.leave()
        response = self.page.goto(address)
        assert response is not None
        quiet = 0
        for _look in range(400):
            self.page.wait_for_timeout(50)
            quiet = 0 if self._waiting else quiet + 1
            if quiet == 3:
                return response
        pytest.fail(f"{address} still waits for {[one.url for one in self._waiting]}")

    def leave(self) -> None:
        """Forget the page that is shown, and what it has kept."""
        if self.page.url != NOWHERE:
            self.page.evaluate("() => { localStorage.clear(); sessionStorage.clear() }")
            self.page.goto(NOWHERE)
        self.said.clear()
        self._waiting.clear()


@pytest.fixture(scope="module")
def window(chromium: Browser) -> Iterator[Window]:
    """The one window of all tests: a new one fetches and compiles every script anew."""
    page = chromium.new_page()
    yield Window(page)
    page.close()


@pytest.fixture
def open_page(window: Window, app: Flask, live_server: str) -> Iterator[OpenPage]:
    """What opens a path in a certain look, for a user or for nobody, in a window without a past."""

    def open_page(who: int | None, path: str, look: Look) -> Response:
        window.leave()
        window.page.context.clear_cookies()
        if who is not None:
            sign_in(window.page.context, app, live_server, who)
        window.page.set_viewport_size({"width": look.width, "height": 900})
        window.page.emulate_media(color_scheme=look.theme)
        change_company({"language": look.language})
        keep_file("план.png", png())  # the template of the database has no files beside it
        return window.arrive(f"{live_server}{path}")

    yield open_page
    window.leave()


def faults_of(window: Window, response: Response, path: str, look: Look) -> dict[str, Any]:
    """Give all that is wrong with the page that is shown."""
    seen = window.page.evaluate(
        "() => { const html = document.documentElement;"
        " return [html.lang, html.dataset.bsTheme, html.scrollWidth <= innerWidth] }"
    )
    found = Axe().run(window.page)
    url = window.page.url
    scrolls = look.width == NARROW.width and scrolls_sideways(window.page)
    wrong = {
        "address": url if not url.endswith(path) else None,
        "answer": response.status if response.status != 200 else None,
        "policy": policy_of(response) if not is_strict(policy_of(response)) else None,
        "look": seen if seen != [look.language, look.theme, True] else None,
        "narrower": SMALL_PHONE if scrolls else None,
        "barriers": found.generate_report() if found.violations_count else None,
        "console": [*window.said] or None,
    }
    return {f"{path} {look}: {what}": fault for what, fault in wrong.items() if fault is not None}


def scrolls_sideways(page: Page) -> bool:
    """Tell whether a page is wider than a small phone."""
    page.set_viewport_size({"width": SMALL_PHONE, "height": 740})
    try:  # charts follow the width a moment later
        fits = "() => document.documentElement.scrollWidth <= innerWidth"
        page.wait_for_function(fits, timeout=5_000)
    except PlaywrightTimeoutError:
        return True
    return False


def policy_of(response: Response) -> str:
    return response.headers.get("content-security-policy", "")


def is_strict(policy: str) -> bool:
    """Tell whether a policy lets no script run but the application's own."""
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";") if " " in rule.strip())
    scripts = rules.get("script-src", "").split()
    others = [one for one in scripts if one != "'self'" and not one.startswith("'nonce-")]
    return rules.get("default-src") == "'none'" and "'self'" in scripts and not others


@pytest.fixture
def look_at(window: Window, open_page: OpenPage) -> LookAt:
    """What looks at a page, and fails with all that is wrong."""

    def look_at(who: int | None, place: str, look: Look) -> None:
        path = path_of(place)
        wrong = faults_of(window, open_page(who, path, look), path, look)
        assert wrong == {}, "\n\n".join(f"{where}\n{fault}" for where, fault in wrong.items())

    return look_at


def administrator_id() -> int:
    return reading().scalars(sa.select(User.id).order_by(User.id)).first() or 0


@pytest.mark.turns(8)
@pytest.mark.parametrize("endpoint", sorted(PAGES))
def test_page_is_fit_for_everybody(
    look_at: LookAt, pytestconfig: pytest.Config, endpoint: str
) -> None:
    look_at(administrator_id(), PAGES[endpoint], look_of(endpoint, pytestconfig))


@pytest.mark.parametrize("state", FURTHER_PAGES)
def test_card_in_another_state_is_fit_for_everybody(
    look_at: LookAt, pytestconfig: pytest.Config, state: str
) -> None:
    look_at(administrator_id(), FURTHER_PAGES[state], look_of(state, pytestconfig))


@pytest.mark.turns(2)
@pytest.mark.parametrize("endpoint", sorted(PUBLIC_PAGES))
def test_page_before_the_sign_in_is_fit_for_everybody(
    look_at: LookAt, pytestconfig: pytest.Config, endpoint: str
) -> None:
    look_at(None, PUBLIC_PAGES[endpoint], look_of(endpoint, pytestconfig))


@pytest.mark.soak
@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("endpoint", sorted(PAGES | PUBLIC_PAGES))
def test_page_is_fit_for_everybody_in_each_way(look_at: LookAt, endpoint: str, look: Look) -> None:
    who = administrator_id() if endpoint in PAGES else None
    look_at(who, (PAGES | PUBLIC_PAGES)[endpoint], look)


@pytest.mark.parametrize("endpoint", sorted(FOREIGN_PAGES))
def test_page_of_a_library_obeys_the_policy(
    window: Window, open_page: OpenPage, endpoint: str
) -> None:
    response = open_page(administrator_id(), path_of(FOREIGN_PAGES[endpoint]), NARROW)

    assert is_strict(policy_of(response))
    assert window.page.evaluate("document.documentElement.scrollWidth") <= NARROW.width
    assert window.said == []


class TestEmpty:
    """Pages of an installation in which nobody has done anything yet."""

    @pytest.fixture
    def database_template(self) -> Template:
        """A database as ``salesman init`` leaves it."""
        return UPGRADED

    @pytest.mark.turns(3)
    @pytest.mark.parametrize("place", EMPTY_PAGES)
    def test_page_without_records_is_fit_for_everybody(
        self, make: Make, look_at: LookAt, pytestconfig: pytest.Config, place: str
    ) -> None:
        look_at(make.user("administrator"), place, look_of(place, pytestconfig))

    @pytest.mark.parametrize("endpoint", sorted(FIRST_PAGES))
    def test_first_page_is_fit_for_everybody(
        self, look_at: LookAt, pytestconfig: pytest.Config, endpoint: str
    ) -> None:
        look_at(None, FIRST_PAGES[endpoint], look_of(endpoint, pytestconfig))


def test_every_address_is_looked_at_or_is_no_page(app: Flask) -> None:
    readable = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.rule.startswith("/api/v1/")
    }
    looked_at = PAGES | FOREIGN_PAGES | PUBLIC_PAGES | FIRST_PAGES

    assert readable - NO_PAGES == set(looked_at)
    assert NO_PAGES - readable == set()
    addresses = app.url_map.bind("localhost")
    for endpoint, place in looked_at.items():
        path = re.sub(r"\{\w+\}", "1", place).partition("?")[0]
        assert addresses.match(path)[0] == endpoint
