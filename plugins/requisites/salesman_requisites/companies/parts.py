"""Bank accounts and signers: parts of an own company, which come and go in the same way.

None is ever deleted, because papers refer to it: what is not active is offered no more. As long as
a company has an active one, one of them is the main one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    InvalidError,
    MissingError,
    differences,
    for_change,
    writing,
)
from salesman_hookspecs import Text
from salesman_requisites import banking
from salesman_requisites.companies.keeping import keep
from salesman_requisites.companies.models import KIND, BankAccount, OwnCompany, Signer
from salesman_requisites.companies.queries import OF_ACCOUNT, OF_SIGNER
from salesman_requisites.countries import CURRENCIES
from salesman_requisites.permissions import MANAGE
from salesman_requisites.texts import texts

_ = texts.lazy

Values = Mapping[str, Any]

MOST: Final = 30
"""So many of one kind may a company have: they are chosen from by people."""


_FEMININE: Final = "♀"
"""How the history tells that a signer is a woman, whatever language it is read in."""


@dataclass(frozen=True, slots=True)
class Parts:
    """One kind of part of own companies.

    :param field: under this name the history of the company tells of them.
    :param said: the columns that people fill in.
    :param judge: gives what was filled in as it is kept.
    """

    field: str
    model: type[BankAccount | Signer]
    said: tuple[str, ...]
    judge: Callable[[Values], dict[str, Any]]
    missing: Text

    def add(self, company_id: int, values: Values, version: int | None = None) -> int:
        """Add one to a company; give its id.

        :param values: as its schema has judged them.
        :param version: of the company that the caller saw; None where they do not say.
        :raises InvalidError: by field.
        """
        with writing() as session:
            company = for_change(session, KIND, company_id, MANAGE, version)
            known = self._of(session, company)
            if len(known) >= MOST:
                raise InvalidError(_("At most %(most)s of them fit.", most=MOST))
            part = self.model(company_id=company_id, **self.judge(values))
            part.main = not any(one.active for one in known)
            session.add(part)
            session.flush()
            keep(session, company, "changed", {self.field: (None, self._told(part))})
            return part.id

    def change(
        self, company_id: int, part_id: int, values: Values, version: int | None = None
    ) -> bool:
        """Change one; give whether anything changed.

        :param values: all that is said of it.
        :raises InvalidError: by field.
        """
        with writing() as session:
            company = for_change(session, KIND, company_id, MANAGE, version)
            part = self._one(session, company, part_id)
            before = self._told(part)
            changes = differences(part, self.judge(values))
            for name, (_old, new) in changes.items():
                setattr(part, name, new)
            if changes:
                keep(session, company, "changed", {self.field: (before, self._told(part))})
            return bool(changes)

    def retire(self, company_id: int, part_id: int, version: int | None = None) -> None:
        """Offer one no more; the next one is the main one then."""
        self._switch(company_id, part_id, version, active=False)

    def take_back(self, company_id: int, part_id: int, version: int | None = None) -> None:
        """Offer one again."""
        self._switch(company_id, part_id, version, active=True)

    def _switch(self, company_id: int, part_id: int, version: int | None, *, active: bool) -> None:
        with writing() as session:
            company = for_change(session, KIND, company_id, MANAGE, version)
            part = self._one(session, company, part_id)
            if part.active == active:
                return
            part.active = active
            if not active:
                part.main = False
            _choose_main(self._of(session, company))
            told = (None, self._told(part)) if active else (self._told(part), None)
            keep(session, company, "changed", {self.field: told})

    def make_main(self, company_id: int, part_id: int, version: int | None = None) -> None:
        """Let one be offered first.

        :raises InvalidError: for one that is offered no more.
        """
        with writing() as session:
            company = for_change(session, KIND, company_id, MANAGE, version)
            part = self._one(session, company, part_id)
            if not part.active:
                raise InvalidError(_("Take it back into use first."))
            before = next((one for one in self._of(session, company) if one.main), None)
            if before is part:
                return
            if before is not None:
                before.main = False
            part.main = True
            told = (self._told(before) if before else None, self._told(part))
            keep(session, company, "changed", {f"main_{self.field}": told})

    def _one(self, session: Session, company: OwnCompany, part_id: int) -> Any:
        part = next((one for one in self._of(session, company) if one.id == part_id), None)
        if part is None:
            raise MissingError(self.missing)
        return part

    def _of(self, session: Session, company: OwnCompany) -> Sequence[Any]:
        every = sa.select(self.model).where(self.model.company_id == company.id)
        return session.scalars(every.order_by(self.model.id)).all()

    def _told(self, part: Any) -> str:
        held = (getattr(part, name) for name in self.said)
        return ", ".join(_FEMININE if value is True else value for value in held if value)


def _choose_main(parts: Sequence[Any]) -> None:
    offered = [one for one in parts if one.active]
    if offered and not any(one.main for one in offered):
        offered[0].main = True


def _judged_account(values: Values) -> dict[str, Any]:
    said = {name: str(values[name]).strip() for name in OF_ACCOUNT}
    if said["currency"] not in CURRENCIES:
        message = _("There is no such currency: give three letters, as EUR.")
        raise InvalidError(message, {"currency": message})
    return said | banking.judged_account(said)


def _judged_signer(values: Values) -> dict[str, Any]:
    said = {name: " ".join(str(values[name]).split()) for name in OF_SIGNER if name != "feminine"}
    return said | {"feminine": bool(values["feminine"])}


ACCOUNTS: Final = Parts(
    "account", BankAccount, OF_ACCOUNT, _judged_account, _("There is no such bank account.")
)
SIGNERS: Final = Parts("signer", Signer, OF_SIGNER, _judged_signer, _("There is no such signer."))
