"""A plugin that keeps nothing for itself: each of its contributions leaks in a way of its own."""

from salesman_hookspecs import Plugin

plugin = Plugin(id="leaky", title="Leaky", api=">=0.1,<1")
