"""Forms of a member's standing: answers and appeals; and of those who decide appeals."""

from flask_babel import lazy_gettext as _l

from forum.web.forms import Form, VersionedForm, paragraphs

LONGEST_APPEAL = 5_000
LONGEST_ANSWER = 2_000
LONGEST_REASON = 1_000


class ConfirmForm(Form):
    """A button and its token."""


class AppealForm(Form):
    """Why a decision is wrong."""

    text = paragraphs(
        _l("Why is the decision wrong?"),
        longest=LONGEST_APPEAL,
        missing=_l("Say why the decision is wrong"),
    )


class AnswerForm(Form):
    """An answer to a moderator's question."""

    text = paragraphs(_l("Your answer"), longest=LONGEST_ANSWER, missing=_l("Write your answer"))


class OutcomeForm(VersionedForm):
    """What becomes of an appeal, and why; the button pressed says which."""

    reason = paragraphs(
        _l("Reason"), longest=LONGEST_REASON, missing=_l("Give a reason; everybody can read it")
    )
    staff_note = paragraphs(_l("Note for staff (optional)"), longest=LONGEST_ANSWER)
