"""From a paper to PDF: a template of ours, then WeasyPrint, which may fetch nothing.

One is rendered at a time in a process: the libraries below are not made for more, and so many
people printing at once cost no more memory than one does.
"""

from __future__ import annotations

import functools
import threading
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import segno
from jinja2 import Environment, PackageLoader, StrictUndefined
from PIL import ImageFile

from salesman_core.toolkit import ConflictError
from salesman_invoices.papers import phrases, saying, vat
from salesman_invoices.papers.payment_code import payment_code
from salesman_invoices.papers.values import INVOICE, MOST_LINES, Paper
from salesman_invoices.texts import texts

_ = texts.lazy

_ONE_AT_A_TIME: Final = threading.Lock()
_PATIENCE: Final = 30.0
_PICTURES: Final = ("logo", "stamp", "signature")
_TAIL: Final = 2
"""So many lines at least stand on the page that the totals stand on."""


class UnprintableError(ConflictError):
    """A paper cannot be printed: it lacks something, or this machine does, or all are busy."""


@dataclass(frozen=True, slots=True)
class Printout:
    """A paper ready to be printed.

    :param name: of the file.
    :param page: what is drawn, every value in it escaped.
    """

    name: str
    page: str

    @property
    def etag(self) -> str:
        """What changes when anything does that stands on the paper, its form included."""
        return sha256(self.page.encode()).hexdigest()

    def pdf(self) -> bytes:
        """Draw it; the same page gives the same bytes.

        :raises UnprintableError: where this machine cannot, or not now.
        """
        lacking = what_is_lacking()
        if lacking:
            raise UnprintableError(_("PDF cannot be made on this machine: %(why)s", why=lacking))
        if not _ONE_AT_A_TIME.acquire(timeout=_PATIENCE):
            raise UnprintableError(_("Many papers are being printed: try again in a minute."))
        try:
            return _drawn(self.page)
        finally:
            _ONE_AT_A_TIME.release()


def printout_of(paper: Paper) -> Printout:
    """Give a paper ready to be printed.

    :raises UnprintableError: where it has more than :data:`MOST_LINES` lines.
    """
    if len(paper.lines) > MOST_LINES:
        message = _("At most %(most)s lines can be printed.", most=MOST_LINES)
        raise UnprintableError(message)
    sort, shown = "invoice" if paper.sort == INVOICE else "act", _shown(paper)
    page = _forms().get_template(f"{sort}.{paper.language}.html").render(shown, shown=shown)
    return Printout(phrases.file_name_of(paper), page)


@functools.cache
def what_is_lacking() -> str:
    """Tell what this machine lacks for printing, in the words of the loader; empty for nothing.

    WeasyPrint draws by Pango, which is no Python package.
    """
    try:
        _library()
    except (ImportError, OSError) as error:
        return str(error).splitlines()[0]
    return ""


def _library() -> Any:
    """Give WeasyPrint: it takes a second to load, and needs libraries of the system."""
    import weasyprint  # noqa: PLC0415

    # It lets Pillow take damaged pictures for whole ones, in the whole process.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    return weasyprint


def _drawn(page: str) -> bytes:
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    fetcher = URLFetcher(allowed_protocols={"data"}, allow_redirects=False)
    document = _library().HTML(string=page, base_url=None, url_fetcher=fetcher)
    return bytes(document.write_pdf(pdf_tags=True))


@functools.cache
def _forms() -> Environment:
    loader = PackageLoader("salesman_invoices", "papers/forms")
    forms = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    forms.filters["initials"] = saying.with_initials
    return forms


def _shown(paper: Paper) -> dict[str, Any]:
    """Give what the templates show."""
    language = paper.language
    purpose = phrases.purpose_of(paper) if paper.is_valid else ""
    code = payment_code(paper, purpose) if paper.sort == INVOICE else None
    signed = _PICTURES if paper.is_valid else _PICTURES[:1]
    pictures = {use: paper.pictures[use] for use in signed if use in paper.pictures}
    return {
        "paper": paper,
        "title": phrases.title_of(paper),
        "state": phrases.state_of(paper),
        "currency": phrases.currency_of(paper),
        "purpose": purpose,
        "said": phrases.heads_of(paper),
        "code": None if code is None else _square(code),
        "pictures": {use: _inline(pictures.get(use)) for use in _PICTURES}
        | {"stamp_words": phrases.STAMP[language]},
        "tail": max(len(paper.lines) - _TAIL, 0),
        "rates": vat.sums_by_rate(paper.lines),
        "on_top": vat.is_on_top(paper),
        "rate_by_line": vat.has_rates_by_line(paper),
        "discounted": any(line.is_discounted for line in paper.lines),
        "said_amount": functools.partial(vat.said_amount, paper),
        "said_total": vat.said_total(paper),
        "words": saying.in_words(paper.amount, paper.currency, language),
        "money": functools.partial(saying.money, language=language),
        "number": functools.partial(saying.number, language=language),
        "day": functools.partial(saying.day, language=language),
    }


def _square(code: str) -> str:
    """Give a QR code as a picture that stands in the page itself; the quiet zone is the page's."""
    return segno.make(code, encoding="utf-8", error="m", micro=False).svg_data_uri(border=0)


def _inline(png: bytes | None) -> str:
    return "" if png is None else f"data:image/png;base64,{b64encode(png).decode('ascii')}"
