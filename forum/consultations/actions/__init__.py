"""What managers and respondents do with consultations."""

from forum.consultations.actions.answers import File, save_page, store_upload
from forum.consultations.actions.citing import cite_post, edit_citation, take_back_citation
from forum.consultations.actions.equality import say_equality
from forum.consultations.actions.evidence import save_evidence, write_evidence
from forum.consultations.actions.exporting import (
    AT_ONCE,
    export_responses,
    make_waiting_exports,
    open_export,
    open_published,
    order_evidence,
    order_export,
    order_published,
    remove_old_exports,
)
from forum.consultations.actions.filling import fill_consultation
from forum.consultations.actions.holding import hold_response, release_response
from forum.consultations.actions.inventing import Inventor, Persona, of_organisation
from forum.consultations.actions.outcomes import (
    add_theme,
    drop_promise,
    edit_theme,
    give_notice,
    make_promise,
    publish_outcome,
    remove_theme,
    update_promise,
    write_outcome,
)
from forum.consultations.actions.responding import (
    Speaker,
    begin_response,
    submit_response,
    withdraw_response,
)
from forum.consultations.actions.results import publish_results
from forum.consultations.actions.reviewing import (
    approve_answer,
    approve_answers,
    code_answer,
    mark_read,
    redact_answer,
    remove_response,
    withhold_answer,
)
from forum.consultations.actions.signing import (
    ask_sign_off,
    give_back,
    sign_off,
    waive_sign_off,
)
from forum.consultations.actions.suggesting import (
    ask_suggestions,
    confirm_group,
    dismiss_group,
    dismiss_theme,
    make_suggestions,
    take_theme,
)
from forum.consultations.actions.transcribing import check_response, enter_response
from forum.consultations.actions.uploads import accept_upload

__all__ = [
    "AT_ONCE",
    "File",
    "Inventor",
    "Persona",
    "Speaker",
    "accept_upload",
    "add_theme",
    "approve_answer",
    "approve_answers",
    "ask_sign_off",
    "ask_suggestions",
    "begin_response",
    "check_response",
    "cite_post",
    "code_answer",
    "confirm_group",
    "dismiss_group",
    "dismiss_theme",
    "drop_promise",
    "edit_citation",
    "edit_theme",
    "enter_response",
    "export_responses",
    "fill_consultation",
    "give_back",
    "give_notice",
    "hold_response",
    "make_promise",
    "make_suggestions",
    "make_waiting_exports",
    "mark_read",
    "of_organisation",
    "open_export",
    "open_published",
    "order_evidence",
    "order_export",
    "order_published",
    "publish_outcome",
    "publish_results",
    "redact_answer",
    "release_response",
    "remove_old_exports",
    "remove_response",
    "remove_theme",
    "save_evidence",
    "save_page",
    "say_equality",
    "sign_off",
    "store_upload",
    "submit_response",
    "take_back_citation",
    "take_theme",
    "update_promise",
    "waive_sign_off",
    "withdraw_response",
    "withhold_answer",
    "write_evidence",
    "write_outcome",
]
