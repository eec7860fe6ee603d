"""The process that reads templates and fills documents in: with limits, and with nothing to lose.

It gets no environment, no database and no files: bytes and plain values come in, bytes come out.
Started as ``python -m salesman_documents.docx.child MEGABYTES``.
"""

from __future__ import annotations

import hashlib
import os
import resource
import sys
from collections import OrderedDict
from typing import IO, Any, Final

from jinja2 import TemplateSyntaxError, UndefinedError
from lxml import etree

from salesman_documents.docx.filling import (
    BrokenDocumentError,
    Prepared,
    TooMuchError,
    fill,
    prepare,
)
from salesman_documents.docx.linting import lint, text_of
from salesman_documents.docx.sandbox import ForbiddenTagError, TemplateEnvironment
from salesman_documents.docx.values import unpacked
from salesman_documents.docx.wire import receive, send

_KEPT: Final = 32
"""So many compiled templates are kept."""
_MOST_ASKED: Final = 5000


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
            _allow_seconds(header["seconds"])
            answer, content = self._answered(header, blobs)
            send(self._outgoing, answer, [content] if content is not None else [])

    def _answered(
        self, header: dict[str, Any], blobs: list[bytes]
    ) -> tuple[dict[str, Any], bytes | None]:
        try:
            return getattr(self, f"do_{header['do']}")(header, blobs)  # type: ignore[no-any-return]
        except ForbiddenTagError as error:
            return _failed(f"forbidden_{error.what}", error.name)
        except UndefinedError as error:
            return _failed("unknown", str(error.message or "")[:200])
        except TemplateSyntaxError as error:
            return _failed("syntax", str(error.message or "")[:200])
        except (MemoryError, TooMuchError):
            self._prepared.clear()
            return _failed("memory")
        except RecursionError:
            return _failed("forbidden_depth")
        except (BrokenDocumentError, etree.XMLSyntaxError):
            return _failed("broken")
        except Exception as error:  # noqa: BLE001  # whatever a template brings about is its fault
            return _failed("value", f"{type(error).__name__}: {error}"[:200])

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


def _failed(what: str, name: str = "") -> tuple[dict[str, Any], None]:
    return {"failed": what, "name": name}, None


def _allow_seconds(seconds: float) -> None:
    """Let the process use so much more of the processor; then the system ends it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def _limit(megabytes: int) -> None:
    memory = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))


def main() -> None:
    """Serve on standard input and output."""
    incoming, outgoing = os.fdopen(0, "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints does not disturb the messages
    worker = Worker(incoming, outgoing)
    _limit(int(sys.argv[1]))
    worker.serve()


if __name__ == "__main__":
    main()
