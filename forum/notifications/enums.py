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
}
