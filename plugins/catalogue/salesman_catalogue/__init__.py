"""Goods and services with their prices, and the lines of which a deal's amount is made."""

from salesman_hookspecs import Plugin

plugin = Plugin(
    id="catalogue",
    title="Catalogue",
    summary="Goods and services with price levels, and the lines of deals.",
    api=">=0.1,<1",
)
