"""Consultations: what is asked, by which questions, and what is answered."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(length=150), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_table(
        "consultation",
        sa.Column("id", KEY, nullable=False),
        sa.Column("centre_id", KEY, nullable=False),
        sa.Column("author_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("title", sa.String(length=150), nullable=False),
        sa.Column("slug", sa.String(length=150), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("responded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("still_open", sa.Text(), nullable=False),
        sa.Column("already_fixed", sa.Text(), nullable=False),
        sa.Column("decider", sa.String(length=200), nullable=False),
        sa.Column("decision_on", sa.Date(), nullable=True),
        sa.Column("options_considered", sa.Text(), nullable=False),
        sa.Column("options_rejected", sa.Text(), nullable=False),
        sa.Column("short_reason", sa.Text(), nullable=False),
        sa.Column("approver_id", KEY, nullable=True),
        sa.Column("holiday_reason", sa.Text(), nullable=False),
        sa.Column("controller", sa.String(length=200), nullable=False),
        sa.Column("lawful_basis", sa.Text(), nullable=False),
        sa.Column("retention_on", sa.Date(), nullable=True),
        sa.Column("legal_hold", sa.Text(), nullable=False),
        sa.Column("engagement_purposes", sa.JSON(), nullable=False),
        sa.Column("notice_number", sa.String(length=11), nullable=False),
        sa.Column("no_notice_reason", sa.Text(), nullable=False),
        sa.Column("takes_visitors", sa.Boolean(), nullable=False),
        sa.Column("checks_offline", sa.Boolean(), nullable=False),
        sa.Column("late_rule", sa.Text(), nullable=False),
        sa.Column("late_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("thread_id", KEY, nullable=True),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["approver_id"], ["account.id"], name=op.f("fk_consultation_approver_id")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["account.id"], name=op.f("fk_consultation_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centre.id"], name=op.f("fk_consultation_centre_id")
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["thread.id"], name=op.f("fk_consultation_thread_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation")),
    )
    op.create_index("ix_consultation_centre", "consultation", ["centre_id", "closes_at", "id"])
    op.create_index("ix_consultation_closing", "consultation", ["announced_at", "closes_at", "id"])

    op.create_table(
        "consultation_document",
        sa.Column("id", KEY, nullable=False),
        sa.Column("consultation_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=150), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("upload_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultation.id"],
            name=op.f("fk_consultation_document_consultation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_consultation_document_upload_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_document")),
    )
    op.create_index(
        "ix_consultation_document_order",
        "consultation_document",
        ["consultation_id", "position", "id"],
    )

    op.create_table(
        "consultation_edition",
        sa.Column("id", KEY, nullable=False),
        sa.Column("consultation_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", KEY, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultation.id"],
            name=op.f("fk_consultation_edition_consultation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["published_by"], ["account.id"], name=op.f("fk_consultation_edition_published_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_edition")),
        sa.UniqueConstraint(
            "consultation_id", "number", name=op.f("uq_consultation_edition_consultation_id_number")
        ),
    )
    op.create_table(
        "consultation_section",
        sa.Column("id", KEY, nullable=False),
        sa.Column("consultation_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=150), nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("is_equality", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultation.id"],
            name=op.f("fk_consultation_section_consultation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_section")),
    )
    op.create_index(
        "ix_consultation_section_order",
        "consultation_section",
        ["consultation_id", "position", "id"],
    )

    op.create_table(
        "consultation_topic",
        sa.Column("consultation_id", KEY, nullable=False),
        sa.Column("topic_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultation.id"],
            name=op.f("fk_consultation_topic_consultation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topic.id"], name=op.f("fk_consultation_topic_topic_id")
        ),
        sa.PrimaryKeyConstraint("consultation_id", "topic_id", name=op.f("pk_consultation_topic")),
    )
    op.create_index("ix_consultation_topic_topic_id", "consultation_topic", ["topic_id"])

    op.create_table(
        "response",
        sa.Column("id", KEY, nullable=False),
        sa.Column("consultation_id", KEY, nullable=False),
        sa.Column("reference", sa.String(length=14), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("channel", sa.String(length=30), nullable=False),
        sa.Column("is_organisation", sa.Boolean(), nullable=False),
        sa.Column("sector", sa.String(length=30), nullable=True),
        sa.Column("size", sa.String(length=30), nullable=True),
        sa.Column("region", sa.String(length=30), nullable=True),
        sa.Column("may_publish", sa.Boolean(), nullable=False),
        sa.Column("may_name", sa.Boolean(), nullable=False),
        sa.Column("may_contact", sa.Boolean(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("editor_id", KEY, nullable=True),
        sa.Column("edited_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("transcriber_id", KEY, nullable=True),
        sa.Column("checker_id", KEY, nullable=True),
        sa.Column("signed_off_by", KEY, nullable=True),
        sa.Column("submission_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["checker_id"], ["account.id"], name=op.f("fk_response_checker_id")
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.id"], name=op.f("fk_response_consultation_id")
        ),
        sa.ForeignKeyConstraint(["editor_id"], ["account.id"], name=op.f("fk_response_editor_id")),
        sa.ForeignKeyConstraint(
            ["signed_off_by"], ["account.id"], name=op.f("fk_response_signed_off_by")
        ),
        sa.ForeignKeyConstraint(
            ["transcriber_id"], ["account.id"], name=op.f("fk_response_transcriber_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
        sa.UniqueConstraint("reference", name=op.f("uq_response_reference")),
    )
    op.create_index(
        "ix_response_consultation", "response", ["consultation_id", "state", "submitted_at", "id"]
    )

    op.create_table(
        "consultation_question",
        sa.Column("id", KEY, nullable=False),
        sa.Column("consultation_id", KEY, nullable=False),
        sa.Column("section_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("help", sa.Text(), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("may_be_confidential", sa.Boolean(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("condition_question_id", KEY, nullable=True),
        sa.Column("condition_operator", sa.String(length=30), nullable=True),
        sa.Column("condition_value", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["condition_question_id"],
            ["consultation_question.id"],
            name=op.f("fk_consultation_question_condition_question_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultation.id"],
            name=op.f("fk_consultation_question_consultation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["section_id"],
            ["consultation_section.id"],
            name=op.f("fk_consultation_question_section_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_question")),
    )
    op.create_index(
        "ix_consultation_question_order",
        "consultation_question",
        ["consultation_id", "section_id", "position", "id"],
    )

    op.create_table(
        "respondent",
        sa.Column("response_id", KEY, nullable=False),
        sa.Column("consultation_id", KEY, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("account_id", KEY, nullable=True),
        sa.Column("organisation_id", KEY, nullable=True),
        sa.Column("organisation_name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_respondent_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.id"], name=op.f("fk_respondent_consultation_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_respondent_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["response.id"],
            name=op.f("fk_respondent_response_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_respondent")),
        sa.UniqueConstraint(
            "consultation_id", "key", name=op.f("uq_respondent_consultation_id_key")
        ),
    )
    op.create_index("ix_respondent_account", "respondent", ["account_id", "response_id"])
    op.create_index("ix_respondent_organisation", "respondent", ["organisation_id", "response_id"])

    op.create_table(
        "answer",
        sa.Column("id", KEY, nullable=False),
        sa.Column("response_id", KEY, nullable=False),
        sa.Column("question_id", KEY, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("number", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("upload_id", KEY, nullable=True),
        sa.Column("confidentiality", sa.String(length=30), nullable=True),
        sa.Column("confidential_reason", sa.Text(), nullable=False),
        sa.Column("publication", sa.String(length=30), nullable=False),
        sa.Column("published_text", sa.Text(), nullable=False),
        sa.Column("publication_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["consultation_question.id"], name=op.f("fk_answer_question_id")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_answer_response_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name=op.f("fk_answer_upload_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint(
            "response_id", "question_id", name=op.f("uq_answer_response_id_question_id")
        ),
    )
    op.create_index("ix_answer_question", "answer", ["question_id", "response_id"])

    op.create_table(
        "equality_answer",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("question_id", KEY, nullable=False),
        sa.Column("option", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["consultation_question.id"],
            name=op.f("fk_equality_answer_question_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equality_answer")),
    )
    op.create_index("ix_equality_answer_question", "equality_answer", ["question_id", "option"])

    op.create_table(
        "answer_choice",
        sa.Column("id", KEY, nullable=False),
        sa.Column("answer_id", KEY, nullable=False),
        sa.Column("question_id", KEY, nullable=False),
        sa.Column("row", sa.String(length=20), nullable=False),
        sa.Column("option", sa.String(length=20), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answer_id"],
            ["answer.id"],
            name=op.f("fk_answer_choice_answer_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["consultation_question.id"], name=op.f("fk_answer_choice_question_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_choice")),
        sa.UniqueConstraint(
            "answer_id", "row", "option", name=op.f("uq_answer_choice_answer_id_row_option")
        ),
    )
    op.create_index(
        "ix_answer_choice_count", "answer_choice", ["question_id", "row", "option", "answer_id"]
    )


def downgrade() -> None:

    op.drop_table("answer_choice")

    op.drop_table("equality_answer")

    op.drop_table("answer")

    op.drop_table("respondent")

    op.drop_table("consultation_question")

    op.drop_table("response")

    op.drop_table("consultation_topic")

    op.drop_table("consultation_section")
    op.drop_table("consultation_edition")

    op.drop_table("consultation_document")

    op.drop_table("consultation")
    op.drop_table("upload")
