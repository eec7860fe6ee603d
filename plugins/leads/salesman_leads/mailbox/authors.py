"""Whose a letter is: a person's who wrote, or a program's that passes on what somebody typed."""

from __future__ import annotations

import re
from typing import Final

from salesman_core.toolkit import normalised
from salesman_leads.mailbox.letters import Received

_PROGRAMS: Final = re.compile(
    r"(site|web|www|www-data|webmaster|root|apache|nginx|robot|bot|daemon|mailer|server|system"
    r"|wordpress|bitrix|joomla|drupal|tilda|forms?|webforms?|feedback|callback|notify"
    r"|notifications?)@",
    re.IGNORECASE,
)
_OPEN_TO_ALL: Final = frozenset(
    {
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com"),
        *("icloud.com", "me.com", "aol.com", "proton.me", "protonmail.com", "gmx.de", "web.de"),
        *("yandex.ru", "ya.ru", "yandex.com", "mail.ru", "inbox.ru", "list.ru", "bk.ru"),
        *("internet.ru", "rambler.ru", "lenta.ru", "vk.com"),
    }
)
"""Houses of letters in which people live who have nothing to do with each other."""
_OF_SITE: Final = re.compile(
    r"\bсайта\b|обратн\w+ (звон|связ)|заказ\w* (обратн|звон)|\bформ[аыуе]\b|\bзаявка\b"
    r"|website|web ?form|contact form|form submi|call ?back|new (lead|inquiry|enquiry|request)",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"\w{2,}")


def is_programs(letter: Received) -> bool:
    """Tell whether an answer would go to a program: to the site itself, not to whoever wrote."""
    return not letter.asked and (letter.by_program or bool(_PROGRAMS.match(letter.address)))


def is_authors(letter: Received, name: str, own_address: str) -> bool:
    """Tell whether a form was sent from the address of the person of whom it speaks.

    :param name: the one that it says.
    :param own_address: of the mailbox: the site of a company writes from its house.
    """
    if not letter.address or _is_own(letter.address, own_address) or is_programs(letter):
        return False
    if letter.asked:
        return True
    if name:
        return not _words(name).isdisjoint(_words(letter.name))
    return not _OF_SITE.search(letter.subject)


def _words(name: str) -> set[str]:
    return set(_WORD.findall(normalised(name)))


def _is_own(address: str, own_address: str) -> bool:
    """Tell whether an address is the company's own, as far as that can be known."""
    one, own = address.casefold(), own_address.casefold()
    house = one.rpartition("@")[2]
    same_house = house == own.rpartition("@")[2]
    return one == own or (same_house and house not in _OPEN_TO_ALL)
