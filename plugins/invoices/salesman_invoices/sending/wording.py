"""The words of letters: plain text with places that a letter fills.

A place is a name in braces, as ``{number}``. Filling puts values in and nothing else: what a value
holds is never read as a place, and there is no notation that computes. A line with a place that has
nothing to say is left out, so one text serves invoices with and without a due day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from salesman_core.toolkit import InvalidError
from salesman_invoices.texts import texts

_ = texts.lazy

WITH_INVOICE: Final = "invoice"
WITH_ACT: Final = "act"
BEFORE: Final = "before"
AFTER: Final = "after"

USES: Final = {
    WITH_INVOICE: _("Letter with an invoice"),
    WITH_ACT: _("Letter with an act"),
    BEFORE: _("Reminder before the due day"),
    AFTER: _("Reminder after the due day"),
}

PLACES: Final = {
    "paper": _("what it is: an invoice, an act, a delivery note"),
    "number": _("its number"),
    "day": _("its day"),
    "amount": _("its sum with the currency"),
    "due": _("until when it is to be paid"),
    "left": _("what is still to be paid"),
    "client": _("the client, as the paper names them"),
    "company": _("your company"),
    "sender": _("who sends it; of a reminder, who is responsible"),
}

LONGEST_SUBJECT: Final = 300
LONGEST_TEXT: Final = 10_000

_PLACE: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a letter.

    :param subject: one line.
    :param text: paragraphs with empty lines between them.
    """

    subject: str
    text: str


BUILT_IN: Final[Mapping[tuple[str, str], Wording]] = {
    (WITH_INVOICE, "ru"): Wording(
        "Счёт № {number} от {day}",
        "Здравствуйте!\n\n"
        "Направляем счёт № {number} от {day} на сумму {amount}.\n"
        "Просим оплатить его до {due}.\n\n"
        "С уважением,\n{sender}\n{company}",
    ),
    (WITH_ACT, "ru"): Wording(
        "{paper} № {number} от {day}",
        "Здравствуйте!\n\n"
        "Во вложении: {paper} № {number} от {day} на сумму {amount}.\n"
        "Просим подписать и вернуть нам один экземпляр.\n\n"
        "С уважением,\n{sender}\n{company}",
    ),
    (BEFORE, "ru"): Wording(
        "Напоминание: счёт № {number} от {day}",
        "Здравствуйте!\n\n"
        "Напоминаем: счёт № {number} от {day} нужно оплатить до {due}.\n"
        "К оплате: {left}.\n\n"
        "Если вы уже оплатили его, оставьте это письмо без внимания.\n\n"
        "С уважением,\n{sender}\n{company}",
    ),
    (AFTER, "ru"): Wording(
        "Срок оплаты прошёл: счёт № {number} от {day}",
        "Здравствуйте!\n\n"
        "Срок оплаты счёта № {number} от {day} прошёл {due}, а оплата к нам не поступила.\n"
        "К оплате: {left}.\n\n"
        "Если вы уже оплатили счёт, сообщите, пожалуйста, когда и каким платёжным поручением.\n\n"
        "С уважением,\n{sender}\n{company}",
    ),
    (WITH_INVOICE, "en"): Wording(
        "Invoice No. {number} of {day}",
        "Hello,\n\n"
        "please find enclosed invoice No. {number} of {day} for {amount}.\n"
        "Please pay it by {due}.\n\n"
        "Kind regards,\n{sender}\n{company}",
    ),
    (WITH_ACT, "en"): Wording(
        "{paper} No. {number} of {day}",
        "Hello,\n\n"
        "please find enclosed: {paper} No. {number} of {day} for {amount}.\n"
        "Please sign it and send one copy back to us.\n\n"
        "Kind regards,\n{sender}\n{company}",
    ),
    (BEFORE, "en"): Wording(
        "Reminder: invoice No. {number} of {day}",
        "Hello,\n\n"
        "this is to remind you that invoice No. {number} of {day} is due on {due}.\n"
        "To be paid: {left}.\n\n"
        "If you have paid it already, please disregard this letter.\n\n"
        "Kind regards,\n{sender}\n{company}",
    ),
    (AFTER, "en"): Wording(
        "Overdue: invoice No. {number} of {day}",
        "Hello,\n\n"
        "invoice No. {number} of {day} was due on {due}, and we have not received the payment.\n"
        "To be paid: {left}.\n\n"
        "If you have paid it already, please tell us when.\n\n"
        "Kind regards,\n{sender}\n{company}",
    ),
}
"""What letters say as long as the company has not written its own words."""


def filled(wording: Wording, values: Mapping[str, str]) -> Wording:
    """Give a letter's words with what they are about."""
    subject = _PLACE.sub(lambda found: values.get(found[1], found[0]), wording.subject)
    lines = (line for line in wording.text.splitlines() if not _says_nothing(line, values))
    text = "\n".join(_PLACE.sub(lambda found: values.get(found[1], found[0]), one) for one in lines)
    return Wording(" ".join(subject.split()), _without_gaps(text))


def _says_nothing(line: str, values: Mapping[str, str]) -> bool:
    return any(name in PLACES and not values.get(name) for name in _PLACE.findall(line))


def _without_gaps(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def judged(subject: str, text: str) -> Wording:
    """Judge the words that somebody wrote for letters.

    :raises InvalidError: by field, where one is empty, too long or names a place that there is not.
    """
    wrong = {
        name: complaint
        for name, value, most in (
            ("subject", subject, LONGEST_SUBJECT),
            ("text", text, LONGEST_TEXT),
        )
        if (complaint := _complaint(value, most))
    }
    if wrong:
        raise InvalidError(next(iter(wrong.values())), wrong)
    return Wording(" ".join(subject.split()), text.replace("\r\n", "\n").strip())


def _complaint(value: str, most: int) -> object:
    if not value.strip():
        return _("Write something here.")
    if len(value) > most:
        return _("At most %(most)s characters.", most=most)
    unknown = sorted(set(_PLACE.findall(value)) - set(PLACES))
    if unknown:
        return _("There is no such place: %(names)s.", names=_in_braces(unknown))
    return None


def _in_braces(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)
