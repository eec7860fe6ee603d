from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from salesman_hookspecs import Permission, RecordType, hookimpl
from sample_memos.api import api
from sample_memos.models import Memo


@hookimpl
def salesman_permissions() -> Iterable[Permission]:
    return [
        Permission("memos.memo.view", "See memos"),
        Permission("memos.memo.create", "Write memos"),
        Permission("memos.memo.edit", "Change memos"),
        Permission("memos.cost.view", "See costs"),
    ]


@hookimpl
def salesman_record_types() -> Iterable[RecordType]:
    return [
        RecordType(
            "memos.memo", "Memo", "Memos", Memo, "memos.memo.view", "memos.card", label="title"
        )
    ]


@hookimpl
def salesman_api_blueprints() -> Iterable[Any]:
    return [api]
