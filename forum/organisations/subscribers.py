"""Mails that follow what happens to organisations and memberships.

Each handler may run again for the same event; its mails then have the same Message-IDs.
"""

from flask import current_app
from flask_babel import gettext as _

from forum.core import mail, transactions
from forum.core.outbox import subscribe
from forum.organisations import queries
from forum.organisations.events import (
    MembershipConfirmed,
    MembershipRefused,
    MembershipRequested,
    OrganisationConfirmed,
    OrganisationRefused,
    OrganisationRegistered,
)
from forum.organisations.queries import Notice


def register() -> None:
    """Subscribe to the events of organisations."""
    subscribe(OrganisationRegistered, tell_centre)
    subscribe(OrganisationConfirmed, tell_of_confirmation)
    subscribe(OrganisationRefused, tell_of_refusal)
    subscribe(MembershipRequested, tell_stewards)
    subscribe(MembershipConfirmed, tell_member)
    subscribe(MembershipRefused, tell_refused_member)


def tell_centre(event: OrganisationRegistered) -> None:
    """Tell the managers of the centre, or administrators, that an organisation waits."""
    notice = queries.notice_to_centre(event.organisation_id)
    _send(notice, "registered", _("An organisation waits for you"), key=event.key)


def tell_of_confirmation(event: OrganisationConfirmed) -> None:
    """Tell whoever registered an organisation that it was confirmed."""
    notice = queries.notice_to_registrant(event.organisation_id)
    _send(notice, "confirmed", _("Your organisation was confirmed"), key=event.key)


def tell_of_refusal(event: OrganisationRefused) -> None:
    """Tell whoever registered an organisation that it was refused, and why."""
    notice = queries.notice_to_registrant(event.organisation_id)
    _send(notice, "refused", _("Your organisation was refused"), key=event.key)


def tell_stewards(event: MembershipRequested) -> None:
    """Tell the stewards of an organisation that somebody wishes to join it."""
    notice = queries.notice_to_stewards(event.membership_id)
    _send(notice, "requested", _("Somebody wishes to join your organisation"), key=event.key)


def tell_member(event: MembershipConfirmed) -> None:
    """Tell a member that they may speak for an organisation."""
    notice = queries.notice_to_member(event.membership_id)
    _send(notice, "member_confirmed", _("You can post for your organisation"), key=event.key)


def tell_refused_member(event: MembershipRefused) -> None:
    """Tell a member that they may not speak for an organisation, and why."""
    notice = queries.notice_to_member(event.membership_id)
    _send(notice, "member_refused", _("You cannot post for an organisation"), key=event.key)


def _send(notice: Notice | None, template: str, subject: str, *, key: str) -> None:
    # The reading is over: no lock is held while a mail server thinks.
    transactions.pause()
    if notice is None:
        return
    place = current_app.config["SITE_NAME"]
    for recipient in notice.recipients:
        text = current_app.jinja_env.get_template(f"emails/organisations/{template}.txt").render(
            notice=notice,
            name=recipient.name,
            site_name=place,
            site_url=current_app.config["SITE_URL"],
        )
        mail.send(
            to=recipient.email,
            subject=f"{subject} – {place}",
            text=text,
            key=f"organisation-{key}-{recipient.account_id}",
        )
