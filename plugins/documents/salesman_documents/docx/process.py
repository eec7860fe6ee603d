"""The warm processes that fill documents in, as the application sees them.

One for people who wait, and one of low priority for runs in the background.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from salesman_requisites.toolkit import amount_in_words

from salesman_core.toolkit import InvalidError
from salesman_documents.docx.values import packed
from salesman_documents.docx.wire import Message
from salesman_documents.texts import texts
from salesman_documents.warm import EndedError, WarmProcess
from salesman_hookspecs import Text

_ = texts.lazy

SECONDS: Final = 10.0
"""Of the processor, that one request may use."""
PATIENCE: Final = 30.0
"""So much longer than that it may take by the clock, on a machine that has much else to do."""
MEGABYTES: Final = 768

_FAILED: Final[Mapping[str, Text]] = {
    "time": _("Filling it in took longer than it may: the template loops too much."),
    "died": _(
        "The process that fills documents in has ended. Try again, or tell an administrator."
    ),
    "busy": _("The server has too many documents to fill in at present. Try again in a minute."),
    "memory": _("The document grew larger than it may."),
    "broken": _(
        "The tags tear the document apart: one begins in a paragraph or cell and ends in another. "
        "Write {%%p … %%} for whole paragraphs and {%%tr … %%} for rows."
    ),
    "danger": _("Filled in, the document would reach outside, which none may: %(name)s."),
    "unknown": _("The template says what there is not: %(name)s."),
    "unknown_tag": _("There is no tag “%(name)s”."),
    "unknown_filter": _("There is no filter “%(name)s”."),
    "unknown_test": _("There is no test “%(name)s”."),
    "syntax": _("A tag of the template cannot be read, look at its brackets: %(name)s."),
    "value": _("A tag of the template met a value that it can do nothing with: %(name)s."),
    "forbidden_call": _("The template calls something. Templates call nothing, they use filters."),
    "forbidden_attribute": _("The template reaches for what is no value of a document: %(name)s."),
    "forbidden_macro": _("The template defines a macro, which none may."),
    "forbidden_import": _("The template draws in another file, which none may."),
    "forbidden_recursion": _("A loop of the template calls itself, which none may."),
    "forbidden_power": _("The template calculates a power, which none may."),
    "forbidden_depth": _("The template has too many loops or brackets one within the other."),
    "forbidden_number": _("The template calculates with what is no number, or a too large one."),
}
_FORBIDDEN: Final = _("The template says something that templates may not say: %(name)s.")


class FillingError(InvalidError):
    """A template could not be read or filled in; its message says why.

    :param what: the word for it.
    """

    def __init__(self, what: str, name: str = "") -> None:
        message = _FAILED.get(what, _FORBIDDEN)
        super().__init__(_worded(message, name or what), {"template_id": _worded(message, name)})
        self.what = what


def _worded(message: Text, name: str) -> Text:
    return str(message) % {"name": name}


class Filler:
    """A process that fills in.

    :param nice: by how much it gives way to others.
    """

    def __init__(self, *, nice: int = 0, seconds: float = SECONDS) -> None:
        self._process = WarmProcess(
            "salesman_documents.docx.child",
            str(MEGABYTES),
            seconds=seconds,
            patience=PATIENCE,
            nice=nice,
        )

    def fill(self, template: bytes, values: Mapping[str, Any], language: str) -> bytes:
        """Give the document that a template and plain values make.

        :raises FillingError: where it cannot be made.
        """
        blobs = [template]
        header = {"do": "fill", "language": language, "values": packed(dict(values), blobs)}
        return self._asked(header, blobs)[1][0]

    def lint(self, template: bytes, tree: Mapping[str, Any]) -> dict[str, Any]:
        """Judge a template; see :func:`salesman_documents.docx.linting.lint`.

        :raises FillingError: where not even that can be done.
        """
        return self._asked({"do": "lint", "tree": tree}, [template])[0]

    def text(self, document: bytes) -> list[str]:
        """Give the paragraphs of a document.

        :raises FillingError: where it cannot be read.
        """
        paragraphs: list[str] = self._asked({"do": "text"}, [document])[0]["paragraphs"]
        return paragraphs

    def close(self) -> None:
        """End the process; the next request starts another."""
        self._process.close()

    def _asked(self, header: Mapping[str, Any], blobs: Sequence[bytes]) -> Message:
        try:
            answer, content = self._process.ask(header, blobs, _in_words)
        except EndedError as error:
            raise FillingError(error.what) from error
        if "failed" in answer:
            raise FillingError(answer["failed"], answer["name"])
        return answer, content


def _in_words(asked: Mapping[str, Any]) -> dict[str, str]:
    try:
        amount = Decimal(asked["amount"]).quantize(Decimal("0.01"))
        said = amount_in_words(amount, asked["currency"][:10], asked["language"])
    except (ValueError, ArithmeticError):
        said = ""
    return {"words": said}
