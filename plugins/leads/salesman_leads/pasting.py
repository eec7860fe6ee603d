"""Leads pasted as lines of text: what in a line is a name, a phone, an address."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from salesman_core.toolkit import (
    InvalidError,
    SalesmanError,
    company,
    judge,
    plugin_settings,
    reach,
    writing,
)
from salesman_leads.figures import without_figures
from salesman_leads.intake import create_leads
from salesman_leads.schemas import LeadSchema
from salesman_leads.texts import texts

_ = texts.lazy

_BETWEEN: Final = re.compile(r"\s*[\t;|]\s*|\s*,\s+")
_ADDRESS: Final = re.compile(r"[^\s,;<>]+@[^\s,;<>]+")
_NUMBER: Final = re.compile(r"\+?[\d(][\d \t\u00a0\u202f()\-\u2011\u2013.]{5,}\d")
"""What may be a telephone number: a line long at most."""

_LONGEST_LINE: Final = 2000
"""Signs of a line: the patterns may take the square of its length."""
_MOST_NAMED: Final = 20
"""Lines that are named as wrong; nobody reads on behind them."""


def paste_leads(pasted: str, common: dict[str, Any]) -> list[int]:
    """Take in a lead for each line, all or none; give their ids.

    :param pasted: a lead a line: name, company, phones and addresses in any order, separated by
        tabs, semicolons, bars or commas.
    :param common: what holds for all of them, as ``source``.
    :raises InvalidError: naming each line that nothing could be made of, or the field in *common*.
    """
    lines = [line.strip() for line in pasted.splitlines() if line.strip()]
    most = plugin_settings("leads")["most_pasted"]
    if not 1 <= len(lines) <= most:
        message = _("Paste 1 to %(most)s lines.", most=most)
        raise InvalidError(message, {"lines": message})
    judged = [_judged(line, common) for line in lines]
    with writing():
        made = iter(create_leads([one for one in judged if not isinstance(one, InvalidError)]))
        results = [one if isinstance(one, InvalidError) else next(made) for one in judged]
        _refuse(results, common)
    return [one for one in results if isinstance(one, int)]


def _judged(line: str, common: Mapping[str, Any]) -> dict[str, Any] | InvalidError:
    """Give the lead that a line tells of, or why it tells of none."""
    if len(line) > _LONGEST_LINE:
        message = _("At most %(most)s characters fit here.", most=_LONGEST_LINE)
        return InvalidError(message, {"lines": message})
    try:
        values: dict[str, Any] = judge(LeadSchema(), {**common, **taken_apart(line)})
    except InvalidError as error:
        return error
    return values


def _refuse(results: Sequence[int | SalesmanError], common: Mapping[str, Any]) -> None:
    """Refuse all lines where one could not be taken in.

    :raises InvalidError: as :func:`paste_leads` does.
    """
    wrong: list[str] = []
    for number, error in enumerate(results, 1):
        if isinstance(error, int):
            continue
        if not isinstance(error, InvalidError) or not common.keys().isdisjoint(error.fields):
            raise error
        reasons = ", ".join(map(str, error.fields.values())) or str(error)
        wrong.append(str(_("Line %(number)s: %(error)s", number=number, error=reasons)))
    more = len(wrong) - _MOST_NAMED
    if more > 0:
        rest = texts.ngettext("And %(num)s more line.", "And %(num)s more lines.", more)
        wrong[_MOST_NAMED:] = [rest]
    if wrong:
        message = " ".join(wrong)
        raise InvalidError(message, {"lines": message})


def taken_apart(line: str) -> dict[str, Any]:
    """Give the parts of a line: the first word that is neither number nor address is the name."""
    emails = emails_in(line)
    rest = _ADDRESS.sub("\t", line)
    phones = phones_in(rest)
    for phone in phones:
        rest = rest.replace(phone, "\t")
    words = [word.strip(" ,;|<>") for word in _BETWEEN.split(rest)]
    names = [word for word in words if word]
    return {
        "name": names[0] if names else "",
        "company": ", ".join(names[1:]),
        "phones": [phone.strip() for phone in phones],
        "emails": emails,
    }


def emails_in(text: str) -> list[str]:
    """Give what looks like an address for letters."""
    return _ADDRESS.findall(text)


def phones_in(text: str) -> list[str]:
    """Give the telephone numbers that stand in a text; no other numbers, dates or sums."""
    region = company().region
    numbers = _NUMBER.findall(without_figures(text))
    return [found for found in numbers if reach.phone(found, region).valid]
