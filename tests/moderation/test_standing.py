"""Your standing: what a member may do, what waits, what was decided, what is asked."""

from datetime import timedelta

import pytest

from forum.accounts.enums import Region
from forum.centres import queries as centres
from forum.core import clock
from forum.core.errors import NotFound
from forum.moderation import actions, queries
from forum.moderation.actions import Ruling
from forum.web.filters import date_words, datetime_words
from tests import factories
from tests.moderation.making import decisions, events, held_post, manager, moderator, ruling
from tests.moderation.reporting import hidden_post, in_days, report, visible_post
from tests.statements import count_statements, writes

STANDING = "/account/standing/"


@pytest.fixture
def judge(app):
    return moderator()


@pytest.fixture
def member(app):
    return factories.make_account()


@pytest.fixture
def here(app):
    return factories.get_centre().id


def suspend(judge, member, centre_id, **fields):
    values = {"member_text": "", "ruling": ruling(until=in_days(7)), **fields}
    return actions.suspend_member(judge, member, centre_id=centre_id, **values)


def places(page):
    return dict(
        zip(
            page.texts("dt", css="govuk-summary-list__key"),
            page.texts("dd", css="govuk-summary-list__value"),
            strict=True,
        )
    )


class TestPage:
    def test_nothing_yet(self, browser, member):
        page = browser(member).get(STANDING)
        assert page.h1 == "Your standing"
        assert "Nothing restricts you." in page.main
        assert "No moderator has decided anything" in page.main
        assert "Your reports count in full." in page.main

    def test_it_is_ones_own(self, client, browser, judge, member):
        client.get(STANDING, status=303)
        hidden_post(judge, author=member)
        page = browser(factories.make_account()).get(STANDING)
        assert "Post hidden" not in page.main

    def test_no_cache_keeps_it(self, browser, member):
        assert browser(member).get(STANDING).headers["Cache-Control"] == "private, no-store"

    def test_found_from_account_and_public_page(self, browser, member):
        opened = browser(member)
        assert opened.get("/account/").links["Your standing"] == STANDING
        assert opened.get("/account/").links["Your reports"] == "/account/reports/"
        assert opened.get(member.path).links["Your standing"] == STANDING

    def test_who_has_not_confirmed_reads_so(self, browser):
        page = browser(factories.make_account(confirmed=False)).get(STANDING)
        assert "Confirm your email address to post." in page.main
        assert "count half" in page.main

    def test_what_one_may_do_in_each_centre(self, browser, judge, member, here):
        sanction = suspend(judge, member, here)
        actions.slow_member(
            moderator("london"),
            member,
            centre_id=factories.get_centre("london").id,
            minutes=1,
            member_text="",
            ruling=ruling(until=in_days(3)),
        )
        found = places(browser(member).get(STANDING))
        assert len(found) == len(centres.list_centres()) == len(Region)
        assert found["North East"] == (
            f"You cannot post or report until {datetime_words(sanction.ends_at)}."
        )
        assert found["London"].startswith("You can post every 1 minute until")
        assert found["South West"] == "You can read, post and report."

    def test_a_ban_from_all_centres(self, browser, member):
        actions.ban_member(
            factories.make_account(role="administrator"),
            member,
            centre_id=None,
            member_text="You were warned.",
            ruling=ruling(),
        )
        page = browser(member).get(STANDING)
        assert set(places(page).values()) == {
            (
                "You are banned: you cannot post or report "
                "until a manager or an administrator lifts it."
            )
        }
        assert "You were warned." in page.main
        assert any("Appeal this decision" in text for text in page.links)

    def test_what_has_ended_restricts_no_more(self, browser, judge, member, here):
        sanction = suspend(judge, member, here)
        with clock.at(sanction.ends_at):
            page = browser(member).get(STANDING)
        assert "Nothing restricts you." in page.main
        assert "Member suspended from posting" in page.main

    def test_lifted_and_undone_are_told(self, browser, judge, member, here):
        first = suspend(judge, member, here)
        actions.lift_sanction(judge, first.id, ruling=Ruling(reason="All is well."))
        second = suspend(judge, member, here)
        actions.undo_decision(judge, second.decision_id)
        page = browser(member).get(STANDING)
        assert "This was lifted on" in page.main
        assert "This was taken back on" in page.main
        assert "Nothing restricts you." in page.main

    def test_warnings_stand_apart(self, browser, judge, member, here):
        actions.warn_member(
            judge,
            member,
            centre_id=here,
            member_text="Please read clause 3 again.",
            ruling=ruling(staff_note="Second time."),
        )
        page = browser(member).get(STANDING)
        assert "Warnings" in page.texts("h2")
        assert page.main.count("Please read clause 3 again.") == 2
        assert "Second time." not in page.text
        assert judge.display_name not in page.words

    def test_notes_of_staff_are_not_told(self, browser, judge, member, here):
        actions.note_member(judge, member, centre_id=here, text="Writes at night.")
        page = browser(member).get(STANDING)
        assert "Writes at night." not in page.text
        assert "No moderator has decided anything" in page.main

    def test_decisions_tell_clause_reason_and_entry(self, browser, judge, member):
        _post, decision = hidden_post(judge, author=member)
        page = browser(member).get(STANDING)
        assert decision.rule in page.main
        assert decision.reason in page.main
        assert "by a moderator, North East" in page.main
        assert decision.entry_path in page.links.values()
        assert decision.post.path in page.links.values()

    def test_the_link_to_appeal_goes_after_28_days(self, browser, judge, member):
        _post, decision = hidden_post(judge, author=member)
        path = f"/account/standing/decisions/{decision.id}/appeal/"
        assert path in browser(member).get(STANDING).links.values()
        with clock.at(decision.at + timedelta(days=28)):
            assert path not in browser(member).get(STANDING).links.values()

    def test_posts_that_wait_or_were_rejected(self, browser, judge, member):
        waiting, _item = held_post(author=member)
        refused, item = held_post(author=member)
        actions.reject(judge, item.id, version=item.version, ruling=ruling())
        page = browser(member).get(STANDING)
        assert "Waiting for a moderator." in page.main
        assert f"/posts/{waiting.id}/edit/" in page.links.values()
        revise = [url for text, url in page.links.items() if "Revise and send again" in text]
        assert revise == [f"/posts/{refused.id}/edit/"]

    def test_decisions_page_by_page(self, browser, judge, member, here):
        for _ in range(21):
            actions.warn_member(judge, member, centre_id=here, member_text="", ruling=ruling())
        opened = browser(member)
        page = opened.get(STANDING)
        older = next(url for text, url in page.links.items() if "Older" in text)
        seen = page.text.count("of the public log") + opened.get(older).text.count(
            "of the public log"
        )
        assert seen == 21
        opened.get(f"{STANDING}?after=nonsense", status=404)

    def test_statements_do_not_grow_and_nothing_is_written(self, browser, judge, member, here):
        def happen():
            hidden_post(judge, author=member)
            held_post(author=member)
            actions.warn_member(judge, member, centre_id=here, member_text="", ruling=ruling())
            suspend(judge, member, here)

        happen()
        opened = browser(member)
        opened.get(STANDING)
        with count_statements() as few:
            opened.get(STANDING)
        for _ in range(3):
            happen()
        with count_statements() as many:
            opened.get(STANDING)
        assert len(many) == len(few), "\n".join(many)
        assert writes(many) == []


class TestQuestions:
    @pytest.fixture
    def asked(self, judge, member):
        post, item = held_post(author=member)
        actions.ask_author(judge, item.id, text="Is this your own\nexperience?")
        return post, item

    def path(self, item):
        return f"/account/standing/questions/{item.id}/"

    def test_asked_and_answered(self, browser, judge, member, asked):
        _post, item = asked
        opened = browser(member)
        page = opened.get(STANDING)
        assert "Questions for you" in page.texts("h2")
        assert self.path(item) in page.links.values()
        page = opened.get(self.path(item))
        assert "Is this your own experience?" in page.main
        assert judge.display_name not in page.words
        opened.post_form(page, {"text": "Yes, since 2019."}, button="Send answer")
        assert events(item)[-2:] == ["asked", "answered"]
        assert "Questions for you" not in opened.get(STANDING).texts("h2")
        opened.get(self.path(item), status=404)

    def test_an_answer_is_needed(self, browser, member, asked):
        _post, item = asked
        page = browser(member).post_form(
            self.path(item), {"text": " "}, button="Send answer", status=422
        )
        assert page.errors == ["Write your answer"]

    def test_others_find_no_question(self, browser, asked):
        _post, item = asked
        stranger = factories.make_account()
        browser(stranger).get(self.path(item), status=404)
        with pytest.raises(NotFound):
            actions.answer_moderator(stranger, item.id, text="Yes")

    def test_asked_again_it_stands_there_again(self, judge, member, asked):
        _post, item = asked
        actions.answer_moderator(member, item.id, text="Yes.")
        actions.ask_author(judge, item.id, text="Since when?")
        (question,) = queries.questions_for(member)
        assert question.text == "Since when?"

    def test_what_was_decided_asks_no_more(self, judge, member, asked):
        _post, item = asked
        actions.approve(judge, item.id, version=item.version, ruling=ruling(clause="", reason=""))
        assert queries.questions_for(member) == []

    def test_notes_are_no_questions(self, judge, member):
        _post, item = held_post(author=member)
        actions.note_item(judge, item.id, text="Strange.")
        assert queries.questions_for(member) == []


class TestRecordsOfTwo:
    def test_a_reports_outcome_does_not_show_in_the_authors_standing(self, browser, judge):
        post = visible_post()
        reporter = factories.make_account(display_name="Quiet Quill")
        report(reporter, post, note="Seen in the office.")
        page = browser(post.author).get(STANDING)
        assert "Quiet Quill" not in page.text
        assert "Seen in the office" not in page.text

    def test_dates_read_as_everywhere(self, browser, judge, member, here):
        suspend(judge, member, here)
        assert date_words(decisions()[-1].at) in browser(member).get(STANDING).main

    def test_managers_ban_from_their_centre_alone(self, browser, member, here):
        actions.ban_member(manager(), member, centre_id=here, member_text="", ruling=ruling())
        found = places(browser(member).get(STANDING))
        assert "banned" in found["North East"]
        assert "banned" not in found["London"]
