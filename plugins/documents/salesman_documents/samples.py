"""The templates with which a company begins: a contract, an offer and an act, in two languages.

They are made by code and not kept as files, so that what they say can be read and compared.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any, Final

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt

Sample = Callable[[], bytes]


def _document() -> Any:
    made = Document()
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(25), Mm(15)
    section.top_margin = section.bottom_margin = Mm(20)
    normal = made.styles["Normal"]
    normal.font.name, normal.font.size = "Liberation Serif", Pt(11)
    normal.paragraph_format.space_after = Pt(6)
    return made


def _title(made: Any, text: str) -> None:
    line = made.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = line.add_run(text)
    run.bold, run.font.size = True, Pt(14)


def _head(made: Any, text: str) -> None:
    line = made.add_paragraph()
    line.paragraph_format.keep_with_next = True
    line.add_run(text).bold = True


def _says(made: Any, paragraphs: Sequence[str]) -> None:
    for text in paragraphs:
        made.add_paragraph(text)


def _lines(made: Any, heads: Sequence[str], cells: Sequence[str]) -> None:
    """Add a table with a row for each line of the deal."""
    table = made.add_table(rows=4, cols=len(heads))
    table.style = "Table Grid"
    for place, text in enumerate(heads):
        table.rows[0].cells[place].paragraphs[0].add_run(text).bold = True
    table.rows[1].cells[0].text = "{%tr for line in lines %}"
    for place, text in enumerate(cells):
        table.rows[2].cells[place].text = text
        if place > 1:
            table.rows[2].cells[place].paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    table.rows[3].cells[0].text = "{%tr endfor %}"
    made.add_paragraph()


def _signatures(made: Any, ours: Sequence[str], theirs: Sequence[str]) -> None:
    table = made.add_table(rows=1, cols=2)
    for cell, texts in zip(table.rows[0].cells, (ours, theirs), strict=True):
        cell.text = texts[0]
        cell.paragraphs[0].runs[0].bold = True
        for text in texts[1:]:
            cell.add_paragraph(text)


def _bytes(made: Any) -> bytes:
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


_CELLS: Final = (
    "{{ loop.index }}",
    "{{ line.name }}",
    "{{ line.quantity }} {{ line.unit }}",
    "{{ line.price }}",
    "{{ line.amount }}",
)
_RU_HEADS: Final = ("№", "Наименование", "Количество", "Цена", "Сумма")
_EN_HEADS: Final = ("No.", "Description", "Quantity", "Price", "Amount")

_RU_PARTIES: Final = (
    (
        "{{ own.name }}{% if own.signer %}, в лице {{ own.signer_post_genitive }} "
        "{{ own.signer_genitive }}, {{ own.acting }} на основании "
        "{{ own.ground_genitive }}{% endif %}, именуемое в дальнейшем «Исполнитель», с одной "
        "стороны, и {{ client.full_name }}{% if client.signer %}, в лице: {{ client.signer_post }} "
        "{{ client.signer }}, на основании: {{ client.signer_ground }}{% endif %}, именуемое в "
        "дальнейшем «Заказчик», с другой стороны, заключили настоящий договор о нижеследующем."
    ),
)
_RU_OURS: Final = (
    "Исполнитель",
    "{{ own.name }}",
    "ИНН {{ own.inn }}{% if own.kpp %}, КПП {{ own.kpp }}{% endif %}, ОГРН {{ own.ogrn }}",
    "{{ own.legal_address }}",
    "Счёт {{ own.account }} в {{ own.bank }}, БИК {{ own.bic }}, к/с {{ own.correspondent }}",
    "{{ own.signature }}{{ own.stamp }}",
    "_______________ / {{ own.signer | initials }} /",
)
_RU_THEIRS: Final = (
    "Заказчик",
    "{{ client.full_name }}",
    (
        "{% if client.inn %}ИНН {{ client.inn }}{% endif %}"
        "{% if client.kpp %}, КПП {{ client.kpp }}{% endif %}{% if client.ogrn %}, ОГРН {{ "
        "client.ogrn }}{% endif %}"
    ),
    "{{ client.legal_address }}",
    (
        "{% if client.account %}Счёт {{ client.account }} в {{ client.bank }}, БИК {{ client.bic }}"
        "{% endif %}"
    ),
    (
        "_______________ / {% if client.signer %}{{ client.signer | initials }}{% else %}"
        "__________{% endif %} /"
    ),
)
_EN_OURS: Final = (
    "The Contractor",
    "{{ own.name }}",
    "{% if own.vat_number %}VAT number {{ own.vat_number }}{% endif %}",
    "{{ own.legal_address }}",
    "{% if own.account %}Account {{ own.account }} at {{ own.bank }}, BIC {{ own.bic }}{% endif %}",
    "{{ own.signature }}{{ own.stamp }}",
    "_______________ / {{ own.signer }} /",
)
_EN_THEIRS: Final = (
    "The Customer",
    "{{ client.full_name }}",
    "{% if client.vat_number %}VAT number {{ client.vat_number }}{% endif %}",
    "{{ client.legal_address }}",
    "{% if client.account %}Account {{ client.account }} at {{ client.bank }}{% endif %}",
    "_______________ / {% if client.signer %}{{ client.signer }}{% else %}__________{% endif %} /",
)


def contract_ru() -> bytes:
    """Give a contract for deliveries and services, in Russian."""
    made = _document()
    _title(made, "Договор № {{ document.number }}")
    made.add_paragraph("{{ document.date | date('quoted') }}")
    _says(made, _RU_PARTIES)
    _head(made, "1. Предмет договора")
    _says(
        made,
        (
            (
                "1.1. Исполнитель обязуется передать товары и оказать услуги, указанные ниже, а "
                "Заказчик обязуется принять и оплатить их. Перечень содержит {{ lines | length }} "
                "{{ lines | length | plural('позицию', 'позиции', 'позиций') }}."
            ),
        ),
    )
    _lines(made, _RU_HEADS, _CELLS)
    _head(made, "2. Цена и порядок расчётов")
    _says(
        made,
        (
            (
                "2.1. Цена договора составляет {{ deal.amount | money }} "
                "({{ deal.amount | words }}){% if totals.vat %}, в том числе НДС "
                "{{ totals.vat | money }}{% else %}, НДС не облагается{% endif %}."
            ),
            (
                "2.2. Заказчик оплачивает цену договора в течение 5 (пяти) рабочих дней с момента "
                "выставления счёта."
            ),
            "{%p if document.ends_on %}",
            "2.3. Договор действует до {{ document.ends_on | date('long') }}.",
            "{%p endif %}",
        ),
    )
    _head(made, "3. Ответственность и споры")
    _says(
        made,
        (
            (
                "3.1. За нарушение сроков виновная сторона уплачивает неустойку в размере 0,1 % от "
                "цены договора за каждый день просрочки, но не более 10 %."
            ),
            (
                "3.2. Споры разрешаются переговорами, а при недостижении согласия — в "
                "арбитражном суде "
                "по месту нахождения ответчика. Срок ответа на претензию — 30 календарных дней."
            ),
            (
                "3.3. Стороны освобождаются от ответственности при обстоятельствах "
                "непреодолимой силы, "
                "если известили о них друг друга в течение пяти дней."
            ),
        ),
    )
    _head(made, "4. Заключительные положения")
    _says(
        made,
        (
            "4.1. Договор составлен в двух экземплярах, по одному для каждой стороны.",
            "4.2. Изменения действительны, если они подписаны обеими сторонами.",
        ),
    )
    _head(made, "5. Реквизиты и подписи сторон")
    _signatures(made, _RU_OURS, _RU_THEIRS)
    return _bytes(made)


def contract_en() -> bytes:
    """Give a contract, in English."""
    made = _document()
    _title(made, "Contract No. {{ document.number }}")
    made.add_paragraph("{{ document.date | date('long') }}")
    _says(
        made,
        (
            (
                "{{ own.name }}{% if own.signer %}, represented by {{ own.signer }}, "
                "{{ own.signer_post }}{% endif %} (the Contractor), and {{ client.full_name }}"
                "{% if client.signer %}, represented by {{ client.signer }}{% endif %} (the "
                "Customer), "
                "agree as follows."
            ),
        ),
    )
    _head(made, "1. Subject")
    _says(
        made,
        (
            (
                "1.1. The Contractor delivers the goods and services below, {{ lines | length }} "
                "{{ lines | length | plural('item', 'items') }}, and the Customer accepts and pays "
                "for them."
            ),
        ),
    )
    _lines(made, _EN_HEADS, _CELLS)
    _head(made, "2. Price and payment")
    _says(
        made,
        (
            (
                "2.1. The price is {{ deal.amount | money }} ({{ deal.amount | words }})"
                "{% if totals.vat %}, of which VAT {{ totals.vat | money }}{% endif %}."
            ),
            "2.2. It is due within 14 days of the invoice.",
            "{%p if document.ends_on %}",
            "2.3. This contract is in force until {{ document.ends_on | date('long') }}.",
            "{%p endif %}",
        ),
    )
    _head(made, "3. Liability and disputes")
    _says(
        made,
        (
            "3.1. Whoever is late pays 0.1% of the price for each day, 10% at most.",
            "3.2. Disputes are settled by negotiation and, failing that, in court.",
        ),
    )
    _head(made, "4. Signatures")
    _signatures(made, _EN_OURS, _EN_THEIRS)
    return _bytes(made)


def offer_ru() -> bytes:
    """Give a commercial offer, in Russian."""
    made = _document()
    made.add_paragraph("{{ own.logo }}")
    _title(made, "Коммерческое предложение № {{ document.number }}")
    _says(
        made,
        (
            "{{ document.date | date('long') }}",
            (
                "{% if contact.name %}Уважаемый(ая) {{ contact.name }}!{% else %}Уважаемые коллеги!"
                "{% endif %}"
            ),
            "Предлагаем для {{ client.name }}:",
        ),
    )
    _lines(made, _RU_HEADS, _CELLS)
    _says(
        made,
        (
            "Всего: {{ deal.amount | money }} ({{ deal.amount | words }}).",
            "С уважением, {{ owner.name }}{% if owner.email %}, {{ owner.email }}{% endif %}",
        ),
    )
    return _bytes(made)


def offer_en() -> bytes:
    """Give a commercial offer, in English."""
    made = _document()
    made.add_paragraph("{{ own.logo }}")
    _title(made, "Offer No. {{ document.number }}")
    _says(
        made,
        (
            "{{ document.date | date('long') }}",
            "Dear {% if contact.name %}{{ contact.name }}{% else %}colleagues{% endif %},",
            "We are glad to offer {{ client.name }}:",
        ),
    )
    _lines(made, _EN_HEADS, _CELLS)
    _says(
        made,
        (
            "In all: {{ deal.amount | money }} ({{ deal.amount | words }}).",
            "Sincerely, {{ owner.name }}{% if owner.email %}, {{ owner.email }}{% endif %}",
        ),
    )
    return _bytes(made)


def act_ru() -> bytes:
    """Give an act of acceptance, in Russian."""
    made = _document()
    _title(made, "Акт сдачи-приёмки № {{ document.number }}")
    made.add_paragraph("{{ document.date | date('quoted') }}")
    _says(
        made,
        (
            (
                "{{ own.short_name }} (Исполнитель) передал, а {{ client.full_name }} (Заказчик) "
                "принял следующие товары и услуги:"
            ),
        ),
    )
    _lines(made, _RU_HEADS, _CELLS)
    _says(
        made,
        (
            (
                "Всего на сумму {{ deal.amount | money }} ({{ deal.amount | words }}). Заказчик "
                "претензий по объёму, качеству и срокам не имеет."
            ),
        ),
    )
    _signatures(made, _RU_OURS, _RU_THEIRS)
    return _bytes(made)


def act_en() -> bytes:
    """Give an act of acceptance, in English."""
    made = _document()
    _title(made, "Acceptance No. {{ document.number }}")
    made.add_paragraph("{{ document.date | date('long') }}")
    _says(
        made,
        (
            (
                "{{ own.short_name }} (the Contractor) has delivered, and {{ client.full_name }} "
                "(the Customer) has accepted:"
            ),
        ),
    )
    _lines(made, _EN_HEADS, _CELLS)
    _says(made, ("In all {{ deal.amount | money }} ({{ deal.amount | words }}).",))
    _signatures(made, _EN_OURS, _EN_THEIRS)
    return _bytes(made)


SAMPLES: Final[dict[str, dict[str, Sample]]] = {
    "contract": {"ru": contract_ru, "en": contract_en},
    "offer": {"ru": offer_ru, "en": offer_en},
    "act": {"ru": act_ru, "en": act_en},
}
"""The templates by what they are, and by language."""
