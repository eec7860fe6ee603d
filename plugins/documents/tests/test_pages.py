"""The pages of documents, types and templates."""

from __future__ import annotations

import hashlib
import io
import os
import re
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from salesman_documents import making, pdf, queries, service
from salesman_documents.api import DOCX
from salesman_documents.samples import SAMPLES
from salesman_documents.templates_service import judge_template
from salesman_documents.testing import docx_of, linked_picture, template_of, type_of
from salesman_requisites.testing import hidden, own_company

from salesman_core.services import mail
from salesman_core.services.smtp import MailServer
from salesman_core.testing.people import Browser, Make, api_of
from salesman_core.testing.pytest_plugin import lacking
from salesman_core.toolkit import reading

Pages = Callable[[str], Browser]


@pytest.fixture
def browser(app: object, browser_for: Pages) -> Browser:
    """Pages as an administrator sees them."""
    own_company(short_name="Ours")
    return browser_for("administrator")


def _sent(browser: Browser, page: str, address: str = "", **typed: Any) -> Any:
    token = hidden(browser.get(page).text, "csrf_token")
    return browser.post(address or page, data={"csrf_token": token, **typed})


def test_a_document_is_made_by_its_form_with_its_first_version(
    browser: Browser, make: Make
) -> None:
    template = template_of("{{ document.number }}", type_name="Contract")
    client_id = make.client(name="Clara")
    typed = {"type_id": type_of("Contract"), "template_id": template, "client_id": client_id}

    answer = _sent(browser, "/documents/new", **typed, day="30.11.2026", subject="Racks")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/documents/1")
    page = browser.get("/documents/1").text
    assert "Contract № 1, Racks" in page
    assert "Contract 1.docx" in page


def _chosen(page: str, name: str) -> list[str]:
    """Give what is chosen in a select."""
    select = page.partition(f'name="{name}"')[2].partition("</select>")[0]
    return re.findall(r'<option value="(\d*)" selected', select)


def test_a_new_document_begins_with_the_newest_template_in_the_language_of_the_reader(
    browser: Browser, make: Make
) -> None:
    template_of("older")
    newest = template_of("newer")
    template_of("новейший", language="ru")
    deal_id = make.deal(client_id=make.client())

    page = browser.get(f"/documents/new?deal_id={deal_id}").text

    assert _chosen(page, "type_id") == [str(type_of("Agreement"))]
    assert _chosen(page, "template_id") == [str(newest)]
    answer = _sent(
        browser,
        "/documents/new",
        type_id=_chosen(page, "type_id")[0],
        template_id=_chosen(page, "template_id")[0],
        deal_id=deal_id,
    )
    assert answer.status_code == 302
    assert len(queries.versions(reading(), 1)) == 1


def test_the_template_goes_with_the_type_that_is_chosen(browser: Browser) -> None:
    template_of("an agreement")
    act = template_of("акт", type_name="Act", language="ru")  # better than none
    bare = type_of("Letter")
    token = hidden(browser.get("/documents/new").text, "csrf_token")

    def preset(type_id: object) -> list[str]:
        typed = {"csrf_token": token, "type_id": type_id}
        return _chosen(browser.post("/documents/new/template", data=typed).text, "template_id")

    assert preset(type_of("Act")) == [str(act)]
    assert preset(bare) == preset("x") == []


def test_what_was_typed_stays_after_an_error(browser: Browser) -> None:
    answer = _sent(browser, "/documents/new", type_id=1, subject="Racks", day="tomorrow-ish")

    assert answer.status_code == 422
    assert 'value="tomorrow-ish"' in answer.text
    assert 'value="Racks"' in answer.text


def test_what_is_empty_stands_on_the_card_and_is_made_all_the_same(
    browser: Browser, make: Make
) -> None:
    template = template_of("{{ client.inn }}", type_name="Contract")
    wanted = {"type_id": type_of("Contract"), "template_id": template}
    service.create_document({**wanted, "client_id": make.client()})

    doubtful = _sent(browser, "/documents/1", "/documents/1/generate")

    assert doubtful.status_code == 409
    assert "“client.inn” is empty for this document." in doubtful.text
    made = _sent(browser, "/documents/1", "/documents/1/generate", anyway="yes")
    assert made.status_code == 302
    assert len(queries.versions(reading(), 1)) == 1


def test_a_template_with_faults_comes_back_with_each_of_them(browser: Browser) -> None:
    faulty = docx_of("{{ client.nmae }}", "{% for line in lines %}")
    file = (io.BytesIO(faulty), "contract.docx")

    answer = _sent(
        browser, "/documents/templates/new", type_id=1, name="One", language="en", file=file
    )

    assert answer.status_code == 422
    assert "“for line in lines” is begun and never ended." in answer.text
    assert "paragraph 2" in answer.text
    assert queries.templates(reading()) == []


def test_the_reference_shows_the_values_of_a_chosen_deal(browser: Browser, make: Make) -> None:
    template = template_of("x")
    deal_id = make.deal(name="Racks for the shop", client_id=make.client(name="Clara"))

    page = browser.get(f"/documents/templates/{template}?deal_id={deal_id}").text

    assert "{{ deal.name }}" in page
    assert "Racks for the shop" in page
    assert "{{ line.quantity }}" in page  # what other plugins give
    assert "Clara" in page


def test_a_type_is_entered_with_statuses_and_makers(browser: Browser, make: Make) -> None:
    lawyer = make.user("lawyer")

    answer = _sent(
        browser,
        "/documents/types/new",
        name="Power of attorney",
        pattern="{number:03}/{YYYY}",
        starts="yearly",
        active="true",
        status_id=["", ""],
        status_name=["Draft", "Given"],
        status_base=["begun", "done"],
        user_ids=[lawyer],
    )

    assert answer.status_code == 302
    type_id = type_of("Power of attorney")
    assert [one.name for one in queries.statuses(reading())[type_id]] == ["Draft", "Given"]
    assert [one.user_id for one in queries.makers(reading())[type_id]] == [lawyer]


def test_two_versions_are_compared_word_by_word(browser: Browser, make: Make) -> None:
    template = template_of("The price is 100", type_name="Contract")
    wanted = {"type_id": type_of("Contract"), "template_id": template}
    service.create_document({**wanted, "client_id": make.client()})
    making.generate(1)
    making.upload(1, "b.docx", io.BytesIO(docx_of("The price is 120")))

    page = browser.get("/documents/1/compare").text

    assert re.search(r"<del>.*100</del><ins>.*120</ins>", page)


def test_a_letter_takes_the_file_along(
    browser: Browser, make: Make, mail_sink: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "program", lambda: None)
    mail.change_mail(MailServer.at(mail_sink.url), "crm@example.com")
    template = template_of("x", type_name="Contract")
    wanted = {"type_id": type_of("Contract"), "template_id": template}
    service.create_document({**wanted, "client_id": make.client()})
    making.generate(1)

    letter = {"to": "clara@example.com", "subject": "Contract", "text": "Dear Clara", "number": 1}
    answer = _sent(browser, "/documents/1", "/documents/1/send", **letter)

    assert answer.status_code == 302
    mail.deliver(1)
    (sent,) = mail_sink.letters
    assert sent["To"] == "clara@example.com"
    (file,) = sent.iter_attachments()
    assert file.get_filename() == "Contract 1.docx"


def test_without_libreoffice_the_button_says_so(
    browser: Browser, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "program", lambda: None)
    template = template_of("x", type_name="Contract")
    wanted = {"type_id": type_of("Contract"), "template_id": template}
    service.create_document({**wanted, "client_id": make.client()})
    making.generate(1)

    assert "LibreOffice is not installed on the server" in browser.get("/documents/1").text
    answer = _sent(browser, "/documents/1", "/documents/1/versions/1/pdf")
    assert answer.status_code == 409


@pytest.mark.databases("sqlite")
def test_our_own_templates_have_no_faults(app: object) -> None:
    for languages in SAMPLES.values():
        for sample in languages.values():
            assert judge_template(sample())["findings"] == []


def test_the_api_makes_moves_and_lists_documents(app: Any, make: Make) -> None:
    own_company(short_name="Ours")
    api = api_of(app, make.user("administrator"))
    template = template_of("{{ client.inn }}", type_name="Contract")
    wanted = {"type_id": type_of("Contract"), "template_id": template}

    made = api.post("/documents", {**wanted, "client_id": make.client()})

    assert (made.status_code, made.json["number"]) == (201, "1")
    doubtful: Any = api.post("/documents/1/versions", {})
    assert (doubtful.status_code, list(doubtful.json["errors"])) == (409, ["client.inn"])
    version = api.post("/documents/1/versions", {"anyway": True})
    assert (version.status_code, version.json["number"]) == (201, 1)
    status = api.get("/documents/types").json["items"][0]["statuses"][-1]
    assert (
        api.post("/documents/1/move", {"status_id": status["id"]}).json["status_id"]
        == (status["id"])
    )
    assert [one["id"] for one in api.get("/documents?signed=false").json["items"]] == [1]


def test_the_api_takes_and_gives_files(app: Any, make: Make) -> None:
    own_company(short_name="Ours")
    api = api_of(app, make.user("administrator"))

    def sent(path: str, content: bytes, media_type: str = DOCX) -> Any:
        return api.post(path, data=content, headers={"Content-Type": media_type})

    def saved(path: str) -> bytes:
        with api.get(path) as answer:
            return answer.data

    named = {"name": "Memo", "pattern": "{number}", "statuses": [{"name": "Draft"}]}
    type_id = api.post("/documents/types", named).json["id"]  # type: ignore[index]
    about = f"type_id={type_id}&name=Memo&language=en&file_name=memo.docx"
    faulty = sent(f"/documents/templates?{about}", docx_of("{{ client.nmae }}"))
    assert faulty.status_code == 422
    assert "client.name" in faulty.json["errors"]["file"][0]
    first = docx_of("{{ client.name }}")
    template = sent(f"/documents/templates?{about}", first)
    assert (template.status_code, template.json["last"]) == (201, 1)
    versions = f"/documents/templates/{template.json['id']}/versions"
    assert sent(f"{versions}?name=memo.docx", docx_of("Dear {{ client.name }}")).json["number"] == 2
    assert saved(f"{versions}/1/file") == first

    wanted = {"type_id": type_id, "template_id": template.json["id"], "client_id": make.client()}
    made: Any = api.post("/documents", wanted).json
    path = f"/documents/{made['id']}/versions"
    api.post(path, {})
    edited = docx_of("edited")
    upload = sent(f"{path}/upload?name=edited.docx&comment=cheaper", edited)
    assert (upload.status_code, upload.json["number"], upload.json["comment"]) == (
        201,
        2,
        "cheaper",
    )
    assert upload.json["hash"] == hashlib.sha256(edited).hexdigest()
    assert saved(f"{path}/2/file") == edited
    assert sent(f"{path}/upload?name=a.docx", b"x", "text/plain").status_code == 415
    hostile = sent(f"{path}/upload?name=a.docx", docx_of(parts={"word/vbaProject.bin": b"x"}))
    assert (hostile.status_code, list(hostile.json["errors"])) == (422, ["file"])


@pytest.mark.databases("sqlite")
def test_the_pages_of_a_suspended_plugin_are_gone(app: Any, browser: Browser) -> None:
    from salesman_core.plugins import switches  # noqa: PLC0415

    switches.suspend("documents")
    switches.follow_now()

    assert browser.get("/documents").status_code == 404


def test_statements_of_the_list_do_not_grow_with_its_rows(
    browser: Browser, make: Make, statements: Any
) -> None:
    template = template_of("x", type_name="Contract")
    wanted = {"type_id": type_of("Contract"), "template_id": template}

    def counted() -> int:
        browser.get("/documents")
        with statements() as sent:
            browser.get("/documents")
        return len(sent)

    service.create_document({**wanted, "client_id": make.client()})
    few = counted()
    for _number in range(5):
        service.create_document({**wanted, "client_id": make.client()})
    assert counted() == few


def test_statements_of_a_card_do_not_grow_with_types_and_templates(
    browser: Browser, make: Make, statements: Any
) -> None:
    template = template_of("x", type_name="Contract")
    wanted = {"type_id": type_of("Contract"), "template_id": template}
    service.create_document({**wanted, "client_id": make.client()})

    def counted() -> int:
        browser.get("/documents/1")
        with statements() as sent:
            browser.get("/documents/1")
        return len(sent)

    few = counted()
    for number in range(5):
        template_of("x", type_name=f"Type {number}")
    assert counted() == few


def test_numbers_that_are_none_are_errors_of_the_field(browser: Browser) -> None:
    for typed in ("99999999999999999999", "²"):
        assert browser.get(f"/documents/new?client_id={typed}").status_code == 200
        created = _sent(browser, "/documents/new", type_id=1, client_id=typed, day="tomorrow-ish")
        assert created.status_code == 422
        named = {"name": "Odd", "pattern": "{number}", "starts": "never", "active": "true"}
        answer = _sent(browser, "/documents/types/new", **named, user_ids=[typed])
        assert answer.status_code == 422
        statuses = {"status_id": typed, "status_name": "Draft", "status_base": "begun"}
        made = _sent(browser, "/documents/types/new", **named, **statuses)
        assert made.status_code == 302


def test_the_number_of_a_type_is_judged_where_it_is_typed(browser: Browser, make: Make) -> None:
    named = {"name": "Memo", "starts": "never", "active": "true"}
    named |= {"status_name": "Draft", "status_base": "begun"}

    wrong = _sent(browser, "/documents/types/new", **named, pattern="{number}/{code}")

    assert wrong.status_code == 422
    assert "{code} means nothing" in wrong.text
    right = _sent(browser, "/documents/types/new", **named, pattern="{number}/{company}")
    assert right.status_code == 302
    wanted = {"type_id": type_of("Memo"), "client_id": make.client()}
    document_id = service.create_document(wanted)
    assert queries.one_document(reading(), document_id).number.startswith("1/")


def test_a_letter_is_not_lost_where_its_pdf_cannot_be_made(
    browser: Browser, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = template_of("x", type_name="Contract")
    wanted = {"type_id": type_of("Contract"), "template_id": template}
    service.create_document({**wanted, "client_id": make.client()})
    making.generate(1)
    monkeypatch.setattr(pdf, "program", lambda: Path("/nonexistent"))

    letter = {"to": "clara@example.com", "subject": "Contract", "text": "Dear Clara", "number": 1}
    answer = _sent(browser, "/documents/1", "/documents/1/send", **letter)

    assert answer.status_code == 409
    assert "Dear Clara" in answer.text
    assert "could not make a PDF" in answer.text


@pytest.mark.parametrize(
    ("act", "typed"),
    [("move", {"status_id": 2, "comment": "my words"}), ("sign", {"signed_on": "30.11.2026"})],
)
def test_what_somebody_changed_meanwhile_costs_nobody_their_words(
    browser: Browser, make: Make, act: str, typed: dict[str, Any]
) -> None:
    template = template_of("x", type_name="Contract")
    wanted = {"type_id": type_of("Contract"), "template_id": template}
    service.create_document({**wanted, "client_id": make.client()})

    answer = _sent(browser, "/documents/1", f"/documents/1/{act}", **typed, version="0")

    assert answer.status_code == 412
    assert str(list(typed.values())[-1]) in answer.text


@pytest.fixture(scope="module")
def printer() -> Iterator[pdf.Printer]:
    """A LibreOffice of our own."""
    programs = pdf.program()
    if programs is None:
        lacking("LibreOffice is not installed")
    printer = pdf.Printer(programs)
    yield printer
    printer.close()


def test_documents_are_made_pdf_one_after_the_other(printer: pdf.Printer) -> None:
    first, second = (printer.as_pdf(docx_of("Contract")) for _one in range(2))

    assert first.startswith(b"%PDF-")
    assert second.startswith(b"%PDF-")


def test_a_libreoffice_that_dies_or_hangs_is_begun_anew(printer: pdf.Printer) -> None:
    printer.as_pdf(docx_of("Contract"))
    process = printer._process._process  # it has no other use for it
    assert process is not None
    os.killpg(process.pid, signal.SIGKILL)

    assert printer.as_pdf(docx_of("Contract")).startswith(b"%PDF-")


def test_a_conversion_has_its_time_and_leaves_nothing_behind(printer: pdf.Printer) -> None:
    hurried = pdf.Printer(printer.programs, seconds=0.01, patience=0)

    with pytest.raises(pdf.NoPdfError, match="longer than it may"):
        hurried.as_pdf(docx_of("Contract"))

    assert not Path(hurried._process._folder).exists()


def test_libreoffice_asks_nobody_outside(printer: pdf.Printer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/p.png"
        printer.as_pdf(linked_picture(address))  # which nobody may upload

        with pytest.raises(TimeoutError):
            server.accept()
