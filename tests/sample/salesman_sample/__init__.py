"""Promises made to clients: the sample plugin, which uses every hook and fills every slot.

It does not ship. Tests hold it against the contract, so it is also the shortest example of each
hook in a plugin that works.
"""

from salesman_hookspecs import Plugin
from salesman_sample.settings import SampleSettings

plugin = Plugin(
    id="sample",
    title="Promises",
    summary="What was promised to a client, and whether it was kept.",
    api=">=0.1,<1",
    settings=SampleSettings,
)
