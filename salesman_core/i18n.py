"""Texts for people: one catalogue per owner, so that no plugin's "Open" wins everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from babel import Locale
from babel.support import LazyProxy, NullTranslations
from flask import g
from flask_babel import Domain, force_locale, get_locale, refresh

LANGUAGES: Final = {"ru": "Русский", "en": "English"}
"""The languages that the core is complete in, each named in itself."""

CORE: Final = "core"
"""The owner of what is no plugin's."""

_catalogues: dict[str, Texts] = {}


class LazyText(LazyProxy):
    """A text that is translated each time that somebody reads it.

    It still knows what it is made of, so that a table may keep that and be read in any language:
    see ``records/worded.py``.
    """

    __slots__ = ("message", "owner", "values")

    owner: str
    message: str
    values: dict[str, Any]

    def __init__(self, texts: Texts, message: str, values: dict[str, Any]) -> None:
        super().__init__(partial(texts.gettext, message, **values), enable_cache=False)
        # Babel's class hands all other assignments on to the text itself.
        object.__setattr__(self, "owner", texts.owner)
        object.__setattr__(self, "message", message)
        object.__setattr__(self, "values", values)


class Texts:
    """The texts of one owner.

    A module of the owner says ``texts = Texts("leads", Path(__file__).parent)`` once and uses
    ``texts.gettext``, ``texts.ngettext`` and, where the language is not known yet (titles in
    manifests, messages of errors), ``texts.lazy``.

    :param owner: ``core`` or a plugin's id.
    :param package: the folder that holds ``translations/<language>/LC_MESSAGES/<owner>.mo``.
    """

    def __init__(self, owner: str, package: Path) -> None:
        self.owner = owner
        self._domain = Domain([str(package / "translations")], domain=owner)
        self._by_locale: dict[Locale | None, NullTranslations] = {}
        self._latest: tuple[Locale | None, NullTranslations] | None = None
        _catalogues[owner] = self

    def gettext(self, text: str, **values: Any) -> str:
        """Give *text* in the reader's language, with *values* put in by ``%(name)s``."""
        words = self._catalogue().ugettext(text)
        return words % values if values else words

    def ngettext(self, one: str, many: str, number: int, **values: Any) -> str:
        """Give the form of a counted text that the language has for *number* (``%(num)s``)."""
        return self.form(one, many, number) % {"num": number, **values}

    def form(self, one: str, many: str, number: int) -> str:
        """Give the form of a counted text that the language has for *number*, nothing put in."""
        return self._catalogue().ungettext(one, many, number)

    def _catalogue(self) -> NullTranslations:
        """Give what translates into the reader's language.

        A page asks for hundreds of texts; the domain would spell out its key for each.
        """
        locale, latest = get_locale(), self._latest
        if latest is not None and latest[0] is locale:  # locales are dear to compare
            return latest[1]
        found = self._by_locale.get(locale)
        if found is None:
            found = self._by_locale[locale] = self._domain.get_translations()
        self._latest = locale, found
        return found

    def lazy(self, text: str, **values: Any) -> LazyText:
        """Give a text that is translated each time that somebody reads it."""
        return LazyText(self, text, values)


def texts_of(owner: str) -> Texts:
    """Give the texts of *owner*; those of the core where it has none of its own."""
    return _catalogues.get(owner, _catalogues[CORE])


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Translate into *language* inside the block, as in a letter to somebody who chose it."""
    with force_locale(language):
        yield


@contextmanager
def language_found_anew() -> Iterator[None]:
    """Let the reader's language be found anew behind the block, unless it was known before.

    Flask-Babel keeps what it has found for the rest of a request. Found while somebody else acts,
    it would be theirs, and the page in their language.
    """
    known = getattr(g.get("_flask_babel"), "babel_locale", None) is not None
    try:
        yield
    finally:
        if not known:
            refresh()


texts = Texts(CORE, Path(__file__).parent)
"""The core's own texts."""
