"""The types of document with their statuses and templates with which a company begins."""

from __future__ import annotations

import io
from typing import Final

import sqlalchemy as sa

from salesman_core.toolkit import reading
from salesman_documents import types_service
from salesman_documents.models import DocumentType, Template
from salesman_documents.samples import SAMPLES
from salesman_documents.templates_service import add_template

_BASES: Final = ("begun", "in_work", "in_work", "in_work", "done", "void")
_STATUSES: Final = {
    "en": ("Draft", "Being agreed", "Agreed", "Sent", "Signed", "Void"),
    "ru": (
        *("Черновик", "На согласовании", "Согласован", "Отправлен", "Подписан"),
        "Недействителен",
    ),
}
_TYPES: Final = {
    "en": (("contract", "Contract"), ("offer", "Offer"), ("act", "Acceptance"), ("", "Letter")),
    "ru": (
        ("contract", "Договор"),
        ("offer", "Коммерческое предложение"),
        ("act", "Акт"),
        ("", "Письмо"),
    ),
}
_LANGUAGES: Final = {
    "en": {"en": "in English", "ru": "in Russian"},
    "ru": {"en": "по-английски", "ru": "по-русски"},
}


def make_types(language: str) -> None:
    """Make the usual types where there are none, each with its statuses and templates."""
    if reading().scalar(sa.select(sa.exists().where(DocumentType.id.is_not(None)))):
        return
    named = zip(_STATUSES[language], _BASES, strict=True)
    statuses = [{"name": name, "base": base} for name, base in named]
    for _word, name in _TYPES[language]:
        types_service.add_type({"name": name, "pattern": "{number}", "statuses": statuses})


def make_templates(language: str) -> None:
    """Make the templates that we bring along for the usual types, where there are none at all."""
    if reading().scalar(sa.select(sa.exists().where(Template.id.is_not(None)))):
        return
    named = dict(reading().execute(sa.select(DocumentType.name, DocumentType.id)).all())
    for place, (word, name) in enumerate(_TYPES[language]):
        called = (some[place][1] for some in _TYPES.values())
        type_id = next((named[one] for one in called if one in named), None)
        for tongue, sample in SAMPLES.get(word, {}).items() if type_id is not None else ():
            values = {"name": f"{name}, {_LANGUAGES[language][tongue]}", "language": tongue}
            file = io.BytesIO(sample())
            add_template({**values, "type_id": type_id}, f"{word}-{tongue}.docx", file)
