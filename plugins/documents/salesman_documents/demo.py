"""The documents of the demo company: our templates, and a contract and an offer made from them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import docx
import sqlalchemy as sa
from salesman_requisites.toolkit import company_choices

from salesman_core.toolkit import SYSTEM, AnyRow, Deal, reading
from salesman_documents.approval.models import REFUSED
from salesman_documents.approval.queries import last_approval, steps
from salesman_documents.approval.routes import set_route
from salesman_documents.approval.service import begin, decide
from salesman_documents.defaults import make_templates
from salesman_documents.making import generate, sign, upload
from salesman_documents.models import Document, Status, Template
from salesman_documents.publishing import file_of
from salesman_documents.service import create_document, move_document
from salesman_documents.variables import gathered
from salesman_hookspecs import Demo

MOST: Final = 4
"""So many documents are made, …"""
OF_THE_SELLER: Final = 4
"""… and so many of the seller's own deals."""
_SIGNED: Final = 4
_COME_TO: Final = (0, 3, _SIGNED, 0, 2, 3, 1, 0)
"""To which status of its type each of them has come: its place among them."""
_MOST_LOOKED_AT: Final = 60
_WORDS: Final = {
    "ru": (
        "Клиент ждёт договор до конца недели.",
        "В пункте 3.1 неустойка велика: 0,05 % за каждый день и не более 5 %.",
        "п. 3.1: неустойка 0,05 %, не более 5 %",
    ),
    "en": (
        "The client waits for the contract until the end of the week.",
        "The penalty in clause 3.1 is high: 0.05% for each day, 5% at most.",
        "3.1: 0.05% for each day, 5% at most",
    ),
}
"""What is said when a contract is to be approved, why it is refused, and what was changed then."""
_CLAUSE: Final = "3.1."
_CHANGES: Final = {"0,1": "0,05", "0.1%": "0.05%", "10": "5"}
"""What is changed in that clause of our contracts."""


def tell(demo: Demo) -> None:
    """Make templates, and documents of some deals."""
    moment = datetime.combine(demo.today - timedelta(days=20), time(9), UTC)
    with demo.at(moment, SYSTEM):
        make_templates(demo.language)
    session = reading()
    if session.scalar(sa.select(sa.exists().where(Document.id.is_not(None)))):
        return
    if not company_choices(session):
        return
    templates = session.execute(
        sa.select(Template.id, Template.type_id)
        .where(Template.language == demo.language)
        .order_by(Template.id)
        .limit(2)
    ).all()
    made: list[tuple[int, datetime]] = []
    for place, deal in enumerate(_deals(demo, moment)):
        if templates:
            template = templates[place % len(templates)]
            values = {"type_id": template.type_id, "template_id": template.id}
            at = max(moment + timedelta(days=2 + place), _day_after(deal.created_at))
            with demo.at(at, SYSTEM):
                made.append((create_document(values | _whose(deal)), at))
                generate(made[-1][0], anyway=True)
            with demo.at(max(at, min(at + timedelta(days=2), _noon_before(demo.today))), SYSTEM):
                _come_to(made[-1][0], _COME_TO[place % len(_COME_TO)])
    if made and {"lawyer", "head"} <= demo.people.keys():
        document_id, at = made[0]
        _approve(demo, document_id, max(moment + timedelta(days=9), at + timedelta(hours=1)))


def _deals(demo: Demo, moment: datetime) -> Sequence[AnyRow]:
    """Give open deals for which documents are made: that are not new, and say what is sold.

    The last of them are the seller's own, so that they have some, too.
    """
    columns = (Deal.id, Deal.client_id, Deal.owner_id, Deal.currency, Deal.created_at)
    there = sa.select(*columns).where(
        Deal.client_id.is_not(None), Deal.outcome.is_(None), Deal.amount > 0
    )
    deals = reading().execute(there.order_by(Deal.id.desc()).limit(_MOST_LOOKED_AT)).all()
    latest = demo.today - timedelta(days=3)
    with demo.at(moment, SYSTEM):
        chosen = sorted(
            deals, key=lambda one: (one.created_at.date() > latest, not _lines_of(one, demo))
        )
    seller = demo.people.get("seller")
    own = [one for one in chosen[MOST:] if seller is not None and one.owner_id == seller.id]
    return [*chosen[:MOST], *own[:OF_THE_SELLER]]


def _come_to(document_id: int, place: int) -> None:
    """Let a document come to a status, and be signed where that is the one."""
    document = reading().get_one(Document, document_id)
    statuses = sa.select(Status.id).where(Status.type_id == document.type_id, Status.active)
    ids = reading().scalars(statuses.order_by(Status.position)).all()
    if place == 0 or place >= len(ids):
        return
    move_document(document_id, ids[place])
    if place == _SIGNED:
        sign(document_id, document.day + timedelta(days=1), "")


def _noon_before(day: date) -> datetime:
    return datetime.combine(day - timedelta(days=1), time(12), UTC)


def _day_after(moment: datetime) -> datetime:
    return datetime.combine(moment.date() + timedelta(days=1), time(9), UTC)


def _lines_of(deal: AnyRow, demo: Demo) -> Any:
    asked = {
        "session": reading(),
        "language": demo.language,
        "document": {},
        "deal_id": deal.id,
        **{name: getattr(deal, name) for name in ("currency", "client_id", "owner_id")},
        **dict.fromkeys(("contact_id", "company_id", "signer_id")),
    }
    return gathered(asked, {"lines"}).get("lines")


def _approve(demo: Demo, document_id: int, moment: datetime) -> None:
    """Let the lawyer refuse a contract, and be asked about the next version of it."""
    lawyer, head = demo.people["lawyer"], demo.people["head"]
    note, reason, change = _WORDS[demo.language]
    type_id = reading().get_one(Document, document_id).type_id
    with demo.at(moment, SYSTEM):
        set_route(type_id, {"steps": [{"stage": 1, "user_id": lawyer.id, "days": 2}]})
    with demo.at(moment, head):
        begin(document_id, {"note": note})
    last = last_approval(reading(), document_id)
    if last is not None:
        step = steps(reading(), [last.id])[last.id][0]
        with demo.at(moment + timedelta(hours=4), lawyer):
            decide(document_id, step.id, {"verdict": REFUSED, "comment": reason, "hash": last.hash})
    with demo.at(moment + timedelta(days=1), head):
        upload(document_id, "contract.docx", _with_changes(document_id), change)
        begin(document_id, {})


def _with_changes(document_id: int) -> io.BytesIO:
    """Give the first version of a contract as somebody has edited it."""
    contract = docx.Document(str(file_of(document_id, 1).path))
    runs = (run for one in contract.paragraphs if one.text.startswith(_CLAUSE) for run in one.runs)
    for run in runs:
        for before, after in _CHANGES.items():
            run.text = run.text.replace(before, after)
    edited = io.BytesIO()
    contract.save(edited)
    edited.seek(0)
    return edited


def _whose(deal: AnyRow) -> dict[str, int | None]:
    """Give which deal a document is for, and who its owner is."""
    return {"deal_id": deal.id, "owner_id": deal.owner_id}
