"""The picture of the ratios: a bar for each request and place, a line where the goal is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Final

from bench.comparison import Comparison, Place

_SVG: Final = "http://www.w3.org/2000/svg"
_FONT: Final = 'font-family="sans-serif" font-size="12"'
_COLOURS: Final = ("#2f6fde", "#8db3f2", "#c2571a", "#eeb48f")
_LEFT, _UNIT, _BAR, _GAP, _TOP = 190, 70, 11, 16, 70
_MOST: Final = 7
_WIDTH: Final = _LEFT + _UNIT * _MOST + 60


def drawn(requests: Mapping[Place, Mapping[str, Comparison]], goals: Mapping[str, float]) -> str:
    """Give the picture as SVG."""
    height = _TOP + len(goals) * _step(len(requests)) + 10
    title = "CPU of a request, as a multiple of a bare WSGI function with the same SQL and answer"
    lines = [
        f'<svg xmlns="{_SVG}" viewBox="0 0 {_WIDTH} {height}" role="img" {_FONT}>',
        f"<title>{title}</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="12" y="20" font-weight="bold">{title}</text>',
        *_legend(list(requests)),
    ]
    for number, (name, goal) in enumerate(goals.items()):
        top = _TOP + number * _step(len(requests))
        ratios = [found[name].ratio for found in requests.values()]
        lines += _group(name, ratios, goal, top)
    return "\n".join((*lines, "</svg>", ""))


def _step(places: int) -> int:
    return places * _BAR + _GAP


def _legend(places: list[Place]) -> Iterator[str]:
    for number, place in enumerate(places):
        x = 12 + number * 165
        yield f'<rect x="{x}" y="34" width="11" height="11" fill="{_COLOURS[number]}"/>'
        yield f'<text x="{x + 16}" y="44">{escape(str(place))}</text>'


def _group(name: str, ratios: list[float], goal: float, top: int) -> Iterator[str]:
    middle = top + len(ratios) * _BAR / 2 + 4
    yield f'<text x="{_LEFT - 8}" y="{middle:.0f}" text-anchor="end">{escape(name)}</text>'
    for number, ratio in enumerate(ratios):
        y, width = top + number * _BAR, min(ratio, _MOST) * _UNIT
        yield (
            f'<rect x="{_LEFT}" y="{y}" width="{width:.0f}" height="{_BAR - 2}"'
            f' fill="{_COLOURS[number]}"/>'
        )
        yield f'<text x="{_LEFT + width + 4:.0f}" y="{y + 9}" font-size="10">{ratio:.1f}</text>'
    x, bottom = _LEFT + goal * _UNIT, top + len(ratios) * _BAR
    yield (
        f'<line x1="{x:.0f}" y1="{top - 4}" x2="{x:.0f}" y2="{bottom + 2}" stroke="#1a1a1a"'
        ' stroke-dasharray="3 2"/>'
    )
    yield f'<text x="{x + 3:.0f}" y="{top - 1}" font-size="10">goal {goal:g}</text>'
