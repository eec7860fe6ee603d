"""A company that has used every plugin, and loses one of them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from salesman_analytics.models import KeptView
from salesman_calendar.models import Feed, Reminding
from salesman_conveyor.models import Handover, Rule
from salesman_conveyor.service import hand_over, return_handover
from salesman_conveyor.testing import staff
from salesman_discussions import decisions, messages, reading_state
from salesman_documents.testing import make_documents, type_of
from salesman_documents.types_service import change_type
from salesman_invoices.models import (
    Act,
    ActLine,
    Allotment,
    Drawn,
    Invoice,
    InvoiceExternalId,
    InvoiceLine,
    Payment,
    PaymentExternalId,
    Schedule,
    Step,
)
from salesman_invoices.sending.models import LetterWording, Sending, Unreminded
from salesman_invoices.sending.models import Reminding as PaperReminding
from salesman_leads.distribution.service import add_rule
from salesman_leads.forms.models import Consent, FormConsent, FormLead, FormSender
from salesman_leads.junk.service import change_rules
from salesman_leads.mailbox.models import Letter
from salesman_leads.queue.models import Attempt, Lease
from salesman_leads.testing import walk_values
from salesman_mailing.bounces.models import BadAddress, ReturnBox, Returned
from salesman_mailing.campaigns.models import Recipient
from salesman_mailing.consent.consent import About, Proof, record
from salesman_mailing.consent.models import Purpose
from salesman_mailing.readers.models import Click, LetterLink
from salesman_mailing.services.models import Happened, Sent, TakenIn
from salesman_mailing.testing import make_campaigns, make_groups
from salesman_plans.models import LastSaving
from salesman_requisites.models import Counter, CounterPeriod
from salesman_requisites.testing import make_companies, own_company
from salesman_sample.models import Line, Thanks
from salesman_unisender.models import Account

from salesman_core.access.models import User
from salesman_core.clock import now, today
from salesman_core.db import reading, writing
from salesman_core.plugins.discovery import Installed
from salesman_core.records.files import keep_file
from salesman_core.services.company import company
from salesman_core.testing.application import running
from salesman_core.testing.databases import Template
from salesman_core.testing.people import Api, Make, api_of

REACH = {"phones": ["+7 916 123-45-67"], "emails": ["clara@example.com"]}


@pytest.fixture(scope="session")
def used(
    sampled: Template, everything: Sequence[Installed], tmp_path_factory: pytest.TempPathFactory
) -> Template:
    """A database in which every plugin's tables hold rows that refer to the core's records."""

    def fill(url: str) -> None:
        sampled.fill(url)
        folder = tmp_path_factory.mktemp("used")
        with running(url, folder, installed=everything, lasting=True) as app:
            make = Make(app)
            api = api_of(app, make.user("administrator", name="Anna"))
            lead = {"name": "Clara", "company": "Boilers Ltd", **REACH}
            lead |= {"external_ids": {"site": "7"}, "products": ["Boiler"]}
            api.post("/leads", lead)
            made = api.post("/leads/1/qualify", {"deal_name": "Three boilers"}).json
            plan(api, made)
            asked = {"channel_id": 1, "name": "Clara", "company": "Boilers Ltd", **REACH}
            asked |= {"products": [{"name": "Boiler"}], "next_step": "Call back"}
            for outcome in ("lead", "deal"):
                inquiry = api.post("/inquiries", {**asked, "result_id": 1}).json["id"]
                assert api.post(f"/inquiries/{inquiry}/{outcome}", {}).status_code == 200
            goal = {"month": "2026-03-01", "metric": "turnover", "value": "100"}
            for user_id in (None, 1):
                assert api.post("/plans", {**goal, "user_id": user_id}).status_code == 200
            with writing() as session:
                session.add(LastSaving(user_id=1, number=1, goals=[], made_at=now()))
            first = today(company().tz).replace(day=1).isoformat()
            basis = {"basis": "closed", "since": first}
            assert api.post("/plans/bases", basis).status_code == 200
            assert api.post("/plans/limits", {"good": 95, "behind": 80}).status_code == 200
            boilers = api.post("/catalogue/categories", {"name": "Boilers"}).json["id"]
            boiler = {"name": "Boiler", "category_id": boilers, "external_ids": {"site": "7"}}
            boiler |= {"prices": [{"level_id": 1, "price": "100"}], "vat_rate_id": 1}
            boiler_id = api.post("/catalogue", boiler).json["id"]
            sold = {"lines": [{"product_id": boiler_id, "quantity": "3"}]}
            path = f"/catalogue/deals/{made['deal_id']}/lines"
            assert api.request("PUT", path, sold).status_code == 200
            whose = {name: made[name] for name in ("client_id", "deal_id")}
            extend(api, made)
            discuss(api, make, {**whose, "about_kind": "leads.lead", "about_id": 1})
            promise = {"text": "Send the drawing", **whose}
            assert api.post("/sample", promise).status_code == 201
            with make.acting(make.user("administrator")):
                leads_come_by_all_ways(make.user("telemarketer"))
                papers_are_made(made)
                clients_are_in_a_group(made["client_id"], made["contact_id"], 1)
            with writing() as session:
                session.add(Thanks(client_id=made["client_id"], times=1))
                session.add(Line(deal_id=made["deal_id"], amount=Decimal(100), cost=Decimal(60)))

    return Template("used", fill)


def extend(api: Api, made: Mapping[str, int]) -> None:
    """Fill the tables in which plugins keep more of the core's records."""
    of_client = {"sample": {"nickname": "Clary"}, "requisites": {"inn": "7707083893"}}
    of_others = {"sample": {"colour": "red"}}
    for kind, extensions in (("client", of_client), ("contact", of_others), ("deal", of_others)):
        address = f"/{kind}s/{made[f'{kind}_id']}"
        assert api.patch(address, {"extensions": extensions}).status_code == 200


def plan(api: Api, made: dict[str, int]) -> None:
    """Plan what comes once and what comes again, with a guest, and let one be done."""
    call = {"kind_id": 1, "day": "2026-03-02", "client_id": made["client_id"]}
    call["contact_ids"] = [made["contact_id"]]
    call |= {"about_kind": "leads.lead", "about_id": 1}
    assert api.post("/calendar", call).status_code == 201
    assert api.post("/calendar/1/done", {"result_id": 1}).status_code == 200
    weekly = {**call, "day": today(company().tz).isoformat(), "recurrence": "FREQ=WEEKLY;COUNT=2"}
    again = api.post("/calendar", weekly).json["id"]
    guest = {"email": "clara@example.com", "contact_id": made["contact_id"]}
    assert api.post(f"/calendar/{again}/guests", guest).status_code == 201
    with writing() as session:
        session.add(Reminding(user_id=1, by_mail=True))
        session.add(Feed(user_id=1, key_hash="0" * 64, created_at=now()))


def discuss(api: Api, make: Make, about: Mapping[str, Any]) -> None:
    """Fill the tables of discussions."""
    lawyer = make.user("lawyer", name="Laura")
    asked = {"text": "@Laura, may we?", "participant_ids": [lawyer], **about}
    thread = api.post("/discussions", asked).json["id"]
    said = api.post(f"/discussions/{thread}/messages", {"text": "Well?"}).json["id"]
    assert api.patch(f"/discussions/messages/{said}", {"text": "So?"}).status_code == 200
    path = f"/discussions/messages/{said}/reactions"
    assert api.post(path, {"sign": "agree"}).status_code == 200
    with make.acting(1):
        kept = keep_file("offer.txt", io.BytesIO(b"offer"))
        messages.post_message(thread, {"text": ""}, [kept])
        wishes = {"quiet_from": 20, "quiet_until": 7}
        reading_state.choose_letters({"mail": "daily", "digest_hour": 9, **wishes})
        decisions.ask(thread, [lawyer], "May we?", key="sample:1")


def clients_are_in_a_group(client_id: int, contact_id: int, owner_id: int) -> None:
    """Fill the tables of mailing."""
    concerned = {"client_id": client_id, "contact_id": contact_id, "owner_id": owner_id}
    (group_id,) = make_groups(str, concerned)
    make_campaigns(str, concerned)
    with writing() as session:
        purpose_id = session.scalars(sa.select(Purpose.id)).first()
        letter = {"address": "clara@example.com", "at": now()}
        session.add_all(
            [
                BadAddress(**letter),
                Returned(message_id="1@example.com", kind="hard", **letter),
                ReturnBox(place="returns@example.com", uid_validity=1),
                Sent(link_id=1, digest="0" * 64, **letter),
                TakenIn(service="unisender", standing="refused", **letter),
                Happened(service="unisender", key="1", what="left", taken_at=now(), **letter),
                Account(sealed_key="x"),
            ]
        )
        recipient = session.scalars(sa.select(Recipient)).one()
        link = session.scalars(sa.select(LetterLink)).one()
        session.add(Click(recipient_id=recipient.id, link_id=link.id, first_at=now()))
        for about in (About(group_id=group_id), About(purpose_id=purpose_id)):
            record(session, ["clara@example.com"], about, "refused", Proof("one_click"))


def report_is_mailed() -> None:
    """Fill the table of analytics."""
    view = {"name": "Everybody", "asked": {"period": "this_month"}, "mailed": "weekly"}
    with writing() as session:
        day = today(company().tz)
        session.add(
            KeptView(**view, user_id=1, report="analytics.sellers", mail_on=day, created_at=now())
        )


def deal_went_over_the_conveyor(deal_id: int) -> None:
    """Fill the tables of the conveyor."""
    sale = staff(1, 1)
    first = hand_over("deal", deal_id, {"station_id": sale})
    return_handover(first, 1, "Not ours")
    with writing() as session:
        rule = session.scalars(sa.select(Rule.id).order_by(Rule.id)).first()
        session.execute(sa.update(Handover).values(rule_id=rule, from_station_id=sale))


def leads_come_by_all_ways(caller: int) -> None:
    """Fill the tables of forms, mailboxes, channels, rules and calls; *caller* has one in hand."""
    made = walk_values(lambda: caller)
    form_id, mailbox_id = int(made["form_id"][0]), int(made["mailbox_id"][0])
    add_rule({"name": "In turn", "method": "in_turn", "members": [{"user_id": caller}]})
    change_rules({"phrases": "casino"})
    with writing() as session:
        agreed = FormConsent(form_id=form_id, number=1, text="I agree.", created_at=now())
        session.add(agreed)
        session.flush()
        session.add_all(
            [
                FormLead(lead_id=1, form_id=form_id),
                Consent(lead_id=1, consent_id=agreed.id, at=now()),
                FormSender(form_id=form_id, network="203.0.113.0/24", since=now(), sent=1),
                Letter(
                    mailbox_id=mailbox_id,
                    message_id="<1@example.com>",
                    uid_validity=1,
                    uid=1,
                    made="lead",
                    lead_id=1,
                    at=now(),
                ),
                Attempt(lead_id=1, person_id=caller, at=now(), call_result_id=1),
                Lease(lead_id=1, person_id=caller, until=now()),
            ]
        )


def papers_are_made(made: Mapping[str, int]) -> None:
    """Fill the tables of what is on paper."""
    own_company_has_made_a_paper()
    document_is_made(made)
    client_was_billed(made["client_id"], made["deal_id"])


def own_company_has_made_a_paper() -> None:
    """Fill the tables of requisites."""
    (company_id,) = make_companies(
        lambda field: "office@example.com" if field == "email" else "Boilers", {}
    )
    with writing() as session:
        counter = Counter(company_id=company_id, paper="deal.invoice", pattern="{number}")
        session.add(counter)
        session.flush()
        session.add(CounterPeriod(counter_id=counter.id, period="2026", next=2))


def document_is_made(made: Mapping[str, int]) -> None:
    """Fill the tables of documents."""
    owner_id = reading().scalar(sa.select(User.id).where(User.name == "Anna"))
    assert owner_id is not None
    concerned = {name: made[name] for name in ("client_id", "deal_id")}
    make_documents(str, {"owner_id": owner_id, **concerned})
    change_type(type_of("Contract"), {"user_ids": [owner_id], "role_ids": []})


def client_was_billed(client_id: int, deal_id: int) -> None:
    """Fill the tables of invoices; what is billed is at a station and in a mailed report."""
    report_is_mailed()
    deal_went_over_the_conveyor(deal_id)
    whose = {"client_id": client_id, "deal_id": deal_id, "owner_id": 1, "currency": "RUB"}
    kept = {"created_at": now(), "updated_at": now(), "search_text": "1"}
    line = {"position": 1, "name": "Boiler", "quantity": Decimal(1), "price": Decimal(100)}
    line |= {"net": Decimal(100), "vat": Decimal(0), "amount": Decimal(100)}
    day, company_id = today(company().tz), own_company()
    step = Step(deal_id=deal_id, position=1, title="Ahead", percent=Decimal(100))
    invoice = Invoice(
        **whose,
        **kept,
        number="1",
        state="issued",
        issued_on=day,
        amount=Decimal(100),
        paid=Decimal(100),
        paid_on=day,
        language="en",
        lines=[InvoiceLine(**line)],
        external_ids=[InvoiceExternalId(source="books", key="1")],
    )
    with writing() as session:
        session.add_all([step, Schedule(deal_id=deal_id, updated_at=now()), invoice])
        session.flush()
        act = Act(**whose, **kept, day=day, language="en", lines=[ActLine(**line)])
        payment = Payment(
            **kept,
            client_id=client_id,
            owner_id=1,
            currency="RUB",
            day=day,
            amount=Decimal(100),
            allotted=Decimal(100),
            allotments=[
                Allotment(invoice_id=invoice.id, day=day, amount=Decimal(100), net=Decimal(100))
            ],
            external_ids=[PaymentExternalId(source="bank", key="1")],
        )
        ahead, back = (
            Payment(
                **kept,
                client_id=client_id,
                owner_id=1,
                currency="RUB",
                day=day,
                amount=Decimal(10),
                returned=Decimal(10),
                direction=direction,
            )
            for direction in ("in", "back")
        )
        wording = LetterWording(
            use="before", language="en", subject="Due", text="Soon", updated_at=now()
        )
        reminding = PaperReminding(company_id=company_id, before=[1], after=[3], updated_at=now())
        off = Unreminded(invoice_id=invoice.id, at=now())
        sent = Sending(invoice_id=invoice.id, to="anna@example.com", at=now())
        session.add_all([act, payment, ahead, back, wording, reminding, off, sent])
        session.flush()
        session.add(Drawn(return_id=back.id, payment_id=ahead.id, amount=Decimal(10)))


@pytest.fixture
def database_template(used: Template) -> Template:
    return used
