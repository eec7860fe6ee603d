"""The letters that users get about their own account, each in the language that they chose."""

from __future__ import annotations

from flask_babel import force_locale

from salesman_core.access.models import User
from salesman_core.i18n import LANGUAGES, texts
from salesman_core.people.links import Purpose, link_for
from salesman_core.services.company import company
from salesman_core.services.mail import Letter

LINK = "{link}"
"""Stands in the text, and in the log, for the link that only the reader may have."""


def invitation(user: User, by: str) -> Letter:
    """Give the letter that asks somebody to choose a password.

    :param by: the name of whoever invites.
    """
    _ = texts.gettext
    with force_locale(_language(user)):
        paragraphs = (
            _("Hello %(name)s,", name=user.name),
            _("%(by)s invites you to work in SalesMan.", by=by),
            _("Choose a password here; the link works once, within seven days:"),
            LINK,
        )
        return _letter(user, _("Your invitation to SalesMan"), paragraphs, Purpose.INVITATION)


def new_password(user: User) -> Letter:
    """Give the letter to somebody who forgot their password."""
    _ = texts.gettext
    with force_locale(_language(user)):
        paragraphs = (
            _("Hello %(name)s,", name=user.name),
            _("Choose a new password here; the link works once, within two hours:"),
            LINK,
            _("If you did not ask for it, there is nothing to do: your password stays."),
        )
        return _letter(user, _("A new password for SalesMan"), paragraphs, Purpose.PASSWORD)


def _letter(user: User, subject: str, paragraphs: tuple[str, ...], purpose: Purpose) -> Letter:
    secrets = {LINK: link_for(user, purpose)}
    return Letter(user.email or "", subject, "\n\n".join(paragraphs), secrets)


def _language(user: User) -> str:
    return user.locale if user.locale in LANGUAGES else company().language
