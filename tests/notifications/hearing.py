"""Who has heard what in a test: notices on the site and mails."""

from forum.core.db import db
from forum.notifications.models import Notice


def notices(account=None):
    """Kinds of the notices, the oldest first: all, or those of one account."""
    rows = db.session.query(Notice).order_by(Notice.id)
    if account is not None:
        rows = rows.filter_by(account_id=account.id)
    return [row.kind for row in rows]


def only_notice():
    """The one notice that there is."""
    return db.session.query(Notice).one()


def only_mail(outbox_mail, account):
    """Subject (without the place) and words of the one mail, which went to the account."""
    (message,) = outbox_mail
    assert message["To"] == account.email
    return message["Subject"].removesuffix(" – Roundtable"), words_of(message)


def words_of(message):
    """The words of a mail, white space collapsed."""
    return " ".join(message.get_content().split())
