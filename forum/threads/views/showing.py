"""What the pages of a thread share: the form, and what a reader may do with each post."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import flash
from flask_babel import gettext as _

from forum.accounts import queries as accounts
from forum.core.access import Actor
from forum.organisations import queries as organisations
from forum.threads import actions, policy, queries
from forum.threads.enums import InterestAnswer
from forum.threads.forms import PostForm
from forum.web.filters import sector_name


class Permissions(NamedTuple):
    """Addresses of what a reader may do with a post; empty where they may not."""

    is_own: bool = False
    see_hidden: bool = False
    quote_url: str = ""
    edit_url: str = ""
    withdraw_url: str = ""
    report_url: str = ""
    hide_url: str = ""
    restore_url: str = ""
    redact_url: str = ""
    cite_url: str = ""
    accept_url: str = ""
    unaccept_url: str = ""


def permissions_on_page(
    actor: Actor, thread: Any, *, may_reply: bool, page: int = 1
) -> Callable[[queries.PostRow], Permissions | None]:
    """A function from a post's row to what ``actor`` may do with it; None for nothing at all."""
    if not actor.is_authenticated:
        return _permissions_of_visitors

    may_cite = policy.can_cite(actor, thread)

    def permissions(post: queries.PostRow) -> Permissions:
        base = f"/posts/{post.id}/"
        may_accept = bool(policy.can_accept(actor, post))
        return Permissions(
            is_own=post.author_id == actor.actor_id,
            see_hidden=bool(post.html),
            quote_url=f"{thread.path}?page={page}&quote={post.id}#reply"
            if may_reply and post.state == "visible"
            else "",
            edit_url=base + "edit/" if policy.can_edit(actor, post) else "",
            withdraw_url=base + "withdraw/" if policy.can_withdraw(actor, post) else "",
            report_url=base + "report/"
            if post.state == "visible" and post.author_id != actor.actor_id
            else "",
            hide_url=base + "hide/" if policy.can_hide(actor, post) else "",
            restore_url=base + "restore/" if policy.can_restore(actor, post) else "",
            redact_url=base + "redact/" if policy.can_redact(actor, post) else "",
            cite_url=base + "cite/" if may_cite and post.state == "visible" else "",
            accept_url=base + "accept/" if may_accept and not post.is_accepted else "",
            unaccept_url=base + "unaccept/" if may_accept and post.is_accepted else "",
        )

    return permissions


def _permissions_of_visitors(post: queries.PostRow) -> Permissions | None:
    if post.state != "visible":
        return None
    return Permissions(report_url=f"/posts/{post.id}/report/")


def tell_if_waiting(sent: Any) -> None:
    """Say that a post or thread, just sent, waits for a moderator."""
    if sent.state == "pending":
        flash(
            _(
                "Your post waits for a moderator. "
                "Only you and the moderators of the centre see it so far."
            ),
            "warning",
        )


def reply_form(actor: Actor, draft: Any) -> PostForm:
    """The form for a reply that was not sent yet, with what the actor has begun to write."""
    form = PostForm()
    offer_capacities(actor, form)
    if draft is not None:
        form.source.data = draft.source
        restore_choice(form.speak_as, draft.choices.get("speak_as"))
        restore_interest(form, draft.choices)
    return form


def offer_capacities(actor: Actor, form: PostForm) -> None:
    """Let the author choose for whom they speak, unless it was offered before."""
    if form.speak_as.choices is not None:
        return
    form.offer_capacities(
        _("Personally (%(sector)s)", sector=sector_name(actor.sector_value)),
        [
            (organisation.id, _("For %(name)s", name=organisation.name))
            for organisation in organisations.organisations_of(actor.actor_id or 0)
        ],
    )


def offer_rules(actor: Actor, form: PostForm, centre: Any) -> None:
    """Let the author accept house rules that are new to them."""
    form.offer_rules(
        (
            rules.id,
            _("I accept the house rules, version %(version)s", version=rules.version)
            if rules.centre_id is None
            else _(
                "I accept the rules of %(centre)s, version %(version)s",
                centre=centre.name,
                version=rules.version,
            ),
            rules.change_note,
            rules.url,
        )
        for rules in accounts.rules_to_accept(actor.actor_id, centre.id)
    )


def offer_interests(actor: Actor, form: PostForm, thread: Any = None) -> None:
    """Let the author say what they could gain or lose; what they said before comes first."""
    live = queries.author_interests(actor.actor_id, thread.id if thread else None)
    choices = []
    if live.in_thread:
        label = _("As before in this thread (%(text)s)", text=_interest_words(live.in_thread))
        choices.append((InterestAnswer.THREAD.value, label))
    if live.standing:
        label = _("As on my profile (%(text)s)", text=_interest_words(live.standing))
        choices.append((InterestAnswer.PROFILE.value, label))
    form.offer_interests(
        [
            *choices,
            (InterestAnswer.NOTHING.value, _("Nothing to declare in this thread")),
            (InterestAnswer.DECLARE.value, _("I declare an interest")),
        ]
    )


def _interest_words(interest: Any) -> str:
    return str(interest.text or _("nothing to declare"))


def declaration_of(form: PostForm) -> actions.Declaration | None:
    """What the author said of their interest, None for nothing."""
    if form.interest_answer is None:
        return None
    return actions.Declaration(form.interest_answer, form.interest_text.data or "")


def restore_interest(form: PostForm, choices: dict[str, Any]) -> None:
    """Answer as a draft did; an answer that is no longer possible is refused when it is sent."""
    form.interest.data = choices.get("interest") or None
    form.interest_text.data = choices.get("interest_text", "")


def restore_choice(field: Any, value: Any) -> None:
    """Choose what a draft had chosen, if it is still on offer."""
    if value in [choice for choice, _label in field.choices]:
        field.data = value
