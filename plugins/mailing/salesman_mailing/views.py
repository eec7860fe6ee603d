"""The blueprint of mailing's pages, to which each room adds its own."""

from __future__ import annotations

from flask import Blueprint
from markupsafe import Markup
from werkzeug.wrappers import Response

blueprint = Blueprint("mailing", __name__, url_prefix="/mailing")

Page = Markup | Response | tuple[Markup, int]
