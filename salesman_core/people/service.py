"""Every change of users: added, changed, invited, let in, sent away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access import passwords, tokens
from salesman_core.access.models import Role, SignedIn, User, UserExternalId, UserRole
from salesman_core.access.person import SUBJECT, SYSTEM, acting_as, current_person
from salesman_core.access.sign_in import end_looks_of
from salesman_core.characters import seen_words
from salesman_core.clock import now
from salesman_core.db import normalised, writing
from salesman_core.db.revisions import bump
from salesman_core.errors import ConflictError, InvalidError, MissingError
from salesman_core.i18n import texts
from salesman_core.people import handing_over, letters
from salesman_core.people.handing_over import Successors
from salesman_core.people.links import Purpose, link_for
from salesman_core.people.permissions import MANAGE, ROLES
from salesman_core.people.reach import demand_reach
from salesman_core.people.rules import judged_fields
from salesman_core.records.changes import Changes, audit, carry_out, differences
from salesman_core.records.external_ids import plan_external_ids
from salesman_core.records.saving import demand_version
from salesman_core.services.mail import send
from salesman_hookspecs import Text

_ = texts.lazy

KIND = "user"
_APART = frozenset({"role_ids", "external_ids", "active"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def add_user(
    email: str,
    name: str,
    roles: Sequence[int | str] = (),
    *,
    team_id: int | None = None,
    password: str | None = None,
    locale: str = "",
    external_ids: Mapping[str, str] | None = None,
    invited: bool = False,
) -> int:
    """Add a user and give their id.

    :param roles: ids of roles, or keys of presets as ``seller``.
    :param password: None for somebody who is to be invited.
    :param invited: True to send the invitation at once.
    :raises InvalidError: by field.
    :raises ForbiddenError: for roles that reach further than one's own.
    """
    values = {"name": name, "email": email, "team_id": team_id, "locale": locale}
    if password is not None:
        passwords.demand_good(password, name=name, email=email)
    with writing() as session:
        judged = judged_fields(session, None, values)
        user = User(
            **judged,
            search_name=judged["name"],
            login=judged["email"],
            password_hash=None if password is None else passwords.hashed(password),
            created_at=now(),
            updated_at=now(),
        )
        session.add(user)
        session.flush()
        _note(session, user, "created", {name: (None, value) for name, value in judged.items()})
        _give_roles(session, user, role_ids(session, roles))
        _set_external_ids(session, user, external_ids or {})
        if invited:
            invite(user.id)
        return user.id


def change_user(user_id: int, values: Mapping[str, Any], version: int | None = None) -> None:
    """Change a user.

    :param values: some of ``name``, ``email``, ``team_id``, ``locale``, ``theme``, ``role_ids``,
        ``external_ids`` and ``active``.
    :param version: what the caller saw, see :func:`version_of`; None where they do not say.
    :raises InvalidError: by field.
    :raises StaleError: where somebody changed the user since *version*.
    :raises ForbiddenError: for a user or roles that reach further than one's own.
    :raises ConflictError: where nobody would remain who may do everything.
    """
    fields = {name: value for name, value in values.items() if name not in _APART}
    with writing() as session:
        user = user_for_change(session, user_id)
        demand_version(version_of(user.updated_at), version)
        changes = differences(user, judged_fields(session, user, fields))
        if "email" in changes:
            user.login = changes["email"][1]
            user.epoch += 1  # links that went to the old address hold no longer
            _keep_signed_in(session, user)
        _apply(session, user, changes)
        if "role_ids" in values:
            _give_roles(session, user, role_ids(session, values["role_ids"]))
        if "external_ids" in values:
            _set_external_ids(session, user, values["external_ids"])
        if "active" in values:
            (activate if values["active"] else deactivate)(user_id)


def version_of(updated_at: datetime) -> int:
    """Give the version of a user who was last changed at a moment: microseconds since 1970."""
    return (updated_at - _EPOCH) // timedelta(microseconds=1)


def _set_external_ids(session: Session, user: User, wanted: Mapping[str, str]) -> None:
    changes = carry_out(plan_external_ids(session, UserExternalId, user.id, wanted))
    if changes:
        _note(session, user, "changed", changes)


def _keep_signed_in(session: Session, user: User) -> None:
    devices = sa.update(SignedIn).where(SignedIn.user_id == user.id)
    session.execute(devices.values(epoch=user.epoch))


def _apply(session: Session, user: User, changes: Changes) -> None:
    if not changes:
        return
    for name, (_old, value) in changes.items():
        setattr(user, name, value)
    user.search_name = user.name
    _note(session, user, "changed", changes)


def _note(session: Session, user: User, action: str, changes: Changes) -> None:
    user.updated_at = now()
    session.flush()
    audit(session, KIND, user.id, user.name, action, changes)
    bump(session, SUBJECT)


def user_for_change(session: Session, user_id: int) -> User:
    """Load a user whom whoever acts may change.

    :raises MissingError: where there is none.
    :raises ForbiddenError: where the user may do what whoever acts may not.
    """
    user = session.get(User, user_id, with_for_update=True)
    if user is None:
        raise MissingError(_("There is no such user."))
    if user_id != current_person().id:
        demand_reach(session, roles_of(session, user_id), MANAGE)
    return user


def roles_of(session: Session, user_id: int) -> set[int]:
    """Give the ids of a user's roles."""
    return set(session.scalars(sa.select(UserRole.role_id).where(UserRole.user_id == user_id)))


# -- roles of a user


def role_ids(session: Session, roles: Collection[int | str]) -> set[int]:
    """Give the ids of roles that are named by id or by preset.

    :raises InvalidError: for the field ``role_ids``, naming those that there are not.
    """
    known = {row.id: row.preset for row in session.execute(sa.select(Role.id, Role.preset))}
    by_preset = {preset: id_ for id_, preset in known.items() if preset}
    found = {by_preset.get(role) if isinstance(role, str) else role for role in roles}
    if not found <= known.keys():
        named = ", ".join(sorted(str(role) for role in roles))
        message = _("There is no such role among these: %(roles)s.", roles=named)
        raise InvalidError(message, {"role_ids": message})
    return {id_ for id_ in found if id_ is not None}


def _give_roles(session: Session, user: User, wanted: set[int]) -> None:
    held = roles_of(session, user.id)
    if held == wanted:
        return
    demand_reach(session, held ^ wanted, ROLES)
    gone, come = held - wanted, wanted - held
    if gone & _everything(session):
        demand_other_administrator(session, user.id)
    session.execute(
        sa.delete(UserRole).where(UserRole.user_id == user.id, UserRole.role_id.in_(gone))
    )
    session.add_all(UserRole(user_id=user.id, role_id=role_id) for role_id in sorted(come))
    _note(session, user, "changed", {"role_ids": (sorted(held), sorted(wanted))})


def _everything(session: Session) -> set[int]:
    """Give the ids of the roles that hold everything, and keep others from changing who has them.

    Two administrators who send each other away at the same moment must not both succeed.
    """
    roles = sa.select(Role.id).where(Role.everything).with_for_update()
    return set(session.scalars(roles))


def demand_other_administrator(session: Session, user_id: int) -> None:
    """Let a user lose the role of administrator only where another one remains who can sign in.

    Somebody who was invited and has not come yet does not count: nobody could let them in.

    :raises ConflictError: where none does.
    """
    holders = _administrators(session)
    mine = session.scalar(sa.select(User.id).where(User.id == user_id, User.id.in_(holders)))
    others = sa.select(User.id).where(User.id != user_id, User.id.in_(holders), _can_sign_in())
    if mine is not None and session.scalar(others.limit(1)) is None:
        message = _(
            "Nobody else here may do everything and can sign in: let another administrator in"
            " first."
        )
        raise ConflictError(message)


def _administrators(session: Session) -> sa.Select[int]:
    """Give the SQL of the users whose roles hold everything."""
    return sa.select(UserRole.user_id).where(UserRole.role_id.in_(_everything(session)))


def _can_sign_in() -> sa.ColumnElement[bool]:
    return sa.and_(User.active, User.password_hash.is_not(None))


# -- coming and going


def invite(user_id: int) -> None:
    """Send a user the letter by which they choose a password.

    :raises ConflictError: for somebody who is deactivated, has no address, or has come already.
    """
    with writing() as session:
        user = invitable(user_for_change(session, user_id))
        user.invited_at = now()
        send(letters.invitation(user, by=current_person().name))
        _note(session, user, "invited", {})


def invitable(user: User) -> User:
    """Let only a user pass who may be invited.

    :raises ConflictError: saying why not.
    """
    if not user.active:
        raise ConflictError(_("%(name)s is deactivated.", name=user.name))
    if user.password_hash is not None:
        raise ConflictError(_("%(name)s has a password already.", name=user.name))
    if not user.email:
        raise ConflictError(_("Give %(name)s an email address first.", name=user.name))
    return user


def invitation_link(user_id: int) -> str:
    """Give the link by which a user chooses a password, for handing it over in another way.

    :raises ConflictError: as :func:`invite`.
    """
    with writing() as session:
        user = invitable(user_for_change(session, user_id))
        user.invited_at = now()
        _note(session, user, "link_shown", {})
        return link_for(user, Purpose.INVITATION)


def deactivate(
    user_id: int, successors: Successors | None = None, version: int | None = None
) -> int | None:
    """Keep a user from acting, at once and everywhere, and give what names them to others.

    :param successors: who takes over, by kind of record; ``handing_over.STAYS`` for nobody.
    :param version: what the caller saw, see :func:`version_of`; None where they do not say.
    :returns: the job that hands many records over, or None where none has to.
    :raises StaleError: where somebody changed the user since *version*.
    :raises ConflictError: for the last one who may do everything, for oneself, and where nothing
        is said of records that they own.
    :raises InvalidError: by kind, for a successor who cannot take over.
    """
    successors = successors or {}
    with writing() as session:
        user = user_for_change(session, user_id)
        demand_version(version_of(user.updated_at), version)
        if user_id == current_person().id:
            raise ConflictError(_("Nobody can deactivate themselves: ask a colleague."))
        if not user.active:
            return None
        demand_other_administrator(session, user_id)
        handing_over.demand_decided(session, user_id, user.name, successors)
        user.active = False
        user.epoch += 1
        end_looks_of(session, user_id)
        session.execute(sa.delete(SignedIn).where(SignedIn.user_id == user_id))
        tokens.revoke_all(user_id)
        _note(session, user, "deactivated", {"active": (True, False)})
        return handing_over.begin(session, user_id, successors)


def activate(user_id: int) -> None:
    """Let a user act again, with the password they had."""
    with writing() as session:
        user = user_for_change(session, user_id)
        if not user.active:
            user.active = True
            _note(session, user, "activated", {"active": (False, True)})


# -- for the command line, demo data and imports


@dataclass(frozen=True, slots=True)
class Administrator:
    """What :func:`ensure_administrator` found and did.

    :param changed: False where the account was there already and stays as it is.
    :param weakness: what is wrong with the password that was set, or None.
    """

    id: int
    changed: bool
    weakness: Text | None = None


def ensure_administrator(email: str, password: str, name: str = "") -> Administrator:
    """See to it that there is an administrator, with this address where there was none.

    Safe to repeat: an account that somebody signs in with, or was sent away from, stays as it is,
    as long as anybody may do everything. Where nobody may, it is let in again with this password.
    Of a weak password whoever commands the machine is told, not kept from it: it may be for a trial
    that lasts an hour.
    """
    if not 0 < len(password) <= passwords.LONGEST:
        message = _("A password has at most %(most)s characters.", most=passwords.LONGEST)
        raise InvalidError(message, {"password": message})
    with acting_as(SYSTEM), writing() as session:
        user_id = session.scalar(sa.select(User.id).where(User.login == email.strip()))
        if user_id is None:
            user_id = add_user(email, name or email.partition("@")[0], ["administrator"])
        user = session.get_one(User, user_id)
        used = user.password_hash is not None or not user.active
        if used and _has_administrator(session):
            return Administrator(user_id, changed=False)
        _let_in(session, user, password)
        return Administrator(user_id, changed=True, weakness=_weakness(user, password))


def _has_administrator(session: Session) -> bool:
    """Tell whether anybody may do everything who can sign in."""
    able = sa.exists().where(User.id.in_(_administrators(session)), _can_sign_in())
    return bool(session.scalar(sa.select(able)))


def _let_in(session: Session, user: User, password: str) -> None:
    activate(user.id)
    user.password_hash = passwords.hashed(password)
    user.epoch += 1
    _give_roles(session, user, roles_of(session, user.id) | role_ids(session, ["administrator"]))
    bump(session, SUBJECT)


def _weakness(user: User, password: str) -> Text | None:
    try:
        passwords.demand_good(password, name=user.name, email=user.email or "")
    except InvalidError as error:
        return error.message
    return None


def user_named(
    session: Session, name_or_email: str, *, create_missing: bool, source: str = ""
) -> int | None:
    """Give the user whom a file names, by exact normalised match.

    External id first (where *source* is given), then login, then name, an active one before one
    who has left; a name that two of them bear means nobody.

    :param create_missing: True to add a user who cannot sign in until invited. They get the role of
        a seller, so that their own records are there for them when they come.
    :param source: the name under which external ids of the file are kept.
    """
    typed = seen_words(name_or_email)
    if not typed:
        return None
    found = users_named(session, [typed], source).get(typed)
    if found is None and create_missing:
        found = _named_by_file(session, typed, source)
    return found


def users_named(
    session: Session, names_or_emails: Iterable[str], source: str = ""
) -> dict[str, int]:
    """Give the users whom a file names, by what it calls them; see :func:`user_named`."""
    called = {each: seen_words(each) for each in names_or_emails}
    typed = {each for each in called.values() if each}
    external = sa.select(UserExternalId.key, UserExternalId.record_id).where(
        UserExternalId.source == source, UserExternalId.key.in_(typed)
    )
    keys = {row.key: row.record_id for row in session.execute(external)}
    others = typed - keys.keys()
    known = _by_login_or_name(session, others) if others else {}
    found = {each: keys.get(name) or known.get(normalised(name)) for each, name in called.items()}
    return {each: user_id for each, user_id in found.items() if user_id is not None}


def _by_login_or_name(session: Session, typed: Collection[str]) -> dict[str, int]:
    """Give the users by their logins, and by their names where one bears them, normalised."""
    asked = sa.or_(User.login.in_(typed), User.search_name.in_(typed))
    users = session.execute(
        sa.select(User.id, User.login, User.search_name, User.active).where(asked)
    ).all()
    named: dict[str, dict[bool, list[int]]] = {}
    for user in users:
        bearers = named.setdefault(user.search_name, {True: [], False: []})
        bearers[user.active].append(user.id)
    meant = {name: bearers[True] or bearers[False] for name, bearers in named.items()}
    found = {name: ids[0] for name, ids in meant.items() if len(ids) == 1}
    return found | {user.login: user.id for user in users if user.login is not None}


def _named_by_file(session: Session, typed: str, source: str) -> int | None:
    if session.scalar(sa.select(sa.exists().where(User.search_name == typed))):
        return None  # two of that name: a third would make it worse
    is_address = "@" in typed
    user = User(
        name=typed[:200],
        search_name=typed[:200],
        email=typed[:254] if is_address else None,
        login=typed[:254] if is_address else None,
        created_at=now(),
        updated_at=now(),
    )
    session.add(user)
    session.flush()
    if source:
        session.add(UserExternalId(source=source, key=typed[:200], record_id=user.id))
    _note(session, user, "created", {"name": (None, user.name)})
    _give_roles(session, user, _preset_ids(session, "seller"))
    return user.id


def _preset_ids(session: Session, preset: str) -> set[int]:
    """Give the role that came from a preset, none where the company has removed it."""
    return set(session.scalars(sa.select(Role.id).where(Role.preset == preset)))
