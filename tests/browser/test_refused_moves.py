"""A plugin refuses a move: the person reads why, and the deal stays where it was."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect

from salesman_core.db import reading
from salesman_core.deals import queries
from salesman_core.deals.models import Deal
from salesman_core.deals.pipelines import change_stage
from salesman_core.plugins.discovery import Installed
from salesman_core.testing.application import running
from salesman_core.testing.people import Make

sys.path.insert(0, str(Path(__file__).parents[1] / "imports" / "samples"))

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]

PageFor = Callable[[str], Any]


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application with a plugin that lets no deal into the stage of 90 %."""
    installed = [Installed("careful", "1.0", "sample_careful")]
    with running(database_url, tmp_path / "data", installed=installed, lasting=True) as app:
        yield app


@pytest.fixture
def last_two() -> tuple[dict[str, Any], dict[str, Any]]:
    """The stages of 80 and 90 %."""
    stages = queries.pipelines(reading())[0]["stages"]
    return stages[6], stages[7]


def test_board_says_why_a_plugin_refuses_and_puts_the_card_back(
    make: Make, last_two: tuple[dict[str, Any], dict[str, Any]], page_for: PageFor
) -> None:
    first, second = last_two
    deal = make.deal(name="Beams", stage_id=first["id"])
    task = page_for("head")
    task.begin("/deals/board")
    expect(task.page.locator("#board[data-ready]")).to_be_attached()
    task.page.get_by_role("link", name="Beams").focus()
    task.page.keyboard.press("Alt+ArrowRight")
    expect(task.page.locator("#toasts")).to_contain_text("The contract is missing")
    expect(task.page.locator(f"#column-{first['id']} #board-deal-{deal}")).to_be_visible()
    expect(task.page.locator(f"#column-{second['id']} .board-card")).to_have_count(0)
    assert task.problems == []


def test_dialog_of_what_is_missing_says_why_a_plugin_refuses(
    make: Make, last_two: tuple[dict[str, Any], dict[str, Any]], page_for: PageFor
) -> None:
    first, second = last_two
    change_stage(second["id"], {"required": ["amount"]})
    deal = make.deal(stage_id=first["id"])
    task = page_for("head")
    task.begin(f"/deals/{deal}")
    task.click(f"button.stage-face[value='{second['id']}']")
    expect(task.page.locator("#field-amount")).to_be_focused()
    task.page.keyboard.type("700")
    task.page.keyboard.press("Enter")
    expect(task.page.locator("#dialog")).to_contain_text("The contract is missing")
    expect(task.page.locator("#field-amount")).to_have_value("700")
    reading().rollback()
    assert reading().get_one(Deal, deal).amount == Decimal(0)
