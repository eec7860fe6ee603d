"""Files as answers: shown or saved, never run, and kept for nobody else."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

from flask import Response, send_file

PDF: Final = "application/pdf"
_HARMLESS: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
_HARMLESS_PDF: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
)
"""Browsers refuse to show a PDF in a sandbox; their viewers are one, and run none of our origin."""


def handed_out(
    content: Path | bytes, name: str, media_type: str, *, etag: str, inline: bool
) -> Response:
    """Give a file as an answer that a browser saves under *name*, or shows.

    Whoever calls has judged who may have it.

    :param name: made harmless.
    :param media_type: what it is, not what somebody says that it is.
    :param etag: what changes when its content does; who has it already gets it no second time.
    :param inline: whether to show it, where the browser can.
    """
    response = send_file(
        io.BytesIO(content) if isinstance(content, bytes) else content,
        mimetype=media_type,
        as_attachment=not inline,
        download_name=name,
        etag=etag,
        max_age=0,
    )
    return harmless(response, _HARMLESS_PDF if inline and media_type == PDF else _HARMLESS)


def harmless(response: Response, policy: str = _HARMLESS) -> Response:
    """Let an answer with somebody's bytes run nothing, and be kept for nobody else."""
    response.cache_control.private = True
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
