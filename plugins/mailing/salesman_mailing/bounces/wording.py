"""The words by which mail systems and programs are known, in the languages of those met here."""

from __future__ import annotations

import re
from typing import Final


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


GONE: Final = _any_of(
    r"\b(no such|unknown|invalid|non-?existent|nonexistent) "
    r"(local )?(user|recipient|mailbox|address|account|domain|person)\b",
    r"\b(user|recipient|mailbox|address|account|domain)( name)?s? (is )?"
    r"(unknown|invalid|not (be )?found|not known|does(n't| not) exist|is not valid|inactive"
    r"|disabled|has been disabled|deactivated|suspended|discontinued|closed)",
    r"\bno mailbox here by that name\b",
    r"\b(doesn't|does not|didn't) have an? [\w.-]+ account\b",
    r"\bthat you tried to reach (does not exist|is (disabled|inactive))",
    r"\bthis account (has been|is) (disabled|discontinued|blocked)",
    r"\bwas(n't| not) found at\b",
    r"\bcould(n't| not) be found\b",
    r"\bno such (host|domain)\b",
    r"\b(host|domain)( name)?( was)? not found\b",
    r"\bunrouteable address\b",
    r"\bmailbox unavailable\b",
    r"\bis no longer (with|at|valid|in use)\b",
    r"\bnot a (valid|known) (user|mailbox|recipient)\b",
    r"recipientnotfound",
    r"\baccess denied\b.{0,40}\bAS\(201806281\)",
    r"(такого|такой) (пользовател|адрес|ящик)\w* не(т\b| существует)",
    r"(пользовател|адрес|ящик)\w* не (найден|существует)",
)
"""There is no such address, or not any more. The words with AS(…) are Exchange Online's for it."""

FULL: Final = _any_of(
    r"\bover ?quota\b|\bquota (was )?exceeded",
    r"\bexceed\w* (the |its |their )?(\w+ )?(quota|storage)",
    r"\b(mailbox|account|inbox|disk)('s)?( is| was)?( too)? full\b|\bfull mailbox\b",
    r"\bout of (storage|disk) space\b|\binsufficient (system )?(storage|disk)",
    r"(ящик\w*|квота) (переполнен|превышен)",
)
"""The address is there, but has no room."""

REJECTED: Final = _any_of(
    r"\bspam\b|\bblacklist|\bblocklist|\bblock(ed)? (list|using)|\bspamhaus\b|\breputation\b",
    r"\bpolicy\b|\bnot authori[sz]ed\b|\bunsolicited\b|\bdmarc\b|\bspf\b|\bdkim\b",
    r"\btoo (large|big)\b|\bsize limit\b|\bexceeds (the )?maximum\b|\bvirus\b",
    r"\bloop\b|\btoo many hops\b|\brate limit|\btoo many\b|\btry again\b",
)
"""The address may be there: what was refused is this letter, or its sender."""

FAILED_SUBJECT: Final = _any_of(
    r"\bundeliver(ed|able)\b|\breturned mail\b",
    r"\bdelivery (status|failure|failed|notification|error)",
    r"\bfailure notice\b|\bmail (delivery )?failed\b|\bmessage (was )?not delivered\b",
    r"\bnon-?delivery\b|\bundelivered mail\b|\bmail could not be delivered\b",
    r"не\s?доставлен|недоставк|ошибка доставки|невозможно доставить",
)

AUTOMATIC_SUBJECT: Final = _any_of(
    r"^(re: )?(automatic reply|auto(matic)?[ -]?(reply|response|answer)|out of (the )?office)\b",
    r"^(re: )?(автоответ|автоматический ответ|нет на рабочем месте|вне офиса|в отпуске)",
    r"^(automatische antwort|abwesenheitsnotiz|réponse automatique|respuesta automática)",
    r"\b(vacation|away from (the office|my mail))\b|\bon (annual|maternity) leave\b",
)

CHALLENGE: Final = _any_of(
    r"\bchallenge[- ]response\b|\bspam ?arrest\b|\bboxbe\b|\bsender verification\b",
    r"\b(confirm|verify)\b.{0,60}\b(that you (are|sent)|you('re| are) (a )?(human|person|real))",
    r"\b(confirm|verify) your (message|email|e-mail|address)\b.{0,200}\bdeliver",
    r"\bto (have|get) your (message|e-?mail) delivered\b",
    r"\bawaiting your (confirmation|verification)",
    r"\bplease (click|follow|visit|reply)\b.{0,120}\b(to|so that it (may|can)) (be )?"
    r"(release|deliver)",
    r"подтвердите,? что вы (не робот|человек|отправили)|подтвердите отправку",
)
