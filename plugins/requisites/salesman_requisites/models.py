"""All tables of requisites, each defined in its room."""

from salesman_requisites.clients.models import ClientRequisites
from salesman_requisites.companies.models import BankAccount, OwnCompany, Picture, Signer
from salesman_requisites.numbering.models import Counter, CounterPeriod

__all__ = [
    "BankAccount",
    "ClientRequisites",
    "Counter",
    "CounterPeriod",
    "OwnCompany",
    "Picture",
    "Signer",
]
