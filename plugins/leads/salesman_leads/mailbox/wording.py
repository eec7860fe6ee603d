"""What a letter says of whom it comes from: lines of "key: value", as forms send, or a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from salesman_leads.mailbox.letters import Received
from salesman_leads.models import UTM
from salesman_leads.pasting import emails_in, phones_in
from salesman_leads.texts import texts

_LONGEST_LINE: Final = 500
"""Signs of a line that are looked at: patterns may take the square of its length."""
_AFTER_KEY: Final = re.compile(r"[:：=\t]")
_LONGEST_KEY: Final = 60
_AROUND: Final = " \t*_\"'«»()•-–—"
_MOST_WAYS: Final = 5
_MOST_SEARCHED: Final = 20_000
_LONGEST: Final = {
    "text": 20_000,
    "referrer": 1000,
    "page": 1000,
    "source": 100,
    "channel": 100,
    "region": 100,
    "ip": 45,
    **dict.fromkeys(UTM, 200),
}
_LONGEST_OTHER: Final = 300
_LONGEST_WAY: Final = 254

_SYNONYMS: Final = {
    "name": "имя фио ф.и.о. name fullname клиент контакт контактноелицо вашеимя yourname"
    " customer contact contactname contactperson какквамобращаться",
    "first_name": "firstname имяклиента",
    "last_name": "фамилия lastname surname",
    "company": "компания организация фирма название company organization organisation"
    " companyname названиекомпании",
    "phones": "телефон тел тел. телефоны phone phones tel telephone mobile мобильный"
    " мобильныйтелефон номертелефона phonenumber контактныйтелефон whatsapp вотсап ваштелефон"
    " yourphone",
    "emails": "почта email e-mail mail эл.почта электроннаяпочта адресэл.почты емейл имейл"
    " емайл emailaddress вашemail youremail вашапочта",
    "text": "сообщение комментарий вопрос текст message comment comments question text"
    " текстсообщения yourmessage вашесообщение примечание запрос",
    "products": "товар товары услуга продукт product products service интересует item",
    "source": "источник source",
    "region": "город регион область city region",
    "page": "страница url page адресстраницы pageurl ссылка link",
    "referrer": "referrer referer источникперехода откуда",
    "ip": "ip ipaddress ip-адрес ipадрес",
    **{tag: f"{tag} {tag.replace('_', '')}" for tag in UTM},
}
_FIELDS: Final = {word: name for name, synonyms in _SYNONYMS.items() for word in synonyms.split()}
_SEVERAL: Final = frozenset({"phones", "emails", "products"})
_WHO: Final = frozenset({"name", "company", "phones", "emails"})


def lead_in(letter: Received, own_address: str) -> dict[str, Any]:
    """Give what a letter says, as the JSON API names it.

    Where it holds lines of a form, who they name is the lead, not the program that sent them.

    :param own_address: of the mailbox, which is nobody's way to be reached.
    """
    said = _said(letter.text)
    if said.keys().isdisjoint(_WHO):
        said |= _found(letter, own_address)
    elif not said.get("phones") and not said.get("emails") and letter.address:
        said["emails"] = [letter.address]
    said["text"] = _told(letter)
    return {name: _bounded(name, value) for name, value in said.items() if value}


def _said(text: str) -> dict[str, Any]:
    """Give what lines of a form say; a value may stand on the line below its key."""
    said: dict[str, Any] = {}
    open_field = ""
    for line in text.splitlines():
        name, value = _line(line)
        if name:
            open_field = "" if value else name
        elif open_field and line.strip():
            name, value, open_field = open_field, line.strip()[:_LONGEST_LINE], ""
        if name and value:
            _put(said, name, value)
    parts = (said.pop("first_name", ""), said.pop("last_name", ""))
    whole = " ".join(filter(None, parts))
    if whole:
        said["name"] = " ".join(filter(None, (said.get("name") or parts[0], parts[1])))
    said.pop("text", None)  # the whole letter is kept as what they want
    return said


def _line(line: str) -> tuple[str, str]:
    found = _AFTER_KEY.search(line, 0, _LONGEST_KEY)
    if found is None or line.startswith("//", found.end()):
        return "", ""
    key = line[: found.start()].casefold().replace("ё", "е").strip(_AROUND)
    key = re.sub(r"[\s_]+", "", key) if key not in _FIELDS else key
    return _FIELDS.get(key, ""), line[found.end() : _LONGEST_LINE].strip(" \t*:")


def _put(said: dict[str, Any], name: str, value: str) -> None:
    if name == "emails":
        said.setdefault(name, []).extend(emails_in(value) or [value])
    elif name == "phones":
        said.setdefault(name, []).extend(phones_in(value) or [value])
    elif name == "products":
        said.setdefault(name, []).append(value)
    else:
        said.setdefault(name, value)


def _found(letter: Received, own_address: str) -> dict[str, Any]:
    """Give the ways to reach somebody that stand in a text; what it quotes is somebody else's."""
    lines = (line for line in letter.text.splitlines() if not line.startswith(">"))
    own = "\n".join(line[:_LONGEST_LINE] for line in lines)[:_MOST_SEARCHED]
    emails = [address for address in (letter.address, *emails_in(own)) if address]
    others = [one for one in emails if one.casefold() != own_address.casefold()]
    return {
        "name": letter.name,
        "emails": list(_differing(others)),
        "phones": list(_differing(phones_in(own))),
    }


def _differing(ways: list[str]) -> Iterator[str]:
    seen: set[str] = set()
    for way in ways:
        if way.casefold() not in seen:
            seen.add(way.casefold())
            yield way


def _told(letter: Received) -> str:
    """Give what they want: the subject, the text, and what came along."""
    parts = [letter.subject, letter.text]
    if letter.attached:
        names = ", ".join(letter.attached)
        parts.append(texts.gettext("Attached to the letter, not kept here: %(names)s", names=names))
    return "\n\n".join(part for part in parts if part)


def _bounded(name: str, value: Any) -> Any:
    if name in _SEVERAL:
        return [one[:_LONGEST_WAY] for one in value[:_MOST_WAYS]]
    return str(value)[: _LONGEST.get(name, _LONGEST_OTHER)]
