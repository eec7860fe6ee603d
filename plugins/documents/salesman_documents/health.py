"""Whether documents can be made PDF here."""

from __future__ import annotations

from collections.abc import Iterable

from salesman_documents import pdf
from salesman_hookspecs import HealthCheck


def checks() -> Iterable[HealthCheck]:
    """Tell where LibreOffice is; without it documents are made all the same, as .docx."""
    found = pdf.program()
    detail = str(found) if found else "LibreOffice is not installed: documents are .docx alone"
    return [HealthCheck("PDF of documents", ok=True, detail=detail)]
