"""Planting: a set of records for each of those whom a record may belong to."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.access.models import SignedIn, User
from salesman_core.access.records import is_about_any, kinds_meant, reaches
from salesman_core.access.tokens import new_token, tokens_of
from salesman_core.clients.ladder import lowest_rung, set_rung
from salesman_core.clock import now, today
from salesman_core.db import reading, writing
from salesman_core.deals.service import freeze_deal
from salesman_core.i18n import CORE
from salesman_core.jobs.models import QueuedJob, State
from salesman_core.plugins.host import current_host
from salesman_core.plugins.models import PluginFault
from salesman_core.records.files import attach
from salesman_core.records.imports.keeping import begin_import
from salesman_core.records.imports.saved import keep_mapping
from salesman_core.records.models import BulkRow, BulkRun, ListView
from salesman_core.records.notes import write_note
from salesman_core.services.company import company
from salesman_core.services.models import KeptLetter
from salesman_core.testing.people import Make
from salesman_core.testing.walk.canaries import AMOUNT, Canaries, Planted
from salesman_core.testing.walk.company_fields import custom_values, extension_values
from salesman_core.testing.walk.factories import Factory, Text, factories_of, insert_row
from salesman_hookspecs import RecordType
from salesman_hookspecs.data import salesman_record_types

_PDF: Final = b"%PDF-1.4\n"
_SEE_CLIENT, _SEE_DEAL, _SEE_USER = "core.client.view", "core.deal.view", "core.user.view"


@dataclass(frozen=True)
class Owned:
    """Whose a set of records is.

    :param name: for the report, as ``the stranger``.
    :param owner_id: the user.
    :param of_client: users who have a part in the client; ``of_deal`` in the deal.
    """

    name: str
    owner_id: int
    of_client: frozenset[int] = frozenset()
    of_deal: frozenset[int] = frozenset()


def _beside(type_: RecordType) -> list[str]:
    """Give the kinds of record along with which one of a kind is seen."""
    tied = () if type_.ties is None else tuple(type_.ties.BY_KEY)
    return [*(kind for kind, _attribute in type_.along), *tied, *kinds_meant(type_)]


def about_any(records: Sequence[Planted]) -> dict[str, Any]:
    """Give how what may be about any record names one of some, by the names of the fields.

    One that belongs to somebody, and always of the same kind: what is nobody's hides from nobody.
    """
    named: dict[str, Any] = {}
    for type_ in (one.value for one in current_host().contributions(salesman_record_types)):
        meant = [one for one in records if one.kind in kinds_meant(type_) and one.owner_id]
        meant.sort(key=lambda one: one.kind)
        names = type_.about or (("about_kind", "about_id") if type_.ties is not None else ())
        if names and meant:
            named |= dict(zip(names, (meant[0].kind, meant[0].id), strict=True))
    return named


@dataclass
class RecordSet:
    """The records of one set, the usual one of each kind first.

    :param further: more of the same, which are no place to go to.
    """

    owned: Owned
    records: list[Planted] = field(default_factory=list)
    further: list[Planted] = field(default_factory=list)

    def of(self, kind: str) -> list[Planted]:
        """Give the records of a kind."""
        return [one for one in self.records if one.kind == kind]

    def id_of(self, kind: str) -> int | None:
        """Give the usual record of a kind."""
        return next((one.id for one in self.of(kind)), None)


class Planter:
    """Plants sets of records, through the same services as everybody.

    :param given: factories by kind of record, before those that plugins ship.
    """

    def __init__(self, make: Make, canaries: Canaries, given: Mapping[str, Factory]) -> None:
        self._make, self._canaries = make, canaries
        self._factories = {**factories_of(current_host()), **given}

    def plant(
        self, owned: Owned, kinds: frozenset[str] | None = None, *, private: bool = True
    ) -> RecordSet:
        """Plant a set.

        :param kinds: only records of these kinds, and what hangs on them; all where not given.
        :param private: whether to plant also what belongs to the owner alone.
        """
        planted = RecordSet(owned)
        wanted = {one.kind for one in self._types()} if kinds is None else kinds
        if "client" in wanted:
            self._client(planted)
        if "deal" in wanted:
            self._deal(planted)
        for type_ in self._types():
            if type_.kind in wanted and type_.kind not in _OF_CORE:
                self._foreign(planted, type_)
        if private:
            self._private(planted)
        return planted

    @staticmethod
    def _types() -> list[RecordType]:
        """Give the kinds of records, those last that may be about any of the others.

        What is reached through one of these comes behind it.
        """
        types = [one.value for one in current_host().contributions(salesman_record_types)]
        late = {one.kind for one in types if is_about_any(one)}
        through = {one.kind for one in types if one.through is not None and one.through[0] in late}
        return sorted(types, key=lambda one: (one.kind in through, one.kind in late))

    def _text(self, words: dict[str, str], place: str) -> str:
        """Give a new word for a field; where it stands is noted once the record has its id."""
        if place.startswith("phone"):
            return words.setdefault(place, self._canaries.phone())
        word = words.setdefault(place, self._canaries.word())
        return f"{word}@example.com" if place.startswith("email") else word

    def _writer(self) -> tuple[Text, dict[str, str]]:
        """Give what gives words, and where it notes in which field each of them stands."""
        words: dict[str, str] = {}
        return partial(self._text, words), words

    def _note(self, planted: RecordSet, record: Planted, words: Mapping[str, str]) -> Planted:
        planted.records.append(record)
        for place, word in words.items():
            self._canaries.add(word, place, record)
        return record

    # -- the core's records

    def _client(self, planted: RecordSet) -> None:
        owned = planted.owned
        text, words = self._writer()
        values = {name: text(name) for name in ("name", "site", "source")}
        client_id = self._make.client(
            **values,
            owner_id=owned.owner_id,
            phones=[text("phone")],
            emails=[text("email")],
            addresses=[{"label": text("address_label"), "text": text("address")}],
            tags=[text("tag")],
            external_ids={"walk": text("external_id")},
            custom=custom_values(text),
            extensions=extension_values("client", text),
            imported={"Column": text("imported")},
            participants=[{"user_id": id_, "part": "helps"} for id_ in owned.of_client],
        )
        # The lowest one, so that deals let it climb: its story then tells of them.
        set_rung(client_id, lowest_rung(reading()), text("reason"))
        whole = Planted(
            "client", client_id, owned.name, _SEE_CLIENT, owned.owner_id, owned.of_client
        )
        self._note(planted, whole, words)
        self._contact(planted, client_id)
        named = list(planted.records)
        self._contact(planted, client_id)  # one that no deal names
        planted.records, planted.further = named, planted.records[len(named) :]
        self._hanging(planted, whole)

    def _contact(self, planted: RecordSet, client_id: int) -> None:
        owned = planted.owned
        text, words = self._writer()
        contact_id = self._make.contact(
            client_id,
            name=text("name"),
            position=text("position"),
            phones=[text("phone")],
            emails=[text("email")],
            external_ids={"walk": text("external_id")},
            custom=custom_values(text),
            extensions=extension_values("contact", text),
        )
        seen = (_SEE_CLIENT, owned.owner_id, owned.of_client)
        self._note(planted, Planted("contact", contact_id, owned.name, *seen), words)

    def _deal(self, planted: RecordSet) -> None:
        owned = planted.owned
        text, words = self._writer()
        contact_id = planted.id_of("contact")
        words["cost"], words["margin"] = self._canaries.money()
        deal_id = self._make.deal(
            name=text("name"),
            client_id=planted.id_of("client"),
            owner_id=owned.owner_id,
            amount=f"{AMOUNT}.00",
            cost=f"{words['cost']}.00",
            contact_ids=[] if contact_id is None else [contact_id],
            external_ids={"walk": text("external_id")},
            custom=custom_values(text),
            extensions=extension_values("deal", text),
            imported={"Column": text("imported")},
            participants=[{"user_id": id_, "part": "helps"} for id_ in owned.of_deal],
        )
        freeze_deal(deal_id, today(company().tz) + timedelta(days=30), text("freeze_reason"))
        deal = Planted("deal", deal_id, owned.name, _SEE_DEAL, owned.owner_id, owned.of_deal)
        self._note(planted, deal, words)
        self._told_by(planted, deal)
        self._hanging(planted, deal)

    def _told_by(self, planted: RecordSet, deal: Planted) -> None:
        """Let a deal tell its client's name and the contacts named in it, and no more."""
        told = {"client": ("name",), "contact": ("name", "position")}
        for record in (*planted.of("client")[:1], *planted.of("contact")[:1]):
            for word, canary in list(self._canaries.by_text.items()):
                if canary.through[0] is record and canary.place in told[record.kind]:
                    self._canaries.shared(word, deal)

    def _hanging(self, planted: RecordSet, record: Planted) -> None:
        """Hang a note and a file on a record, from its owner's hand if they see it."""
        owner_id = planted.owned.owner_id
        sees = reaches(record.kind, record.id, person=self._make.person(owner_id))
        with self._make.acting(owner_id) if sees else nullcontext():
            text, words = self._writer()
            note_id = write_note(record.kind, record.id, text("text"))
            self._note(planted, _hung(record, "note", note_id, owner_id), words)
            text, words = self._writer()
            content = io.BytesIO(_PDF + text("content").encode())
            file_id = attach(record.kind, record.id, f"{text('name')}.pdf", content)
            self._note(planted, _hung(record, "file", file_id, owner_id), words)

    # -- records of plugins

    def _foreign(self, planted: RecordSet, type_: RecordType) -> None:
        owned = planted.owned
        text, words = self._writer()
        ids = {f"{one.kind}_id": one.id for one in reversed(planted.records)}
        ids["owner_id"] = owned.owner_id
        factory = self._factories.get(type_.kind)
        made = factory(text, ids) if factory else insert_row(type_, text, ids)
        first, *others = [made] if isinstance(made, int) else made
        parent = planted.of(type_.through[0])[:1] if type_.through else []
        record = Planted(
            type_.kind,
            first,
            owned.name,
            type_.view_permission,
            owned.owner_id if type_.owner is not None or parent else None,
            parent[0].participant_ids if parent else frozenset(),
            along=(
                *(one for kind in _beside(type_) for one in planted.of(kind)[:1]),
                *(parent[0].along if parent else ()),
            ),
        )
        self._note(planted, record, words)
        planted.further += [replace(record, id=one) for one in others]
        if type_.notes_and_files:
            self._hanging(planted, record)

    # -- what is its owner's alone, or an administrator's

    def _private(self, planted: RecordSet) -> None:
        owner_id = planted.owned.owner_id
        token, device = self._canaries.word(), self._canaries.word()
        new_token(owner_id, token)
        token_id = next(one.id for one in tokens_of(owner_id) if one.name == token)
        self._alone(planted, "token", token_id, token)
        self._alone(planted, "device", _sign_in_elsewhere(owner_id, device), device)
        letter = self._canaries.word()
        kept = Planted("letter", _keep_letter(letter), planted.owned.name, "core.mail.manage", None)
        self._note(planted, kept, {"text": letter})
        for state in (State.DEAD, State.READY):
            self._job(planted, state)
        if self._make.person(owner_id).may("core.client.import"):
            self._import(planted)
        self._view(planted)
        self._run(planted)

    def _view(self, planted: RecordSet) -> None:
        """Plant a view of a list that its owner keeps to themselves."""
        owned, name = planted.owned, self._canaries.word()
        with writing() as session:
            moment = now()
            view = ListView(
                kind="client",
                name=name,
                owner_id=owned.owner_id,
                args={"q": name},
                created_at=moment,
            )
            view.updated_at = moment
            session.add(view)
            session.flush()
            view_id = view.id
        record = Planted("view", view_id, owned.name, None, owned.owner_id, for_everything=True)
        self._note(planted, record, {"name": name})

    def _run(self, planted: RecordSet) -> None:
        """Plant what came of an act on many records: one that was done, with the name it had."""
        owned, label = planted.owned, self._canaries.word()
        with writing() as session:
            run = BulkRun(kind="client", act="core.tag", total=1, done=1, author_id=owned.owner_id)
            run.created_at = run.ended_at = now()
            session.add(run)
            session.flush()
            undo: dict[str, list[str]] = {"add": ["walk"], "remove": []}
            row = BulkRow(run_id=run.id, record_id=planted.id_of("client"), undo=undo)
            row.label, row.state = label, "done"
            session.add(row)
            run_id = run.id
        record = Planted("run", run_id, owned.name, None, owned.owner_id, for_everything=True)
        self._note(planted, record, {"label": label})

    def _job(self, planted: RecordSet, state: State) -> None:
        """Plant a job that failed for good, or one that waits for another day."""
        text, words = self._writer()
        job_id = _keep_job(state, arguments=text("arguments"), error=text("error"))
        self._note(
            planted, Planted("job", job_id, planted.owned.name, "core.job.manage", None), words
        )

    def _alone(self, planted: RecordSet, kind: str, id_: int, word: str) -> None:
        owned = planted.owned
        self._note(planted, Planted(kind, id_, owned.name, None, owned.owner_id), {"name": word})

    def _import(self, planted: RecordSet) -> None:
        name, cell = self._canaries.word(), self._canaries.word()
        content = io.BytesIO(f"Name,Phone,Remark\n{cell},,{cell}\n".encode())
        with self._make.acting(planted.owned.owner_id):
            import_id = begin_import("clients", f"{name}.csv", content)
        owned = planted.owned
        record = Planted("import", import_id, owned.name, None, owned.owner_id, for_everything=True)
        self._note(planted, record, {"name": name, "content": cell})
        self._mapping(planted)

    def _mapping(self, planted: RecordSet) -> None:
        """Plant a mapping of an import that its owner keeps to themselves."""
        owned, name, held = planted.owned, self._canaries.word(), self._canaries.word()
        values = {
            "name": name,
            "sharing": "private",
            "mapping": {"columns": {"Name": "name"}, "defaults": {"note": held}},
            "headings": ["Name", "Phone", "Remark"],
        }
        with self._make.acting(owned.owner_id):
            mapping_id = keep_mapping("clients", values)
        record = Planted(
            "mapping", mapping_id, owned.name, None, owned.owner_id, for_everything=True
        )
        self._note(planted, record, {"name": name, "content": held})

    def person(self, user_id: int, name: str) -> Planted:
        """Give somebody a name and an address that stand nowhere else."""
        word, email = self._canaries.word(), self._canaries.word()
        values = {"name": word, "search_name": word, "email": f"{email}@example.com"}
        with writing() as session:
            session.execute(sa.update(User).where(User.id == user_id).values(**values))
        person = Planted("user", user_id, name, _SEE_USER, user_id)
        self._canaries.add(word, "name", person)
        self._canaries.add(email, "email", person)
        return person

    def fault(self) -> str:
        """Plant a plugin's failure, whose traceback administrators read; give its reference."""
        word, reference = self._canaries.word(), "walk0001"
        with writing() as session:
            fault = PluginFault(
                reference=reference,
                plugin_id=CORE,
                place="walk",
                error=word,
                traceback=word,
                at=now(),
            )
            session.add(fault)
            session.flush()
            record = Planted("fault", fault.id, "the host", "core.plugin.manage", None)
        self._canaries.add(word, "traceback", record)
        return reference


_OF_CORE: Final = frozenset({"client", "contact", "deal", "user"})


def _hung(record: Planted, kind: str, id_: int, author_id: int) -> Planted:
    return replace(record, kind=kind, id=id_, by_author=True, author_id=author_id)


def _sign_in_elsewhere(user_id: int, agent: str) -> int:
    moment = now()
    with writing() as session:
        epoch = session.scalars(sa.select(User.epoch).where(User.id == user_id)).one()
        device = SignedIn(
            user_id=user_id,
            hash=agent,
            epoch=epoch,
            agent=agent,
            created_at=moment,
            seen_at=moment,
            expires_at=moment + timedelta(days=1),
        )
        session.add(device)
        session.flush()
        return device.id


def _keep_job(state: State, *, arguments: str, error: str) -> int:
    moment, allowed = now(), 3
    job = QueuedJob(
        name="core.letter",
        queue="mail",
        arguments={"walk": arguments},
        state=state.value,
        run_at=moment + timedelta(days=1),
        attempts=allowed if state == State.DEAD else 0,
        attempts_allowed=allowed,
        created_at=moment,
        ended_at=moment if state == State.DEAD else None,
        error=error,
    )
    with writing() as session:
        session.add(job)
        session.flush()
        return job.id


def _keep_letter(word: str) -> int:
    values: dict[str, Any] = {"message_id": word, "to": "x@example.com", "state": "kept"}
    with writing() as session:
        letter = KeptLetter(subject=word, text=word, created_at=now(), **values)
        session.add(letter)
        session.flush()
        return letter.id
