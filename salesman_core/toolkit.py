"""What plugins may use of the core. What is not here is private and may move.

The names are gathered from the rooms of the core and handed on; each is documented where it is
defined. A plugin imports from here, from ``salesman_hookspecs``, from public libraries and from the
``toolkit`` of plugins that it requires, and from nothing else of ours.
"""

from salesman_core.access.attempts import note_stranger
from salesman_core.access.colleagues import (
    colleagues,
    has_role,
    holders,
    known_roles,
    known_teams,
    roles_of,
    seen_users,
    users_of_role,
    whose_business,
)
from salesman_core.access.models import Team, User
from salesman_core.access.person import SYSTEM, acting_as, current_person, people_names, person_of
from salesman_core.access.records import (
    Bin,
    demand,
    demand_permission,
    kinds_meant,
    reaches,
    record_type,
    record_types,
    visible,
)
from salesman_core.access.routes import foreign_forms, public, requires, signed_in
from salesman_core.characters import shows_something, without_unseen
from salesman_core.clients import completing
from salesman_core.clients.banned import ban_reasons, banned_addresses, is_banned_for_any
from salesman_core.clients.card import ClientCard
from salesman_core.clients.climbing import LadderStep, ladder_moves
from salesman_core.clients.import_names import NamedClients
from salesman_core.clients.ladder import review_relationship
from salesman_core.clients.lists import clients_reached, clients_reached_by
from salesman_core.clients.models import Client, ClientTag, Contact, Rung, RungMove
from salesman_core.clients.search import FoundClient, found_clients
from salesman_core.clients.service import (
    change_client,
    change_contact,
    create_client,
    create_contact,
)
from salesman_core.clients.sharing import include_participants as include_in_client
from salesman_core.clients.similar import clients_by_other_keys, sharing_clients
from salesman_core.clock import now, today
from salesman_core.db import (
    BESIDE,
    AnyRow,
    Base,
    BigId,
    Money,
    Norm,
    Percent,
    Rate,
    Thousandths,
    UtcDateTime,
    WritingSession,
    add_objects,
    after_commit,
    at_commit,
    days_between,
    identity,
    month_of,
    normalised,
    one_of,
    reading,
    refers,
    sum_converted,
    whole_sum,
    writing,
)
from salesman_core.db.inserting import insert_into
from salesman_core.db.revisions import bump, kept
from salesman_core.db.trigrams import TRIGRAMS
from salesman_core.deals import handing_on, needs, recognising
from salesman_core.deals.addresses import closed_deals_address
from salesman_core.deals.amount_service import own_amount, release_amount
from salesman_core.deals.amount_words import AMOUNT
from salesman_core.deals.card import DealCard
from salesman_core.deals.counted import Days
from salesman_core.deals.flow import median as median_length
from salesman_core.deals.flow import passing as step_at_stage
from salesman_core.deals.forecast import forecast
from salesman_core.deals.listed import LISTED as DEALS
from salesman_core.deals.lists import of_source
from salesman_core.deals.models import CloseReason, Deal, DealMove, Pipeline, Stage
from salesman_core.deals.permissions import MARGIN as SEE_MARGIN
from salesman_core.deals.pipelines import change_stage
from salesman_core.deals.purchases import purchases
from salesman_core.deals.queries import MARGIN as DEAL_MARGIN
from salesman_core.deals.rates import lacks_rate
from salesman_core.deals.service import change_deal, create_deal, move_deal
from salesman_core.deals.sharing import add_contact as name_contact
from salesman_core.deals.sharing import include_participants as include_in_deal
from salesman_core.deals.standing import in_work, over_plan, overdue, rests_today
from salesman_core.deals.tally import comes as comes_to_a_stage
from salesman_core.deals.tally import ends_a_stay
from salesman_core.deals.worth import WORTH, Worth, worth_columns, worth_of
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
from salesman_core.people.imports import Owners, people_choices
from salesman_core.plugins.dispatch import Contribution
from salesman_core.plugins.host import call_hook, contributions, plugin_settings
from salesman_core.plugins.offered import service
from salesman_core.records import contact_data, export_files, reach
from salesman_core.records.answers import gone_to, told
from salesman_core.records.api_answers import RecordAnswers
from salesman_core.records.audit_fields import (
    FieldWords,
    describe_also,
    describe_fields,
    describe_kind,
    names_from,
    user_names,
    visible_names,
)
from salesman_core.records.bulk.api import bulk
from salesman_core.records.bulk.changes import applied, binned, unbinned, undone
from salesman_core.records.changes import (
    Changes,
    Planned,
    announce,
    announce_changed,
    audit,
    audit_many,
    carry_out,
    differences,
    note_export,
    touch_records,
)
from salesman_core.records.company_list_pages import NEW_ROW, CompanyListPage
from salesman_core.records.company_lists import CompanyList, one_of_them
from salesman_core.records.custom.changes import missing_custom
from salesman_core.records.custom.forms import custom_typed, needed_controls
from salesman_core.records.custom.forms import labels as custom_labels
from salesman_core.records.custom.further import further_fields
from salesman_core.records.custom.further import held_by as further_values
from salesman_core.records.custom.schemas import CustomValues
from salesman_core.records.custom.showing import plain_values as further_in_files
from salesman_core.records.external_ids import (
    external_ids_of,
    plan_external_ids,
    records_by_key,
)
from salesman_core.records.files import (
    Download,
    KeptFile,
    attach_kept,
    bytes_of_files,
    held_file,
    hold_kept,
    keep_file,
)
from salesman_core.records.files import attach as attach_file
from salesman_core.records.files import attach_again as attach_file_again
from salesman_core.records.files import detach as detach_file
from salesman_core.records.files import download as attached_file
from salesman_core.records.finding import Findable, search_source
from salesman_core.records.hanging import forget_notes_and_files, move_notes_and_files
from salesman_core.records.imports.at_once import FileRow, FileRows, read_at_once
from salesman_core.records.imports.matching import ImportedRow, Key, Matching, chosen_keys
from salesman_core.records.imports.reading import UNMAPPED
from salesman_core.records.imports.writing import Draft, RowWriter
from salesman_core.records.last_change import last_change
from salesman_core.records.list_arguments import list_arguments
from salesman_core.records.list_fields import contains, either, name_of
from salesman_core.records.list_narrowing import narrowed
from salesman_core.records.list_page import ListPage, list_address
from salesman_core.records.listing import on_one_line
from salesman_core.records.lists import (
    FieldKind,
    Further,
    ListField,
    ListFilter,
    ListQuery,
    ListSpec,
    Page,
    count,
    describe,
    narrowed_to,
    parse_list_query,
    select_page,
    totals,
)
from salesman_core.records.merging.keys import all_keys_told
from salesman_core.records.merging.words import describe_tables
from salesman_core.records.models import ExternalId, KeptRecord, Participant, Reach, Tie
from salesman_core.records.moments_on_days import filters_of_days, midnight, within_days
from salesman_core.records.named import as_choice, records_named
from salesman_core.records.notes import write_note
from salesman_core.records.ordering import change_places, demand_order, in_order, order_version
from salesman_core.records.owner_team import of_team, team_filter
from salesman_core.records.panels import FileLine, files_panel, shown_files, story_panel
from salesman_core.records.reach_rows import set_reach
from salesman_core.records.record_card import RecordCard
from salesman_core.records.record_list import Column, RecordList
from salesman_core.records.relative import period_of
from salesman_core.records.relative import words_of as period_words
from salesman_core.records.rewinding import former_values
from salesman_core.records.saving import (
    checked_owner,
    for_change,
    from_bin,
    locked,
    named,
    touch,
    write_rows,
)
from salesman_core.records.saying_when import When, told_when, when_of, written_when
from salesman_core.records.schemas import RecordSchema, participants
from salesman_core.records.seen import SeenRecord, seen_records
from salesman_core.records.typed import (
    date_of,
    decimal_of,
    money_of,
    number_of,
    read_typed,
    text_of,
    written,
)
from salesman_core.rest import (
    ApiBlueprint,
    Choice,
    Date,
    DescribedField,
    ExternalIds,
    Flag,
    Integer,
    JsonObject,
    ListOf,
    Moment,
    Reference,
    ScaledNumber,
    Schema,
    SentFile,
    Text,
    arguments,
    batch,
    batch_together,
    etag_of,
    file_body,
    file_response,
    files_body,
    json_response,
    judge,
    page_answer,
    page_response,
    response,
    versioned,
)
from salesman_core.rest import Money as Amount
from salesman_core.services import bans, mailboxes
from salesman_core.services.company import Company, company, is_currency
from salesman_core.services.mail import (
    Enclosure,
    Letter,
    LetterFate,
    checked_address,
    fates_of,
    link_to,
    mail_settings,
    sent_by_us,
)
from salesman_core.services.mail import send as send_letter
from salesman_core.services.notices import notify
from salesman_core.services.previews import Redrawn, redrawn
from salesman_core.services.rates import rate_on
from salesman_core.services.sealing import BrokenSealError, sealed, unsealed
from salesman_core.services.smtp import MailConnection, RefusedSenderError
from salesman_core.services.smtp import RefusedError as RefusedLetterError
from salesman_core.services.smtp import UnsettledError as UnsettledLetterError
from salesman_core.services.smtp import connected as mail_connection
from salesman_core.services.smtp import words_of as mail_words
from salesman_core.services.worktime import WorkTime, worktime
from salesman_core.web import formats
from salesman_core.web.addresses import safe_next
from salesman_core.web.foreign import foreign_html
from salesman_core.web.forms import (
    FormState,
    number_or_none,
    typed_values,
    version_in,
    whole_number,
)
from salesman_core.web.handing_out import handed_out
from salesman_core.web.locale import current_language
from salesman_core.web.preferences import preference, remember
from salesman_core.web.templating import render
from salesman_core.web.toasts import is_htmx, toast
from salesman_core.web.two_editors import form_to_edit, save_form

__all__ = [
    "AMOUNT",
    "BESIDE",
    "DEALS",
    "DEAL_MARGIN",
    "NEW_ROW",
    "SEE_MARGIN",
    "SYSTEM",
    "TRIGRAMS",
    "UNMAPPED",
    "WORTH",
    "Amount",
    "AnyRow",
    "ApiBlueprint",
    "Base",
    "BigId",
    "Bin",
    "BrokenSealError",
    "Changes",
    "Choice",
    "Client",
    "ClientCard",
    "ClientTag",
    "CloseReason",
    "Column",
    "Company",
    "CompanyList",
    "CompanyListPage",
    "ConflictError",
    "Contact",
    "Contribution",
    "CustomValues",
    "Date",
    "Days",
    "Deal",
    "DealCard",
    "DealMove",
    "DescribedField",
    "Download",
    "Draft",
    "Enclosure",
    "ExternalId",
    "ExternalIds",
    "FieldKind",
    "FieldWords",
    "FileLine",
    "FileRow",
    "FileRows",
    "Findable",
    "Flag",
    "ForbiddenError",
    "FormState",
    "FoundClient",
    "Further",
    "ImportedRow",
    "Integer",
    "InvalidError",
    "JsonObject",
    "KeptFile",
    "KeptRecord",
    "Key",
    "LadderStep",
    "Letter",
    "LetterFate",
    "ListField",
    "ListFilter",
    "ListOf",
    "ListPage",
    "ListQuery",
    "ListSpec",
    "MailConnection",
    "Matching",
    "MissingError",
    "Moment",
    "Money",
    "NamedClients",
    "Norm",
    "Owners",
    "Page",
    "Participant",
    "Percent",
    "Pipeline",
    "Planned",
    "Rate",
    "Reach",
    "RecordAnswers",
    "RecordCard",
    "RecordList",
    "RecordSchema",
    "Redrawn",
    "Reference",
    "RefusedLetterError",
    "RefusedSenderError",
    "RowWriter",
    "Rung",
    "RungMove",
    "SalesmanError",
    "ScaledNumber",
    "Schema",
    "SeenRecord",
    "SentFile",
    "Stage",
    "StaleError",
    "Team",
    "Text",
    "Texts",
    "Thousandths",
    "Tie",
    "UnauthenticatedError",
    "UnsettledLetterError",
    "User",
    "UtcDateTime",
    "When",
    "WorkTime",
    "Worth",
    "WritingSession",
    "acting_as",
    "add_objects",
    "after_commit",
    "all_keys_told",
    "announce",
    "announce_changed",
    "applied",
    "arguments",
    "as_choice",
    "at_commit",
    "attach_file",
    "attach_file_again",
    "attach_kept",
    "attached_file",
    "audit",
    "audit_many",
    "ban_reasons",
    "banned_addresses",
    "bans",
    "batch",
    "batch_together",
    "binned",
    "bulk",
    "bump",
    "bytes_of_files",
    "call_hook",
    "carry_out",
    "change_client",
    "change_contact",
    "change_deal",
    "change_places",
    "change_stage",
    "checked_address",
    "checked_owner",
    "chosen_keys",
    "clients_by_other_keys",
    "clients_reached",
    "clients_reached_by",
    "closed_deals_address",
    "colleagues",
    "comes_to_a_stage",
    "company",
    "completing",
    "contact_data",
    "contains",
    "contributions",
    "count",
    "create_client",
    "create_contact",
    "create_deal",
    "current_language",
    "current_person",
    "custom_labels",
    "custom_typed",
    "date_of",
    "days_between",
    "decimal_of",
    "demand",
    "demand_order",
    "demand_permission",
    "describe",
    "describe_also",
    "describe_fields",
    "describe_kind",
    "describe_tables",
    "detach_file",
    "differences",
    "either",
    "ends_a_stay",
    "enqueue",
    "etag_of",
    "export_files",
    "external_ids_of",
    "fates_of",
    "file_body",
    "file_response",
    "files_body",
    "files_panel",
    "filters_of_days",
    "for_change",
    "forecast",
    "foreign_forms",
    "foreign_html",
    "forget_notes_and_files",
    "form_to_edit",
    "formats",
    "former_values",
    "found_clients",
    "from_bin",
    "further_fields",
    "further_in_files",
    "further_values",
    "gone_to",
    "handed_out",
    "handing_on",
    "has_role",
    "held_file",
    "hold_kept",
    "holders",
    "identity",
    "in_order",
    "in_work",
    "include_in_client",
    "include_in_deal",
    "insert_into",
    "is_banned_for_any",
    "is_currency",
    "is_htmx",
    "job_piece",
    "job_progress",
    "json_response",
    "judge",
    "keep_file",
    "kept",
    "kinds_meant",
    "known_roles",
    "known_teams",
    "lacks_rate",
    "ladder_moves",
    "last_change",
    "link_to",
    "list_address",
    "list_arguments",
    "locked",
    "mail_connection",
    "mail_settings",
    "mail_words",
    "mailboxes",
    "median_length",
    "midnight",
    "missing_custom",
    "money_of",
    "month_of",
    "move_deal",
    "move_notes_and_files",
    "name_contact",
    "name_of",
    "named",
    "names_from",
    "narrowed",
    "narrowed_to",
    "needed_controls",
    "needs",
    "normalised",
    "note_export",
    "note_stranger",
    "notify",
    "now",
    "number_of",
    "number_or_none",
    "of_source",
    "of_team",
    "on_one_line",
    "one_of",
    "one_of_them",
    "order_version",
    "over_plan",
    "overdue",
    "own_amount",
    "page_answer",
    "page_response",
    "parse_list_query",
    "participants",
    "people_choices",
    "people_names",
    "period_of",
    "period_words",
    "person_of",
    "plan_external_ids",
    "plugin_settings",
    "preference",
    "public",
    "purchases",
    "rate_on",
    "reach",
    "reaches",
    "read_at_once",
    "read_typed",
    "reading",
    "recognising",
    "record_type",
    "record_types",
    "records_by_key",
    "records_named",
    "redrawn",
    "refers",
    "release_amount",
    "remember",
    "render",
    "requires",
    "response",
    "rests_today",
    "review_relationship",
    "roles_of",
    "safe_next",
    "save_form",
    "sealed",
    "search_source",
    "seen_records",
    "seen_users",
    "select_page",
    "send_letter",
    "sent_by_us",
    "service",
    "set_reach",
    "sharing_clients",
    "shown_files",
    "shows_something",
    "signed_in",
    "speaking",
    "step_at_stage",
    "story_panel",
    "sum_converted",
    "team_filter",
    "text_of",
    "toast",
    "today",
    "told",
    "told_when",
    "totals",
    "touch",
    "touch_records",
    "typed_values",
    "unbinned",
    "undone",
    "unsealed",
    "user_names",
    "users_of_role",
    "version_in",
    "versioned",
    "visible",
    "visible_names",
    "when_of",
    "whole_number",
    "whole_sum",
    "whose_business",
    "within_days",
    "without_unseen",
    "worktime",
    "worth_columns",
    "worth_of",
    "write_note",
    "write_rows",
    "writing",
    "written",
    "written_when",
]
