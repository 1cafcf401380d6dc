"""Posts of the debate as evidence: who cites them, who learns of it, what becomes of them."""

from datetime import timedelta

import pytest
from flask import g
from sqlalchemy import select

from forum.boards.enums import Readers
from forum.consultations import actions, queries
from forum.consultations.actions import announcing, editing
from forum.consultations.enums import Stage
from forum.consultations.models import Citation, Consultation, Outcome, Theme
from forum.consultations.policy import analysis as policy
from forum.consultations.stages import stage_of
from forum.core import clock, tags
from forum.core.access import OPERATOR, Anonymous
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.core.errors import Invalid, NotAllowed
from forum.core.tags import PageTag
from forum.moderation import actions as moderation
from forum.moderation.enums import RedactionCode
from forum.ops import actions as ops
from forum.threads import actions as writing
from forum.threads.actions import states
from forum.threads.enums import PostState
from forum.threads.models import Post
from tests import factories as make
from tests.consultations import analysing, making
from tests.consultations.test_responding_pages import send
from tests.moderation.making import moderator, ruling
from tests.notifications.hearing import notices, only_notice
from tests.statements import count_statements

WORDS = "Our invoices are paid after ninety days."
NOTE = "A small firm waits ninety days."
CITE = "Cite this post"


@pytest.fixture
def boss(app):
    return making.manager()


@pytest.fixture
def post(app):
    author = make.make_account(display_name="Ann of the Tyne")
    return make.make_post(make.make_thread(title="Late payment"), author, text=WORDS)


@pytest.fixture
def asked(boss):
    return making.make_open(author=boss, title="Paying on time")


def cite(boss, consultation, post, *, theme_id=None, note=NOTE):
    return actions.cite_post(boss, consultation, post, theme_id=theme_id, note=note)


def closed_with_theme():
    """A closed consultation, its author, and its theme."""
    consultation, _response = analysing.make_closed(weeks=1)
    theme = db.session.query(Theme).filter_by(consultation_id=consultation.id).one()
    return consultation, making.manager(), theme


def decide(boss, consultation, theme):
    """Publish the outcome with a decision about the theme."""
    actions.edit_theme(
        boss,
        consultation,
        theme,
        version=theme.version,
        title=theme.title,
        description="",
        ruling="partly",
        reason="Within thirty days, not ten.",
        did="",
    )
    texts = dict.fromkeys(("asked", "said", "decided", "signer", "signer_role"), "As it is")
    actions.write_outcome(boss, consultation, version=0, **texts)
    actions.publish_outcome(boss, consultation)


def follow(client, answer):
    """The page of the thread to which an answer leads, by the post's address."""
    return client.follow(client.follow(answer, status=302))


def section(page):
    """What the page of a consultation says after the heading of the evidence."""
    return page.main.partition("Evidence from the debate")[2]


class TestFromThePost:
    def test_a_manager_cites_it_in_a_consultation_of_theirs(self, client, boss, asked, post):
        making.make_open(title="Of London", centre=make.get_centre("london"))
        making.make_complete(author=boss, title="Still a draft")
        page = client.sign_in(boss).get(post.thread.path)
        link = page.links[f"Cite as evidence (post {post.number})"]
        form = client.get(link)
        assert "Paying on time" in form.main
        assert "Of London" not in form.main
        assert "Still a draft" not in form.main
        page = send(client, form, CITE, {"note": NOTE}, status=422)
        assert "Choose a consultation" in page.errors
        chosen = {"place": f"{asked.id}-"}
        page = follow(client, client.post_form(page, chosen, button=CITE))
        assert "The post is cited." in page.text
        assert "Cited as evidence in Paying on time." in page.main
        assert page.links["Paying on time"] == asked.path
        (citation,) = db.session.scalars(select(Citation))
        assert (citation.post_id, citation.consultation_id) == (post.id, asked.id)
        assert (citation.cited_by, citation.note) == (boss.id, NOTE)

    def test_for_a_theme(self, client, post):
        consultation, boss, theme = closed_with_theme()
        choice = {"place": f"{consultation.id}-{theme.id}"}
        client.sign_in(boss).post_form(f"/posts/{post.id}/cite/", choice, button=CITE)
        assert db.session.scalars(select(Citation.theme_id)).one() == theme.id

    def test_twice_is_refused_with_a_sentence(self, client, boss, asked, post):
        cite(boss, asked, post)
        chosen = {"place": f"{asked.id}-"}
        page = send(client.sign_in(boss), f"/posts/{post.id}/cite/", CITE, chosen, status=422)
        assert "This post is cited there already." in page.main

    def test_with_no_consultation_the_page_says_so(self, client, boss, post):
        page = client.sign_in(boss).get(f"/posts/{post.id}/cite/")
        assert "None of your consultations takes evidence at present." in page.main
        assert CITE not in page.main

    def test_others_are_not_offered_it(self, client, browser, asked, post):
        for reader in (make.make_account(), make.make_account(role="moderator")):
            opened = browser(reader)
            assert "Cite as evidence" not in opened.get(post.thread.path).main
            opened.get(f"/posts/{post.id}/cite/", status=403)
        assert "Cite as evidence" not in client.get(post.thread.path).main

    def test_posts_that_not_everybody_can_read_are_not_offered(self, client, boss, asked):
        inside = make.make_thread(make.make_board(readers=Readers.MEMBERS), posts=2)
        waiting = make.make_post(make.make_thread(), state="pending")
        client.sign_in(boss)
        for thread in (inside, waiting.thread):
            shown = client.get(thread.path).links
            first_only = thread is waiting.thread
            assert sum(name.startswith("Cite as evidence") for name in shown) == first_only
        client.get(f"/posts/{waiting.id}/cite/", status=403)


class TestFromTheConsultation:
    @pytest.mark.parametrize(
        "address",
        [
            "http://localhost/posts/{id}/",
            "/posts/{id}/",
            " {id} ",
            "http://localhost/threads/{thread}/late-payment/?page=1#post-{number}",
        ],
    )
    def test_by_its_address(self, client, boss, asked, post, address):
        told = address.format(id=post.id, thread=post.thread_id, number=post.number)
        here = f"/consultations/{asked.id}/manage/citations/"
        page = send(client.sign_in(boss), here, CITE, {"post": told, "note": NOTE})
        assert page.links[f"Post {post.number} of “Late payment”"] == post.path
        assert NOTE in page.main

    @pytest.mark.parametrize(
        "address", ["nonsense", "/posts/999999999/", "9" * 30, "/threads/1/x/#post-", "/posts/-1/"]
    )
    def test_an_address_of_no_post_is_refused(self, client, boss, asked, address):
        here = f"/consultations/{asked.id}/manage/citations/"
        page = send(client.sign_in(boss), here, CITE, {"post": address}, status=422)
        assert "There is no such post." in page.main

    def test_a_post_that_not_everybody_can_read_is_refused(self, client, boss, asked, post):
        states.hide(post, rule="A rule", reason="A reason.", entry=None)
        make.commit()
        here = f"/consultations/{asked.id}/manage/citations/"
        page = send(client.sign_in(boss), here, CITE, {"post": str(post.id)}, status=422)
        assert "Only posts that everybody can read can be cited." in page.main
        assert not db.session.scalars(select(Citation)).all()

    def test_theme_and_note_are_changed_and_it_is_taken_back(self, client, post):
        consultation, boss, theme = closed_with_theme()
        citation = cite(boss, consultation, post)
        here = f"/consultations/{consultation.id}/manage/citations/"
        edit = f"{here}{citation.id}/"
        changed = {"theme": str(theme.id), "note": "Better said."}
        page = send(client.sign_in(boss), edit, "Save", changed)
        assert "Theme: Late payment" in page.main
        assert "Better said." in page.main
        page = send(client, page, "Take back (citation 1)")
        assert "No post is cited yet." in page.main
        assert "Cited as evidence" not in client.get(post.thread.path).main
        told = db.session.scalars(
            select(AuditRecord.tag).where(AuditRecord.tag.startswith("citation")).order_by("id")
        )
        assert list(told) == ["citation.add", "citation.edit", "citation.remove"]

    def test_the_address_of_another_consultations_citation_is_none(self, client, boss, asked, post):
        other = making.make_open(title="Other", author=boss)
        citation = cite(boss, other, post)
        here = f"/consultations/{asked.id}/manage/citations/{citation.id}/"
        client.sign_in(boss).get(here, status=404)


class TestActions:
    def test_other_centres_managers_are_refused(self, asked, post):
        stranger = making.manager("london")
        with pytest.raises(NotAllowed):
            cite(stranger, asked, post)

    @pytest.mark.parametrize("state", ["hidden", "withdrawn", "pending", "rejected", "retracted"])
    def test_what_cannot_be_read_is_refused(self, boss, asked, state):
        post = make.make_post(make.make_thread(), state=state)
        with pytest.raises(NotAllowed):
            cite(boss, asked, post)

    def test_a_members_board_is_refused(self, boss, asked):
        thread = make.make_thread(make.make_board(readers=Readers.MEMBERS))
        with pytest.raises(NotAllowed):
            cite(boss, asked, make.make_post(thread))

    def test_a_theme_of_another_consultation_is_refused(self, boss, asked, post):
        _consultation, _boss, theme = closed_with_theme()
        with pytest.raises(Invalid, match="Choose among the themes"):
            cite(boss, asked, post, theme_id=theme.id)
        citation = cite(boss, asked, post)
        with pytest.raises(Invalid, match="Choose among the themes"):
            actions.edit_citation(boss, asked, citation, theme_id=theme.id, note="")

    def test_there_is_an_end(self, boss, asked, post, monkeypatch):
        monkeypatch.setattr("forum.consultations.actions.citing.MOST_CITATIONS", 1)
        cite(boss, asked, post)
        with pytest.raises(Invalid, match="1 posts are cited already"):
            cite(boss, asked, make.make_post(post.thread))

    def test_after_the_outcome_nothing_changes(self, post):
        consultation, boss, theme = closed_with_theme()
        citation = cite(boss, consultation, post, theme_id=theme.id)
        decide(boss, consultation, theme)
        with pytest.raises(NotAllowed):
            cite(boss, consultation, make.make_post(post.thread))
        with pytest.raises(NotAllowed):
            actions.edit_citation(boss, consultation, citation, theme_id=None, note="")
        with pytest.raises(NotAllowed):
            actions.take_back_citation(boss, consultation, citation)

    def test_after_the_outcome_pages_say_so_whatever_was_typed(self, client, post):
        consultation, boss, theme = closed_with_theme()
        citation = cite(boss, consultation, post, theme_id=theme.id)
        address = f"/consultations/{consultation.id}/manage/citations/"
        client.sign_in(boss)
        form = client.get(address).fields(button=CITE)
        decide(boss, consultation, theme)
        refused = "Posts are cited from the announcement until there is an outcome"
        assert refused in client.get(f"{address}{citation.id}/", status=403).main
        page = client.post(address, data={**form, "post": "no post", "note": "Kept."}, status=403)
        assert refused in page.main
        assert "Kept." in page.text

    def test_rule_and_filter_agree_in_every_stage(self, boss):
        made = [
            making.make_complete(author=boss),
            making.make_announced(author=boss),
            making.make_open(author=boss),
            making.make_closed(author=boss),
            analysing.make_responded(),
        ]
        announcing.end(boss, made_ended := making.make_open(author=boss), reason="No money.")
        now = clock.now()
        assert {stage_of(one, now) for one in (*made, made_ended)} == set(Stage)
        people = [boss, making.manager("london"), make.make_account(role="administrator")]
        for actor in (*people, make.make_account(), Anonymous(), OPERATOR):
            found = db.session.scalars(select(Consultation).where(policy.citing_by(actor, now)))
            assert {one.id for one in found} == {
                one.id
                for one in db.session.scalars(select(Consultation))
                if policy.can_cite(actor, one, now)
            }


class TestWhatEverybodyReads:
    def test_it_stands_on_the_page_of_the_consultation(self, client, boss, asked, post):
        cite(boss, asked, post)
        page = client.get(asked.path)
        assert page.links[f"Post {post.number} of “Late payment”"] == post.path
        assert "Ann of the Tyne" in section(page)
        assert NOTE in section(page)
        assert WORDS not in page.text

    def test_without_citations_there_is_no_heading(self, client, asked):
        assert "Evidence from the debate" not in client.get(asked.path).text

    @pytest.mark.parametrize("state", ["hidden", "withdrawn"])
    def test_of_a_post_that_is_gone_there_is_a_tombstone(self, client, asked, post, state):
        words = {"hidden": "Hidden by a moderator.", "withdrawn": "Withdrawn by its author."}[state]
        cite(making.manager(), asked, post)
        states.change_state(post, PostState(state))
        make.commit()
        page = client.get(asked.path)
        assert words in section(page)
        for secret in (WORDS, NOTE, "Ann of the Tyne"):
            assert secret not in page.text
        shown = client.get(post.thread.path)
        assert "Cited as evidence" not in shown.main
        states.change_state(post, PostState.VISIBLE)
        make.commit()
        assert NOTE in client.get(asked.path).main

    def test_a_thread_that_is_hidden_leaves_no_name_and_no_way(self, client, boss, asked, post):
        cite(boss, asked, post)
        first = db.session.scalars(select(Post).filter_by(thread_id=post.thread_id, number=1)).one()
        states.change_state(first, PostState.HIDDEN)
        make.commit()
        page = client.get(asked.path)
        assert "A post that not everybody can read any longer." in section(page)
        for secret in (WORDS, NOTE, "Ann of the Tyne", "Late payment", post.path):
            assert secret not in page.text

    def test_a_board_that_closed_to_visitors_leaves_no_name(self, client, boss, asked, post):
        cite(boss, asked, post)
        post.thread.board.readers = Readers.MEMBERS
        make.commit()
        for reader in (client, client.sign_in(boss)):
            page = reader.get(asked.path)
            assert "A post that not everybody can read any longer." in section(page)
            assert NOTE not in page.text

    def test_redaction_follows_the_words_into_the_note_and_the_reason(self, client, post):
        consultation, boss, theme = closed_with_theme()
        cite(boss, consultation, post, theme_id=theme.id, note="They say: ninety days.")
        theme.description = "After ninety days"
        decide(boss, consultation, theme)
        moderation.redact_post(
            moderator(),
            post,
            text="ninety days",
            code=RedactionCode.CONFIDENTIAL,
            ruling=ruling("It tells a term."),
        )
        page = client.get(consultation.path)
        assert "ninety days" not in page.text
        assert "parts of it were removed" in section(page)
        assert "They say: [redacted" in section(page)

    def test_a_post_that_moved_is_found_where_it_is(self, client, boss, asked, post):
        cite(boss, asked, post)
        board = make.make_board(title="Elsewhere")
        moderation.move_thread(
            moderator(), post.thread, board=board, ruling=ruling("It belongs there.")
        )
        page = client.get(asked.path)
        address = client.get(page.links[f"Post {post.number} of “Late payment”"], status=302)
        assert "Cited as evidence in Paying on time." in client.follow(address).main

    def test_after_the_outcome_the_post_says_what_became_of_it(self, client, post):
        consultation, boss, theme = closed_with_theme()
        cite(boss, consultation, post, theme_id=theme.id)
        before = client.get(post.thread.path)
        assert "What became of it" not in before.main
        decide(boss, consultation, theme)
        page = client.get(post.thread.path)
        for words in (
            "What became of it",
            "Theme: Late payment",
            "Decision: Accepted in part",
            "Reason: Within thirty days, not ten.",
        ):
            assert words in page.main, words
        assert page.links[f"Read the outcome ({consultation.title})"] == (
            f"{consultation.path}outcome/"
        )
        outcome = client.get(f"{consultation.path}outcome/")
        assert NOTE in section(outcome)
        assert "Theme: Late payment" in section(client.get(consultation.path))

    def test_a_decision_is_not_told_before_the_outcome(self, client, post):
        consultation, boss, theme = closed_with_theme()
        cite(boss, consultation, post, theme_id=theme.id)
        theme.ruling, theme.reason = "rejected", "No money for it."
        make.commit()
        actions.edit_citation(
            boss, consultation, db.session.query(Citation).one(), theme_id=theme.id, note=""
        )
        ops.reconcile_counters()
        for path in (post.thread.path, consultation.path):
            assert "No money for it." not in client.get(path).text
        assert "Theme:" not in section(client.get(consultation.path))

    def test_without_a_theme_the_post_leads_to_the_outcome(self, client, post):
        consultation, boss, theme = closed_with_theme()
        cite(boss, consultation, post)
        decide(boss, consultation, theme)
        page = client.get(post.thread.path)
        assert f"Read the outcome ({consultation.title})" in page.links
        assert "Decision:" not in page.main

    def test_what_is_taken_back_to_a_draft_is_not_told(self, client, boss, post):
        consultation = making.make_announced(author=boss, title="Too early")
        cite(boss, consultation, post)
        assert "Too early" in client.get(post.thread.path).main
        announcing.take_back(boss, consultation)
        assert "Too early" not in client.get(post.thread.path).main
        announcing.announce(boss, consultation, note="Now.")
        assert "Too early" in client.get(post.thread.path).main

    def test_a_new_title_stands_below_the_post_too(self, client, boss, asked, post):
        cite(boss, asked, post)
        editing.edit(
            boss,
            asked,
            version=asked.version,
            changes={"title": "Paying sooner"},
            note="Said better.",
        )
        assert client.get(post.thread.path).links["Paying sooner"] == asked.path

    def test_two_consultations_stand_below_each_other(self, client, boss, asked, post):
        other = making.make_open(author=boss, title="Another")
        cite(boss, asked, post)
        citation = cite(boss, other, post)
        assert {"Paying on time", "Another"} <= set(client.get(post.thread.path).links)
        actions.take_back_citation(boss, other, citation)
        assert "Another" not in client.get(post.thread.path).main
        assert "Paying on time" in client.get(post.thread.path).links


class TestWhoIsTold:
    def test_the_author_is_told_once_on_the_site(self, deliver, outbox_mail, boss, asked, post):
        citation = cite(boss, asked, post)
        deliver()
        actions.take_back_citation(boss, asked, citation)
        cite(boss, asked, post)
        deliver()
        notice = only_notice()
        assert (notice.account_id, notice.kind, notice.path) == (
            post.author_id,
            "post-cited",
            asked.path,
        )
        assert WORDS not in str(notice.details)
        assert not outbox_mail

    def test_the_author_reads_it(self, deliver, browser, boss, asked, post):
        cite(boss, asked, post)
        deliver()
        page = browser(post.author).get("/account/notices/")
        assert "Your post was cited as evidence" in page.main
        assert "Paying on time" in page.main

    def test_nobody_is_told_of_what_was_taken_back_or_is_their_own(self, deliver, boss, asked):
        own = make.make_post(make.make_thread(), boss)
        cite(boss, asked, own)
        gone = cite(boss, asked, make.make_post(own.thread))
        actions.take_back_citation(boss, asked, gone)
        deliver()
        assert notices() == []


def raised():
    """All tags with their versions."""
    return set(db.session.execute(select(PageTag.name, PageTag.version)).all())


class TestKeptPages:
    def test_a_citation_changes_the_pages_that_show_it_and_no_others(self, boss, asked, post):
        tags.write()
        for change in (
            lambda: cite(boss, asked, post),
            lambda: actions.take_back_citation(boss, asked, db.session.query(Citation).one()),
        ):
            before = raised()
            change()
            assert {name for name, _version in raised() - before} == {
                f"thread:{post.thread_id}",
                f"consultation:{asked.id}",
            }

    def test_the_page_of_the_consultation_depends_on_the_thread(self, app, boss, asked, post):
        cite(boss, asked, post)
        with app.test_request_context(asked.path):
            g.page_tags = set()
            app.dispatch_request()
            assert f"thread:{post.thread_id}" in g.page_tags


class TestWhatItCosts:
    def test_statements_do_not_grow_with_citations(self, client, boss, asked, post):
        many = making.make_open(author=boss)
        thread = make.make_thread(posts=12)
        for one in db.session.scalars(select(Post).filter_by(thread_id=thread.id)):
            cite(boss, many, one)
        cite(boss, asked, post)
        for pair in ((asked.path, many.path), (post.thread.path, thread.path)):
            counts = []
            for path in pair:
                client.get(path)
                make.commit()
                with count_statements() as statements:
                    client.get(path)
                counts.append(len(statements))
            assert counts[0] == counts[1], statements
        assert counts[1] <= 6

    def test_telling_many_posts_takes_as_many_statements_as_telling_two(self, boss):
        counts = []
        for posts in (2, 8):
            consultation = making.make_announced(author=boss)
            thread = make.make_thread(posts=posts)
            for one in db.session.scalars(select(Post).filter_by(thread_id=thread.id)):
                cite(boss, consultation, one)
            with count_statements() as statements:
                announcing.take_back(boss, consultation)
            counts.append(len(statements))
        assert counts[0] == counts[1], statements


def test_what_posts_say_is_compared_and_repaired(boss, asked, post):
    cite(boss, asked, post)
    other = make.make_post(post.thread)
    assert ops.reconcile_counters() == []
    told = post.citations
    post.citations, other.citations = [], told
    make.commit()
    wrong = ops.reconcile_counters()
    assert {(one.column, one.key[0]) for one in wrong} == {
        ("citations", post.id),
        ("citations", other.id),
    }
    db.session.expire_all()
    assert (post.citations, other.citations) == (told, [])


def test_a_theme_that_is_removed_leaves_the_citation(client, post):
    consultation, boss, theme = closed_with_theme()
    cite(boss, consultation, post, theme_id=theme.id)
    actions.remove_theme(boss, consultation, theme)
    db.session.expire_all()
    (cited,) = queries.citations_of(consultation.id)
    assert (cited.theme, cited.note) == (None, NOTE)


def test_an_edit_of_the_post_keeps_what_it_says(client, boss, asked, post):
    cite(boss, asked, post)
    with clock.at(clock.now() + timedelta(minutes=1)):
        writing.edit_post(post.author, post, source="Another text.", note="", version=post.version)
    assert "Cited as evidence in Paying on time." in client.get(post.thread.path).main
    assert db.session.query(Outcome).count() == 0
