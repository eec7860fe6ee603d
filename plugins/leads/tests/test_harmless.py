"""What strangers write is shown as they wrote it, and does nothing; and nothing breaks by it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from salesman_leads.junk.service import change_rules
from salesman_leads.testing import asked, hidden

from salesman_core.testing.people import Browser

ByStranger = Callable[..., Any]
BrowserFor = Callable[[str], Browser]

SCRIPT = "<script>alert('x')</script>"
FORMULA = "=cmd()|'/C calc'!A0"


@pytest.fixture
def junk_lead(stranger: ByStranger) -> int:
    """The first of two leads whose every word is meant to do harm."""
    fields = [asked("name", required=True), asked("company"), asked("email"), asked("text")]
    who = stranger(fields=fields, source=SCRIPT)
    words = {"company": FORMULA, "text": f"{SCRIPT} {{{{ 7 * 7 }}}}", "utm_source": SCRIPT}
    for name in (SCRIPT, f"{SCRIPT} again"):
        answer = who.send(name=name, page=f"javascript:{SCRIPT}", **words)
        assert answer.status_code == 303
    return 1


@pytest.mark.parametrize(
    "path",
    ["/leads", "/leads/1", "/search?q=alert", "/records/leads.lead/1/history", "/leads/forms"],
)
def test_script_in_a_name_is_text_on_every_page(
    junk_lead: int, browser_for: BrowserFor, path: str
) -> None:
    page = browser_for("head").get(path).text

    assert "<script>alert" not in page
    assert "javascript:<" not in page
    assert 'href="javascript:' not in page


@pytest.mark.parametrize("path", ["/leads", "/leads/1", "/search?q=alert"])
def test_script_in_a_name_can_be_read(junk_lead: int, browser_for: BrowserFor, path: str) -> None:
    assert "&lt;script&gt;alert" in browser_for("head").get(path).text


def exported(browser: Browser, format_: str) -> bytes:
    """Give the file with the companies of all leads."""
    token = hidden(browser.get("/leads").text, "csrf_token")
    asked_for = {"whole_filter": "true", "column": "company", "format": format_, "filter": ""}
    answer = browser.post(
        "/lists/leads.lead/export",
        data={"csrf_token": token, "next": "/", **asked_for},
        follow_redirects=True,
    )
    written = answer.data
    answer.close()
    return written


class TestFormula:
    """A company that a spreadsheet would take for a formula, come in by a form, in its exports."""

    @pytest.fixture
    def browser(self, stranger: ByStranger, browser_for: BrowserFor) -> Browser:
        fields = [asked("company", required=True), asked("phone")]
        assert stranger(fields=fields).send(company=FORMULA).status_code == 303
        return browser_for("head")

    def test_is_defused_in_csv(self, browser: Browser) -> None:
        written = exported(browser, "csv").decode("utf-8-sig")

        assert list(csv.reader(io.StringIO(written)))[1:] == [[f"'{FORMULA}"]]

    def test_is_a_text_in_xlsx(self, browser: Browser) -> None:
        written = exported(browser, "xlsx")

        sheet = CalamineWorkbook.from_filelike(io.BytesIO(written)).get_sheet_by_index(0)
        assert sheet.to_python()[1:] == [[FORMULA]]
        with zipfile.ZipFile(io.BytesIO(written)) as parts:
            assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")


class TestAnything:
    """Whatever comes, the answer is one of those that are meant, and never a fault of ours."""

    MEANT = frozenset({201, 303, 400, 403, 413, 422, 429})
    ORIGINS = st.sampled_from(
        ["http://localhost", "https://shop.example", "null", "", "ftp://x", "https://[", "é"]
    )
    VALUES = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    )
    NAMES = st.sampled_from(
        ["name", "phone", "email", "text", "stamp", "homepage", "consent", "page", "utm_source"]
    )
    USUAL = settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )

    @pytest.fixture
    def who(self, stranger: ByStranger, app: Flask) -> Any:
        change_rules({"most_sent": 10_000})
        return stranger(consent="I agree.")

    @USUAL
    @given(
        body=st.binary(max_size=2000),
        kind=st.sampled_from(
            [
                "application/json",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "multipart/form-data",
                "text/plain",
                "application/json; charset=nothing",
                "",
            ]
        ),
        origin=ORIGINS,
    )
    def test_any_bytes_of_any_kind(self, who: Any, body: bytes, kind: str, origin: str) -> None:
        answer = who.post(body, origin=origin, content_type=kind)
        assert answer.status_code in self.MEANT

    @USUAL
    @given(values=st.dictionaries(NAMES | st.text(), VALUES, max_size=8), origin=ORIGINS)
    def test_any_object(self, who: Any, values: dict[str, Any], origin: str) -> None:
        body = json.dumps(values)
        answer = who.post(body, origin=origin, content_type="application/json")
        assert answer.status_code in self.MEANT

    @USUAL
    @given(values=st.dictionaries(NAMES, st.text(max_size=400) | st.lists(st.text()), max_size=9))
    def test_any_texts_in_the_fields(self, who: Any, values: dict[str, Any]) -> None:
        answer = who.post(values, origin="https://shop.example")
        assert answer.status_code in self.MEANT

    @pytest.mark.parametrize("size", [63_000, 65_000, 1_000_000, 3_000_000])
    @pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
    def test_any_size(self, who: Any, size: int, kind: str) -> None:
        text = '{"name": "%s"}' if "json" in kind else "name=%s"
        answer = who.post(text % ("x" * size), origin="https://shop.example", content_type=kind)
        assert answer.status_code == 422

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
    def test_any_method(self, who: Any, method: str) -> None:
        assert who.browser.open(who.path, method=method).status_code in {400, 405}
