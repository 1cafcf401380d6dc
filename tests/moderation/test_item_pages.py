"""An item of the queue: what its page shows, every decision on it, and whoever may not decide."""

from datetime import timedelta

import pytest

from forum.accounts.models import HouseRules
from forum.core import clock
from forum.core.access import Anonymous
from forum.core.db import db
from forum.moderation import actions
from forum.moderation.enums import DecisionKind, ItemEventKind, ItemKind, ItemState, ReportReason
from forum.moderation.models import ItemEvent, Report
from forum.threads import actions as threads
from forum.threads.enums import PostState
from forum.threads.models import HeldEdit
from tests import factories
from tests.moderation.making import (
    REASON,
    clause,
    decisions,
    entries,
    events,
    held_post,
    manager,
    moderator,
    queue,
    reported_post,
    ruling,
)
from tests.moderation.test_queue_pages import report
from tests.statements import count_statements


@pytest.fixture
def judge(app):
    return moderator(display_name="Jo Judge")


def held_edit(text="Buy our excellent forms, now.", before="Our forms were late.\n\nThe same."):
    """A post that can be read, and a waiting edit of it, with its item."""
    post = factories.make_post(factories.make_thread(), text=before)
    db.session.add(
        HeldEdit(post_id=post.id, source=text, note="Corrected", holds=[], written_at=clock.now())
    )
    return post, queue(post, ItemKind.EDIT, reasons=({"why": "edit"},))


def select_options(page, name):
    """Values of a list's options, and the one that is chosen."""
    (chosen,) = page.find("select", name=name)
    options = list(chosen.iter("option"))
    selected = [one.get("value") for one in options if one.get("selected") is not None]
    return [one.get("value") for one in options], (selected or [""])[0]


def test_a_post_is_shown_between_its_neighbours(browser, judge):
    thread = factories.make_thread(text="What comes first.", title="Forms")
    post, item = held_post(thread=thread)
    factories.make_post(thread, text="What comes later.")
    factories.make_post(thread, text="Unseen", state="rejected")
    page = browser(judge).get(item.path)
    assert page.h1 == "Waiting post: Forms"
    assert page.main.index("What comes first.") < page.main.index("Buy our excellent forms.")
    assert page.main.index("Buy our excellent forms.") < page.main.index("What comes later.")
    assert "Unseen" not in page.main
    assert page.links["post 2"] == f"/posts/{post.id}/"
    assert page.links["Review queue"] == "/moderation/"


def test_buttons_fit_the_kind_of_item(browser, judge):
    opened = browser(judge)
    passing = {"Pass to the managers", "Pass to a neighbouring centre", "Ask the author"}
    expected = {
        held_post()[1]: {"Approve", "Reject", "Edit and approve"},
        reported_post()[1]: {"Leave as it is", "Hide post"},
        held_edit()[1]: {"Approve", "Reject", "Hide post"},
    }
    for item, buttons in expected.items():
        page = opened.get(item.path)
        there = {text for text in page.buttons if text not in {"Sign out", "Close"}}
        assert there - {"Claim", "Add note", "Keyboard shortcuts"} == buttons | passing


def test_an_edit_shows_what_it_changes(browser, judge):
    _post, item = held_edit()
    page = browser(judge).get(item.path)
    assert "Removed: Our forms were late." in page.texts("del")
    assert "Added: Buy our excellent forms, now." in page.texts("ins")
    assert "Corrected" in page.main


def test_the_reports_stand_with_reasons_notes_and_names_for_staff(browser, judge):
    _post, item = reported_post()
    report(item, ReportReason.ADVERTISING, reporter=factories.make_account(display_name="Rae"))
    report(item, ReportReason.SPAM, note="Third time this week.")
    page = browser(judge).get(item.path)
    assert "Advertising or canvassing, Rae." in page.main
    assert "Spam, a visitor. Third time this week." in page.main


def test_the_history_tells_who_did_what(browser, judge):
    post, _item = reported_post()
    reporter = factories.make_account(display_name="Rae")
    item = actions.report_post(reporter, post, reason="advertising", note="").item
    actions.report_post(Anonymous(), post, reason="spam", note="")
    actions.claim_item(judge, item.id)
    page = browser(judge).get(item.path)
    for line in (
        "The item came into the queue",
        "Rae reported it: Advertising or canvassing",
        "A visitor reported it: Spam",
        f"{judge.display_name} claimed it",
    ):
        assert line in page.main


def test_a_reason_that_was_reported_stands_in_the_queue_once(browser, judge):
    post, _item = reported_post()
    actions.report_post(Anonymous(), post, reason="spam", note="")
    page = browser(judge).get("/moderation/")
    assert page.texts("li").count("1 report: Spam") == 1
    assert "Spam" not in page.texts("li")


@pytest.mark.parametrize(
    ("reason", "number"),
    [
        (ReportReason.PERSONAL_ATTACK, 1),
        (ReportReason.OFF_TOPIC, 2),
        (ReportReason.ADVERTISING, 3),
        (ReportReason.CONFIDENTIAL, 4),
        (ReportReason.LIVE_TENDER, 5),
        (ReportReason.PERSONAL_DATA, 6),
        (ReportReason.SPAM, 8),
        (ReportReason.ILLEGAL, 9),
    ],
)
def test_a_report_suggests_the_clause_that_is_about_it(browser, judge, reason, number):
    _post, item = reported_post()
    report(item, reason)
    page = browser(judge).get(item.path)
    values, chosen = select_options(page, "clause")
    assert chosen == clause(number)
    assert [clause(other) for other in range(1, 11)] == values[1:]
    assert page.main.count("(suggested)") == 1


def test_other_reasons_suggest_nothing(browser, judge):
    _post, item = reported_post()
    report(item, ReportReason.OTHER)
    page = browser(judge).get(item.path)
    assert select_options(page, "clause")[1] == ""
    assert "(suggested)" not in page.main


def test_the_rules_of_the_centre_can_be_cited_too(browser, judge):
    centre = factories.get_centre()
    source = "1. **Write in English or Welsh.** Or both."
    own = HouseRules(
        centre_id=centre.id, version=1, source=source, html="", published_at=clock.now()
    )
    db.session.add(own)
    post, item = held_post()
    opened = browser(judge)
    page = opened.get(item.path)
    assert "Centre’s own rule 1. Write in English or Welsh" in page.main
    opened.post_form(
        page, {"clause": f"{own.id}:1", "reason": "Say it in English."}, button="Reject"
    )
    assert post.hidden_rule == "Rules of the centre, version 1, clause 1: Write in English or Welsh"


def test_approving_publishes_and_leads_to_the_next_item(browser, judge):
    post, item = held_post()
    _post, second = held_post()
    opened = browser(judge)
    answer = opened.post_form(item.path, button="Approve")
    assert answer.headers["Location"] == second.path
    assert post.state is PostState.VISIBLE
    page = opened.follow(answer)
    assert "Approved. Everybody can read it." in page.words
    assert "Undo" in page.buttons
    assert decisions()[0].clause == ""


def test_after_the_last_item_comes_the_queue(browser, judge):
    _post, item = held_post()
    answer = browser(judge).post_form(item.path, button="Approve")
    assert answer.headers["Location"] == "/moderation/"


def test_the_next_item_keeps_to_the_filter_and_skips_what_others_have(browser, judge):
    items = [held_post()[1] for _ in range(3)]
    own = held_post(author=judge)[1]
    reported = reported_post()[1]
    actions.claim_item(moderator(), items[1].id)
    actions.escalate_item(moderator(), items[2].id, text="Hard.")
    opened = browser(judge)
    page = opened.get(items[0].path + "?kind=pending-post")
    assert "Next item" not in page.links
    page = opened.get(items[0].path)
    assert page.links["Next item"] == reported.path
    page = opened.get(reported.path)
    assert page.links["Next item"] == items[0].path
    assert own.path not in page.links.values()


def test_rejecting_needs_a_clause_and_a_reason_and_keeps_what_was_typed(browser, judge):
    post, item = held_post()
    opened = browser(judge)
    page = opened.post_form(
        item.path,
        {"reason": "Tell what you learnt.", "staff_note": "Second time."},
        button="Reject",
        status=422,
    )
    assert page.errors == ["Choose the house rule that was broken"]
    assert page.title.startswith("Error:")
    empty = opened.post_form(item.path, {}, button="Reject", status=422)
    assert empty.errors == [
        "Choose the house rule that was broken",
        "Give a reason; the author will read it",
    ]
    fields = page.fields(action=item.path + "decide/")
    assert [text.strip() for text in fields["reason"]] == ["Tell what you learnt."]
    assert [text.strip() for text in fields["staff_note"]] == ["Second time."]
    page = opened.post_form(page, {"clause": clause(), "reason": ""}, button="Reject", status=422)
    assert page.errors == ["Give a reason; the author will read it"]
    assert post.state is PostState.PENDING
    assert entries() == []
    opened.post_form(page, {"clause": clause(), "reason": REASON}, button="Reject")
    assert post.state is PostState.REJECTED
    assert post.hidden_reason == REASON
    assert decisions()[0].staff_note == "Second time."


def test_a_clause_of_an_old_version_is_refused_with_a_sentence(browser, judge):
    post, item = held_post()
    opened = browser(judge)
    page = opened.get(item.path)
    old = clause()
    db.session.add(
        HouseRules(version=9, source="1. **Be kind.** Always.", html="", published_at=clock.now())
    )
    answer = opened.post_form(page, {"clause": old, "reason": REASON}, button="Reject", status=422)
    assert answer.errors == [
        "The house rules have changed since this page was opened. Choose the clause again"
    ]
    assert "1. Be kind" in answer.main
    assert REASON in answer.main
    assert post.state is PostState.PENDING


def test_hiding_a_reported_post(browser, judge):
    post, item = reported_post()
    report(item, ReportReason.ADVERTISING)
    browser(judge).post_form(item.path, {"reason": REASON}, button="Hide post")
    assert post.state is PostState.HIDDEN
    assert decisions()[0].clause == "3", "the suggested clause was left chosen"


def test_leaving_a_reported_post_cites_no_clause(browser, judge):
    post, item = reported_post()
    report(item, ReportReason.ADVERTISING)
    browser(judge).post_form(item.path, button="Leave as it is")
    assert post.state is PostState.VISIBLE
    assert (decisions()[0].kind, decisions()[0].clause) == (DecisionKind.KEEP, "")


def test_editing_and_approving(browser, judge):
    post, item = held_post()
    opened = browser(judge)
    page = opened.post_form(
        item.path, {"source": "We make forms."}, button="Edit and approve", status=422
    )
    assert page.errors == ["Give a reason; the author will read it"]
    assert "We make forms." in page.main
    opened.post_form(page, {"reason": "Left out the selling."}, button="Edit and approve")
    assert (post.source, post.state) == ("We make forms.", PostState.VISIBLE)


@pytest.mark.parametrize("text", ["", "x" * 10_001, "bell \x07"])
def test_a_text_that_cannot_be_accepted_comes_back(browser, judge, text):
    post, item = held_post()
    page = browser(judge).post_form(
        item.path, {"source": text, "reason": "Shorter."}, button="Edit and approve", status=422
    )
    assert page.find(css="govuk-error-summary")
    assert post.state is PostState.PENDING
    assert "Shorter." in page.main


def test_approving_and_rejecting_an_edit(browser, judge):
    post, item = held_edit()
    browser(judge).post_form(item.path, button="Approve")
    assert post.source == "Buy our excellent forms, now."
    other, item = held_edit()
    browser(judge).post_form(item.path, {"clause": clause(), "reason": REASON}, button="Reject")
    assert other.source == "Our forms were late.\n\nThe same."
    assert db.session.query(HeldEdit).count() == 0


def test_asking_the_author_stays_at_the_item(browser, judge):
    _post, item = held_post()
    opened = browser(judge)
    page = opened.post_form(item.path, button="Ask the author", status=422)
    assert page.errors == ["Write what you want to know"]
    answer = opened.post_form(page, {"text": "Do you sell these?"}, button="Ask the author")
    assert answer.headers["Location"] == item.path
    page = opened.follow(answer)
    assert "Jo Judge asked the author: Do you sell these?" in page.main
    assert "The author was asked" in opened.get("/moderation/").main


def test_passing_on_to_managers_and_neighbours(browser, judge):
    _post, item = held_post()
    opened = browser(judge)
    page = opened.post_form(item.path, button="Pass to the managers", status=422)
    assert page.errors == ["Say why you pass this on"]
    opened.post_form(page, {"text": "It names my neighbour."}, button="Pass to the managers")
    page = opened.get(item.path)
    assert "This was passed to the managers of the centre." in page.main
    assert "Reject" not in page.buttons
    boss = browser(manager())
    page = boss.get(item.path)
    assert "passed it to the managers: It names my neighbour." in page.main
    button = "Pass to a neighbouring centre"
    page = boss.post_form(page, {"text": "Mine too."}, button=button, status=422)
    assert page.errors == ["Choose a neighbouring centre"]
    assert select_options(page, "centre")[0] == ["", "north-west", "yorkshire-and-the-humber"]
    boss.post_form(page, {"text": "Mine too.", "centre": "north-west"}, button=button)
    neighbour = browser(moderator("north-west"))
    page = neighbour.get(item.path)
    neighbour.post_form(page, button="Approve")
    assert decisions()[0].seat == "moderator-of-another-centre"


def test_who_is_recused_can_only_pass_it_on(browser, judge):
    organisation = factories.make_organisation()
    factories.make_membership(judge, organisation)
    post, item = held_post(organisation=organisation)
    opened = browser(judge)
    page = opened.get(item.path)
    assert "You speak for an organisation that this concerns." in page.main
    for button in ("Approve", "Reject", "Hide post", "Claim", "Ask the author"):
        assert button not in page.buttons
    data = {**page.fields(action=item.path + "decide/"), "do": "approve"}
    refused = opened.post(item.path + "decide/", data=data, status=403)
    assert "You speak for an organisation" in refused.main
    assert post.state is PostState.PENDING
    assert events(item)[-1] == ItemEventKind.RECUSED
    assert "Jo Judge tried to decide, but is concerned" in opened.get(item.path).main
    opened.post_form(page, {"text": "My employer."}, button="Pass to the managers")
    assert item.escalated_at is not None


def test_nobody_decides_about_their_own_post(browser, judge):
    post, item = held_post(author=judge)
    opened = browser(judge)
    page = opened.get(item.path)
    assert "This concerns you. Somebody else must decide." in page.main
    assert "Approve" not in page.buttons
    data = {**page.fields(action=item.path + "decide/"), "do": "approve"}
    opened.post(item.path + "decide/", data=data, status=403)
    assert post.state is PostState.PENDING


def test_claiming_and_releasing(browser, judge):
    _post, item = held_post()
    opened, other = browser(judge), browser(moderator(display_name="Olive Other"))
    seen_by_other = other.get(item.path)
    opened.post_form(item.path, button="Claim")
    assert "You have claimed this." in opened.get(item.path).main
    late = other.post_form(seen_by_other, button="Claim", status=409)
    assert "Jo Judge has claimed this item." in late.main
    assert "Approve" not in late.buttons
    opened.post_form(item.path, button="Release")
    other.post_form(item.path, button="Claim")
    assert events(item) == ["opened", "claimed", "released", "claimed"]


def test_a_decision_on_what_another_claimed_meanwhile_is_kept(browser, judge):
    post, item = held_post()
    opened = browser(judge)
    page = opened.get(item.path)
    actions.claim_item(moderator(display_name="Olive Other"), item.id)
    answer = opened.post_form(
        page, {"clause": clause(), "reason": "Typed with care."}, button="Reject", status=409
    )
    assert "Olive Other has claimed this item." in answer.main
    assert "Typed with care." in answer.main
    assert post.state is PostState.PENDING


def test_a_manager_decides_in_spite_of_a_claim(browser, judge):
    post, item = held_post()
    actions.claim_item(judge, item.id)
    browser(manager()).post_form(item.path, button="Approve")
    assert post.state is PostState.VISIBLE


def test_a_claim_that_went_stale_stands_in_nobodys_way(browser, judge):
    post, item = held_post()
    now = clock.now()
    actions.claim_item(moderator(), item.id)
    with clock.at(now + timedelta(minutes=31)):
        browser(judge).post_form(item.path, button="Approve")
    assert post.state is PostState.VISIBLE


@pytest.mark.parametrize("colleague", [moderator, manager])
def test_a_claim_that_went_stale_can_be_taken_over(browser, colleague):
    _post, item = held_post()
    now = clock.now()
    actions.claim_item(moderator(display_name="Olive Other"), item.id)
    with clock.at(now + timedelta(minutes=31)):
        looking = browser(colleague())
        page = looking.get(item.path)
        assert "Was claimed by Olive Other" in page.main
        assert "The claim has run out." in page.main
        looking.post_form(page, button="Claim")
        assert "You have claimed this." in looking.get(item.path).main


def test_the_second_of_two_is_told_what_the_first_did(browser, judge):
    post, item = held_post()
    opened = browser(judge)
    page = opened.get(item.path)
    other = moderator(display_name="Olive Other")
    actions.reject(other, item.id, version=item.version, ruling=ruling())
    answer = opened.post_form(page, {"reason": "I like it."}, button="Approve", status=409)
    assert "Olive Other rejected this on" in answer.main
    assert "I like it." in answer.main
    assert post.state is PostState.REJECTED
    assert len(decisions()) == 1


def test_what_changed_meanwhile_is_shown_before_it_can_be_decided(browser, judge):
    post, item = reported_post()
    opened = browser(judge)
    page = opened.get(item.path)
    queue(post, ItemKind.REPORT, score=100, reasons=({"why": "spam"},))
    answer = opened.post_form(
        page, {"staff_note": "Harmless."}, button="Leave as it is", status=409
    )
    assert "Somebody changed this item while you were looking." in answer.main
    assert "Harmless." in answer.main
    opened.post_form(answer, button="Leave as it is")
    assert decisions()[0].staff_note == "Harmless."


def test_what_its_author_withdrew_is_not_decided(browser, judge):
    author = factories.make_account()
    post, item = held_post(author=author)
    opened = browser(judge)
    page = opened.get(item.path)
    threads.withdraw_post(author, post)
    answer = opened.post_form(page, button="Approve", status=409)
    assert "The author took this back while you were looking." in answer.main
    assert post.state is PostState.RETRACTED
    assert decisions() == []


def test_what_was_erased_is_not_there_any_more(browser, judge):
    post, item = held_post()
    opened = browser(judge)
    page = opened.get(item.path)
    path = item.path
    db.session.query(ItemEvent).delete()
    db.session.query(Report).delete()
    db.session.delete(item)
    factories.commit()
    opened.post_form(page, {"reason": "Too late."}, button="Approve", status=404)
    opened.get(path, status=404)
    assert post.state is PostState.PENDING


def test_who_lost_the_role_while_deciding_decides_nothing(browser, judge):
    post, item = held_post()
    opened = browser(judge)
    page = opened.get(item.path)
    for grant in list(judge.grants):
        db.session.delete(grant)
    factories.commit()
    db.session.expire_all()
    answer = opened.post_form(page, {"reason": "Typed with care."}, button="Approve", status=403)
    assert "Typed with care." in answer.main
    assert post.state is PostState.PENDING


def test_undo_within_ten_minutes(browser, judge):
    post, item = held_post()
    opened = browser(judge)
    page = opened.follow(opened.post_form(item.path, button="Approve"))
    answer = opened.post_form(page, button="Undo")
    assert answer.headers["Location"] == item.path
    assert post.state is PostState.PENDING
    assert item.state is ItemState.OPEN
    page = opened.follow(answer)
    assert "Undone." in page.words
    assert "Jo Judge undid: Post approved" in page.main


def test_undo_is_for_whoever_decided_and_for_ten_minutes(browser, judge):
    post, item = held_post()
    opened = browser(judge)
    now = clock.now()
    page = opened.follow(opened.post_form(item.path, button="Approve"))
    address = f"/moderation/decisions/{decisions()[0].id}/undo/"
    colleague = browser(moderator())
    colleague.post(address, data={"csrf_token": colleague.token()}, status=403)
    with clock.at(now + timedelta(minutes=11)):
        opened.post_form(page, button="Undo", status=403)
    assert post.state is PostState.VISIBLE


def test_notes_are_for_staff(browser, judge):
    post, item = held_post()
    opened = browser(judge)
    page = opened.post_form(item.path, button="Add note", status=422)
    assert page.errors == ["Write a note"]
    opened.post_form(page, {"note": "See the thread of May."}, button="Add note")
    assert "Jo Judge noted: See the thread of May." in opened.get(item.path).main
    author = browser(post.author)
    assert "See the thread of May." not in author.get(post.thread.path).words


def test_reports_read_as_sentences(browser, judge):
    _post, item = reported_post()
    who = factories.make_account(display_name="Nadia Fell")
    report(item, ReportReason.ADVERTISING, reporter=who, note="Plain advertising.")
    page = browser(judge).get(item.path)
    assert "Advertising or canvassing, Nadia Fell. Plain advertising." in page.main
    actions.keep(judge, item.id, version=item.version, ruling=ruling())
    page = browser(judge).get(item.path)
    assert "Nadia Fell. Plain advertising. (Not upheld)" in page.main


def test_reported_post_leads_to_redaction_for_those_who_may(browser, judge):
    _post, item = reported_post()
    opened = browser(judge)
    path = opened.get(item.path).links["Redact post"]
    assert "Words to remove" in opened.get(path).main
    _post, waiting = held_post()
    assert "Redact post" not in opened.get(waiting.path).links
    _own, item = reported_post(author=judge)
    assert "Redact post" not in opened.get(item.path).links


def test_what_was_changed_since_a_rejection_stands_there(browser, judge, deliver):
    author = factories.make_account()
    post, item = held_post(author=author, text="Ring Walter.\n\nTwo mowers.")
    assert "since it was rejected" not in browser(judge).get(item.path).main
    actions.reject(judge, item.id, version=item.version, ruling=ruling())
    factories.commit()
    browser(author).post_form(
        f"/posts/{post.id}/edit/", {"source": "Ask the desk.\n\nTwo mowers."}, button="Send again"
    )
    deliver()
    page = browser(judge).get(item.path)
    assert "What was changed since it was rejected" in page.main
    assert "Ring Walter." in page.texts("del")[0]
    assert "Ask the desk." in page.texts("ins")[0]
    assert "Ring Walter." not in browser().get(f"/posts/{post.id}/history/", status=404).text


def test_what_was_decided_before_about_the_author_stands_there(browser, judge):
    author = factories.make_account()
    _post, first = held_post(author=author)
    actions.reject(judge, first.id, version=first.version, ruling=ruling())
    _post, item = held_post(author=author)
    page = browser(judge).get(item.path)
    assert "0 approved, 1 rejected, 0 hidden" in page.main
    assert page.links["Post rejected"] == f"/moderation-log/{decisions()[0].entry_number}/"
    assert "clause 3: Do not advertise" in page.main


ACTS = {
    "decide/approve": {"do": "approve"},
    "decide/reject": {"do": "reject", "reason": REASON},
    "decide/hide": {"do": "hide", "reason": REASON},
    "decide/keep": {"do": "keep"},
    "decide/edit": {"do": "edit", "source": "Other words.", "reason": REASON},
    "decide/ask": {"do": "ask", "text": "Why?"},
    "decide/escalate": {"do": "escalate", "text": "Hard."},
    "decide/hand-over": {"do": "hand-over", "text": "Hard.", "centre": "yorkshire-and-the-humber"},
    "claim/": {},
    "release/": {},
    "note/": {"note": "Seen."},
}


@pytest.mark.parametrize("who", ["moderator elsewhere", "manager elsewhere", "member", "visitor"])
@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
def test_elsewhere_pages_are_not_found_and_acts_are_refused(browser, judge, who, closed):
    actors = {
        "moderator elsewhere": lambda: moderator("london"),
        "manager elsewhere": lambda: manager("london"),
        "member": factories.make_account,
        "visitor": lambda: None,
    }
    made = [held_post(), reported_post(), held_edit()]
    if closed:
        for (_post, item), act in zip(
            made, (actions.approve, actions.keep, actions.approve), strict=True
        ):
            act(judge, item.id, version=item.version, ruling=ruling())
    opened = browser(actors[who]())
    elsewhere = who.endswith("elsewhere")
    before = [(post.state, post.source, events(item), item.version) for post, item in made]
    written = len(entries())
    for _post, item in made:
        opened.get(item.path, status=404 if elsewhere else 403 if who == "member" else 303)
        for act, fields in ACTS.items():
            address = item.path + act.partition("/")[0] + "/"
            data = {
                "csrf_token": opened.token(),
                "version": str(item.version),
                "clause": clause(),
                **fields,
            }
            opened.post(address, data=data, status=401 if who == "visitor" else 403)
        chosen = {"items": f"{item.id}:{item.version}", "clause": clause(), "reason": REASON}
        for do in ("approve", "reject", "keep", "hide"):
            data = {"csrf_token": opened.token(), "do": do, **chosen}
            opened.post("/moderation/bulk/", data=data, status=401 if who == "visitor" else 403)
    for decision in decisions():
        address = f"/moderation/decisions/{decision.id}/undo/"
        data = {"csrf_token": opened.token()}
        opened.post(address, data=data, status=401 if who == "visitor" else 403)
    after = [(post.state, post.source, events(item), item.version) for post, item in made]
    assert after == before
    assert len(entries()) == written


def test_page_and_decision_take_a_constant_number_of_statements(browser, judge):
    opened = browser(judge)
    thread = factories.make_thread()

    def counted():
        _post, item = held_post(thread=thread)
        opened.get(item.path)
        with count_statements() as shown:
            page = opened.get(item.path)
        with count_statements() as decided:
            opened.post_form(page, button="Approve")
        return len(shown), len(decided)

    counted()
    few = counted()
    for _ in range(50):
        held_post(thread=thread)
    assert counted() == few
    assert few[0] <= 24
