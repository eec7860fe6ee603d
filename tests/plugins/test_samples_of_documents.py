"""The templates that come along, filled in from a real deal and printed by LibreOffice."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Final

import pytest
from PIL import Image
from salesman_catalogue.lines.service import replace_lines
from salesman_documents import making, pdf
from salesman_documents.queries import one_version
from salesman_documents.samples import SAMPLES
from salesman_documents.service import create_document
from salesman_documents.templates_service import add_template
from salesman_documents.testing import type_of
from salesman_requisites.companies.parts import ACCOUNTS, SIGNERS
from salesman_requisites.companies.pictures import keep_picture
from salesman_requisites.testing import ACCOUNT, SIGNER, own_company, png

from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.pdf import picture_of, texts_of
from salesman_core.testing.people import Make
from salesman_core.testing.pytest_plugin import lacking
from salesman_core.toolkit import reading

pytestmark = [
    pytest.mark.plugins,
    pytest.mark.databases("sqlite"),
    pytest.mark.usefixtures("pdf_tools"),
    pytest.mark.timeout(120),
]

NUMBER: Final = 20
"""Lines of the deal: more than one page holds beside the rest."""
INK: Final = (20, 40, 160)
"""The colour of the pictures of the own company."""
WORDS: Final = {
    "ru": "Две тысячи сто рублей 00 копеек",
    "en": "Two thousand one hundred rubles 00 kopecks",
}
SUMS: Final = {"ru": "2 100,00 ₽", "en": "RUB 2,100.00"}
SAID: Final = {
    ("contract", "ru"): ("Договор № ", "Перечень содержит 20 позиций.", "в том числе НДС"),
    ("contract", "en"): ("Contract No. ", "The Contractor", "The Customer"),
    ("offer", "ru"): ("Коммерческое предложение № ", "Предлагаем для Клара:"),
    ("offer", "en"): ("Offer No. ", "We are glad to offer Клара:"),
    ("act", "ru"): ("Акт сдачи-приёмки № ", "претензий по объёму, качеству и срокам не имеет"),
    ("act", "en"): ("Acceptance No. ", "(the Customer) has accepted:"),
}


@pytest.fixture
def deal(make: Make, clock: FrozenClock) -> int:
    """A deal of twenty lines, and an own company with all that papers bear."""
    if pdf.program() is None:
        lacking("LibreOffice is not installed")
    company = own_company(short_name="ООО «Ромашка»", inn="7707083893", kpp="770701001")
    ACCOUNTS.add(company, ACCOUNT)
    signer = SIGNERS.add(company, SIGNER)
    keep_picture(company, "logo", png())
    keep_picture(company, "stamp", png())
    keep_picture(company, "signature", png(), signer_id=signer)
    deal = make.deal(client_id=make.client(name="Клара"))
    line = {"quantity": Decimal(1), "unit": "шт.", "vat_percent": Decimal(20)}
    prices = range(10, 10 * NUMBER + 1, 10)
    replace_lines(deal, [{**line, "name": f"Rack {one}", "price": Decimal(one)} for one in prices])
    return deal


@pytest.mark.parametrize(("word", "language"), SAID)
def test_sample_is_printed_with_all_that_the_deal_says(
    make: Make, deal: int, word: str, language: str
) -> None:
    named = {"type_id": type_of(word.title()), "name": word, "language": language}
    template = add_template(named, f"{word}.docx", io.BytesIO(SAMPLES[word][language]()))
    made = create_document({"type_id": named["type_id"], "template_id": template, "deal_id": deal})
    making.generate(made, anyway=True)
    version = one_version(reading(), made, 1)

    printed = pdf.as_pdf(making.content_of(reading(), version.file_id, version.name))

    pages = texts_of(printed)
    text = " ".join(" ".join(pages).split())
    for said in (*SAID[word, language], WORDS[language], SUMS[language]):
        assert said in text
    for place in range(1, NUMBER + 1):
        assert f"{place} Rack {place * 10} 1 шт." in text
    assert "{" not in text
    assert len(pages) <= 2
    assert all(page.strip() for page in pages)
    assert any(INK in colours(printed, page) for page in range(1, len(pages) + 1))


def colours(printed: bytes, page: int) -> set[object]:
    with Image.open(io.BytesIO(picture_of(printed, page, dots=50))) as picture:
        found = picture.convert("RGB").getcolors(1 << 20) or []
    return {colour for _count, colour in found}
