"""A plugin that hears of every change and refuses what it was told to."""

from salesman_hookspecs import Plugin

plugin = Plugin(id="jury", title="Jury", api=">=0.1,<1")
