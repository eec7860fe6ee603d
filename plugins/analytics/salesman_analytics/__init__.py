"""Analytics: how deals go through the funnel, and where they are lost (аналитика)."""

from salesman_hookspecs import Plugin

plugin = Plugin(
    id="analytics",
    title="Analytics",
    summary="How deals that are decided went through the funnel, and where and why they were lost.",
    api=">=0.1,<1",
)
