"""What somebody wrote themselves in a letter, and what they quote."""

from __future__ import annotations

import pytest
from salesman_leads.mailbox.html_text import words_of
from salesman_leads.mailbox.quoting import own_words

OURS = "Добрый день!\nИмя: Анна\nТел.: 8 495 123-45-67"


@pytest.mark.parametrize(
    "heading",
    [
        "30.11.2026 10:00, Отдел продаж пишет:",
        "30.11.2026, 10:00, «Отдел продаж» <sales@kotly.ru>:",
        "пн, 30 нояб. 2026 г. в 10:00, Отдел продаж <sales@kotly.ru>:",
        "On Mon, Nov 30, 2026 at 10:00 AM Sales <sales@kotly.ru> wrote:",
        "On Mon, Nov 30, 2026 at 10:00 AM Sales department of Boilers Ltd\n<sales@kotly.ru> wrote:",
        "30 нояб. 2026 г., в 10:00, Отдел продаж <sales@kotly.ru> написал(а):",
        "-----Original Message-----",
        "-------- Исходное сообщение --------",
        "From: Sales <sales@kotly.ru>\nSent: Monday, November 30, 2026 10:00\nTo: Ivan",
        "От: Отдел продаж\nОтправлено: 30 ноября 2026 г. 10:00\nКому: Иван",
        "**От:** Отдел продаж\n**Дата:** 30 ноября 2026 г. 10:00".replace("**", "*"),
    ],
)
def test_letter_before_is_left_out(heading: str) -> None:
    assert own_words(f"Да, подходит.\nИван\n\n{heading}\n{OURS}") == "Да, подходит.\nИван"


def test_answer_below_what_it_quotes_stays() -> None:
    text = "30.11.2026 10:00, Sales wrote:\n> Three?\n> Or four?\n\nThree.\n> When?\nSoon."

    assert own_words(text) == "Three.\nSoon."


@pytest.mark.parametrize(
    "text",
    [
        "Нужны котлы:\n- два по 30 кВт",
        "Коллега написал: нужен котёл на 30 кВт",
        "Мой адрес <ivan@romashka.ru>",
        "От: Москвы до Твери\nдовезёте?",
        "-----\nИван",
    ],
)
def test_text_that_quotes_nothing_stays_whole(text: str) -> None:
    assert own_words(text) == text


def test_quotation_in_html_stands_behind_its_sign() -> None:
    html = (
        "<div>Yes.</div><div>On Mon, Nov 30, 2026 Sales &lt;s@x.example&gt; wrote:</div>"
        "<blockquote><p>Name: Anna</p>Phone: 1<blockquote>Older</blockquote></blockquote><p>Ivan"
    )

    assert own_words(words_of(html)) == "Yes.\n\nIvan"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("line", ["1 " * 249 + ":", "<a@" * 100 + ":", "x:", "> ", "wrote " * 80])
def test_letter_of_strange_lines_takes_no_long_time(line: str) -> None:
    own_words(f"{line}\n" * (100_000 // len(line)))
