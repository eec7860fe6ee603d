"""Lines of "key: value", as the forms of sites send them: what they say, and whether it is one.

A signature has such lines, too ("Тел.: …"), and so may any sentence. A letter is a form only where
it plainly is one: where it has no other lines, where two different ones are there and one names a
person, or where they stand together at its top.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any, Final

from salesman_leads.models import UTM
from salesman_leads.pasting import emails_in, phones_in

LONGEST_LINE: Final = 500
"""Signs of a line that are looked at: patterns may take the square of its length."""

_AFTER_KEY: Final = re.compile(r"[:：=\t]")
_LONGEST_KEY: Final = 60
_AROUND: Final = " \t*_\"'«»()•-–—"
_HEADINGS: Final = 2
"""Lines that may stand above those of a form: “New request from the site”."""
_LEAST_LINES: Final = 2

_SYNONYMS: Final = {
    "name": "имя фио ф.и.о. name fullname контактноелицо вашеимя yourname contactname"
    " contactperson какквамобращаться каквасзовут",
    "somebody": "клиент контакт customer contact",
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
_NAMES: Final = frozenset({"name", "first_name", "last_name"})
_WAYS: Final = frozenset({"phones", "emails"})

Said = dict[str, Any]
Line = tuple[str, str]
"""A field with its value; the field is empty where it is no line of a form."""


def said_in_form(lines: Sequence[str]) -> Said:
    """Give what a form says, as the JSON API names it; nothing where the letter is none.

    The message that stands in a form is left out: the whole letter is kept as what they want.
    """
    found = list(_lines(lines))
    if not _is_form(found):
        return {}
    said: Said = {}
    for name, value in found:
        if name and value:
            _put(said, name, value)
    parts = (said.pop("first_name", ""), said.pop("last_name", ""))
    if any(parts):
        said["name"] = " ".join(filter(None, (said.get("name") or parts[0], parts[1])))
    said.pop("text", None)
    return said


def _lines(lines: Sequence[str]) -> Iterator[Line]:
    """Read the lines that are not empty; a value may stand on the line below its key."""
    open_field = ""
    for line in lines:
        if not line.strip():
            continue
        name, value = _line(line[:LONGEST_LINE])
        if open_field and not name:
            name, value, open_field = open_field, line.strip()[:LONGEST_LINE], ""
        elif open_field:
            yield open_field, ""
            open_field = ""
        if name and not value:
            open_field = name
        else:
            yield _judged(name, value)
    if open_field:
        yield open_field, ""


def _line(line: str) -> Line:
    found = _AFTER_KEY.search(line, 0, _LONGEST_KEY)
    if found is None or line.startswith("//", found.end()):
        return "", ""
    key = line[: found.start()].casefold().replace("ё", "е").strip(_AROUND)
    key = re.sub(r"[\s_]+", "", key) if key not in _FIELDS else key
    return _FIELDS.get(key, ""), line[found.end() :].strip(" \t*:")


def _judged(name: str, value: str) -> Line:
    """Say what a word means that is written before a name, a phone and a request alike."""
    if name != "somebody":
        return name, value
    if phones_in(value):
        return "phones", value
    if emails_in(value):
        return "emails", value
    return ("name", value) if _is_name(value) else ("", "")


def _is_name(text: str) -> bool:
    """Tell whether a text is written as a name is: “call after noon” is not."""
    words = text.split()
    return all(word[0].isupper() or not word[0].isalpha() for word in words)


def _is_form(lines: Sequence[Line]) -> bool:
    given = {name for name, value in lines if value}
    if given and all(name for name, _value in lines):
        return True
    if _NAMES & given and len({name for name, _value in lines if name}) >= _LEAST_LINES:
        return True
    top = next((place for place, (name, _value) in enumerate(lines) if name), len(lines))
    together = list(takewhile(lambda line: line[0], lines[top:]))
    different = {name for name, value in together if value}
    # A request of a line with a signature of two below looks alike: it holds phone and email alone.
    plain = top == 0 or bool(different - _WAYS)
    return top <= _HEADINGS and plain and len(different) >= _LEAST_LINES


def _put(said: Said, name: str, value: str) -> None:
    if name == "emails":
        said.setdefault(name, []).extend(emails_in(value) or [value])
    elif name == "phones":
        said.setdefault(name, []).extend(phones_in(value) or [value])
    elif name == "products":
        said.setdefault(name, []).append(value)
    else:
        said.setdefault(name, value)
