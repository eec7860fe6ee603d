"""Who acts inside a block, and what stays as it was behind it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from salesman_core.access.person import SYSTEM, acting_as, current_person
from salesman_core.i18n import speaking, texts
from salesman_core.testing.people import Make

pytestmark = pytest.mark.databases("sqlite")


def test_page_stays_in_its_readers_language_whoever_acted_for_it_meanwhile(
    app: Flask, make: Make
) -> None:
    reader = replace(make.person(make.user("seller")), locale="ru")
    with app.test_request_context("/"), acting_as(reader):
        with acting_as(SYSTEM):
            assert texts.gettext("Save") == "Save"
        assert current_person() == reader
        assert texts.gettext("Save") == "Сохранить"
        with speaking("en"), acting_as(SYSTEM):
            assert texts.gettext("Save") == "Save"
        assert texts.gettext("Save") == "Сохранить"
