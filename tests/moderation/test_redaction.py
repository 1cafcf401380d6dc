"""Redaction: the words are gone from every column, sealed, and given back by undoing."""

import pytest
from sqlalchemy import select

from forum.core import audit, clock, markup
from forum.core.db import db
from forum.core.errors import Conflict, Invalid, NotAllowed
from forum.moderation import actions
from forum.moderation.enums import DecisionKind, ItemKind, RedactionCode, ReportReason
from forum.moderation.models import Complaint, Report, SealedText
from forum.threads import actions as writing
from forum.threads import queries as threads
from forum.threads.models import HeldEdit, Mention, Post
from tests import factories as make
from tests.moderation.making import decisions, entries, moderator, queue, ruling

PHRASE = "Josephine Zebulon of 12 Quince Row"
MARKER = "[redacted: personal data]"
CODE = RedactionCode.PERSONAL_DATA


@pytest.fixture
def judge(app):
    return moderator()


def redact(judge, post, text=PHRASE, **fields):
    return actions.redact_post(
        judge,
        post,
        **{"text": text, "code": CODE, "ruling": ruling("It names somebody."), **fields},
    )


@pytest.mark.parametrize("text", ["", "\x00", "no"])
def test_words_that_cannot_be_looked_for_are_refused_at_their_field(judge, text):
    with pytest.raises(Invalid) as caught:
        redact(judge, post_with(), text)
    assert caught.value.field == "spans"


def everything(*, sealed=False):
    """Every value of every row of every table, as (table, column, text)."""
    found = []
    for table in db.metadata.sorted_tables:
        if table.name == "sealed_text" and not sealed:
            continue
        for row in db.session.execute(select(table)):
            found += [(table.name, name, str(value)) for name, value in row._asdict().items()]
    return found


def where_it_stands(phrase=PHRASE):
    return sorted(
        {(table, column) for table, column, text in everything() if phrase.lower() in text.lower()}
    )


def post_with(text=f"Ask {PHRASE} about it.", **fields):
    return make.make_post(make.make_thread(), text=text, **fields)


def spread(judge):
    """A post whose words stand wherever they can; undoing must bring all of it back."""
    author, reader = make.make_account(), make.make_account()
    thread = make.make_thread(author=make.make_account(), title=f"Who knows {PHRASE}")
    thread.slug = "who-knows-josephine-zebulon-of-12-quince-row"
    post = make.make_post(thread, author, text=f"First {PHRASE}.")
    first = post.version
    writing.edit_post(author, post, source=f"Ask **{PHRASE}** now.", note=PHRASE, version=first)
    quoted = markup.quote(post.source, author="A", address=post.path)
    make.make_post(thread, text=f"{quoted}\n\nNo.")
    elsewhere = make.make_thread(make.make_board(make.get_centre("london")))
    make.make_post(elsewhere, text=f"{quoted}\n\nHere too.")
    make.make_draft(reader, thread=thread, source=f"About {PHRASE}")
    make.make_draft(reader, board=make.make_board(), source=quoted)
    db.session.add(
        HeldEdit(post_id=post.id, source=f"Other {PHRASE}", holds=[], written_at=clock.now())
    )
    item = queue(post, ItemKind.REPORT, score=100)
    report = Report(
        item_id=item.id,
        post_id=post.id,
        reporter_id=reader.id,
        reference="ABCD1234",
        reason=ReportReason.PERSONAL_DATA,
        note=f"It names {PHRASE}!",
        created_at=clock.now(),
    )
    db.session.add(report)
    make.commit()
    actions.note_item(judge, item.id, text=f"Is {PHRASE} real?")
    centre = thread.centre_id
    actions.note_member(judge, author, centre_id=centre, text=f"Names {PHRASE}.")
    complaint = Complaint(
        centre_id=centre,
        reference="EFGH5678",
        text=f"Why is {PHRASE} named?",
        created_at=clock.now(),
    )
    db.session.add(complaint)
    make.commit()
    return post


class TestEveryCopy:
    def test_the_words_are_found_in_no_column(self, app, judge):
        post = spread(judge)
        before = where_it_stands()
        assert {table for table, _ in before} >= {
            "post",
            "post_revision",
            "held_edit",
            "draft",
            "thread",
            "report",
            "item_event",
            "audit_record",
            "sanction",
            "complaint",
        }
        redact(judge, post)
        assert where_it_stands() == []
        assert where_it_stands("josephine-zebulon") == []
        assert PHRASE in str(everything(sealed=True))

    def test_undoing_gives_everything_back(self, app, judge):
        post = spread(judge)
        names = {"post", "post_revision", "held_edit", "draft", "thread", "report", "item_event"}
        names |= {"sanction", "complaint"}

        def kept():
            left_out = {"version", "redactions"}
            return sorted(row for row in everything() if row[0] in names and row[1] not in left_out)

        before = kept()
        decision = redact(judge, post)
        assert kept() != before
        actions.undo_decision(judge, decision.id)
        db.session.expire_all()
        assert kept() == before
        assert post.redactions == []

    def test_each_changed_post_says_so_and_leads_to_the_decision(self, app, judge):
        post = post_with()
        copy = make.make_post(post.thread, text=f"Yes, {PHRASE.upper()}!")
        other = make.make_post(post.thread, text="Nothing here.")
        decision = redact(judge, post)
        db.session.expire_all()
        told = [{"code": "personal-data", "entry": decision.entry_number}]
        assert (post.redactions, copy.redactions, other.redactions) == (told, told, [])
        assert post.source == f"Ask {MARKER} about it."
        assert MARKER in post.html

    def test_the_log_and_the_decision_do_not_hold_the_words(self, app, judge):
        decision = redact(judge, post_with())
        assert decision.kind is DecisionKind.REDACT
        assert PHRASE not in entries()[-1].body
        assert PHRASE not in str(decision.before)

    def test_words_of_other_threads_stay(self, app, judge):
        other = post_with()
        redact(judge, post_with())
        db.session.expire_all()
        assert PHRASE in other.source

    def test_a_mention_goes_with_its_words_and_comes_back(self, app, judge):
        make.make_account(handle="zebulon")
        post = writing.reply(
            make.make_account(),
            make.make_thread(),
            source="Ask @zebulon now.",
            organisation_id=None,
            submission_id="",
        )
        decision = redact(judge, post, "@zebulon")
        assert db.session.query(Mention).count() == 0
        actions.undo_decision(judge, decision.id)
        assert db.session.query(Mention).count() == 1

    def test_an_edit_that_was_begun_before_is_a_conflict(self, app, judge):
        post = post_with()
        version = post.version
        redact(judge, post)
        db.session.expire_all()
        with pytest.raises(Conflict):
            writing.edit_post(post.author, post, source=f"{PHRASE} again", note="", version=version)

    def test_after_a_change_undoing_would_lose_something(self, app, judge):
        post = post_with()
        decision = redact(judge, post)
        db.session.expire_all()
        writing.edit_post(post.author, post, source="Else.", note="", version=post.version)
        with pytest.raises(Conflict):
            actions.undo_decision(judge, decision.id)
        db.session.expire_all()
        assert post.source == "Else."
        assert where_it_stands() == []

    def test_a_discarded_draft_does_not_stand_in_the_way_of_undoing(self, app, judge):
        post, reader = post_with(), make.make_account()
        draft = make.make_draft(reader, thread=post.thread, source=PHRASE)
        decision = redact(judge, post)
        writing.discard_draft(reader, draft.id)
        actions.undo_decision(judge, decision.id)
        db.session.expire_all()
        assert PHRASE in post.source


class TestMarkup:
    @pytest.mark.parametrize(
        ("source", "span", "left"),
        [
            ("call **Jo Bloggs** on Monday", "call Jo Bloggs on", f"{MARKER} Monday"),
            ("**Jo Bloggs** on Monday", "Jo Bloggs on", f"**{MARKER}** Monday"),
            ("call **Jo Bloggs** now", "call Jo", f"**{MARKER} Bloggs** now"),
            ("[Jo Bloggs](http://x.org)", "Jo Bloggs", f"[{MARKER}](http://x.org)"),
            ("Jo\nBloggs said\n\n- jo  bloggs", "Jo Bloggs", f"{MARKER} said\n\n- {MARKER}"),
            ("> a Jo\n> Bloggs b", "Jo Bloggs", f"> a {MARKER} b"),
            ("J&#111; Bl&#x6f;ggs & co", "Jo Bloggs", f"{MARKER} & co"),
            ("Jo Bloggs: 0191", "Jo Bloggs", f"\\{MARKER}: 0191"),
            ("Jones, job and Jo", "Jo", f"Jones, job and {MARKER}"),
            ("jo_bloggs@example.org", "jo_bloggs@example.org", MARKER),
            ("personal data and data", "personal data\ndata", f"{MARKER} and {MARKER}"),
            ("`Jo Bloggs`", "Jo Bloggs", f"`{MARKER}`"),
        ],
    )
    def test_spans_across_markup(self, app, judge, source, span, left):
        post = post_with(source)
        redact(judge, post, span)
        db.session.expire_all()
        assert post.source == left

    @pytest.mark.parametrize(
        ("source", "span"),
        [
            ("[Jo](http://x.org) Bloggs", "Jo Bloggs"),
            ("see [Jo Bloggs](http://x.org)", "see Jo"),
            ("| Jo | Bloggs |\n|----|----|\n| a | b |", "Jo Bloggs"),
        ],
    )
    def test_what_cannot_be_removed_safely_is_refused_whole(self, app, judge, source, span):
        post = post_with(source)
        with pytest.raises(Invalid) as caught:
            redact(judge, post, span)
        assert caught.value.field == "spans"
        db.session.expire_all()
        assert post.source == source
        assert (decisions(), db.session.query(SealedText).count()) == ([], 0)

    @pytest.mark.parametrize(
        "span",
        [
            "",
            "  ",
            "a",
            "**",
            "Nobody said this",
            "x" * 1001,
            "a\x00b",
            "\n".join(f"word {n}" for n in range(51)),
        ],
    )
    def test_what_is_not_there_is_refused(self, app, judge, span):
        with pytest.raises(Invalid) as caught:
            redact(judge, post_with(), span)
        assert caught.value.field == "spans"

    def test_one_line_that_is_not_there_refuses_all(self, app, judge):
        post = post_with()
        with pytest.raises(Invalid):
            redact(judge, post, f"{PHRASE}\nNobody said this")
        db.session.expire_all()
        assert PHRASE in post.source

    @pytest.mark.parametrize("field", ["reason", "staff_note"])
    def test_the_reason_does_not_repeat_the_words(self, app, judge, field):
        told = {"reason": "It names somebody.", field: f"It says {PHRASE}."}
        with pytest.raises(Invalid) as caught:
            redact(judge, post_with(), ruling=ruling(**told))
        assert caught.value.field == field
        assert entries() == []


class TestRights:
    def test_only_moderators_of_the_centre_and_not_of_their_own(self, app, judge):
        post = post_with()
        for stranger in (moderator("london"), make.make_account(), post.author):
            with pytest.raises(NotAllowed):
                redact(stranger, post)
        with pytest.raises(NotAllowed):
            redact(judge, make.make_post(post.thread, judge, text=PHRASE))
        assert (decisions(), db.session.query(SealedText).count()) == ([], 0)

    def test_strangers_are_not_recorded_as_recused(self, app):
        organisation = make.make_organisation()
        stranger = make.make_account(organisation=organisation)
        with pytest.raises(NotAllowed, match="moderators of this centre"):
            redact(stranger, post_with(organisation=organisation))
        assert db.session.scalars(select(audit.AuditRecord.tag)).all() == []

    def test_the_recused_are_refused_and_recorded(self, app, judge):
        organisation = make.make_organisation()
        make.make_membership(judge, organisation)
        post = post_with(organisation=organisation)
        with pytest.raises(NotAllowed):
            redact(judge, post)
        assert "moderation.recused" in db.session.scalars(select(audit.AuditRecord.tag)).all()
        assert threads.get_post(judge, post.id).redactions == []

    @pytest.mark.parametrize("state", ["hidden", "pending", "withdrawn"])
    def test_what_nobody_reads_is_redacted_too(self, app, judge, state):
        post = post_with(state=state)
        redact(judge, post)
        assert where_it_stands() == []
        assert db.session.get(Post, post.id).state == state
