"""The form for reporting a post."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs lag behind
from wtforms.validators import InputRequired

from forum.moderation.enums import ReportReason
from forum.web.forms import OnceForm, paragraphs

REASON_NAMES = {
    ReportReason.PERSONAL_ATTACK: _l("It attacks somebody"),
    ReportReason.OFF_TOPIC: _l("It is off topic"),
    ReportReason.ADVERTISING: _l("It advertises or canvasses"),
    ReportReason.CONFIDENTIAL: _l("It is commercially confidential"),
    ReportReason.LIVE_TENDER: _l("It concerns a live tender"),
    ReportReason.PERSONAL_DATA: _l("It reveals something about a person"),
    ReportReason.SPAM: _l("It is spam"),
    ReportReason.ILLEGAL: _l("It is against the law"),
    ReportReason.OTHER: _l("Something else"),
}
REASON_EXAMPLES = {
    ReportReason.PERSONAL_ATTACK: _l(
        "For example: “Only a fool would have written that specification.”"
    ),
    ReportReason.OFF_TOPIC: _l(
        "For example: a complaint about bin collections in a thread about frameworks."
    ),
    ReportReason.ADVERTISING: _l("For example: “Our platform does this. Book a demonstration.”"),
    ReportReason.CONFIDENTIAL: _l("For example: the prices of another bidder."),
    ReportReason.LIVE_TENDER: _l(
        "For example: hints about who leads the evaluation of a tender that is still open."
    ),
    ReportReason.PERSONAL_DATA: _l(
        "For example: the home address or the health of somebody who receives care."
    ),
    ReportReason.SPAM: _l("For example: the same text in ten threads, with a link."),
    ReportReason.ILLEGAL: _l("For example: an accusation of bribery without any evidence."),
    ReportReason.OTHER: _l("Say below what it is."),
}
LONGEST_NOTE = 1_000


class ReportForm(OnceForm):
    """What is wrong with a post."""

    reason = RadioField(
        _l("What is wrong with this post?"),
        choices=[SelectChoice(reason.value, REASON_NAMES[reason]) for reason in ReportReason],
        validators=[InputRequired(_l("Choose what is wrong with the post"))],
    )
    note = paragraphs(
        _l("What should the moderators know? (optional, but needed for “Something else”)"),
        longest=LONGEST_NOTE,
    )
