"""What plugins may use of the core. What is not here is private and may move.

The names are gathered from the rooms of the core and handed on; each is documented where it is
defined. A plugin imports from here, from ``salesman_hookspecs``, from public libraries and from the
``toolkit`` of plugins that it requires, and from nothing else of ours.
"""

from salesman_core.access.colleagues import colleagues
from salesman_core.access.models import User
from salesman_core.access.person import SYSTEM, acting_as, current_person
from salesman_core.access.records import (
    demand,
    demand_permission,
    reaches,
    visible,
)
from salesman_core.access.routes import public, requires, signed_in
from salesman_core.clients.card import ClientCard
from salesman_core.clients.ladder import review_relationship
from salesman_core.clients.lists import clients_reached_by
from salesman_core.clients.models import Client, Contact
from salesman_core.clients.service import create_client, create_contact
from salesman_core.clock import now, today
from salesman_core.db import (
    AnyRow,
    Base,
    BigId,
    Money,
    Norm,
    Percent,
    UtcDateTime,
    after_commit,
    at_commit,
    identity,
    normalised,
    reading,
    refers,
    writing,
)
from salesman_core.db.trigrams import TRIGRAMS
from salesman_core.deals.amount_service import own_amount, release_amount
from salesman_core.deals.amount_words import AMOUNT
from salesman_core.deals.models import Deal, Pipeline, Stage
from salesman_core.deals.service import create_deal
from salesman_core.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    MissingError,
    SalesmanError,
    StaleError,
    UnauthenticatedError,
)
from salesman_core.i18n import Texts, speaking
from salesman_core.jobs import enqueue, job_piece, job_progress
from salesman_core.plugins.host import plugin_settings
from salesman_core.records import contact_data, reach
from salesman_core.records.audit_fields import FieldWords, describe_fields, user_names
from salesman_core.records.bulk.api import bulk
from salesman_core.records.bulk.changes import applied, binned, unbinned, undone
from salesman_core.records.changes import (
    Changes,
    announce,
    announce_changed,
    audit,
    differences,
    note_export,
)
from salesman_core.records.custom.changes import missing_custom
from salesman_core.records.custom.forms import custom_typed, needed_controls
from salesman_core.records.custom.forms import labels as custom_labels
from salesman_core.records.custom.schemas import CustomValues
from salesman_core.records.finding import Findable, search_source
from salesman_core.records.last_change import last_change
from salesman_core.records.list_arguments import list_arguments
from salesman_core.records.list_narrowing import narrowed
from salesman_core.records.list_page import ListPage
from salesman_core.records.lists import (
    FieldKind,
    ListField,
    ListFilter,
    ListQuery,
    ListSpec,
    Page,
    count,
    describe,
    parse_list_query,
    select_page,
    totals,
)
from salesman_core.records.models import KeptRecord, Reach
from salesman_core.records.reach import set_reach
from salesman_core.records.record_list import Column, RecordList
from salesman_core.records.saving import (
    checked_owner,
    for_change,
    from_bin,
    locked,
    named,
    touch,
)
from salesman_core.records.schemas import RecordSchema, participants
from salesman_core.records.typed import date_of, money_of, number_of, read_typed, text_of, written
from salesman_core.rest import (
    ApiBlueprint,
    Choice,
    Date,
    ExternalIds,
    Flag,
    Integer,
    JsonObject,
    ListOf,
    Moment,
    Reference,
    Schema,
    Text,
    arguments,
    batch,
    etag_of,
    json_response,
    judge,
    page_answer,
    page_response,
    response,
    versioned,
)
from salesman_core.rest import Money as Amount
from salesman_core.services.company import Company, company
from salesman_core.services.mail import Letter, link_to
from salesman_core.services.mail import send as send_letter
from salesman_core.web.addresses import safe_next
from salesman_core.web.forms import FormState, typed_values, version_in, whole_number
from salesman_core.web.templating import render
from salesman_core.web.toasts import is_htmx, toast
from salesman_core.web.two_editors import form_to_edit, save_form

__all__ = [
    "AMOUNT",
    "SYSTEM",
    "TRIGRAMS",
    "Amount",
    "AnyRow",
    "ApiBlueprint",
    "Base",
    "BigId",
    "Changes",
    "Choice",
    "Client",
    "ClientCard",
    "Column",
    "Company",
    "ConflictError",
    "Contact",
    "CustomValues",
    "Date",
    "Deal",
    "ExternalIds",
    "FieldKind",
    "FieldWords",
    "Findable",
    "Flag",
    "ForbiddenError",
    "FormState",
    "Integer",
    "InvalidError",
    "JsonObject",
    "KeptRecord",
    "Letter",
    "ListField",
    "ListFilter",
    "ListOf",
    "ListPage",
    "ListQuery",
    "ListSpec",
    "MissingError",
    "Moment",
    "Money",
    "Norm",
    "Page",
    "Percent",
    "Pipeline",
    "Reach",
    "RecordList",
    "RecordSchema",
    "Reference",
    "SalesmanError",
    "Schema",
    "Stage",
    "StaleError",
    "Text",
    "Texts",
    "UnauthenticatedError",
    "User",
    "UtcDateTime",
    "acting_as",
    "after_commit",
    "announce",
    "announce_changed",
    "applied",
    "arguments",
    "at_commit",
    "audit",
    "batch",
    "binned",
    "bulk",
    "checked_owner",
    "clients_reached_by",
    "colleagues",
    "company",
    "contact_data",
    "count",
    "create_client",
    "create_contact",
    "create_deal",
    "current_person",
    "custom_labels",
    "custom_typed",
    "date_of",
    "demand",
    "demand_permission",
    "describe",
    "describe_fields",
    "differences",
    "enqueue",
    "etag_of",
    "for_change",
    "form_to_edit",
    "from_bin",
    "identity",
    "is_htmx",
    "job_piece",
    "job_progress",
    "json_response",
    "judge",
    "last_change",
    "link_to",
    "list_arguments",
    "locked",
    "missing_custom",
    "money_of",
    "named",
    "narrowed",
    "needed_controls",
    "normalised",
    "note_export",
    "now",
    "number_of",
    "own_amount",
    "page_answer",
    "page_response",
    "parse_list_query",
    "participants",
    "plugin_settings",
    "public",
    "reach",
    "reaches",
    "read_typed",
    "reading",
    "refers",
    "release_amount",
    "render",
    "requires",
    "response",
    "review_relationship",
    "safe_next",
    "save_form",
    "search_source",
    "select_page",
    "send_letter",
    "set_reach",
    "signed_in",
    "speaking",
    "text_of",
    "toast",
    "today",
    "totals",
    "touch",
    "typed_values",
    "unbinned",
    "undone",
    "user_names",
    "version_in",
    "versioned",
    "visible",
    "whole_number",
    "writing",
    "written",
]
