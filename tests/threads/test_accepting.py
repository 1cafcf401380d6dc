"""New house rules are accepted with the next post, and nothing typed is lost."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from forum.accounts.models import RulesAcceptance
from forum.core import clock
from forum.core.db import db
from forum.core.errors import Invalid
from forum.threads import actions
from forum.threads.models import Draft, Post
from tests import factories as make
from tests.rulebook import make_rules
from tests.statements import count_statements

LATER = timedelta(days=1)
MUST = "Read the house rules and accept them to post"


@pytest.fixture
def member(app):
    return make.make_account()


@pytest.fixture
def rules(app, member):
    return make_rules(at=clock.now() + LATER, change_note="Clause 3 is <b>shorter</b>")


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_reply_asks_for_a_tick_and_keeps_it(client, member, rules):
    thread = make.make_thread()
    page = client.sign_in(member).get(thread.path)
    assert "I accept the house rules, version 2" in page.main
    assert "Clause 3 is <b>shorter</b>" in page.main
    assert rules.path in page.links.values()
    refused = client.post_form(page, {"source": "All of this."}, button="Post reply", status=422)
    assert MUST in refused.errors
    assert refused.fields(button="Post reply")["source"] == ["All of this."]
    answer = client.post_form(refused, {"accept_rules": str(rules.id)}, button="Post reply")
    assert "All of this." in client.follow(client.get(answer.headers["Location"], status=302)).main
    assert "I accept" not in client.get(thread.path).main
    accepted = db.session.scalars(select(RulesAcceptance)).one()
    assert (accepted.account_id, accepted.rules_id) == (member.id, rules.id)


def test_new_thread_asks_too(client, member, rules):
    board, topic = make.make_board(), make.make_topic()
    fields = {
        "title": "Thirty days from what?",
        "source": "From the invoice.",
        "topics": str(topic.id),
    }
    page = client.sign_in(member).get(f"{board.path}start/")
    refused = client.post_form(page, fields, button="Start thread", status=422)
    assert MUST in refused.errors
    kept = refused.fields(button="Start thread")
    assert (kept["title"], kept["topics"]) == ([fields["title"]], [str(topic.id)])
    client.post_form(refused, {"accept_rules": str(rules.id)}, button="Start thread")
    assert count(Post) == 1


def test_rules_of_a_centre_are_named(client, member):
    centre = make.get_centre()
    own = make_rules(centre, at=clock.now() + LATER)
    base = make_rules(at=clock.now() + LATER)
    thread = make.make_thread()
    page = client.sign_in(member).get(thread.path)
    assert "I accept the rules of North East, version 1" in page.main
    one = {"source": "Both.", "accept_rules": str(base.id)}
    refused = client.post_form(page, one, button="Post reply", status=422)
    assert refused.fields(button="Post reply")["accept_rules"] == [str(base.id)]
    client.post_form(refused, {"accept_rules": [str(own.id), str(base.id)]}, button="Post reply")
    assert count(RulesAcceptance) == 2


def test_nothing_is_asked_elsewhere_or_of_newcomers(client, member):
    make_rules(make.get_centre("london"), at=clock.now() + LATER)
    thread = make.make_thread()
    assert "I accept" not in client.sign_in(member).get(thread.path).main
    make_rules()
    newcomer = make.make_account(created_at=clock.now() + LATER)
    assert "I accept" not in client.sign_in(newcomer).get(thread.path).main


def test_preview_and_draft_need_no_tick(client, member, rules):
    thread = make.make_thread()
    typed = {"source": "Not **yet**.", "accept_rules": str(rules.id)}
    page = client.sign_in(member).get(thread.path)
    preview = client.post_form(page, typed, button="Preview", status=200)
    assert preview.fields(button="Post reply")["accept_rules"] == [str(rules.id)]
    client.post_form(page, {"source": "Later."}, button="Save draft")
    assert db.session.scalars(select(Draft)).one().source == "Later."
    assert (count(RulesAcceptance), count(Post)) == (0, 1)


def test_quotation_survives_the_refusal(client, member, rules):
    thread = make.make_thread(text="To be quoted.")
    post = db.session.scalars(select(Post)).one()
    page = client.sign_in(member).get(f"{thread.path}?quote={post.id}")
    refused = client.post_form(page, {}, button="Post reply", status=422)
    assert "> To be quoted." in refused.fields(button="Post reply")["source"][0]


@pytest.mark.parametrize("value", ["x", "²", "-1", "9" * 40, "1.5", ""])
def test_strange_ticks_are_no_acceptance(client, member, rules, value):
    thread = make.make_thread()
    page = client.sign_in(member).get(thread.path)
    typed = {"source": "Hello there.", "accept_rules": value}
    assert MUST in client.post_form(page, typed, button="Post reply", status=422).errors
    assert count(RulesAcceptance) == 0


def test_action_refuses_without_acceptance_and_writes_nothing(member, rules):
    thread = make.make_thread()
    post = {"source": "No.", "organisation_id": None, "submission_id": "one"}
    with pytest.raises(Invalid) as refused:
        actions.reply(member, thread, **post)
    assert refused.value.field == "accept_rules"
    assert count(Post) == 1


def test_sending_again_needs_no_second_tick(member, rules):
    thread = make.make_thread()
    sent = {"source": "Once.", "organisation_id": None, "submission_id": "one"}
    first = actions.reply(member, thread, accepted_rules=[rules.id], **sent)
    assert actions.reply(member, thread, **sent).id == first.id
    assert count(RulesAcceptance) == 1


def test_page_costs_the_same_with_many_posts_and_versions(client, member):
    short, long = make.make_thread(), make.make_thread(posts=15)
    client.sign_in(member)
    client.get(short.path)
    with count_statements() as few:
        client.get(short.path)
    for _ in range(3):
        make_rules(at=clock.now() + LATER)
        make_rules(make.get_centre(), at=clock.now() + LATER)
    with count_statements() as many:
        client.get(long.path)
    assert len(many) == len(few)
