"""Leads pasted as lines of text: what in a line is a name, a phone, an address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from salesman_core.toolkit import InvalidError, company, judge, plugin_settings, reach, writing
from salesman_leads.schemas import LeadSchema
from salesman_leads.service import create_lead
from salesman_leads.texts import texts

_ = texts.lazy

_BETWEEN: Final = re.compile(r"\s*[\t;|]\s*|\s*,\s+")
_ADDRESS: Final = re.compile(r"[^\s,;<>]+@[^\s,;<>]+")
_NUMBER: Final = re.compile(r"\+?[\d(][\d\s()\-.]{5,}\d")


def paste_leads(pasted: str, common: dict[str, Any]) -> list[int]:
    """Take in a lead for each line, all or none; give their ids.

    :param pasted: a lead a line: name, company, phones and addresses in any order, separated by
        tabs, semicolons, bars or commas.
    :param common: what holds for all of them, as ``source``.
    :raises InvalidError: naming the line that nothing could be made of, or the field in *common*.
    """
    lines = [line.strip() for line in pasted.splitlines() if line.strip()]
    most = plugin_settings("leads")["most_pasted"]
    if not 1 <= len(lines) <= most:
        message = _("Paste 1 to %(most)s lines.", most=most)
        raise InvalidError(message, {"lines": message})
    with writing():
        return [_paste(number, line, common) for number, line in enumerate(lines, 1)]


def _paste(number: int, line: str, common: dict[str, Any]) -> int:
    try:
        return create_lead(judge(LeadSchema(), {**common, **taken_apart(line)}))
    except InvalidError as error:
        if not common.keys().isdisjoint(error.fields):
            raise
        wrong = ", ".join(map(str, error.fields.values()))
        message = _("Line %(number)s: %(error)s", number=number, error=wrong or str(error))
        raise InvalidError(message, {"lines": message}) from error


def taken_apart(line: str) -> dict[str, Any]:
    """Give the parts of a line: the first word that is neither number nor address is the name."""
    emails = _ADDRESS.findall(line)
    rest = _ADDRESS.sub("\t", line)
    phones = list(_phones(rest))
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


def _phones(text: str) -> Iterator[str]:
    region = company().region
    for found in _NUMBER.findall(text):
        if reach.phone(found, region).valid:
            yield found
