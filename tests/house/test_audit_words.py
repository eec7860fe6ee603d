"""Whatever is done to a record is told in words, and not by the name that the code has for it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from flask import Flask

from salesman_core.records.audit_fields import all_actions

ROOT: Final = Path(__file__).parents[2]
SOURCES: Final = ("salesman_core", "plugins/*/salesman_*", "tests/sample/salesman_sample")
PLACES: Final = {"audit": 4, "audit_many": 2, "audit_row": 3, "_keep": 2, "_note": 2}
"""Where the functions that write the audit, and those around them, have what was done."""


def actions_in(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        place = PLACES.get(node.func.id)
        said = node.args[place : place + 1] if place is not None else []
        yield from (
            one.value
            for one in said
            if isinstance(one, ast.Constant) and isinstance(one.value, str)
        )


def test_everything_that_the_audit_keeps_has_words_for_people(app: Flask) -> None:
    files = [
        file
        for pattern in SOURCES
        for folder in ROOT.glob(pattern)
        for file in folder.rglob("*.py")
        if "node_modules" not in file.parts
    ]
    kept = {action for file in files for action in actions_in(file)}

    assert {"created", "moved", "distributed"} <= kept
    assert kept - all_actions().keys() == set()
