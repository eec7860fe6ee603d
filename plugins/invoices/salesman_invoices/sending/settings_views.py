"""The administrator's pages of letters: their words, and when own companies remind."""

from __future__ import annotations

import re
from typing import Any, Final

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    FormState,
    InvalidError,
    MissingError,
    form_to_edit,
    reading,
    render,
    requires,
    save_form,
    toast,
)
from salesman_invoices.permissions import MANAGE_LETTERS
from salesman_invoices.sending import queries, settings
from salesman_invoices.sending.wording import (
    BUILT_IN,
    LONGEST_SUBJECT,
    LONGEST_TEXT,
    PLACES,
    USES,
    Wording,
    filled,
)
from salesman_invoices.texts import texts
from salesman_invoices.views import blueprint
from salesman_invoices.words import LANGUAGE_TITLES

_ = texts.lazy

Page = Markup | Response | tuple[Markup, int]
WORDS: Final = {"subject": _("Subject"), "text": _("Text")}
TIMES: Final = {
    "active": _("Remind"),
    "before": _("Days before the due day"),
    "after": _("Days after the due day"),
}
_EXAMPLE: Final = {
    "ru": {
        "paper": "Счёт на оплату",
        "number": "17",
        "day": "30.11.2026",
        "amount": "45\u00a0000,00\u00a0₽",
        "due": "07.12.2026",
        "left": "20\u00a0000,00\u00a0₽",
        "client": "ООО «Ромашка»",
        "company": "ООО «Северный склад»",
        "sender": "Анна Иванова",
    },
    "en": {
        "paper": "Invoice",
        "number": "17",
        "day": "30 Nov 2026",
        "amount": "€45,000.00",
        "due": "7 Dec 2026",
        "left": "€20,000.00",
        "client": "Alpha Inc.",
        "company": "Northern Store Ltd",
        "sender": "Anna Ivanova",
    },
}


@blueprint.get("/letters")
@requires(MANAGE_LETTERS)
def letters_settings() -> Markup:
    """Show what letters say, and which own companies remind."""
    session = reading()
    own = queries.own_wordings(session)
    wordings = [
        (use, title, language, LANGUAGE_TITLES[language], (use, language) in own)
        for use, title in USES.items()
        for language in LANGUAGE_TITLES
    ]
    return render(
        "invoices/sending/settings.html",
        wordings=wordings,
        subjects={key: _words(own.get(key), *key).subject for key in BUILT_IN},
        remindings=settings.remindings(session),
    )


def _words(own: Any, use: str, language: str) -> Wording:
    return BUILT_IN[use, language] if own is None else Wording(own.subject, own.text)


@blueprint.get("/letters/<use>/<language>")
@requires(MANAGE_LETTERS)
def wording(use: str, language: str) -> Markup:
    """Show the form of a letter's words."""
    settings.demand_known(use, language)
    return _wording_page(use, language, _held_wording(use, language))


def _held_wording(use: str, language: str) -> FormState:
    own = queries.own_wordings(reading()).get((use, language))
    words = _words(own, use, language)
    held = {"subject": words.subject, "text": words.text}
    return form_to_edit(held, 0 if own is None else own.version)


def _wording_page(use: str, language: str, form: FormState) -> Markup:
    return render(
        "invoices/sending/wording.html",
        use=use,
        language=language,
        title=USES[use],
        language_title=LANGUAGE_TITLES[language],
        form=form,
        labels=WORDS,
        places=PLACES,
        most_subject=LONGEST_SUBJECT,
        is_own=(use, language) in queries.own_wordings(reading()),
        example=_example(form, language),
    )


def _example(form: FormState, language: str) -> Wording:
    typed = Wording(
        str(form.value("subject"))[:LONGEST_SUBJECT], str(form.value("text"))[:LONGEST_TEXT]
    )
    return filled(typed, _EXAMPLE[language])


@blueprint.post("/letters/<use>/<language>/example")
@requires(MANAGE_LETTERS)
def example(use: str, language: str) -> Markup:
    """Show a letter with what has been typed so far."""
    settings.demand_known(use, language)
    typed = FormState({name: request.form.get(name, "") for name in WORDS})
    return render("invoices/sending/example.html", example=_example(typed, language))


@blueprint.post("/letters/<use>/<language>")
@requires(MANAGE_LETTERS)
def change_wording(use: str, language: str) -> Page:
    """Let a letter say what was typed."""
    settings.demand_known(use, language)
    again = save_form(
        request.form,
        lambda: _held_wording(use, language),
        lambda typed, version: settings.write_wording(
            use, language, {name: typed.get(name, "") for name in WORDS}, version
        ),
    )
    if again is not None:
        return _wording_page(use, language, again), again.status
    toast(_("Saved."))
    return redirect(url_for("invoices.letters_settings"))


@blueprint.post("/letters/<use>/<language>/built-in")
@requires(MANAGE_LETTERS)
def built_in_wording(use: str, language: str) -> Response:
    """Let a letter say its built-in words again."""
    settings.take_built_in(use, language)
    toast(_("The letter has its built-in words again."))
    return redirect(url_for("invoices.wording", use=use, language=language))


@blueprint.get("/letters/reminders/<int:company_id>")
@requires(MANAGE_LETTERS)
def reminding(company_id: int) -> Markup:
    """Show the form of an own company's reminders."""
    return _reminding_page(company_id, _held_reminding(company_id))


def _one(company_id: int) -> settings.CompanyReminding:
    for one in settings.remindings(reading()):
        if one.company_id == company_id:
            return one
    raise MissingError(_("There is no such own company in use."))


def _held_reminding(company_id: int) -> FormState:
    one = _one(company_id)
    held = {"active": one.active, "before": _written(one.before), "after": _written(one.after)}
    return form_to_edit(held, one.version)


def _written(days: Any) -> str:
    return ", ".join(str(day) for day in days)


def _reminding_page(company_id: int, form: FormState) -> Markup:
    return render(
        "invoices/sending/reminding.html", company=_one(company_id), form=form, labels=TIMES
    )


@blueprint.post("/letters/reminders/<int:company_id>")
@requires(MANAGE_LETTERS)
def change_reminding(company_id: int) -> Page:
    """Say whether and when an own company reminds."""
    again = save_form(
        request.form,
        lambda: _held_reminding(company_id),
        lambda typed, version: settings.change_reminding(company_id, _times(typed), version),
    )
    if again is not None:
        return _reminding_page(company_id, again), again.status
    toast(_("Saved."))
    return redirect(url_for("invoices.letters_settings"))


def _times(typed: MultiDict[str, str]) -> dict[str, Any]:
    return {
        "active": typed.get("active") == "true",
        "before": _days(typed.get("before", ""), "before"),
        "after": _days(typed.get("after", ""), "after"),
    }


def _days(typed: str, name: str) -> list[int]:
    """Read days as people list them: ``3, 10``.

    :raises InvalidError: at *name*, for what is no list of numbers.
    """
    parts = re.split(r"[\s,;]+", typed.strip()) if typed.strip() else []
    if not all(re.fullmatch(r"\d{1,3}", part) for part in parts):
        message = _("Write numbers of days with commas between them, as 3, 10.")
        raise InvalidError(message, {name: message})
    return [int(part) for part in parts]
