"""Consultations of the small world, and which addresses are about which of them."""

import io

from flask import current_app

from forum.accounts.models import Account
from forum.consultations import actions as consultations
from forum.consultations.enums import FileFormat, QuestionKind
from forum.consultations.models import Consultation, Response, ResponseExport
from forum.consultations.policy.answers import Given
from forum.core.db import db
from forum.threads.models import Post
from tests.consultations import answering, files
from tests.consultations import making as consulting

# Pages of managers that are about a draft; all others are about what was announced.
OF_DRAFTS = frozenset(
    f"consultations.{name}"
    for name in (
        *("edit_dates", "edit_engagement", "announce", "approve", "delete"),
        *("move_document", "remove_document", "add_section", "edit_section", "move_section"),
        *("remove_section", "add_question", "edit_question", "move_question", "copy_question"),
        *("remove_question", "edit_condition", "remove_condition", "import_questions"),
        "copy_questions",
    )
)
# Pages about a consultation that has closed, and about one with a published outcome.
OF_CLOSED = frozenset(
    f"consultations.{name}"
    for name in (
        *("responses", "analyse", "read", "approve_all", "approve_answer", "redact_answer"),
        *("withhold_answer", "code_answer", "remove_response", "response_file", "themes"),
        *("theme", "remove_theme", "outcome", "publish_outcome", "make_promise", "drop_promise"),
        *("suggestions", "ask_suggestions", "take_theme", "dismiss_theme", "group", "decide_group"),
        *("lateness", "publish_results", "published_file", "entered", "enter", "check_entered"),
        *("order_export", "export", "export_file"),
    )
)
OF_RESPONDED = frozenset(
    f"consultations.{name}"
    for name in (
        *("promise", "public_outcome", "results", "results_csv", "published"),
        *("published_files", "order_published", "published_export", "columns"),
    )
)


def make_announced() -> Consultation:
    """An announced consultation with a document that has a file."""
    consultation: Consultation = consulting.make_announced()
    consulting.make_document(
        consultation, upload=consultations.accept_upload(io.BytesIO(files.pdf()), "plan.pdf")
    )
    return consultation


def cite(post: Post, consultation: Consultation) -> Consultation:
    """The consultation, which takes the post as evidence."""
    boss = db.session.get_one(Account, consultation.author_id)
    consultations.cite_post(boss, consultation, post, theme_id=None, note="Small firms.")
    return consultation


def order_export(manager: Account, response: Response) -> ResponseExport:
    """A file with the responses to a consultation, ordered by the manager and ready."""
    return consultations.order_export(
        manager,
        response.consultation,
        current_app.config["SETTINGS"],
        kind=FileFormat.CSV,
        with_names=False,
    )


def make_response(member: Account) -> Response:
    """A response of the member that was sent, with a file."""
    consultation = answering.open_consultation()
    question = answering.question(answering.section(consultation), QuestionKind.FILE)
    response, holder = answering.begin(consultation, member)
    upload = consultations.store_upload(
        holder, response, io.BytesIO(files.pdf()), "evidence.pdf", field="file"
    )
    answering.answer(holder, response, {question: Given(upload_id=upload.id)})
    return consultations.submit_response(
        holder, response, may_publish=False, may_name=False, may_contact=False
    )
