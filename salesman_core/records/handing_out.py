"""Answers with the bytes of somebody's file: they run nothing, and are kept for nobody else."""

from __future__ import annotations

from typing import Final

from flask import Response, send_file

from salesman_core.errors import MissingError
from salesman_core.i18n import texts
from salesman_core.records.files import Download
from salesman_core.services.files import SHOWN

_ = texts.lazy

HARMLESS: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
PDF: Final = "application/pdf"
_HARMLESS_PDF: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
)


def handed_out(found: Download, *, inline: bool = False) -> Response:
    """Give the answer by which a file is saved, or shown in the browser.

    :raises MissingError: for what a browser may not show.
    """
    if inline and found.media_type not in SHOWN:
        raise MissingError(_("This kind of file cannot be shown here: save it."))
    response = send_file(
        found.path,
        mimetype=found.media_type,
        as_attachment=not inline,
        download_name=found.name,
        etag=found.hash,
        max_age=0,
    )
    # Browsers refuse to show a PDF in a sandbox; their viewers are one, and run none of our origin.
    return harmless(response, _HARMLESS_PDF if inline and found.media_type == PDF else HARMLESS)


def harmless(response: Response, policy: str = HARMLESS) -> Response:
    """Let an answer with somebody's bytes run nothing, and be kept for nobody else."""
    response.cache_control.private = True
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
