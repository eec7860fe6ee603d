"""The Jinja environment: where templates come from, and in whose words they speak."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from flask import Flask, render_template
from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup, escape

from salesman_core.access.person import maybe_person
from salesman_core.i18n import CORE, texts_of
from salesman_core.plugins.host import PluginHost
from salesman_core.web import assets, formats

_ROOMS: Final = Path(__file__).parent.parent
_CALLS: Final = {"_": "text_of", "gettext": "text_of", "ngettext": "count_of"}


def install(app: Flask, host: PluginHost) -> None:
    """Give *app* its environment. Comes before anything else that touches ``app.jinja_env``."""
    app.jinja_options = {
        "autoescape": True,
        "extensions": [TextsOfOwner],
        "lstrip_blocks": True,
        "undefined": StrictUndefined,
    }
    app.jinja_env.loader = OwnedLoader(host)
    app.jinja_env.filters.update(formats.FILTERS)
    app.jinja_env.globals.update(
        count_of=count_of,
        icon=assets.icon,
        import_map=lambda: Markup(assets.import_map()),  # noqa: S704  # our own JSON, made safe
        may=may,
        script_url=assets.script_url,
        style_url=assets.style_url,
        text_of=text_of,
    )


def render(template: str, **context: Any) -> Markup:
    """Give what a template makes of *context*, as HTML."""
    return Markup(render_template(template, **context))  # noqa: S704  # templates escape


class OwnedLoader(BaseLoader):
    """Finds templates by owner, so that no owner can shadow another's.

    ``core/<room>/x.html`` stands in ``salesman_core/<room>/templates/``, any other ``core/x.html``
    in this room's own, and ``<plugin id>/x.html`` in ``templates/<plugin id>/`` of its package.

    :param host: knows where the plugins' packages are.
    """

    def __init__(self, host: PluginHost) -> None:
        self._host = host

    def get_source(
        self, _environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """Give a template's text, its file, and what tells whether that is still the same."""
        file = self._file(template)
        if file is None or not file.is_file():
            raise TemplateNotFound(template)
        changed = file.stat().st_mtime
        return file.read_text("utf-8"), str(file), lambda: file.stat().st_mtime == changed

    def _file(self, template: str) -> Path | None:
        parts = template.split("/")
        if ".." in parts or "\\" in template:
            return None
        owner, rest = parts[0], parts[1:]
        if owner == CORE:
            return _file_of_core(rest)
        plugin = self._host.plugins.get(owner)
        folder = plugin.installed.folder if plugin else None
        return folder.joinpath("templates", owner, *rest) if folder else None


def _file_of_core(parts: list[str]) -> Path:
    room = _ROOMS / parts[0] / "templates" if parts else _ROOMS
    if len(parts) > 1 and room.is_dir():
        return room.joinpath(*parts[1:])
    return _ROOMS.joinpath("web", "templates", CORE, *parts)


class TextsOfOwner(Extension):
    """Looks texts up in the catalogue of the template that they are written in.

    Decided when a template is compiled: a block that ``leads/index.html`` inherits from
    ``core/base.html`` keeps the core's words, which no variable of the context could do.
    """

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Turn ``_("Open")`` into ``text_of("leads", "Open")``, and ``ngettext`` alike."""
        owner = (stream.name or CORE).split("/", 1)[0]
        before = None
        while not stream.eos:
            token = next(stream)
            called = token.type == "name" and before != "dot" and stream.current.type == "lparen"
            if called and token.value in _CALLS:
                yield Token(token.lineno, "name", _CALLS[token.value])
                yield next(stream)
                yield Token(token.lineno, "string", owner)
                yield Token(token.lineno, "comma", ",")
            else:
                yield token
            before = token.type


def text_of(owner: str, text: str, **values: Any) -> Markup:
    """Give an owner's text in the reader's language; text and values are escaped."""
    return _filled(texts_of(owner).gettext(text), values)


def count_of(owner: str, one: str, many: str, number: int, **values: Any) -> Markup:
    """Give an owner's counted text in the form that the language has for *number*."""
    translated = texts_of(owner).form(one, many, number)
    return _filled(translated, {"num": formats.number(number), **values})


def may(permission: str) -> bool:
    """Tell whether whoever reads the page holds a permission for any record at all."""
    reader = maybe_person()
    return reader is not None and reader.may(permission)


def _filled(text: str, values: dict[str, Any]) -> Markup:
    return escape(text) % values if values else escape(text)
