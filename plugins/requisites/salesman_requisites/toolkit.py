"""What other plugins may use of requisites; they list it under ``requires``.

Papers that are made for good keep what :func:`company_snapshot` gives, and survive whatever becomes
of the own company. The functions that read judge nobody: what stands on each paper is no secret of
those who make it, and whoever calls has judged whether such a paper may be made.
"""

from salesman_requisites.amounts.words import MOST as MOST_IN_WORDS
from salesman_requisites.amounts.words import amount_in_words
from salesman_requisites.banking import is_russian, judged_account
from salesman_requisites.clients.offered import client_snapshot
from salesman_requisites.companies.offered import (
    CompanyChoice,
    company_choices,
    company_pictures,
    company_snapshot,
)
from salesman_requisites.identity import judged_identity
from salesman_requisites.numbering.issuing import PaperNumber, take_number
from salesman_requisites.numbering.papers import Paper, offer_papers
from salesman_requisites.numbering.patterns import PatternError, judged_pattern

__all__ = [
    "MOST_IN_WORDS",
    "CompanyChoice",
    "Paper",
    "PaperNumber",
    "PatternError",
    "amount_in_words",
    "client_snapshot",
    "company_choices",
    "company_pictures",
    "company_snapshot",
    "is_russian",
    "judged_account",
    "judged_identity",
    "judged_pattern",
    "offer_papers",
    "take_number",
]
