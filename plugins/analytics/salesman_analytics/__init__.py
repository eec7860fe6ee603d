"""Analytics: the page of reports, to which every plugin adds its own (аналитика)."""

from salesman_hookspecs import Plugin

plugin = Plugin(
    id="analytics",
    title="Analytics",
    summary="Reports on sales, money, clients and people, each figure with what it counts.",
    api=">=0.1,<1",
)
