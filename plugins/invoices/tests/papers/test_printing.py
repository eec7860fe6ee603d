"""What stands on printed invoices and acts, read back from the PDF."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from PIL import Image, ImageFile
from salesman_invoices.papers import health, rendering
from salesman_invoices.papers.health import printing
from salesman_invoices.papers.rendering import UnprintableError, printout_of
from salesman_invoices.papers.saying import money, money_with_sign
from salesman_invoices.papers.values import (
    CANCELLED,
    DELIVERY,
    DRAFT,
    INVOICE,
    MOST_LINES,
    SERVICE,
    Paper,
    PaperLine,
    Party,
)

from salesman_core.testing.pdf import picture_of, texts_of
from salesman_hookspecs import HealthCheck

MakePaper = Callable[..., Paper]
MakeLine = Callable[..., PaperLine]


def pdf_of(paper: Paper) -> bytes:
    """Print a paper."""
    return printout_of(paper).pdf()


def flat(text: str) -> str:
    """Give a text with single gaps."""
    return " ".join(text.split())


def read(paper: Paper) -> str:
    """Give all that stands on a paper, with single gaps."""
    return flat(" ".join(texts_of(pdf_of(paper))))


def said(amount: Decimal, language: str = "ru") -> str:
    """Give an amount as it is found in a PDF."""
    return money(amount, language).replace("\N{NO-BREAK SPACE}", " ")


def test_an_invoice_says_who_is_paid_by_whom_how_and_until_when(make_paper: MakePaper) -> None:
    text = read(make_paper(ground="Договор № 5"))

    for words in (
        "Счёт на оплату № СС-17 от 30 ноября 2026 г.",
        "ПАО Сбербанк, г. Москва",
        "БИК 044525225",
        "40702810938000000001",
        "30101810400000000225",
        "ИНН 7801000005",
        "КПП 780101001",
        "Покупатель ООО «Альфа», ИНН 7702000001, Москва, Покровка, 3",
        "Основание Договор № 5",
        "Оплатить до 7 декабря 2026 г.",
        "Генеральный директор",
        "Иванова А. П.",
    ):
        assert words in text


def test_vat_inside_is_said_as_part_of_the_total(
    make_paper: MakePaper, make_line: MakeLine
) -> None:
    paper = make_paper(make_line(quantity="3", price="1234.56"), make_line(price="0.01"))

    text = read(paper)

    assert f"Итого: {said(paper.amount)} В том числе НДС 20 %: {said(paper.vat)}" in text
    assert f"Всего к оплате: {said(paper.amount)}" in text
    assert (paper.amount, paper.vat) == (Decimal("3703.69"), Decimal("617.28"))


def test_vat_on_top_is_added_to_the_total(make_paper: MakePaper, make_line: MakeLine) -> None:
    paper = make_paper(make_line(quantity="3", price="1234.56", vat_on_top=True))

    text = read(paper)

    assert f"Итого: {said(paper.net)} НДС 20 %: {said(paper.vat)}" in text
    assert f"Всего к оплате: {said(paper.amount)}" in text
    assert "Сумма без НДС" in text
    assert (paper.net, paper.vat) == (Decimal("3703.68"), Decimal("740.74"))


def test_lines_of_several_rates_say_theirs_and_the_sums_follow_by_rate(
    make_paper: MakePaper, make_line: MakeLine
) -> None:
    paper = make_paper(
        make_line("Первое", price="120"),
        make_line("Второе", price="110", vat_percent=Decimal(10)),
        make_line("Третье", price="100", vat_on_top=True),
        make_line("Четвёртое", price="50", vat_percent=None),
    )

    text = read(paper)

    assert "20 % 120,00" in text
    assert "10 % 110,00" in text
    assert re.search(r"Третье 1 шт\. 100,00 20 % 120,00 без НДС", text)
    assert "без НДС 50,00" in text
    assert "Итого: 400,00 В том числе НДС 20 %: 40,00 В том числе НДС 10 %: 10,00" in text
    assert "Всего к оплате: 400,00" in text


def test_a_paper_without_vat_says_so(make_paper: MakePaper, make_line: MakeLine) -> None:
    text = read(make_paper(make_line(price="500", vat_percent=None)))

    assert "Без налога (НДС): — Всего к оплате: 500,00" in text
    assert "НДС не облагается" in text


def test_discounts_have_a_column_where_there_are_some(
    make_paper: MakePaper, make_line: MakeLine
) -> None:
    cheaper = make_line("Со скидкой", price="200", discount_percent=Decimal("7.5"))
    less = make_line("Дешевле", price="200", discount_amount=Decimal(30))

    text = read(make_paper(cheaper, less))

    assert "Скидка" in text
    assert "200,00 7,5 % 185,00" in text
    assert "200,00 30,00 170,00" in text
    assert "Скидка" not in read(make_paper())


@pytest.mark.parametrize(
    ("price", "currency", "language", "words"),
    [
        ("1", "RUB", "ru", "Один рубль 00 копеек"),
        ("21002.05", "RUB", "ru", "Двадцать одна тысяча два рубля 05 копеек"),
        ("1000000", "KZT", "ru", "Один миллион тенге 00 тиынов"),
        ("12.50", "EUR", "en", "Twelve euros 50 cents"),
    ],
)
def test_the_amount_stands_in_words(
    make_paper: MakePaper,
    make_line: MakeLine,
    price: str,
    currency: str,
    language: str,
    words: str,
) -> None:
    paper = make_paper(make_line(price=price), currency=currency, language=language)

    assert words in read(paper)


def test_sixty_lines_flow_over_pages_with_the_head_on_each(
    make_paper: MakePaper, make_line: MakeLine
) -> None:
    lines = [make_line(f"Товар {at:02}", str(at), f"{at * 7}.{at:02}") for at in range(1, 61)]
    paper = make_paper(*lines)

    pages = texts_of(pdf_of(paper))

    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        assert re.search(r"№\s+Наименование\s+Кол-во\s+Ед\.\s+Цена, руб\.\s+Сумма, руб\.", page)
        assert f"страница {number} из {len(pages)}" in flat(page)
        assert "Счёт на оплату № СС-17 от 30 ноября 2026 г." in flat(page)
    text = flat(" ".join(pages))
    for at, line in enumerate(lines, 1):
        assert f"{at} Товар {at:02} {at} шт. {said(line.price)} {said(line.amount)}" in text
    assert f"Всего к оплате: {said(paper.amount)}" in text
    assert f"Всего наименований 60, на сумму {said(paper.amount)} руб." in text


@pytest.mark.turns(4)
@pytest.mark.parametrize("count", range(12, 36))
def test_totals_and_signatures_never_stand_on_a_page_without_lines(
    make_paper: MakePaper, make_line: MakeLine, count: int
) -> None:
    paper = make_paper(*(make_line(f"Товар {at:02}") for at in range(1, count + 1)))

    last = flat(texts_of(pdf_of(paper))[-1])

    assert f"{count - 1} Товар" in last
    assert f"{count} Товар" in last
    for words in ("Итого:", "Всего к оплате:", "Всего наименований", "Иванова А. П."):
        assert words in last


def test_a_long_name_and_a_word_without_gaps_stay_within_the_page(
    make_paper: MakePaper, make_line: MakeLine
) -> None:
    endless = "Щ" * 300
    paper = make_paper(
        make_line(endless, article="A" * 64),
        make_line("Большая поставка", "999999999.999", "999999.99"),
        buyer=Party("Межрегиональное объединение " * 12, address="Проспект " * 40),
    )

    pdf = pdf_of(paper)

    with Image.open(io.BytesIO(picture_of(pdf, dots=50))) as page:
        margin = page.convert("L").crop((page.width - 20, 0, page.width, page.height))
    assert margin.getextrema() == (255, 255)
    assert "".join(texts_of(pdf)).count("Щ") == 300


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("sort", [INVOICE, SERVICE, DELIVERY])
def test_what_people_typed_is_text_and_fetches_nothing(
    make_paper: MakePaper,
    make_line: MakeLine,
    capsys: pytest.CaptureFixture[str],
    sort: str,
    language: str,
) -> None:
    hostile = (
        "<script>x</script><img src='file:///etc/passwd'><style>@import url(file:///etc/hosts);"
    )
    paper = make_paper(
        make_line(hostile, article="{{ 7 * 7 }}", unit="<b>"),
        seller=Party(hostile, address=hostile, signer=hostile, signer_post=hostile),
        buyer=Party(hostile, phone="url(file:///etc/passwd)"),
        number="</style>9",
        purpose=hostile,
        ground=hostile,
        sort=sort,
        language=language,
    )

    text = read(paper)

    assert "<script>x</script>" in text
    assert "</style>9" in text
    assert "{{ 7 * 7 }}" in text
    assert "root:" not in text
    assert "<script" not in printout_of(paper).page


def test_nothing_but_what_the_page_itself_holds_is_fetched(
    caplog: pytest.LogCaptureFixture,
) -> None:
    html = "<p>Here</p><img src='file:///etc/hostname'><img src='http://127.0.0.1:9/'>"

    pdf = rendering._drawn(html + "<link rel=attachment href='file:///etc/passwd'>")

    assert "".join(texts_of(pdf)).strip() == "Here"
    assert b"EmbeddedFile" not in pdf
    assert caplog.text.count("disallowed protocol") == 3


@pytest.mark.parametrize(
    ("state", "language", "words"),
    [
        (DRAFT, "ru", "Черновик"),
        (CANCELLED, "ru", "Аннулирован"),
        (DRAFT, "en", "Draft"),
        (CANCELLED, "en", "Cancelled"),
    ],
)
def test_what_is_not_to_be_paid_says_so_and_bears_no_stamp(
    make_paper: MakePaper, stamp: bytes, state: str, language: str, words: str
) -> None:
    pictures = {"stamp": stamp, "signature": stamp}
    paper = make_paper(state=state, language=language, pictures=pictures)

    assert f"30 ноября 2026 г. ({words.lower()})" in read(paper).replace(
        "30 November 2026", "30 ноября 2026 г."
    )
    page = printout_of(paper).page
    assert f'<div class="across">{words}</div>' in page
    assert "data:image" not in page
    assert "Оплата по счёту" not in page
    assert "Payment of invoice" not in page


def test_a_draft_has_neither_number_nor_day(make_paper: MakePaper) -> None:
    text = read(make_paper(state=DRAFT, number="", day=None, due_on=None))

    assert "Счёт на оплату (черновик) Поставщик" in text


def test_an_act_says_what_was_done_and_both_sign(make_paper: MakePaper) -> None:
    buyer = Party("ООО «Альфа»", signer="Петров Пётр Петрович", signer_post="Директор")

    text = read(make_paper(sort=SERVICE, ground="Счёт № СС-17", buyer=buyer))

    for words in (
        "Акт выполненных работ № СС-17 от 30 ноября 2026 г.",
        "Исполнитель Общество с ограниченной ответственностью «Северный склад»",
        "Заказчик ООО «Альфа»",
        "Основание Счёт № СС-17",
        "выполнены полностью и в срок",
        "Сто рублей 00 копеек",
        "Иванова А. П. Петров П. П.",
    ):
        assert words in text
    assert "Оплатить до" not in text
    assert "к оплате" not in text


def test_a_delivery_says_what_was_handed_over(make_paper: MakePaper) -> None:
    text = read(make_paper(sort=DELIVERY))

    assert "Накладная № СС-17 от 30 ноября 2026 г." in text
    assert "Отпустил Получил" in text


def test_an_english_invoice_is_english_throughout(
    make_paper: MakePaper, make_line: MakeLine
) -> None:
    seller = Party("Northern Store Ltd", tax_number="GB123456789", address="1 High Street, London")
    paper = make_paper(
        make_line("Shelf", "2", "45000", unit="pcs"),
        seller=seller,
        buyer=Party("Alpha Inc."),
        language="en",
        currency="EUR",
        number="NS-17",
        ground="Order 5",
    )

    text = read(paper)

    for words in (
        "Invoice No. NS-17 of 30 November 2026",
        "Due 7 December 2026",
        "45,000.00 90,000.00",
        "Including VAT 20 %: 15,000.00 Total due: 90,000.00",
        "Ninety thousand euros 00 cents",
        "Tax number: GB123456789",
    ):
        assert words in text
    assert not re.search("[а-яё]", text.casefold())


def test_letters_of_a_currency_do_not_touch_the_number() -> None:
    assert money_with_sign(Decimal(45_000), "RUB", "en") == "RUB\N{NO-BREAK SPACE}45,000.00"
    assert money_with_sign(Decimal(45_000), "EUR", "en") == "€45,000.00"


def test_pictures_stand_on_the_paper(make_paper: MakePaper, stamp: bytes) -> None:
    with_stamp = pdf_of(make_paper(pictures={"stamp": stamp, "logo": stamp}))

    blue = [colour for colour in colours(with_stamp) if colour == (30, 60, 180)]
    assert blue
    assert not [one for one in colours(pdf_of(make_paper())) if one == (30, 60, 180)]


def colours(pdf: bytes) -> set[tuple[int, ...]]:
    """Give the colours of the first page."""
    with Image.open(io.BytesIO(picture_of(pdf, dots=50))) as page:
        rows = page.convert("RGB").getcolors(1 << 20) or []
    return {colour for _count, colour in rows if isinstance(colour, tuple)}


def test_more_lines_than_can_be_printed_are_refused(
    make_paper: MakePaper, make_line: MakeLine
) -> None:
    with pytest.raises(UnprintableError, match="At most 1000 lines"):
        pdf_of(make_paper(*[make_line()] * (MOST_LINES + 1)))


def test_a_machine_without_pango_says_what_is_missing(
    make_paper: MakePaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "what_is_lacking", lambda: "cannot load library pango-1.0-0")

    with pytest.raises(UnprintableError, match="pango"):
        pdf_of(make_paper())


def test_whoever_runs_the_machine_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    assert printing() == HealthCheck("papers as PDF", ok=True)

    monkeypatch.setattr(health, "what_is_lacking", lambda: "cannot load library 'libpango-1.0-0'")

    check = printing()
    assert not check.ok
    assert check.detail == (
        "install Pango (libpangoft2-1.0-0, libharfbuzz-subset0), then restart:"
        " cannot load library 'libpango-1.0-0'"
    )


def test_looking_for_the_library_lets_nobody_take_damaged_pictures_for_whole_ones() -> None:
    rendering.what_is_lacking.cache_clear()
    ImageFile.LOAD_TRUNCATED_IMAGES = True  # as it is once the library has been loaded
    assert rendering.what_is_lacking() == ""
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
