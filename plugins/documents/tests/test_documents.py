"""Documents from the first version to the signed one."""

from __future__ import annotations

import io
import time
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from salesman_documents import comparing, making, publishing, queries, service
from salesman_documents.docx.checking import RefusedFileError
from salesman_documents.filling import filler
from salesman_documents.making import DoubtfulError, content_of
from salesman_documents.models import Document
from salesman_documents.templates_service import FaultyTemplateError, upload_version
from salesman_documents.testing import docx_of, template_of, type_of
from salesman_documents.types_service import change_type
from salesman_requisites.companies.parts import ACCOUNTS, SIGNERS
from salesman_requisites.testing import ACCOUNT, SIGNER, own_company

from salesman_core.testing.people import Make
from salesman_core.toolkit import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    MissingError,
    reading,
    writing,
)


@pytest.fixture
def company_id(app: object) -> int:
    """An own company with an account and a signer."""
    company_id = own_company(short_name="ООО «Ромашка»")
    ACCOUNTS.add(company_id, ACCOUNT)
    SIGNERS.add(company_id, SIGNER)
    return company_id


def _made(make: Make, template: int, **values: Any) -> int:
    deal_id = make.deal(client_id=make.client(name="Клара"), amount=Decimal("1234.50"))
    type_id = queries.one_template(reading(), template).type_id if template else None
    wanted = {"template_id": template, "deal_id": deal_id}
    wanted["type_id"] = type_id or type_of("Agreement")
    return service.create_document(wanted | values)


def _text(document_id: int, number: int) -> list[str]:
    version = queries.one_version(reading(), document_id, number)
    return filler().text(content_of(reading(), version.file_id, version.name))


def test_a_contract_is_filled_in_from_deal_client_and_own_company(
    make: Make, company_id: int
) -> None:
    template = template_of(
        "№ {{ document.number }}: {{ client.name }}, {{ deal.amount | money }}",
        "{{ own.short_name }}, {{ own.signer | initials }}, {{ own.account }}",
        language="ru",
    )
    document_id = _made(make, template)

    assert making.generate(document_id) == 1

    number, ours = _text(document_id, 1)
    assert number.replace("\u202f", "\xa0") == "№ 001: Клара, 1\xa0234,50\xa0₽"
    assert ours == "ООО «Ромашка», Иванова А. П., 40702810938000000001"


def test_a_new_version_keeps_the_old_one(make: Make, company_id: int) -> None:
    document_id = _made(make, template_of("{{ document.subject }}"), subject="Racks")
    making.generate(document_id)
    service.change_document(document_id, {"subject": "Shelves"})

    assert making.generate(document_id) == 2

    assert (_text(document_id, 1), _text(document_id, 2)) == (["Racks"], ["Shelves"])
    newer, older = queries.versions(reading(), document_id)
    assert (newer.number, older.number) == (2, 1)
    assert newer.hash != older.hash


def test_numbers_go_on_by_type_without_a_gap(make: Make, company_id: int) -> None:
    template = template_of("{{ document.number }}")
    first = _made(make, template)
    with pytest.raises(InvalidError):
        _made(make, template, ends_on=date(2020, 1, 1), starts_on=date(2021, 1, 1))

    second = _made(make, template)

    numbers = reading().execute(sa.select(Document.id, Document.number)).all()
    assert [tuple(row) for row in numbers] == [(first, "001"), (second, "002")]


def test_what_is_empty_is_said_before_and_may_be_wanted_all_the_same(
    make: Make, company_id: int
) -> None:
    document_id = _made(make, template_of("x", "{{ client.name }} {{ client.inn }}"))

    with pytest.raises(DoubtfulError) as refused:
        making.generate(document_id)

    assert [(one["message"], one["place"]) for one in refused.value.findings] == [
        ("“client.inn” is empty for this document.", "paragraph 2")
    ]
    assert {name: str(text) for name, text in refused.value.fields.items()} == {
        "client.inn": "“client.inn” is empty for this document. (paragraph 2)"
    }
    assert making.generate(document_id, anyway=True) == 1


def test_a_missing_signer_is_named(make: Make, app: object) -> None:
    own_company(short_name="Alone")
    document_id = _made(make, template_of("{{ own.signer }}"))

    with pytest.raises(DoubtfulError) as refused:
        making.generate(document_id)

    assert refused.value.findings[0]["message"] == "The own company has no signer."


def test_a_template_with_faults_is_refused_and_the_one_before_stays(
    app: object,
) -> None:
    template = template_of("{{ client.name }}")

    with pytest.raises(FaultyTemplateError) as refused:
        upload_version(template, "b.docx", io.BytesIO(docx_of("{{ client.nmae }}")))

    assert str(refused.value.fields["file"]) == (
        "No value is called “client.nmae”. “client.name” is. (paragraph 1)"
    )
    assert [row.number for row in queries.template_versions(reading(), template)] == [1]


def test_documents_are_made_from_the_last_version_of_a_template(
    make: Make, company_id: int
) -> None:
    template = template_of("first")
    document_id = _made(make, template)
    making.generate(document_id)
    upload_version(template, "b.docx", io.BytesIO(docx_of("second")))

    making.generate(document_id)

    assert (_text(document_id, 1), _text(document_id, 2)) == (["first"], ["second"])


def test_an_edited_file_becomes_a_version_and_is_compared(make: Make, company_id: int) -> None:
    document_id = _made(make, template_of("The price is 100", "Signed", "Gone"))
    making.generate(document_id)
    edited = docx_of("The price is 120", "Signed", "Added")
    making.upload(document_id, "Contract edited.docx", io.BytesIO(edited), "cheaper")

    newer, older = queries.versions(reading(), document_id)
    found = comparing.compared(comparing.texts_of(older), comparing.texts_of(newer))

    said = [[(piece.what, piece.text) for piece in one.pieces] for one in found]
    assert said[0] == [("same", "The price is "), ("gone", "100"), ("added", "120")]
    assert said[-1] == [("gone", "Gone"), ("added", "Added")]
    assert (newer.origin, newer.comment) == ("uploaded", "cheaper")


def test_texts_of_any_length_are_compared_in_a_moment() -> None:
    first, second = (" ".join(f"{word}{place}" for place in range(200_000)) for word in "ab")
    begun = time.process_time()

    (found,) = comparing.compared([first], [second])
    ((head, _gone, _added, tail), *_others) = [
        one.pieces for one in comparing.compared([f"x {first} y"], [f"x {second} y"])
    ]

    assert [(one.what, len(one.text)) for one in found.pieces] == [
        ("gone", len(first)),
        ("added", len(second)),
    ]
    assert (head.text, tail.text) == ("x ", "y")
    many = [f"paragraph {place}" for place in range(3000)]
    kept = comparing.compared(many, [*many[:1500], "another", *many[1500:]])
    assert [one.what for one in kept] == ["same", "added", "same"]
    assert time.process_time() - begun < 5


def test_what_is_too_long_is_not_compared_in_part(make: Make, company_id: int) -> None:
    document_id = _made(make, template_of("x"))
    making.upload(document_id, "long.docx", io.BytesIO(docx_of(*["one"] * 3001)))
    (version,) = queries.versions(reading(), document_id)

    with pytest.raises(ConflictError, match="too long to be compared here"):
        comparing.texts_of(version)


def test_a_docx_that_is_called_otherwise_is_one_all_the_same(make: Make, company_id: int) -> None:
    document_id = _made(make, template_of("x"))

    making.upload(document_id, "contract", io.BytesIO(docx_of("edited")))

    (version,) = queries.versions(reading(), document_id)
    assert version.name == "contract.docx"
    assert comparing.texts_of(version) == ["edited"]


def test_a_document_keeps_to_the_client_of_its_deal(make: Make, company_id: int) -> None:
    other = make.client(name="Other")
    document_id = _made(make, template_of("x"))

    with pytest.raises(InvalidError, match="a deal of this client"):
        service.change_document(document_id, {"client_id": other})
    with pytest.raises(InvalidError, match="which client or deal"):
        service.change_document(document_id, {"client_id": None, "deal_id": None})

    assert service.change_document(document_id, {"client_id": other, "deal_id": None})


@pytest.mark.databases("sqlite")
def test_a_document_is_asked_for_the_sections_that_it_says_alone(
    make: Make, company_id: int, statements: Any
) -> None:
    first = _made(make, template_of("{{ document.number }}"))
    second = _made(make, template_of("{{ document.number }} {{ own.name }}", type_name="Other"))

    def asked(document_id: int) -> int:
        with statements() as sent:
            making.ready(reading(), document_id)
        return len(sent)

    asked(first)
    assert asked(first) < asked(second)


def test_a_dangerous_file_becomes_no_version(make: Make, company_id: int) -> None:
    document_id = _made(make, template_of("x"))
    macros = docx_of("x", parts={"word/vbaProject.bin": b"x"})

    with pytest.raises(RefusedFileError, match="macros"):
        making.upload(document_id, "b.docx", io.BytesIO(macros))

    assert queries.versions(reading(), document_id) == []


def test_the_log_of_statuses_tells_who_when_and_why(make: Make, company_id: int) -> None:
    document_id = _made(make, template_of("x"))
    draft, signed = queries.statuses(reading())[type_of("Agreement")]
    seller = make.user("head", name="Helen")

    with make.acting(seller):
        service.move_document(document_id, signed.id, "came by post")

    last, first = queries.moves(reading(), document_id)
    assert (first.before, first.after) == ("", draft.name)
    told = (last.before, last.after, last.comment, last.author_name)
    assert told == ("Draft", "Signed", "came by post", "Helen")


def test_a_signed_scan_is_a_version_with_its_day_and_name(make: Make, company_id: int) -> None:
    document_id = _made(make, template_of("x"))
    scan = ("scan.pdf", io.BytesIO(b"%PDF-1.7 scan"))

    making.sign(document_id, date(2026, 11, 30), "P. Smith", scan)

    document = queries.one_document(reading(), document_id)
    assert (document.signed_on, document.signed_by) == (date(2026, 11, 30), "P. Smith")
    (version,) = queries.versions(reading(), document_id)
    assert (version.origin, version.name) == ("signed", "scan.pdf")
    with pytest.raises(InvalidError, match="A scan is"):
        making.sign(document_id, date(2026, 11, 30), "", ("a.exe", io.BytesIO(b"MZ")))


def test_only_makers_of_a_type_make_documents_of_it(make: Make, company_id: int) -> None:
    template = template_of("x")
    lawyer = make.user("lawyer")
    change_type(type_of("Agreement"), {"user_ids": [lawyer], "role_ids": []})

    with make.acting(make.user("head")), pytest.raises(InvalidError, match="of this type"):
        _made(make, template)

    client_id = make.client(owner_id=lawyer)
    with make.acting(lawyer):
        wanted = {"type_id": type_of("Agreement"), "client_id": client_id}
        assert service.create_document(wanted)


def test_whoever_does_not_see_the_deal_makes_no_document_of_it(make: Make, company_id: int) -> None:
    deal_id = make.deal(owner_id=make.user("seller"))
    template = template_of("x")

    with make.acting(make.user("seller")), pytest.raises(InvalidError, match="no such deal"):
        service.create_document(
            {"type_id": type_of("Agreement"), "template_id": template, "deal_id": deal_id}
        )


def test_a_link_leads_to_its_version_until_it_expires_or_is_withdrawn(
    make: Make, company_id: int, clock: Any
) -> None:
    document_id = _made(make, template_of("x"))
    making.generate(document_id)
    key = publishing.make_link(document_id, 1, days=2).rpartition("/")[2]
    other = publishing.make_link(document_id, 1, days=2).rpartition("/")[2]

    assert publishing.shared_file(key).name == "Agreement 001.docx"

    moment = clock.now()
    (first, second) = queries.links(reading(), document_id, moment)
    assert sorted((first.opened, second.opened)) == [0, 1]
    withdrawn = first.id if first.opened == 0 else second.id
    publishing.withdraw_link(document_id, withdrawn)
    with pytest.raises(MissingError):
        publishing.shared_file(other)
    clock.advance(days=3)
    with pytest.raises(MissingError):
        publishing.shared_file(key)
    with pytest.raises(MissingError):
        publishing.shared_file("guessed")


def test_a_document_survives_its_client_and_its_deal(make: Make, company_id: int) -> None:
    document_id = _made(make, template_of("{{ client.name }}"))
    making.generate(document_id)
    with writing() as session:
        session.execute(sa.text("UPDATE documents_document SET client_id = NULL, deal_id = NULL"))

    document = queries.one_document(reading(), document_id)
    assert document.client_name == "Клара"
    assert _text(document_id, 1) == ["Клара"]


def test_a_document_without_a_template_waits_for_a_file(make: Make, company_id: int) -> None:
    template_of("x")
    document_id = _made(make, None)  # type: ignore[arg-type]

    with pytest.raises(ConflictError, match="Choose a template"):
        making.generate(document_id)


def test_whoever_only_sees_a_document_changes_nothing_of_it(make: Make, company_id: int) -> None:
    template = template_of("x")
    seller = make.user("seller")
    deal_id = make.deal(owner_id=seller)
    wanted = {"type_id": type_of("Agreement"), "template_id": template, "deal_id": deal_id}
    document_id = service.create_document(wanted | {"owner_id": make.user("head")})

    with make.acting(seller):
        assert queries.one_document(reading(), document_id).id == document_id
        with pytest.raises(ForbiddenError):
            making.generate(document_id)
