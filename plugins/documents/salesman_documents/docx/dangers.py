"""What no document of ours may hold, whoever made it: fields that reach outside, files within.

Uploaded files are judged by it while they stream through expat, filled in ones by their trees. It
imports nothing of the application: the process that fills in uses it, too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

INSTRUCTIONS: Final = frozenset({"instrText", "delInstrText"})
"""The elements whose text says what a field does."""
WATCHED: Final = (
    *INSTRUCTIONS,
    *("fldChar", "fldSimple", "altChunk", "subDoc", "OLEObject", "control"),
    *("blip", "audioFile", "videoFile", "quickTimeFile", "imagedata", "fill", "stroke"),
)
"""The local names of the elements that can be dangerous."""
LONGEST_FIELD: Final = 10_000

_DRAWN: Final = {"href", "src", "pict"}
"""Attributes by which drawings of old name a picture that is no part of the file."""
_REACHING: Final = re.compile(
    r'^[\s"]*'
    r"(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|INCLUDE|IMPORT|LINK|DATABASE|RD|MACROBUTTON)\b",
    re.IGNORECASE,
)


class DangerError(Exception):
    """A document holds what none may hold.

    :param what: ``field``, ``long``, ``inside``, ``embedded`` or ``outside``.
    :param name: what it says.
    """

    def __init__(self, what: str, name: str = "") -> None:
        super().__init__(name or what)
        self.what, self.name = what, name


class Judge:
    """Takes the elements of a part in their order, those of :data:`WATCHED` at least.

    A field may stand in another one: each level keeps its own instruction, so that what is inside
    does not hide what stands around it.
    """

    def __init__(self) -> None:
        self._fields = [""]

    def element(self, name: str, attributes: Mapping[str, str]) -> None:
        """Judge an element that begins.

        :param name: without its namespace; so are those of *attributes*.
        :raises DangerError: for what no document may hold.
        """
        match name:
            case "fldChar":
                self._mark(attributes.get("fldCharType", ""))
            case "fldSimple":
                _judge_field(attributes.get("instr", ""))
            case "altChunk" | "subDoc":
                raise DangerError("inside")
            case "OLEObject" | "control":
                raise DangerError("embedded", attributes.get("ProgID", name))
            case "blip" | "audioFile" | "videoFile" | "quickTimeFile" if "link" in attributes:
                raise DangerError("outside", attributes["link"])
            case "imagedata" | "fill" | "stroke" if found := _DRAWN & set(attributes):
                raise DangerError("outside", attributes[min(found)])
            case _:
                pass

    def instruction(self, text: str) -> None:
        """Take a part of what the field says in which the reading stands.

        :raises DangerError: where it says more than any field does.
        """
        self._fields[-1] += text
        if len(self._fields[-1]) > LONGEST_FIELD:
            raise DangerError("long")

    def finish(self) -> None:
        """Judge what is still open at the end.

        :raises DangerError: see :meth:`element`.
        """
        for one in self._fields:
            _judge_field(one)

    def _mark(self, kind: str) -> None:
        _judge_field(self._fields[-1])
        if kind == "begin":
            self._fields.append("")
        elif kind == "end" and len(self._fields) > 1:
            self._fields.pop()


def _judge_field(instruction: str) -> None:
    if _REACHING.match(instruction) or "{" in instruction:
        raise DangerError("field", instruction.strip()[:60])
