"""Addresses of the built front end, and its icons.

The build gives every file a name with a hash of its content, so that browsers may keep it for good.
Pages and templates ask here by the plain name. What there is, the build wrote into a manifest.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

__all__ = [
    "FOLDER",
    "URL_PREFIX",
    "FrontEndNotBuiltError",
    "Manifest",
    "UnknownAssetError",
    "UnknownIconError",
    "icon",
    "import_map",
    "read_manifest",
    "script_url",
    "style_url",
]

FOLDER = Path(__file__).parent / "static" / "dist"
URL_PREFIX = "/static/dist"


class FrontEndNotBuiltError(RuntimeError):
    """The package was started from its sources, before its front end was built."""


class UnknownAssetError(LookupError):
    """A template asks for a script or a style sheet that the front end does not have."""


class UnknownIconError(LookupError):
    """A template asks for an icon that Tabler does not have."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """File names of the built front end by plain name.

    `imports` are modules, which scripts import by that name; `classic` are scripts that run before
    the page is painted; `styles` are style sheets.
    """

    imports: Mapping[str, str]
    classic: Mapping[str, str]
    styles: Mapping[str, str]


def read_manifest(folder: Path) -> Manifest:
    """Read what the build of the front end left in a folder.

    Raises:
        FrontEndNotBuiltError: there is nothing.
    """
    return Manifest(**_read(folder / "manifest.json"))


def import_map(url_prefix: str = URL_PREFIX) -> str:
    """Give the JSON of the page's import map, safe to stand inside a script element."""
    imports = {name: f"{url_prefix}/{file}" for name, file in _manifest().imports.items()}
    # "</script" in the prefix would end the element.
    return json.dumps({"imports": imports}).replace("<", "\\u003c")


def script_url(name: str, url_prefix: str = URL_PREFIX) -> str:
    """Give the address of a module or classic script.

    Raises:
        UnknownAssetError: there is no script of that name.
    """
    manifest = _manifest()
    return _url(name, {**manifest.imports, **manifest.classic}, url_prefix, "script")


def style_url(name: str, url_prefix: str = URL_PREFIX) -> str:
    """Give the address of a style sheet.

    Raises:
        UnknownAssetError: there is no style sheet of that name.
    """
    return _url(name, _manifest().styles, url_prefix, "style sheet")


def icon(name: str, *, label: str = "", size: int = 20, css_class: str = "") -> Markup:
    """Draw one of Tabler's outline icons as inline SVG, in the colour of the text around it.

    Args:
        name: as in Tabler's catalogue, "calendar-plus".
        label: what the icon says, where no words beside it say the same. Without it the icon is
            decoration, which screen readers pass over.
        size: width and height in CSS pixels.
        css_class: further classes, beside Tabler's own `icon`.

    Raises:
        UnknownIconError: there is no icon of that name; the message suggests similar ones.
    """
    if not label:
        return _decoration(name, size, css_class)
    return _drawn(name, size, css_class, Markup('role="img" aria-label="{}"').format(label))


@lru_cache(maxsize=2048)
def _decoration(name: str, size: int, css_class: str) -> Markup:
    """Draw an icon that says nothing: a page has dozens, nearly always the same."""
    return _drawn(name, size, css_class, Markup('aria-hidden="true"'))


def _drawn(name: str, size: int, css_class: str, voice: Markup) -> Markup:
    return Markup(
        '<svg class="{}" width="{}" height="{}" viewBox="0 0 24 24" fill="none"'
        ' stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
        " {}>{}</svg>"
    ).format(f"icon {css_class}".rstrip(), size, size, voice, _drawing(name))


def _url(name: str, files: Mapping[str, str], url_prefix: str, kind: str) -> str:
    if name not in files:
        known = ", ".join(sorted(files))
        raise UnknownAssetError(f"The front end has no {kind} {name!r}. It has: {known}.")
    return f"{url_prefix}/{files[name]}"


@lru_cache(maxsize=512)
def _drawing(name: str) -> Markup:
    icons = _icons()
    if name not in icons:
        similar = ", ".join(get_close_matches(name, icons)) or "none"
        raise UnknownIconError(f"Tabler has no outline icon {name!r}. Similar names: {similar}.")
    return Markup().join(_shape(tag, attributes) for tag, attributes in icons[name])


def _shape(tag: str, attributes: Mapping[str, str]) -> Markup:
    pairs = Markup().join(
        Markup(' {}="{}"').format(key, value) for key, value in attributes.items()
    )
    return Markup("<{}{}/>").format(escape(tag), pairs)


@cache
def _manifest() -> Manifest:
    return read_manifest(FOLDER)


@cache
def _icons() -> dict[str, list[tuple[str, dict[str, str]]]]:
    icons: dict[str, list[tuple[str, dict[str, str]]]] = _read(FOLDER / "icons.json")
    return icons


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FrontEndNotBuiltError(
            f"The front end is not built: there is no {file}. In a checkout, `make run` builds it,"
            " or `python hatch_build.py`; a wheel brings it along."
        ) from None
