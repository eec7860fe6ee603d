"""Documents: contracts, offers and letters from templates in .docx (генератор документов)."""

from salesman_hookspecs import Plugin

plugin = Plugin(
    id="documents",
    title="Documents",
    summary="Contracts, offers, acts and letters from templates in .docx, with their versions.",
    api=">=0.1,<1",
    requires=("requisites",),
    after=("catalogue",),
)
