"""What users, teams and roles are in the JSON API."""

from __future__ import annotations

from marshmallow import fields

from salesman_core.i18n import LANGUAGES
from salesman_core.rest import (
    Choice,
    ExternalIds,
    Flag,
    Integer,
    JsonObject,
    ListOf,
    Moment,
    Reference,
    Schema,
    Text,
)
from salesman_hookspecs import Scope

LOCALES = ("", *LANGUAGES)
SCOPES = tuple(scope.name.lower() for scope in Scope)


class UserSchema(Schema):
    """Somebody who works here, or worked here, or whom an import named."""

    id = Reference(dump_only=True)
    name = Text(200, blank=False, required=True)
    email = Text(254, blank=False, required=True, allow_none=True)
    team_id = Reference(allow_none=True)
    role_ids = ListOf(Reference(), most=50)
    locale = Choice(LOCALES, metadata={"description": "Empty for the company's language."})
    active = Flag()
    can_sign_in = Flag(
        dump_only=True, metadata={"description": "Whether they are active and have a password."}
    )
    invited_at = Moment(dump_only=True, allow_none=True)
    external_ids = ExternalIds()
    created_at = Moment(dump_only=True)
    updated_at = Moment(dump_only=True)


class ChangeUserSchema(UserSchema):
    """What may be changed of a user; only an import makes one without an address."""

    email = Text(254, blank=False)


class NewUserSchema(UserSchema):
    """A user to be added; they choose a password by an invitation."""

    class Meta(UserSchema.Meta):
        exclude = ("active",)

    email = Text(254, blank=False, required=True)

    invited = Flag(
        load_default=False,
        load_only=True,
        metadata={"description": "Whether an invitation is sent at once."},
    )


class DeactivationSchema(Schema):
    """Who takes over what somebody who leaves owns; while they own anything, it has to be said."""

    successor_id = Reference(
        allow_none=True,
        metadata={"description": "Who takes over what nobody else does; null: it stays theirs."},
    )
    successors = fields.Dict(
        keys=fields.String(),
        values=Reference(allow_none=True),
        load_default=dict,
        metadata={
            "description": "Who takes over records of a kind, as `client` or `deal`; null: these"
            " stay theirs."
        },
    )


class MeSchema(Schema):
    """Whoever asks, and what they may do."""

    id = Reference(dump_only=True)
    name = Text(200)
    email = Text(254)
    locale = Choice(LOCALES)
    team_ids = ListOf(Reference(), most=1000)
    everything = Flag(metadata={"description": "Whether every permission is held."})
    permissions = JsonObject(
        metadata={"description": "How far each permission reaches: own, team or all."}
    )


class TeamSchema(Schema):
    """A team; the scope *team* covers the teams below it too."""

    id = Reference(dump_only=True)
    name = Text(200, blank=False, required=True)
    parent_id = Reference(allow_none=True)
    members = Integer(dump_only=True, metadata={"description": "Active users in this team itself."})


class RoleSchema(Schema):
    """What people of one kind may do."""

    id = Reference(dump_only=True)
    name = Text(200)
    preset = fields.String(
        allow_none=True, metadata={"description": "The preset that it is, or null."}
    )
    everything = Flag()
    holders = Integer(metadata={"description": "Active users who have it."})


class RoleWithGrantsSchema(RoleSchema):
    """A role with all that it grants."""

    grants = JsonObject(
        metadata={"description": "How far each permission reaches: own, team or all."}
    )
