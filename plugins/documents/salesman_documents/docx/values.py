"""The plain values that templates say, as JSON between two processes.

An amount keeps its currency, dates stay dates, pictures are numbers of the bytes that come along.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Final, Self

from markupsafe import Markup

from salesman_documents.docx.drawing import drawn

_MARK: Final = "$"


class Amount(Decimal):
    """An amount of money that knows its currency."""

    currency: str

    def __new__(cls, value: Decimal | str, currency: str) -> Self:
        """Make one."""
        made = super().__new__(cls, value)
        made.currency = currency
        return made


class Picture:
    """A picture: the bytes of a PNG, and how wide it stands in the document, in millimetres."""

    def __init__(self, content: bytes, width: float = 0) -> None:
        self.content = content
        self.width = width

    def __bool__(self) -> bool:
        return bool(self.content)

    def __html__(self) -> Markup:
        """Draw it where it stands."""
        return drawn(self)


def packed(value: Any, blobs: list[bytes]) -> Any:
    """Give a value as JSON can hold it; the bytes of pictures go into *blobs*."""
    match value:
        case Amount():
            return {_MARK: "amount", "v": str(value), "c": value.currency}
        case Decimal():
            return {_MARK: "number", "v": str(value)}
        case date():
            return {_MARK: "date", "v": value.isoformat()[:10]}
        case Picture():
            blobs.append(value.content)
            return {_MARK: "picture", "v": len(blobs) - 1, "w": value.width}
        case dict():
            return {str(key): packed(one, blobs) for key, one in value.items()}
        case list() | tuple():
            return [packed(one, blobs) for one in value]
        case None | bool() | int() | str():
            return value
        case _:
            return str(value)


def unpacked(value: Any, blobs: list[bytes]) -> Any:
    """Give the value that :func:`packed` made."""
    if isinstance(value, list):
        return [unpacked(one, blobs) for one in value]
    if not isinstance(value, dict):
        return value
    match value.get(_MARK):
        case "amount":
            return Amount(value["v"], value["c"])
        case "number":
            return Decimal(value["v"])
        case "date":
            return date.fromisoformat(value["v"])
        case "picture":
            return Picture(blobs[value["v"]], value["w"])
        case _:
            return {key: unpacked(one, blobs) for key, one in value.items()}
