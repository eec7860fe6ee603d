"""UniSender: groups of mailing go out to its lists, what people say there comes in."""

from salesman_hookspecs import Plugin
from salesman_unisender.settings import UnisenderSettings

plugin = Plugin(
    id="unisender",
    title="UniSender",
    summary="Groups go out to the lists of UniSender, and what people say there comes in.",
    api=">=0.1,<1",
    requires=("mailing",),
    settings=UnisenderSettings,
)
