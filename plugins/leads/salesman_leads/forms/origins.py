"""Sites by their origins (RFC 6454): which ones may show a form, and from where an answer comes."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from flask import request

from salesman_core.toolkit import SalesmanError, link_to
from salesman_leads.texts import texts

_ = texts.lazy

NOBODY: Final = "null"
"""What a browser says for a page whose origin it hides, as in a sandbox."""
_USUAL: Final = {"http": 80, "https": 443}


class StrangeSiteError(SalesmanError):
    """A form came from a site that may not send it."""

    status = 403


def origin_of(typed: str) -> str:
    """Give the origin of an address as browsers write it; "" for what is no address of a site.

    :param typed: ``https://example.com/page``, or ``example.com``, which is taken for HTTPS.
    """
    address = typed.strip()
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode() if parts.hostname else ""
    except (ValueError, UnicodeError):
        return ""
    if parts.scheme not in _USUAL or not _is_host(host):
        return ""
    host = f"[{host}]" if ":" in host else host
    return (
        f"{parts.scheme}://{host}{f':{port}' if port not in {None, _USUAL[parts.scheme]} else ''}"
    )


def _is_host(host: str) -> bool:
    """Tell whether a policy may name the host: no star, no quote, nothing that ends a rule."""
    return bool(host) and all(one.isalnum() or one in "-.:_" for one in host)


def sender() -> str:
    """Give the origin of the page that sends this request; "" where its browser says nothing."""
    said = request.headers.get("Origin", "").strip()
    referrer = origin_of(request.referrer or "") if request.referrer else ""
    if said == NOBODY:
        return referrer or NOBODY
    return (origin_of(said) or NOBODY) if said else referrer


def our_own() -> frozenset[str]:
    """Give the origins under which people reach this CRM."""
    return frozenset({origin_of(request.host_url), origin_of(link_to("/"))})


def judge_sender(sites: list[str], *, stamped: bool) -> None:
    """Let an answer pass that comes from where its form may be shown.

    The page that we show ourselves carries a stamp, and its browser names us, or nobody at all
    (some leave both headers out). Without a stamp it is a form that a site made for itself: the
    site must be one of *sites*.

    :raises StrangeSiteError: for any other.
    """
    site = sender()
    if site in sites or (stamped and (not site or site in our_own())):
        return
    raise StrangeSiteError(_("This form takes no answers from “%(site)s”.", site=site or "?"))
