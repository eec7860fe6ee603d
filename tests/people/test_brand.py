"""The company's name above the menu."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from salesman_core.services.company import change_company

BrowserFor = Callable[[str], FlaskClient]


def test_long_name_of_the_company_can_be_read_in_full(app: Flask, browser_for: BrowserFor) -> None:
    name = "Northern Verst Trading House of Industrial Equipment and Spare Parts"
    change_company({"name": name})

    page = browser_for("seller").get("/").text

    assert f'<a class="brand" href="/" title="{name}">' in page
    assert f'<span class="brand-name">{name}</span>' in page
