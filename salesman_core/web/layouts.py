"""What somebody typed while the keyboard stood in the other layout: ``ghbdtn`` for ``привет``."""

from __future__ import annotations

from typing import Final

_LATIN: Final = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>~"
_CYRILLIC: Final = "йцукенгшщзхъфывапролджэячсмитьбюёЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁ"
_SIGNS: Final = '"№;:?.,', "@#$^&/?"
"""Signs that stand on the same keys, as the Russian layout has them and as the Latin one does."""

_TO_CYRILLIC: Final = str.maketrans(_LATIN + "@#&/?", _CYRILLIC + '"№?.,')
_TO_LATIN: Final = str.maketrans(_CYRILLIC + _SIGNS[0], _LATIN + _SIGNS[1])


def other_layout(typed: str) -> str:
    """Give what the same keys give in the other layout; nothing where that cannot be meant.

    What holds letters of both layouts was typed on purpose.
    """
    latin = any("a" <= letter <= "z" for letter in typed.lower())
    cyrillic = any("а" <= letter <= "я" or letter == "ё" for letter in typed.lower())
    if latin == cyrillic:
        return ""
    return typed.translate(_TO_CYRILLIC if latin else _TO_LATIN)
