"""Forms for complaints about how a centre moderates."""

from flask_babel import lazy_gettext as _l

from forum.web.forms import Form, OnceForm, paragraphs

LONGEST_TEXT = 2_000


class ComplaintForm(OnceForm):
    """What somebody complains about."""

    text = paragraphs(
        _l("Your complaint"), longest=LONGEST_TEXT, missing=_l("Write what you complain about")
    )


class ComplaintAnswerForm(Form):
    """What the managers answer."""

    answer = paragraphs(_l("Your answer"), longest=LONGEST_TEXT, missing=_l("Write your answer"))
