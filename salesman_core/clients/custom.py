"""Custom fields of clients and contacts."""

from __future__ import annotations

from typing import Final

from salesman_core.clients.models import Client, ClientWord, Contact, ContactWord
from salesman_core.i18n import texts
from salesman_core.records.custom.kinds import Customised, customised

_ = texts.lazy

CLIENT: Final = customised(Customised("client", _("Clients"), Client, ClientWord, "clients"))
CONTACT: Final = customised(Customised("contact", _("Contacts"), Contact, ContactWord, "contacts"))
