"""Forms of one's own notices."""

from wtforms import HiddenField

from forum.web.forms import Form

DIGITS = 19


class ReadForm(Form):
    """A button; ``newest`` is the newest notice that was on the page."""

    newest = HiddenField()

    @property
    def shown_until(self) -> int:
        """The identifier of the newest notice shown; 0 when it cannot be told."""
        text = self.newest.data or ""
        return int(text) if text.isascii() and text.isdecimal() and len(text) < DIGITS else 0
