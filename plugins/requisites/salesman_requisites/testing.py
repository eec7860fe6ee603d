"""How tests make own companies: the kit's access walk finds it here."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from PIL import Image

from salesman_core.toolkit import judge
from salesman_requisites.companies.models import KIND
from salesman_requisites.companies.parts import ACCOUNTS, SIGNERS
from salesman_requisites.companies.pictures import keep_picture
from salesman_requisites.companies.schemas import AccountSchema, OwnCompanySchema, SignerSchema
from salesman_requisites.companies.service import create_company

ACCOUNT: Final = {
    "bank": "Сбербанк",
    "bic": "044525225",
    "account": "40702810938000000001",
    "correspondent": "30101810400000000225",
    "currency": "RUB",
}
"""A bank account that fits its bank."""

SIGNER: Final = {
    "name": "Иванова  Анна Петровна",
    "name_genitive": "Ивановой Анны Петровны",
    "feminine": True,
    "post": "Директор",
    "post_genitive": "директора",
    "ground": "Устав",
    "ground_genitive": "Устава",
}
"""Somebody who signs."""


def hidden(page: str, name: str) -> str:
    """Give what a hidden field of a page holds."""
    found: list[str] = re.findall(rf'name="{name}" value="([^"]*)"', page)
    return found[0]


def png(width: int = 40, height: int = 20) -> io.BytesIO:
    """Give a picture that one could upload: half of it transparent."""
    picture = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    picture.paste((20, 40, 160, 255), (0, 0, width // 2, height))
    content = io.BytesIO()
    picture.save(content, "PNG")
    content.seek(0)
    return content


def own_company(**values: Any) -> int:
    """Make an own company; give its id."""
    return create_company(judge(OwnCompanySchema(), {"name": "ООО «Ромашка»", **values}))


def make_companies(text: Callable[[str], str], ids: Mapping[str, int]) -> Sequence[int]:
    """Make an own company with an account, a signer and a stamp.

    :param text: gives what stands in a field.
    """
    del ids  # it is nobody's
    named = ("name", "short_name", "form", "registration", "legal_address", "postal_address")
    said = {name: text(name) for name in named}
    company_id = own_company(**said, phone=text("phone"), email=text("email"))
    ACCOUNTS.add(company_id, judge(AccountSchema(), ACCOUNT | {"bank": text("bank")}))
    names = ("name", "name_genitive", "post", "post_genitive", "ground", "ground_genitive")
    signer = {name: text(f"signer_{name}") for name in names}
    SIGNERS.add(company_id, judge(SignerSchema(), signer))
    keep_picture(company_id, "stamp", png())
    return [company_id]


_ONE: Final = "/<int:record_id>/<any(accounts, signers):named>/<int:part_id>"
_API: Final = "/api/v1/requisites"
_COUNTER: Final = "/<int:company_id>/<paper>"

WALK_OF_PARTS: Final = (
    *(
        f"{place}{_ONE}{act}"
        for place in ("/requisites", _API)
        for act in ("", "/main", "/retire", "/take-back")
    ),
    f"{_API}/<int:record_id>/signers/<int:part_id>",
    f"/requisites/numbering{_COUNTER}",
    f"{_API}/counters{_COUNTER}",
    "/requisites/<int:record_id>/pictures/<int:picture_id>",
    "/requisites/<int:record_id>/pictures/<int:picture_id>/remove",
    f"{_API}/<int:record_id>/<any(logo, stamp):use>",
    f"{_API}/<int:record_id>/signers/<int:part_id>/signature",
)
"""Routes of what belongs to one own company: an access walk that knows none has no success in them,
and leaves them to that of the plugin's own tests."""

WALK_EXCUSED: Final = {
    f"POST {_API}/<int:record_id>/accounts": "it takes an account that fits its bank",
    f"PUT {_API}/<int:record_id>/accounts/<int:part_id>": "it takes an account that fits its bank",
    "POST /requisites/<int:record_id>/<any(logo, stamp, signature):use>": "it takes a picture",
}
"""Routes in which nobody has success during a walk."""

WALK_FIELDS: Final = {"requisites.change": {"email": "walk@example.com"}}
"""What a form needs that a walk does not find out by itself."""

WALK_VALUES: Final = {
    "named": ["signers"],
    "part_id": ["1"],
    "picture_id": ["1"],
    "use": ["stamp"],
}
"""What an access walk cannot find out by itself, by the names of arguments."""

FACTORIES: Final = {KIND: make_companies}
"""What tests of own companies begin with."""
