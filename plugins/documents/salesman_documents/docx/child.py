"""The process that reads templates and fills documents in: with limits, and with nothing to lose.

It gets no environment, no database and no files: bytes and plain values come in, bytes come out.
Started as ``python -m salesman_documents.docx.child MEGABYTES``.
"""

from __future__ import annotations

import hashlib
import resource
import sys
from collections import OrderedDict
from collections.abc import Mapping
from typing import IO, Any, Final

from jinja2 import TemplateSyntaxError, UndefinedError
from lxml import etree

from salesman_documents.docx.dangers import DangerError
from salesman_documents.docx.filling import (
    BrokenDocumentError,
    Prepared,
    TooMuchError,
    fill,
    prepare,
)
from salesman_documents.docx.limits import allow_seconds, limit, talk
from salesman_documents.docx.linting import lint, text_of
from salesman_documents.docx.sandbox import (
    ForbiddenTagError,
    TemplateEnvironment,
    unreadable,
)
from salesman_documents.docx.values import unpacked
from salesman_documents.docx.wire import receive, send

_KEPT: Final = 32
"""So many compiled templates are kept."""
_MOST_ASKED: Final = 5000
_FAILURES: Final[Mapping[type[Exception], str]] = {
    DangerError: "danger",
    UndefinedError: "unknown",
    MemoryError: "memory",
    TooMuchError: "memory",
    RecursionError: "forbidden_depth",
    BrokenDocumentError: "broken",
    etree.XMLSyntaxError: "broken",
    Exception: "value",
}
"""The word for what went wrong, by what was raised; the first that fits."""


class Worker:
    """Answers one request after the other."""

    def __init__(self, incoming: IO[bytes], outgoing: IO[bytes]) -> None:
        self._incoming, self._outgoing = incoming, outgoing
        self._prepared: OrderedDict[tuple[str, str], Prepared] = OrderedDict()
        self._said: dict[tuple[str, str, str], str] = {}
        self._environments = {
            language: TemplateEnvironment(language, self._words) for language in ("ru", "en")
        }

    def serve(self) -> None:
        """Answer until nobody asks any more."""
        while True:
            try:
                header, blobs = receive(self._incoming)
            except EOFError:
                return
            allow_seconds(header["seconds"])
            answer, content = self._answered(header, blobs)
            send(self._outgoing, answer, [content] if content is not None else [])

    def _answered(
        self, header: dict[str, Any], blobs: list[bytes]
    ) -> tuple[dict[str, Any], bytes | None]:
        try:
            return getattr(self, f"do_{header['do']}")(header, blobs)  # type: ignore[no-any-return]
        except Exception as error:  # noqa: BLE001  # whatever a template brings about is its fault
            if isinstance(error, MemoryError | TooMuchError):
                self._prepared.clear()
            return _failed(error)

    def do_lint(
        self, header: dict[str, Any], blobs: list[bytes]
    ) -> tuple[dict[str, Any], bytes | None]:
        """Judge a template."""
        return lint(blobs[0], header["tree"], self._environments["ru"]), None

    def do_text(
        self, header: dict[str, Any], blobs: list[bytes]
    ) -> tuple[dict[str, Any], bytes | None]:
        """Give the paragraphs of a document."""
        del header
        return {"paragraphs": list(text_of(blobs[0]))}, None

    def do_fill(
        self, header: dict[str, Any], blobs: list[bytes]
    ) -> tuple[dict[str, Any], bytes | None]:
        """Fill a document in."""
        language = header["language"]
        key = (hashlib.sha256(blobs[0]).hexdigest(), language)
        if key not in self._prepared:
            self._prepared[key] = prepare(blobs[0], self._environments[language])
        self._prepared.move_to_end(key)
        while len(self._prepared) > _KEPT:
            self._prepared.popitem(last=False)
        return {}, fill(self._prepared[key], unpacked(header["values"], blobs))

    def _words(self, amount: str, currency: str, language: str) -> str:
        """Ask the application how an amount is said."""
        key = (amount, currency, language)
        if key not in self._said:
            if len(self._said) > _MOST_ASKED:
                self._said.clear()
            asked = {"ask": "words", "amount": amount, "currency": currency, "language": language}
            send(self._outgoing, asked)
            self._said[key] = receive(self._incoming)[0]["words"]
        return self._said[key]


def _failed(error: Exception) -> tuple[dict[str, Any], None]:
    if isinstance(error, ForbiddenTagError):
        what, name = f"forbidden_{error.what}", error.name or error.what
    elif isinstance(error, TemplateSyntaxError):
        what, name = unreadable(error)
    else:
        what = next(word for kind, word in _FAILURES.items() if isinstance(error, kind))
        name = f"{type(error).__name__}: {error}" if what == "value" else str(error)
    return {"failed": what, "name": name[:200]}, None


def main() -> None:
    """Serve on standard input and output."""
    incoming, outgoing = talk()
    worker = Worker(incoming, outgoing)
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
    limit(megabytes=int(sys.argv[1]), written=0)
    worker.serve()


if __name__ == "__main__":
    main()
