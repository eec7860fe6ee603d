"""The pages of bank accounts, signers and pictures of an own company."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import abort, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    AnyRow,
    FormState,
    InvalidError,
    MissingError,
    company,
    current_language,
    form_to_edit,
    judge,
    last_change,
    reading,
    render,
    requires,
    save_form,
    toast,
    version_in,
)
from salesman_hookspecs import Text
from salesman_requisites.companies import pictures, queries
from salesman_requisites.companies.models import KIND, SIGNATURE
from salesman_requisites.companies.parts import ACCOUNTS, SIGNERS, Parts
from salesman_requisites.companies.schemas import AccountSchema, SignerSchema
from salesman_requisites.companies.views import Page, Typed, blueprint, to_card
from salesman_requisites.companies.words import OF_ACCOUNT, OF_SIGNER, USES
from salesman_requisites.countries import currencies
from salesman_requisites.permissions import MANAGE
from salesman_requisites.texts import texts

_ = texts.lazy


@dataclass(frozen=True, slots=True)
class _Pages:
    """What the pages of one kind of part have of their own.

    :param named: its name in addresses, and of its templates: ``accounts``.
    """

    named: str
    parts: Parts
    rows: Callable[..., queries.Hanging]
    judged: Callable[[Typed], dict[str, Any]]
    labels: Mapping[str, Text]
    added: Text

    def row(self, company_id: int, part_id: int) -> AnyRow:
        """Give one as it stands."""
        for row in self.rows(reading(), [company_id]).get(company_id, []):
            if row.id == part_id:
                return row
        raise MissingError(self.parts.missing)

    def held(self, company_id: int, part_id: int) -> FormState:
        """Give the form of one as it stands."""
        version = queries.one_company(reading(), company_id).version
        row = self.row(company_id, part_id)
        return form_to_edit({name: getattr(row, name) for name in self.parts.said}, version)

    def page(self, company_id: int, form: FormState, part_id: int | None = None) -> Markup:
        """Show the form."""
        session = reading()
        return render(
            "requisites/part.html",
            company=queries.one_company(session, company_id),
            part=None if part_id is None else self.row(company_id, part_id),
            named=self.named,
            form=form,
            labels=self.labels,
            currencies=currencies(current_language()),
        )

    def create(self, company_id: int) -> Page:
        """Add the one that was typed."""
        try:
            self.parts.add(company_id, self.judged(request.form))
        except InvalidError as error:
            return self.page(company_id, FormState.refused(request.form, error)), error.status
        toast(self.added)
        return to_card(company_id)

    def change(self, company_id: int, part_id: int) -> Page:
        """Change one to what was typed."""
        again = save_form(
            request.form,
            lambda: self.held(company_id, part_id),
            lambda typed, version: self.parts.change(
                company_id, part_id, self.judged(typed), version
            ),
            partial(last_change, KIND, company_id),
        )
        if again is not None:
            return self.page(company_id, again, part_id), again.status
        toast(_("Saved."))
        return to_card(company_id)


def _judged_account(typed: Typed) -> dict[str, Any]:
    return judge(AccountSchema(), {name: typed.get(name, "") for name in ACCOUNTS.said})


def _judged_signer(typed: Typed) -> dict[str, Any]:
    said: dict[str, Any] = {name: typed.get(name, "") for name in SIGNERS.said}
    return judge(SignerSchema(), said | {"feminine": "feminine" in typed})


_ACCOUNTS = _Pages(
    "accounts",
    ACCOUNTS,
    queries.accounts,
    _judged_account,
    OF_ACCOUNT,
    _("The bank account is there."),
)
_SIGNERS = _Pages(
    "signers", SIGNERS, queries.signers, _judged_signer, OF_SIGNER, _("The signer is there.")
)
_PARTS = {one.named: one for one in (_ACCOUNTS, _SIGNERS)}
_NAMED = "<any(accounts, signers):named>"


@blueprint.get(f"/<int:record_id>/{_NAMED}/new")
@requires(MANAGE)
def new_part(record_id: int, named: str) -> Markup:
    """Show the form for a bank account or a signer."""
    return _PARTS[named].page(record_id, FormState({"currency": company().currency}))


@blueprint.post(f"/<int:record_id>/{_NAMED}/new")
@requires(MANAGE)
def create_part(record_id: int, named: str) -> Page:
    """Add the bank account or signer that was typed."""
    return _PARTS[named].create(record_id)


@blueprint.get(f"/<int:record_id>/{_NAMED}/<int:part_id>")
@requires(MANAGE)
def edit_part(record_id: int, named: str, part_id: int) -> Markup:
    """Show the form of a bank account or signer as it stands."""
    pages = _PARTS[named]
    return pages.page(record_id, pages.held(record_id, part_id), part_id)


@blueprint.post(f"/<int:record_id>/{_NAMED}/<int:part_id>")
@requires(MANAGE)
def change_part(record_id: int, named: str, part_id: int) -> Page:
    """Change a bank account or signer to what was typed."""
    return _PARTS[named].change(record_id, part_id)


@blueprint.post(f"/<int:record_id>/{_NAMED}/<int:part_id>/main")
@requires(MANAGE)
def make_part_main(record_id: int, named: str, part_id: int) -> Response:
    """Let a bank account or signer be offered first."""
    _PARTS[named].parts.make_main(record_id, part_id, version_in(request.form))
    toast(_("It is offered first from now on."))
    return to_card(record_id)


@blueprint.post(f"/<int:record_id>/{_NAMED}/<int:part_id>/retire")
@requires(MANAGE)
def retire_part(record_id: int, named: str, part_id: int) -> Response:
    """Offer a bank account or signer no more; the notice can undo it."""
    _PARTS[named].parts.retire(record_id, part_id, version_in(request.form))
    undo = url_for("requisites.take_part_back", record_id=record_id, named=named, part_id=part_id)
    toast(_("It is offered no more. Papers that name it stay as they are."), undo=undo)
    return to_card(record_id)


@blueprint.post(f"/<int:record_id>/{_NAMED}/<int:part_id>/take-back")
@requires(MANAGE)
def take_part_back(record_id: int, named: str, part_id: int) -> Response:
    """Offer a bank account or signer again."""
    _PARTS[named].parts.take_back(record_id, part_id, version_in(request.form))
    toast(_("It is in use again."))
    return to_card(record_id)


_USE = "<any(logo, stamp, signature):use>"


@blueprint.get(f"/<int:record_id>/{_USE}")
@requires(MANAGE)
def picture_form(record_id: int, use: str) -> Markup:
    """Show the form for a picture; that of a signature names its signer (``?signer_id=``)."""
    return _picture_page(record_id, use, FormState(), request.args.get("signer_id", type=int))


def _picture_page(company_id: int, use: str, form: FormState, signer_id: int | None) -> Markup:
    if (use == SIGNATURE) != (signer_id is not None):
        abort(404)
    session = reading()
    found = queries.pictures(session, [company_id]).get(company_id, [])
    held = [one for one in found if (one.use, one.signer_id) == (use, signer_id)]
    return render(
        "requisites/picture.html",
        company=queries.one_company(session, company_id),
        signer=None if signer_id is None else _SIGNERS.row(company_id, signer_id),
        use=use,
        title=USES[use],
        picture=held[0] if held else None,
        largest=pictures.LARGEST // 1024**2,
        form=form,
    )


@blueprint.post(f"/<int:record_id>/{_USE}")
@requires(MANAGE)
def keep_picture(record_id: int, use: str) -> Page:
    """Keep the picture that was uploaded."""
    signer_id = request.form.get("signer_id", type=int)
    file = request.files.get("file")
    try:
        stream = io.BytesIO() if file is None else file.stream
        version = version_in(request.form)
        pictures.keep_picture(record_id, use, stream, signer_id=signer_id, version=version)
    except InvalidError as error:
        refused = FormState.refused(request.form, error)
        return _picture_page(record_id, use, refused, signer_id), error.status
    toast(_("The picture is kept."))
    return to_card(record_id)


@blueprint.get("/<int:record_id>/pictures/<int:picture_id>")
@requires(MANAGE)
def show_picture(record_id: int, picture_id: int) -> Response:
    """Give the PNG of a picture."""
    content = pictures.one_picture(reading(), record_id, picture_id)
    answer = Response(content, mimetype="image/png")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.post("/<int:record_id>/pictures/<int:picture_id>/remove")
@requires(MANAGE)
def remove_picture(record_id: int, picture_id: int) -> Response:
    """Forget a picture."""
    pictures.remove_picture(record_id, picture_id, version_in(request.form))
    toast(_("The picture is gone. Papers that bear it keep it."))
    return to_card(record_id)
