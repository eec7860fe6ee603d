"""The JSON API of logos, stamps and signatures: pictures in base64, drawn anew (ADR 51)."""

from __future__ import annotations

import io
from base64 import b64encode
from typing import Any

from flask import Response

from salesman_core.toolkit import (
    InvalidError,
    arguments,
    json_response,
    reading,
    requires,
    response,
    versioned,
)
from salesman_requisites.companies import pictures
from salesman_requisites.companies.api import api
from salesman_requisites.companies.models import KIND, SIGNATURE
from salesman_requisites.companies.schemas import PictureSchema
from salesman_requisites.permissions import MANAGE

_OF_COMPANY = "/<int:record_id>/<any(logo, stamp):use>"
_OF_SIGNER = "/<int:record_id>/signers/<int:part_id>/signature"


def _answer(company_id: int, use: str, signer_id: int | None = None) -> Response:
    row = pictures.picture_at(reading(), company_id, use, signer_id)
    told = {"content": b64encode(row.content).decode(), "width": row.width, "height": row.height}
    answer = json_response(told)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _keep(
    values: dict[str, Any],
    company_id: int,
    use: str,
    version: int | None,
    signer: int | None = None,
) -> Response:
    stream = io.BytesIO(values["content"])
    try:
        pictures.keep_picture(company_id, use, stream, signer_id=signer, version=version)
    except InvalidError as error:
        raise InvalidError(error.message, {"content": error.message}) from error
    return _answer(company_id, use, signer)


def _remove(company_id: int, use: str, version: int | None, signer: int | None = None) -> None:
    row = pictures.picture_at(reading(), company_id, use, signer)
    pictures.remove_picture(company_id, row.id, version)


@api.get(_OF_COMPANY)
@requires(MANAGE)
@response(PictureSchema)
def read_picture(record_id: int, use: str) -> Response:
    """Read the logo or stamp of an own company: a PNG."""
    return _answer(record_id, use)


@api.put(_OF_COMPANY)
@requires(MANAGE)
@versioned(KIND)
@arguments(PictureSchema)
@response(PictureSchema)
def keep_picture(values: dict[str, Any], record_id: int, use: str, version: int | None) -> Response:
    """Keep a logo or stamp, in place of the one before; it is drawn anew."""
    return _keep(values, record_id, use, version)


@api.delete(_OF_COMPANY)
@requires(MANAGE)
@versioned(KIND)
@response(None, 204)
def remove_picture(record_id: int, use: str, version: int | None) -> None:
    """Forget a logo or stamp; papers that bear it keep it."""
    _remove(record_id, use, version)


@api.get(_OF_SIGNER)
@requires(MANAGE)
@response(PictureSchema)
def read_signature(record_id: int, part_id: int) -> Response:
    """Read the signature of a signer: a PNG."""
    return _answer(record_id, SIGNATURE, part_id)


@api.put(_OF_SIGNER)
@requires(MANAGE)
@versioned(KIND)
@arguments(PictureSchema)
@response(PictureSchema)
def keep_signature(
    values: dict[str, Any], record_id: int, part_id: int, version: int | None
) -> Response:
    """Keep the signature of a signer, likewise."""
    return _keep(values, record_id, SIGNATURE, version, part_id)


@api.delete(_OF_SIGNER)
@requires(MANAGE)
@versioned(KIND)
@response(None, 204)
def remove_signature(record_id: int, part_id: int, version: int | None) -> None:
    """Forget the signature of a signer, likewise."""
    _remove(record_id, SIGNATURE, version, part_id)
