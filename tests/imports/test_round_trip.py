"""What our own exports write is brought in again by an import, unaided, and is the same.

Left out of the comparison, because a file does not hold it or another base gives its own:

- ids, versions and moments (``id``, ``version``, ``created_at``, ``updated_at``, since when
  somebody takes part): each base has its own;
- ``external_ids`` and ``imported``: keys are those of other systems, and an import into another
  base keeps the one that a deal had in its own, so that the same file changes nothing when it
  comes again;
- ``frozen_until`` and ``freeze_reason``: freezing is a step with its own log, which is not taken by
  files: a frozen deal comes in as one in work;
- ``rate``, ``company_amount``: they follow from the amount and the other base's table of rates;
- contacts themselves: clients and deals have exports, contacts none. They come by a file of their
  own, as from another system.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.access.models import User
from salesman_core.clients.models import Client, Contact
from salesman_core.clock import today
from salesman_core.db import reading, writing
from salesman_core.deals.models import CloseReason, Deal, Stage
from salesman_core.deals.pipelines import add_stage, create_pipeline
from salesman_core.deals.service import close_deal, freeze_deal
from salesman_core.i18n import speaking
from salesman_core.records.custom.definitions import FieldType, fields_in_use
from salesman_core.records.custom.service import define_field
from salesman_core.records.export import export_to
from salesman_core.records.export_files import guarded
from salesman_core.records.imports import ColumnMapping, ImportResult
from salesman_core.records.imports.service import import_run, import_type
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Api, Make, api_of

pytestmark = pytest.mark.usefixtures("app")

UNCHANGED = "created 0, updated 0, unchanged {}, refused 0"
OWN = {
    *("id", "client_id", "version", "created_at", "updated_at", "external_ids", "imported"),
    *("frozen_until", "freeze_reason", "rate", "company_amount", "extensions"),
}
"""What is not compared; see above. A deal's client and contacts are compared by their names."""

AWKWARD = "He said: \"2; 3\"\n=1+1 — ёлка 🎄, 'quoted'"
ADDRESSES = [
    {"label": "Legal", "text": AWKWARD},
    {"label": "", "text": "Tver: the gate, left"},
    {"label": "=cmd", "text": "Kazan"},
    {"label": "Delivery", "text": "Kazan, dock 4"},
]
FORMULAS = ("=1+1", "'=1+1", "''+7", "-2", "@cmd", "+7", "'tis")
TITLES = ("Red, or nearly so", 'The "green" one', '"Синий"', "a/b")
NUMBERS = ("1.054", "3", "-0.5", "1200", "999999999.999")
LANGUAGES = [("en", "en"), ("ru", "ru"), ("ru", "en")]
"""In which language a file is written, and in which the reader of it speaks."""


@dataclass(frozen=True)
class Base:
    """A base with everything in it, and who has brought it in."""

    make: Make
    api: Api
    user_id: int

    def made(self, records: str, **values: Any) -> int:
        """Make a record by the JSON API."""
        answer = self.api.post(f"/{records}", values)
        assert answer.status_code == 201, answer.text
        id_: int = answer.json["id"]
        return id_

    def custom(self, kind: str, number: int) -> dict[str, Any]:
        """Give values for the custom fields of all nine kinds."""
        keys = {one.key: [option.key for option in one.options] for one in fields_in_use(kind)}
        return {
            "text": FORMULAS[number % len(FORMULAS)],
            "number": NUMBERS[number % len(NUMBERS)],
            "money": f"{number}234567.80",
            "date": f"2026-03-{number + 1:02}",
            "choice": keys["choice"][number % len(TITLES)],
            "choices": keys["choices"][number % len(TITLES) :],
            "flag": bool(number % 2),
            "user": self.user_id,
            "link": "https://example.com/?a=1;b=2,3",
        }


@pytest.fixture
def base(make: Make, app: Flask, two_pipelines: None) -> Iterator[Base]:
    """A company's settings, and clients, contacts and deals of every sort."""
    for kind in ("client", "deal"):
        for type_ in FieldType:
            options = [{"title": title} for title in TITLES if type_.startswith("choice")]
            values = {"type": type_, "key": str(type_), "label": f"Own {type_}", "options": options}
            define_field(kind, values)
    user_id = make.user("administrator", name="Ёлкина, Анна")
    with make.acting(user_id):
        filled = Base(make, api_of(app, user_id), user_id)
        _fill(filled)
        yield filled


def _fill(base: Base) -> None:
    make = base.make
    lawyer, helper = make.user(name="Bert (the elder)"), make.user(name="Vera")
    for number, name in enumerate(("ООО «Ёлка» 🎄", "=2+2", 'Alpha "A"; B, C', "Petrov", "'=x")):
        parts = [
            {"user_id": lawyer, "part": "lawyer; contracts (main)"},
            {"user_id": helper, "part": ""},
        ]
        phones = ["+7 495 123-45-67", "8 800 200-00-00, доб. 12", "ask, please/5"]
        client = base.made(
            "clients",
            name=name,
            kind="person" if name == "Petrov" else "company",
            phones=phones[: number + 1],
            emails=["a@example.com", "b@example.com; c", "=none"][:number],
            site="-example.com" if number else "",
            addresses=ADDRESSES[:number],
            source=FORMULAS[number],
            tags=["vip", "big, really", '"quoted"', "a;b"][:number],
            owner_id=lawyer if number == 1 else base.user_id,
            participants=parts[: number % 3],
            custom=base.custom("client", number) if number else {},
        )
        _contacts(make, client)
        _deals(base, client, number)
    make.deal(name="Nobody's", amount=Decimal("0.10"))


def _contacts(make: Make, client: int) -> None:
    make.contact(client, name="Anna, the first", position="=boss", phones=["+7 495 1112233"])
    make.contact(client, name="Boris", primary=True, emails=["boris@example.com"])


def _deals(base: Base, client: int, number: int) -> None:
    stages = reading().scalars(sa.select(Stage.id).order_by(Stage.pipeline_id, Stage.percent)).all()
    contacts = reading().scalars(sa.select(Contact.id).where(Contact.client_id == client)).all()
    owner = reading().scalars(sa.select(User.id).where(User.name == "Vera")).one()
    made = {
        what: base.made(
            "deals",
            name=f"{FORMULAS[number]} {what} {AWKWARD}",
            client_id=client,
            stage_id=stages[(7 * number + place) % len(stages)],
            amount=f"{number + 1}234567.89",
            cost="-10.50" if number % 2 else "1054",
            currency=("RUB", "EUR")[place % 2],
            opened_on=str(today(UTC) - timedelta(days=40 + number)),
            expected_on=str(today(UTC) + timedelta(days=number)) if number else None,
            contact_ids=contacts[: place % 3],
            participants=[{"user_id": owner, "part": "=papers"}] if place % 2 else [],
            custom=base.custom("deal", number) if place else {},
        )
        for place, what in enumerate(("open", "won", "lost", "frozen"))
    }
    close_deal(made["won"], "won")
    reason = reading().scalars(sa.select(CloseReason.id).order_by(CloseReason.id)).first()
    close_deal(made["lost"], "lost", reason)
    freeze_deal(made["frozen"], today(UTC) + timedelta(days=9), "holidays")


@pytest.fixture(autouse=True)
def two_pipelines(app: Flask) -> None:
    """A second pipeline, two stages of which stand at the same percentage."""
    pipeline = create_pipeline("Сервис; repeat")
    add_stage(pipeline, {"name": "Visit, first", "percent": 0})
    add_stage(pipeline, {"name": "=Report", "percent": 55})


def told(api: Api, records: str) -> dict[str, dict[str, Any]]:
    """What the JSON API says of all records, by name, without what is the base's own."""
    reading().rollback()
    names = {
        model: {row.id: row.name for row in reading().execute(sa.select(model.id, model.name))}
        for model in (Client, Contact)
    }
    found = {}
    for one in api.get(f"/{records}?limit=200").json["items"]:
        kept = {name: value for name, value in one.items() if name not in OWN}
        people = [{**each, "since": None} for each in one["participants"]]
        kept["participants"] = sorted(people, key=lambda each: each["user_id"])
        if records == "deals":
            kept["client"] = names[Client].get(one["client_id"])
            kept["contact_ids"] = sorted(names[Contact][id_] for id_ in one["contact_ids"])
        found[one["name"]] = kept
    return found


def contacts_file(folder: Path) -> Path:
    """Write the contacts as another system would."""
    path = folder / "contacts.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["Client", "Full name", "Primary"])
        for one in reading().scalars(sa.select(Contact)):
            client = reading().get_one(Client, one.client_id)
            writer.writerow([guarded(client.name), one.name, "yes" if one.primary else "no"])
    return path


def bring(record: str, path: Path) -> ImportResult:
    """Import a file by what is recognised in it, and give what came of it."""
    result = import_run(import_type(record), path, ColumnMapping()).apply()
    told = [{name: str(one) for name, one in row.problems.items()} for row in result.refused_rows]
    assert told == []
    return result


def empty() -> None:
    """Take all clients and deals away, as if there had never been any."""
    with writing() as session:
        for model in (Deal, Contact, Client):
            session.execute(sa.delete(model))


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
@pytest.mark.parametrize(("written_in", "read_in"), LANGUAGES)
@pytest.mark.turns(3)
def test_exported_clients_and_deals_come_back_as_they_were(
    format_: str, written_in: str, read_in: str, base: Base, tmp_path: Path, clock: FrozenClock
) -> None:
    paths = {kind: tmp_path / f"{kind}.{format_}" for kind in ("client", "deal")}
    with speaking(written_in):
        for kind, path in paths.items():
            with path.open("wb") as file:
                export_to(kind, file, format_)
    clients, deals = told(base.api, "clients"), told(base.api, "deals")
    contacts = contacts_file(tmp_path)
    with speaking(read_in):
        here = bring("deals", paths["deal"])
    assert (here.kept, here.last_line) == ((), UNCHANGED.format(len(deals)))
    assert told(base.api, "deals") == deals
    empty()
    clock.advance(hours=1)  # in another base, other deals have the same ids

    with speaking(read_in):
        brought = [bring("clients", paths["client"]), bring("contacts", contacts)]
        brought.append(bring("deals", paths["deal"]))

    kept = {"en": ("Changed", "Created"), "ru": ("Изменено", "Создано")}[written_in]
    assert [one.kept for one in brought] == [kept, (), ()]
    assert told(base.api, "clients") == clients
    assert told(base.api, "deals") == deals
    assert [
        bring("deals", paths["deal"]).last_line,
        bring("clients", paths["client"]).last_line,
    ] == [UNCHANGED.format(len(deals)), UNCHANGED.format(len(clients))]


OURS = "In the company's currency"
FOREIGN_CLIENTS = """Company;Тип;Вид;Kept since
Omega;Поставщик;ООО;2020
"""
FOREIGN_DEALS = """Deal;Deal stage;Sum;State;Состояние;Progress;Forecast;Days in stage;In roubles
Boiler;Negotiation;10;CA;Ждём;half;11;5 to 9;12
"""


def test_files_of_other_systems_keep_columns_that_only_sound_like_ours(
    app: Flask, tmp_path: Path
) -> None:
    clients, deals = tmp_path / "clients.csv", tmp_path / "deals.csv"
    clients.write_text(FOREIGN_CLIENTS, encoding="utf-8")
    deals.write_text(FOREIGN_DEALS.replace("In roubles", OURS), encoding="utf-8")

    bring("clients", clients)
    bring("deals", deals)

    reading().rollback()
    client, deal = (
        reading().scalars(sa.select(Client)).one(),
        reading().scalars(sa.select(Deal)).one(),
    )
    assert client.imported == {"Тип": "Поставщик", "Вид": "ООО", "Kept since": "2020"}
    assert deal.imported == {
        "State": "CA",
        "Состояние": "Ждём",
        "Progress": "half",
        "Forecast": "11",
        "Days in stage": "5 to 9",
        OURS: "12",
    }
