"""A plugin that shows everything the shell offers, for tests that look at it in a browser."""

from salesman_hookspecs import Plugin

plugin = Plugin(id="gallery", title="Gallery", api=">=0.1,<1")
