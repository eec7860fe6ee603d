"""The pictures of plans and of how far they are."""

from __future__ import annotations

from typing import Final

from .picture import BODY, Picture

PICTURES: Final = {
    "plans": Picture("head", "/plans/", size=(1440, 900), part=BODY),
    "plan-figure": Picture("head", "/plans/figure?whose=company", size=(1280, 900), part=BODY),
}
