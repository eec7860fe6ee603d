"""A plugin with an API that uses every convention, as an author would write it."""

from salesman_hookspecs import Plugin

plugin = Plugin(id="memos", title="Memos", api=">=0.1,<1")
