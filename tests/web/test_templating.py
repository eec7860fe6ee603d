"""Templates belong to owners, and speak in their owner's words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask
from flask_babel import force_locale
from jinja2 import TemplateNotFound, UndefinedError
from markupsafe import Markup

from salesman_core.i18n import Texts
from salesman_core.plugins.discovery import Installed
from salesman_core.web.templating import render


def catalogue(folder: Path, owner: str, **translations: str) -> Texts:
    """Give an owner's texts with a Russian catalogue of *translations*."""
    messages = Catalog(locale="ru")
    for text, translation in translations.items():
        messages.add(text, translation)
    file = folder / owner / "translations/ru/LC_MESSAGES" / f"{owner}.mo"
    file.parent.mkdir(parents=True)
    with file.open("wb") as stream:
        write_mo(stream, messages)
    return Texts(owner, folder / owner)


def test_each_owner_translates_its_own_template(
    make_app: Callable[..., Flask], make_plugin: Callable[..., Installed], tmp_path: Path
) -> None:
    frame = "{{ _('Open') }}[{% block content %}{% endblock %}]"
    child = "{% extends 'outer/frame.html' %}{% block content %}{{ _('Open') }}{% endblock %}"
    app = make_app(
        make_plugin("outer", templates={"frame.html": frame}),
        make_plugin("inner", templates={"page.html": child}),
    )
    catalogue(tmp_path / "texts", "outer", Open="Открыть")
    catalogue(tmp_path / "texts", "inner", Open="Открыто")

    with app.test_request_context("/"), force_locale("ru"):
        assert render("inner/page.html") == "Открыть[Открыто]"


def test_texts_escape_their_values(
    make_app: Callable[..., Flask], make_plugin: Callable[..., Installed]
) -> None:
    template = "{{ _('Hello <%(name)s>', name=name) }}"
    app = make_app(make_plugin("greet", templates={"page.html": template}))

    with app.test_request_context("/"):
        assert render("greet/page.html", name="<b>") == "Hello &lt;&lt;b&gt;&gt;"
        assert render("greet/page.html", name=Markup("<b>")) == "Hello &lt;<b>&gt;"


def test_counted_texts_use_the_plural_of_the_language(
    make_app: Callable[..., Flask], make_plugin: Callable[..., Installed]
) -> None:
    template = "{{ ngettext('%(num)s lead', '%(num)s leads', n) }}"
    app = make_app(make_plugin("counts", templates={"page.html": template}))

    with app.test_request_context("/"), force_locale("en"):
        assert [render("counts/page.html", n=n) for n in (1, 1200)] == ["1 lead", "1,200 leads"]


def test_unknown_variable_is_an_error(
    make_app: Callable[..., Flask], make_plugin: Callable[..., Installed]
) -> None:
    app = make_app(make_plugin("typo", templates={"page.html": "{{ nmae }}"}))

    with app.test_request_context("/"), pytest.raises(UndefinedError, match="nmae"):
        render("typo/page.html", name="x")


def test_text_template_is_escaped_too(
    make_app: Callable[..., Flask], make_plugin: Callable[..., Installed]
) -> None:
    app = make_app(make_plugin("plain", templates={"page.txt": "{{ name }}"}))

    with app.test_request_context("/"):
        assert render("plain/page.txt", name="<b>") == "&lt;b&gt;"


@pytest.mark.parametrize("name", ["core/../hooks.py", "other/page.html", "core/none.html", "x"])
def test_template_outside_its_owner_is_not_found(app: Flask, name: str) -> None:
    with app.test_request_context("/"), pytest.raises(TemplateNotFound):
        render(name)


def test_plugin_cannot_shadow_a_template_of_the_core(
    make_app: Callable[..., Flask], make_plugin: Callable[..., Installed]
) -> None:
    plugin = make_plugin("sly", templates={"../core/fault.html": "mine"})
    app = make_app(plugin)

    _source, file, _fresh = app.jinja_env.loader.get_source(app.jinja_env, "core/fault.html")  # type: ignore[union-attr]

    assert "sly" not in str(file)
