"""Every slot and event type is documented with what it carries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from salesman_sample.hooks import FILLED

from salesman_core.plugins.host import PluginHost
from salesman_hookspecs.web import salesman_slots
from salesman_hookspecs.work import salesman_event_handlers, salesman_event_types

PAGES = Path(__file__).parents[2] / "docs" / "hooks"


@pytest.fixture
def host(built: Flask) -> PluginHost:
    host: PluginHost = built.extensions["salesman_host"]
    return host


def sections(file: str, level: str) -> dict[str, str]:
    """Give the texts of a page by their headings of a level."""
    parts = re.split(rf"^{level} (.+)\n", (PAGES / file).read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def visible_fields(context: type[Any]) -> list[str]:
    """Give the fields and properties of a slot's context, in the order of its class."""
    assert is_dataclass(context)
    kept = [field.name for field in fields(context)]
    more = [name for name in vars(context) if not name.startswith("_") and name not in kept]
    return sorted([*kept, *more])


def test_every_slot_is_documented_and_no_other(host: PluginHost) -> None:
    offered = {one.value.name for one in host.contributions(salesman_slots)}
    contexts = {one.value.context.__name__ for one in host.contributions(salesman_slots)}

    assert set(sections("slots.md", "##")) == offered | contexts


def test_every_slot_names_its_context(host: PluginHost) -> None:
    documented = sections("slots.md", "##")
    for one in host.contributions(salesman_slots):
        name = one.value.context.__name__
        assert f"Context: [{name}](#{name.lower()})" in documented[one.value.name]


def test_every_field_of_a_context_is_explained(host: PluginHost) -> None:
    documented = sections("slots.md", "##")
    for context in {one.value.context for one in host.contributions(salesman_slots)}:
        told = re.findall(r"^\| `(\w+)` \| `.+?` \| \S", documented[context.__name__], re.MULTILINE)
        assert sorted(told) == visible_fields(context)


def test_every_slot_of_the_core_is_filled_by_the_sample_plugin(host: PluginHost) -> None:
    offered = {one.value.name for one in host.contributions(salesman_slots) if one.owner == "core"}

    assert offered <= set(FILLED)


def test_context_of_every_slot_that_loads_later_says_what_names_it(host: PluginHost) -> None:
    for one in host.contributions(salesman_slots):
        assert one.value.load is None or hasattr(one.value.context, "slot_key")


def test_every_event_type_is_documented_with_its_payload(host: PluginHost) -> None:
    documented: Mapping[str, str] = sections("events.md", "###")
    offered = {one.value.name: one.value for one in host.contributions(salesman_event_types)}

    assert set(documented) == set(offered)
    for name, type_ in offered.items():
        text = documented[name].split("\n## ")[0]
        assert text.strip().startswith(f"{type_.title}.")
        assert re.findall(r"^- `(.+?)`: \S", text, re.MULTILINE) == list(type_.payload)


def test_every_handler_answers_to_types_that_somebody_records(host: PluginHost) -> None:
    offered = {one.value.name for one in host.contributions(salesman_event_types)}
    for one in host.contributions(salesman_event_handlers):
        assert set(one.value.types) <= offered
