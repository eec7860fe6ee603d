"""Logos, stamps and signatures by the JSON API."""

from __future__ import annotations

import io
from base64 import b64decode, b64encode
from collections.abc import Callable
from http import HTTPStatus

from PIL import Image
from salesman_requisites.companies.parts import SIGNERS
from salesman_requisites.companies.pictures import LARGEST
from salesman_requisites.testing import SIGNER, own_company, png

from salesman_core.testing.people import Api

ApiFor = Callable[[str], Api]


def sent() -> dict[str, str]:
    return {"content": b64encode(png().getvalue()).decode()}


def test_picture_is_kept_read_and_forgotten(api_for: ApiFor, company_id: int) -> None:
    api = api_for("administrator")
    signer = SIGNERS.add(company_id, SIGNER)
    company = f"/requisites/{company_id}"
    places = [f"{company}/logo", f"{company}/stamp", f"{company}/signers/{signer}/signature"]

    for place in places:
        assert api.get(place).status_code == HTTPStatus.NOT_FOUND
        kept = api.request("PUT", place, sent())
        assert kept.status_code == HTTPStatus.OK
        assert (kept.json["width"], kept.json["height"]) == (40, 20)
        with Image.open(io.BytesIO(b64decode(api.get(place).json["content"]))) as picture:
            assert (picture.format, picture.size) == ("PNG", (40, 20))
    read = api.get(company).json
    assert (read["logo"], read["stamp"], read["signers"][0]["signature"]) == (True, True, True)

    for place in places:
        assert api.delete(place).status_code == HTTPStatus.NO_CONTENT
        assert api.delete(place).status_code == HTTPStatus.NOT_FOUND


def test_what_is_no_picture_or_too_large_is_refused(api_for: ApiFor, company_id: int) -> None:
    api, place = api_for("administrator"), f"/requisites/{company_id}/logo"
    large = b64encode(bytes(LARGEST + 3)).decode()

    for content in ("no base64!", b64encode(b"no picture").decode(), "", large):
        refused = api.request("PUT", place, {"content": content})
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert list(refused.json["errors"]) == ["content"]


def test_pictures_are_for_those_who_keep_companies_and_of_one_company_alone(
    api_for: ApiFor, company_id: int
) -> None:
    signer = SIGNERS.add(own_company(name="Another"), SIGNER)
    strange = f"/requisites/{company_id}/signers/{signer}/signature"

    answer = api_for("administrator").request("PUT", strange, sent())
    assert answer.status_code == HTTPStatus.NOT_FOUND
    for method in ("get", "delete"):
        answer = getattr(api_for("lawyer"), method)(f"/requisites/{company_id}/logo")
        assert answer.status_code == HTTPStatus.FORBIDDEN


def test_picture_for_a_version_that_is_gone_is_refused(api_for: ApiFor, company_id: int) -> None:
    api = api_for("administrator")
    etag = api.get(f"/requisites/{company_id}").headers["ETag"]
    heads = {"If-Match": etag}

    kept = api.request("PUT", f"/requisites/{company_id}/logo", sent(), headers=heads)
    assert kept.status_code == HTTPStatus.OK
    stale = api.request("PUT", f"/requisites/{company_id}/stamp", sent(), headers=heads)
    assert stale.status_code == HTTPStatus.PRECONDITION_FAILED
