"""Words of the notifications feature: what members are told, and how it reads."""

from enum import StrEnum
from typing import NamedTuple


class NoticeKind(StrEnum):
    """What a notice tells; its words stand in ``WORDS``."""

    POST_APPROVED = "post-approved"
    POST_EDITED = "post-edited"
    POST_REJECTED = "post-rejected"
    POST_HIDDEN = "post-hidden"
    POST_HIDDEN_FOR_NOW = "post-hidden-for-now"
    POST_RESTORED = "post-restored"
    POST_REDACTED = "post-redacted"
    EDIT_APPROVED = "edit-approved"
    EDIT_REJECTED = "edit-rejected"
    THREAD_LOCKED = "thread-locked"
    THREAD_UNLOCKED = "thread-unlocked"
    THREAD_MOVED = "thread-moved"
    THREAD_MERGED = "thread-merged"
    THREAD_SPLIT = "thread-split"
    THREAD_RETOPICED = "thread-retopiced"
    MEMBER_WARNED = "member-warned"
    MEMBER_SLOWED = "member-slowed"
    MEMBER_SUSPENDED = "member-suspended"
    MEMBER_BANNED = "member-banned"
    RESTRICTION_LIFTED = "restriction-lifted"
    DECISION_UNDONE = "decision-undone"
    AUTHOR_ASKED = "author-asked"
    APPEAL_LODGED = "appeal-lodged"
    APPEAL_UPHELD = "appeal-upheld"
    APPEAL_REVERSED = "appeal-reversed"
    REPORT_UPHELD = "report-upheld"
    REPORT_NOT_UPHELD = "report-not-upheld"
    REPORT_WITHDRAWN = "report-withdrawn"
    COMPLAINT_ANSWERED = "complaint-answered"
    ITEM_ESCALATED = "item-escalated"
    ITEM_HANDED_OVER = "item-handed-over"
    ORGANISATION_WAITS = "organisation-waits"
    ORGANISATION_CONFIRMED = "organisation-confirmed"
    ORGANISATION_REFUSED = "organisation-refused"
    MEMBERSHIP_REQUESTED = "membership-requested"
    MEMBERSHIP_CONFIRMED = "membership-confirmed"
    MEMBERSHIP_REFUSED = "membership-refused"
    CONSULTATION_OPENS = "consultation-opens"
    CONSULTATION_CLOSES = "consultation-closes"
    CONSULTATION_CLOSED = "consultation-closed"
    OUTCOME_DUE = "outcome-due"
    OUTCOME_OVERDUE = "outcome-overdue"
    CONSULTATION_CHANGED = "consultation-changed"
    CONSULTATION_EXTENDED = "consultation-extended"
    SIGN_OFF_ASKED = "sign-off-asked"
    SIGNED_OFF = "signed-off"
    SIGN_OFF_REFUSED = "sign-off-refused"
    IDENTITIES_DUE = "identities-due"
    IDENTITIES_REMOVED = "identities-removed"
    POST_CITED = "post-cited"


class Words(NamedTuple):
    """How a notice reads: the headline (and subject of the mail) and what it means."""

    headline: str
    meaning: str


WORDS: dict[NoticeKind, Words] = {
    NoticeKind.POST_APPROVED: Words(
        "Your post was published",
        "A moderator has approved it. It stands in its place, with the time at which you wrote it.",
    ),
    NoticeKind.POST_EDITED: Words(
        "Your post was edited and published",
        "A moderator changed it first. The history of the post shows what was changed.",
    ),
    NoticeKind.POST_REJECTED: Words(
        "Your post was not published",
        "You can still read it. Change it and send it again, or appeal within 28 days.",
    ),
    NoticeKind.POST_HIDDEN: Words(
        "Your post was hidden",
        "You can still read it. Others read the rule and the reason in its place. "
        "You can appeal within 28 days.",
    ),
    NoticeKind.POST_HIDDEN_FOR_NOW: Words(
        "Your post was hidden for now",
        "Several members reported it, so nobody else can read it until a moderator has looked "
        "at it. We will tell you what was decided.",
    ),
    NoticeKind.POST_RESTORED: Words("Your post is shown again", "It was hidden before."),
    NoticeKind.POST_REDACTED: Words(
        "Part of your post was removed",
        "A mark stands where it was. The rest can still be read. You can appeal within 28 days.",
    ),
    NoticeKind.EDIT_APPROVED: Words(
        "Your edit was published", "A moderator has approved the change to your post."
    ),
    NoticeKind.EDIT_REJECTED: Words(
        "Your edit was not published",
        "Your post stands as it was before. You can edit it again, or appeal within 28 days.",
    ),
    NoticeKind.THREAD_LOCKED: Words(
        "Your thread was locked", "It can still be read. Nobody but moderators can reply."
    ),
    NoticeKind.THREAD_UNLOCKED: Words("Your thread was unlocked", "Members can reply again."),
    NoticeKind.THREAD_MOVED: Words(
        "Your thread was moved", "It stands on another board. Links to it still work."
    ),
    NoticeKind.THREAD_MERGED: Words(
        "Your thread was merged into another",
        "Its posts stand there with their authors and times. Links to it still work.",
    ),
    NoticeKind.THREAD_SPLIT: Words(
        "Your thread was split",
        "Some of its posts are a thread of their own now. Links to them still work.",
    ),
    NoticeKind.THREAD_RETOPICED: Words(
        "The topics of your thread were changed", "It is found under other topics now."
    ),
    NoticeKind.MEMBER_WARNED: Words(
        "You were given a warning", "It takes nothing from you. You can appeal within 28 days."
    ),
    NoticeKind.MEMBER_SLOWED: Words(
        "You can post less often for now",
        "Each post needs a pause after the one before it. You can appeal within 28 days.",
    ),
    NoticeKind.MEMBER_SUSPENDED: Words(
        "You cannot post for now",
        "You can read, and what you have posted stays. You can appeal within 28 days.",
    ),
    NoticeKind.MEMBER_BANNED: Words(
        "You can no longer post",
        "You can read, and what you have posted stays. You can appeal within 28 days.",
    ),
    NoticeKind.RESTRICTION_LIFTED: Words(
        "A restriction of your account was lifted", "“Your standing” shows what you may do."
    ),
    NoticeKind.DECISION_UNDONE: Words(
        "A decision was taken back",
        "The moderator who took it has undone it. What it concerned is as it was before.",
    ),
    NoticeKind.AUTHOR_ASKED: Words(
        "A moderator has a question for you",
        "It is about one of your posts. Your answer helps them to decide.",
    ),
    NoticeKind.APPEAL_LODGED: Words(
        "Your appeal has arrived", "Moderators of another centre decide it and tell you why."
    ),
    NoticeKind.APPEAL_UPHELD: Words(
        "Your appeal was decided: the decision stands",
        "Moderators of another centre looked at it. Their reason is public.",
    ),
    NoticeKind.APPEAL_REVERSED: Words(
        "Your appeal was decided in your favour",
        "The decision was reversed, and all is as it was before it. The reason is public.",
    ),
    NoticeKind.REPORT_UPHELD: Words(
        "A moderator acted on your report", "Thank you for it. Nobody is told who reported."
    ),
    NoticeKind.REPORT_NOT_UPHELD: Words(
        "A moderator looked at your report",
        "They left the post as it is. Nobody is told who reported.",
    ),
    NoticeKind.REPORT_WITHDRAWN: Words(
        "The post that you reported was taken back",
        "Its author withdrew it before a moderator decided.",
    ),
    NoticeKind.COMPLAINT_ANSWERED: Words(
        "Your complaint was answered", "The answer stands on the page of the complaint."
    ),
    NoticeKind.ITEM_ESCALATED: Words(
        "An item waits for a manager", "A moderator of your centre has passed it on."
    ),
    NoticeKind.ITEM_HANDED_OVER: Words(
        "A neighbouring centre asks you to decide",
        "Its moderators have passed one item to your centre.",
    ),
    NoticeKind.ORGANISATION_WAITS: Words(
        "An organisation waits for you",
        "Look whether it is what it says, and confirm or refuse it.",
    ),
    NoticeKind.ORGANISATION_CONFIRMED: Words(
        "Your organisation was confirmed", "You can post for it, and confirm others who do."
    ),
    NoticeKind.ORGANISATION_REFUSED: Words(
        "Your organisation was refused",
        "Nobody can post for it. Correct what is wrong, and it waits again.",
    ),
    NoticeKind.MEMBERSHIP_REQUESTED: Words(
        "Somebody wishes to join your organisation", "Confirm them if they may post for it."
    ),
    NoticeKind.MEMBERSHIP_CONFIRMED: Words(
        "You can post for an organisation", "Choose it beside your name when you write."
    ),
    NoticeKind.MEMBERSHIP_REFUSED: Words(
        "You cannot post for an organisation", "What you have posted for it stays as it is."
    ),
    NoticeKind.CONSULTATION_OPENS: Words(
        "A consultation of your centre opens tomorrow",
        "It opens by itself. Until then you can take it back to a draft.",
    ),
    NoticeKind.CONSULTATION_CLOSES: Words(
        "A consultation of your centre closes soon",
        "It closes by itself. You can extend it for everybody until then.",
    ),
    NoticeKind.CONSULTATION_CLOSED: Words(
        "A consultation of your centre has closed",
        "The answers wait to be read. The outcome is due twelve weeks after the closing.",
    ),
    NoticeKind.OUTCOME_DUE: Words(
        "The outcome of a consultation is due soon",
        "When it comes late, the page of the consultation says so to everybody.",
    ),
    NoticeKind.OUTCOME_OVERDUE: Words(
        "The outcome of a consultation is overdue",
        "The page of the consultation says so to everybody until it is published.",
    ),
    NoticeKind.CONSULTATION_CHANGED: Words(
        "A consultation to which you respond has changed",
        "You need not do anything. You can change or withdraw your response until it closes.",
    ),
    NoticeKind.CONSULTATION_EXTENDED: Words(
        "A consultation to which you respond is open for longer",
        "You need not do anything. You can change or withdraw your response until it closes.",
    ),
    NoticeKind.SIGN_OFF_ASKED: Words(
        "A response of your organisation waits for your sign-off",
        "It cannot be sent before a steward agrees. Read it, and sign it off or give it back.",
    ),
    NoticeKind.SIGNED_OFF: Words(
        "A response of your organisation was signed off", "It is not sent yet: you can do that now."
    ),
    NoticeKind.SIGN_OFF_REFUSED: Words(
        "A response of your organisation was given back",
        "A steward wants something changed. Change it, and ask again.",
    ),
    NoticeKind.IDENTITIES_DUE: Words(
        "Names of respondents to a consultation go soon",
        "They go by themselves on this day, with files and what was given in confidence. Only a "
        "legal hold keeps them.",
    ),
    NoticeKind.IDENTITIES_REMOVED: Words(
        "What named respondents to a consultation was removed",
        "The answers stay. A report says how much went.",
    ),
    NoticeKind.POST_CITED: Words(
        "Your post was cited as evidence",
        "A consultation refers to it. Below your post stands what becomes of it.",
    ),
}
