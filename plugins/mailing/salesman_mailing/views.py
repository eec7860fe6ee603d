"""The blueprint of mailing's pages, to which each room adds its own."""

from __future__ import annotations

from typing import TypeVar

from flask import Blueprint
from markupsafe import Markup
from werkzeug.wrappers import Response

blueprint = Blueprint("mailing", __name__, url_prefix="/mailing")

Page = Markup | Response | tuple[Markup, int]
Answer = TypeVar("Answer", bound=Response)


def unkept(answer: Answer) -> Answer:
    """Let nobody on the way keep an answer, or tell other sites whence somebody came."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
