"""Reads of topics, on the tree that every database has from the start."""

import pytest

from forum.core.db import db
from forum.core.errors import NotFound
from forum.topics import queries
from forum.topics.enums import TopicKind
from forum.topics.models import TopicDivision
from tests import factories as make
from tests.statements import count_statements

THEMES = [
    "doing-business-electronically",
    "leadership-and-capacity",
    "partnering-and-collaboration",
    "stimulating-markets",
]
MARKETS = (
    "social-care construction-and-property highways ict professional-services "
    "facilities-management waste-and-environment energy-and-utilities transport catering-and-food "
    "education-and-training housing health temporary-staff print-and-post vehicles"
)
QUESTIONS = (
    "prompt-payment lots-and-contract-size insurance-and-financial-thresholds feedback-to-bidders "
    "social-value frameworks-and-aggregation pre-market-engagement payment-of-subcontractors tupe "
    "net-zero-and-whole-life-cost accessibility-of-portals grants-or-contracts consortia"
)


def slugs(kind):
    return [topic.slug for topic in queries.list_topics() if topic.kind is kind]


class TestTree:
    def test_three_branches_in_their_order(self, app):
        kinds = [topic.kind for topic in queries.list_topics()]
        assert kinds == sorted(kinds, key=list(TopicKind).index)
        assert slugs(TopicKind.THEME) == THEMES
        assert set(MARKETS.split()) <= set(slugs(TopicKind.MARKET))
        assert set(QUESTIONS.split()) <= set(slugs(TopicKind.QUESTION))

    def test_children_follow_their_parent(self, app):
        topics = list(queries.list_topics())
        at = {topic.slug: place for place, topic in enumerate(topics)}
        care = topics[at["social-care"]]
        children = [topic.slug for topic in topics if topic.parent_id == care.id]
        assert children == ["childrens-placements", "home-care", "residential-care"]
        assert [at[slug] for slug in children] == [at["social-care"] + n for n in (1, 2, 3)]
        assert {topics[at[slug]].depth for slug in children} == {1}
        assert care.depth == 0

    def test_depth_has_no_end(self, app):
        parent = make.make_topic("Lifts")
        child = make.make_topic("Stair lifts", parent=parent)
        make.make_topic("Curved stair lifts", parent=child)
        found = {topic.name: topic.depth for topic in queries.list_topics()}
        assert (found["Lifts"], found["Stair lifts"], found["Curved stair lifts"]) == (0, 1, 2)

    def test_every_topic_says_what_it_is_and_how_else_it_is_called(self, app):
        for topic in queries.list_topics():
            assert topic.description.endswith(".")
            assert 2 <= len(topic.synonyms) <= 6
            assert topic.url == f"/topics/{topic.slug}/"

    def test_markets_have_divisions_and_nothing_else_has(self, app):
        for topic in queries.list_topics():
            assert bool(topic.divisions) is (topic.kind is TopicKind.MARKET)
            assert all(len(division) == 2 for division in topic.divisions)

    def test_three_statements_however_many(self, app):
        for _ in range(3):
            make.make_topic(parent=make.make_topic())
        make.commit()
        with count_statements() as statements:
            queries.list_topics()
        assert len(statements) == 3


class TestOne:
    def test_by_slug(self, app):
        assert queries.get_topic("tupe").name == "TUPE"
        with pytest.raises(NotFound):
            queries.get_topic("TUPE")

    def test_by_ids(self, app):
        b, a = make.make_topic("Bbb"), make.make_topic("Aaa")
        assert queries.topics_by_ids([b.id, a.id, b.id, 0]) == [a, b]
        assert queries.topics_by_ids([]) == []

    def test_below(self, app):
        parent = make.make_topic()
        b, a = make.make_topic("Bbb", parent=parent), make.make_topic("Aaa", parent=parent)
        assert queries.topics_below(parent.id) == [a, b]
        assert queries.topics_below(a.id) == []


def test_divisions_are_two_digits_of_a_topic(app):
    topic = make.make_topic()
    db.session.add(TopicDivision(topic_id=topic.id, division="99"))
    found = next(row for row in queries.list_topics() if row.id == topic.id)
    assert found.divisions == ("99",)
    assert topic.path == found.url
