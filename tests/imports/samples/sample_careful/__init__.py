"""A plugin that refuses some deals."""

from salesman_hookspecs import Plugin

plugin = Plugin(id="careful", title="Careful", api=">=0.1,<1")
