"""The warm process that fills documents in, as the application sees it.

One for each thread pool of a server, and one of low priority for jobs. It is started with the first
request, ended when a request takes longer than it may, and started anew with the next.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from salesman_requisites.toolkit import amount_in_words

from salesman_core.toolkit import InvalidError
from salesman_documents.docx.values import packed
from salesman_documents.docx.wire import receive, send
from salesman_documents.texts import texts
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
    "memory": _("The document grew larger than it may."),
    "broken": _(
        "The tags tear the document apart: one begins in a paragraph or cell and ends in another. "
        "Write {%%p … %%} for whole paragraphs and {%%tr … %%} for rows."
    ),
    "unknown": _("The template says what there is not: %(name)s."),
    "syntax": _("A tag of the template cannot be read: %(name)s."),
    "value": _("A tag of the template met a value that it can do nothing with: %(name)s."),
    "forbidden_call": _("The template calls something. Templates call nothing, they use filters."),
    "forbidden_attribute": _("The template reaches for what is no value of a document: %(name)s."),
    "forbidden_depth": _("The template has too many loops one within the other."),
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
        self._nice, self._seconds = nice, seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

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
        with self._lock:
            self._end()

    def _asked(
        self, header: dict[str, Any], blobs: list[bytes]
    ) -> tuple[dict[str, Any], list[bytes]]:
        with self._lock:
            process = self._running()
            timer = threading.Timer(self._seconds + PATIENCE, process.kill)
            timer.start()
            try:
                answer, content = self._exchange(process, header, blobs)
            except (EOFError, BrokenPipeError, ValueError) as error:
                raise FillingError(self._why_ended()) from error
            finally:
                timer.cancel()
        if "failed" in answer:
            raise FillingError(answer["failed"], answer["name"])
        return answer, content

    def _exchange(
        self, process: subprocess.Popen[bytes], header: dict[str, Any], blobs: list[bytes]
    ) -> tuple[dict[str, Any], list[bytes]]:
        assert process.stdin is not None  # noqa: S101  # both are pipes
        assert process.stdout is not None  # noqa: S101
        send(process.stdin, {**header, "seconds": self._seconds}, blobs)
        while True:
            answer, content = receive(process.stdout)
            if answer.get("ask") != "words":
                return answer, content
            send(process.stdin, {"words": _in_words(answer)})

    def _running(self) -> subprocess.Popen[bytes]:
        """Give the process; another one in a forked server, and after the last one died."""
        if self._process is not None and self._owner == os.getpid():
            if self._process.poll() is None:
                return self._process
            self._end()
        command = [sys.executable, "-m", "salesman_documents.docx.child", str(MEGABYTES)]
        if self._nice:
            command = ["nice", "-n", str(self._nice), *command]
        self._process = subprocess.Popen(  # noqa: S603  # a command of our own
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PATH": os.defpath, "PYTHONPATH": _import_path(), "LANG": "C.UTF-8"},
        )
        self._owner = os.getpid()
        return self._process

    def _why_ended(self) -> str:
        """Give the word for why the process is gone, and see to it that it is."""
        code = self._process.wait(5) if self._process is not None else 0
        self._end()
        return "time" if -code in {signal.SIGXCPU, signal.SIGKILL} else "died"

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
        process.wait()


def _import_path() -> str:
    return os.pathsep.join(one for one in sys.path if one)


def _in_words(asked: Mapping[str, str]) -> str:
    try:
        amount = Decimal(asked["amount"]).quantize(Decimal("0.01"))
        return amount_in_words(amount, asked["currency"][:10], asked["language"])
    except (ValueError, ArithmeticError):
        return ""
