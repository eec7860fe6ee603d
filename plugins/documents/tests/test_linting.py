"""The linter says what is wrong with a template, in words and with the place."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
from salesman_documents.docx.checking import RefusedFileError, check_docx
from salesman_documents.docx.process import Filler
from salesman_documents.testing import docx_of, raw_docx

from salesman_core.testing.pytest_plugin import lacking

TREE: Final[dict[str, Any]] = {
    "client": {"name": "text", "inn": "text"},
    "deal": {"amount": "money"},
    "lines": [{"name": "text", "amount": "money"}],
}
DATA: Final = Path(__file__).resolve().parents[3] / "../shared/data/salesman/templates"


def _findings(filler: Filler, *paragraphs: str) -> list[tuple[str, int, str, str]]:
    found = filler.lint(docx_of(*paragraphs), TREE)["findings"]
    return [(one["what"], one["paragraph"], one["name"], one["meant"]) for one in found]


@pytest.mark.parametrize(
    ("paragraphs", "finding"),
    [
        (("", "{{ client.nmae }}"), ("unknown", 2, "client.nmae", "client.name")),
        (("{{ cleint.name }}",), ("unknown", 1, "cleint", "client")),
        (
            ("{% for line in lines %}{{ line.nme }}{% endfor %}",),
            ("unknown", 1, "line.nme", "line.name"),
        ),
        (("{% for line in lines %}", "x"), ("unclosed", 1, "for line in lines", "")),
        (("x", "{% if client.inn %}"), ("unclosed", 2, "if client.inn", "")),
        (("{% endfor %}",), ("unopened", 1, "endfor", "")),
        (("{% for a in client %}{% endfor %}",), ("no_list", 1, "client", "")),
        (("{{ deal.amount | mony }}",), ("unknown_filter", 1, "mony", "money")),
        (("{% if lines is iterable %}x{% endif %}",), ("unknown_test", 1, "iterable", "")),
        (
            ("{% if client.inn is definde %}x{% endif %}",),
            ("unknown_test", 1, "definde", "defined"),
        ),
        (("{{ lines[cleint.name] }}",), ("unknown", 1, "cleint", "client")),
        (("{% raw %}{{ x }}{% endraw %}",), ("forbidden_tag", 1, "raw", "")),
        (("{{ client.name() }}",), ("forbidden_call", 1, "name", "")),
        (("{{ client.__class__ }}",), ("forbidden_attribute", 1, "__class__", "")),
        (("", "{% exec 'x' %}"), ("unknown_tag", 2, "exec", "")),
        (("{% extends 'x' %}",), ("forbidden_import", 1, "import", "")),
        (("{{ 9 ** 9 }}",), ("forbidden_power", 1, "power", "")),
        (
            ("{% for line in lines recursive %}{% endfor %}",),
            ("forbidden_recursion", 1, "recursion", ""),
        ),
        (("{% filter upper %}x{% endfilter %}",), ("forbidden_tag", 1, "filterblock", "")),
        (("nothing",), ("no_tags", 0, "", "")),
        (("{{ client.name }}", "[var.docNum]"), ("foreign", 2, "[var.docNum]", "")),
        (("{{ client.name }}", "ИНН: castInn"), ("foreign", 2, "castInn", "")),
        (("{{ client.name }}", "{{ client.name }"), ("broken_tag", 2, "", "")),
    ],
)
def test_the_linter_names_what_is_wrong_and_where(
    filler: Filler, paragraphs: tuple[str, ...], finding: tuple[str, int, str, str]
) -> None:
    assert finding in _findings(filler, *paragraphs)


def test_a_sound_template_has_no_finding_and_tells_what_it_says(filler: Filler) -> None:
    template = docx_of("{{ client.name }}{% if client.inn %}{{ client.inn }}{% endif %}")

    found = filler.lint(template, TREE)

    assert found["findings"] == []
    used = [(one["path"], one["asked"]) for one in found["used"]]
    assert ("client", False) in used  # the section itself: its plugin may be switched off
    assert [one for one in used if "." in one[0]] == [
        ("client.name", False),
        ("client.inn", True),
        ("client.inn", False),
    ]


def test_each_finding_comes_once_also_behind_filters(filler: Filler) -> None:
    assert _findings(filler, "{{ client.nmae | upper | trim }}") == [
        ("unknown", 1, "client.nmae", "client.name")
    ]


@pytest.mark.parametrize(
    "said",
    [
        "{{ client.inn or '—' }}",
        "{{ client.inn if client.inn else '—' }}",
        "{{ client.inn | default('—') }}",
        "{% if client.inn is none %}—{% endif %}",
    ],
)
def test_what_stands_in_for_an_empty_value_asks_for_it(filler: Filler, said: str) -> None:
    used = filler.lint(docx_of(said), TREE)["used"]

    assert ("client.inn", True) in [(one["path"], one["asked"]) for one in used]


def test_a_value_that_is_said_a_thousand_times_is_told_once(filler: Filler) -> None:
    used = filler.lint(docx_of(*["{{ client.name }}"] * 1000), TREE)["used"]

    assert [one["path"] for one in used] == ["client", "client.name"]


def test_the_text_around_and_in_a_text_box_is_read_once(filler: Filler) -> None:
    box = (
        "<w:r><mc:AlternateContent xmlns:mc='http://schemas.openxmlformats.org/"
        "markup-compatibility/2006'>{}</mc:AlternateContent></w:r>"
    )
    inner = "<w:txbxContent><w:p><w:r><w:t>inside</w:t></w:r></w:p></w:txbxContent>"
    both = f"<mc:Choice>{inner}</mc:Choice><mc:Fallback>{inner}</mc:Fallback>"
    tabs = "<w:pPr><w:tabs><w:tab w:val='left'/></w:tabs></w:pPr>"
    words = [f"<w:r><w:t>{one}</w:t></w:r>" for one in ("before", "behind")]

    found = filler.text(raw_docx(f"<w:p>{tabs}{words[0]}{box.format(both)}{words[1]}</w:p>"))

    assert found == ["beforebehind", "inside"]


def test_letters_that_word_has_split_are_read_as_one_tag(filler: Filler) -> None:
    runs = "".join(f"<w:r><w:t>{one}</w:t></w:r>" for one in ("{{ cli", "ent.nmae }", "}"))

    found = filler.lint(raw_docx(f"<w:p>{runs}</w:p>"), TREE)["findings"]

    assert [(one["what"], one["name"]) for one in found] == [("unknown", "client.nmae")]


def test_foreign_templates_are_named_and_crash_nothing(filler: Filler) -> None:
    if not DATA.is_dir():
        lacking("the folder ../shared/data with real files is missing")
    form = (DATA / "kvitancia_sberbank_pd4.docx").read_bytes()
    check_docx(form)

    found = filler.lint(form, TREE)["findings"]

    named = {one["name"] for one in found if one["what"] == "foreign"}
    assert {"compUrName", "compInn", "castUrName", "summaCredit"} <= named
    with pytest.raises(RefusedFileError, match="spreadsheet") as refused:
        check_docx((DATA / "schet_faktura.xlsx").read_bytes())
    said = str(refused.value).partition("It says: ")[2].split(", ")
    assert {"[var.docNum]", "[var.compUrName]", "[speka.Title;block=tbs:row]"} <= set(said)
