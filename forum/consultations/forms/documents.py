"""The form of a document."""

from typing import BinaryIO

from flask_babel import lazy_gettext as _l
from wtforms import FileField
from wtforms.validators import InputRequired

from forum.consultations.forms.settings import line, text_area
from forum.web.forms import Form


class DocumentForm(Form):
    """A title, a text, and perhaps a file; ``note`` is asked once it was announced."""

    title = line(_l("Title"), 150, InputRequired(_l("Enter a title")))
    text = text_area(_l("Text"), 50_000)
    file = FileField(_l("File"))
    note = text_area(_l("What has changed, and why"), 1000)

    @property
    def chosen(self) -> tuple[BinaryIO | None, str]:
        """The file that was chosen and its name; None and "" without one."""
        given = self.file.data
        name = getattr(given, "filename", "") or ""
        return (given.stream, name) if name else (None, "")
