"""Keys made of what people call things: short, in Latin letters, fit for JSON and addresses."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

LONGEST: Final = 40
KEY: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
"""What a key looks like; two underscores would begin an operator of a filter."""

_LATIN: Final = str.maketrans(
    dict(zip("абвгдеёзийклмнопрстуфыэ", "abvgdeeziyklmnoprstufye", strict=True))
    | {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya"}
    | {"ъ": "", "ь": ""}
)


def in_latin(text: str) -> str:
    """Give a text in small Latin letters."""
    return text.casefold().translate(_LATIN)


def free_key(title: str, taken: Collection[str], otherwise: str) -> str:
    """Give a key for what people call *title* that is not *taken*.

    :param otherwise: what it is called where nothing of the title is left, as ``field``.
    """
    words = re.findall(r"[a-z0-9]+", in_latin(title))
    if not words or words[0][0].isdigit():
        words.insert(0, otherwise)
    made = "_".join(words)[: LONGEST - 4].rstrip("_")
    key, number = made, 2
    while key in taken:
        key, number = f"{made}_{number}", number + 1
    return key
