"""Tags that other programs fill in: named where they stand in a template, and never filled in."""

from __future__ import annotations

import re
from typing import Final

FOREIGN: Final = re.compile(
    r"\[[A-Za-z]\w*(?:\.\w+)+[^\]\n]{0,80}\]|\$\{\w[\w.]*\}|<<\w[\w.]*>>|«[A-Z]\w*[A-Z]\w*»"
    r"|(?<![A-Za-z])[a-z]{3,}(?:[A-Z][a-z0-9]+)+"
)
OURS: Final = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)
