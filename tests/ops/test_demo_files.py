"""The demo content as it stands in the files: complete and without contradictions."""

import re
from collections import Counter

import pytest

from forum.accounts.enums import Sector
from forum.core import markup
from forum.moderation.enums import ReportReason, WordEffect
from forum.ops import queries
from forum.organisations.enums import OrganisationKind, SizeBand
from forum.threads.actions.texts import LONGEST_TITLE, SHORTEST_TITLE
from forum.threads.actions.writing import MOST_TOPICS
from forum.threads.enums import ThreadKind

CENTRES = {
    "north-east",
    "north-west",
    "yorkshire-and-the-humber",
    "east-midlands",
    "west-midlands",
    "east-of-england",
    "london",
    "south-east",
    "south-west",
}
SIGN_INS = [
    "private@demo.example",
    "voluntary@demo.example",
    "social@demo.example",
    "community@demo.example",
    "council@demo.example",
    "moderator@demo.example",
    "manager@demo.example",
    "manager-yorkshire@demo.example",
    "manager-west-midlands@demo.example",
    "moderator-london@demo.example",
    "admin@demo.example",
]


@pytest.fixture(scope="module")
def demo():
    return queries.read_demo()


@pytest.fixture(scope="module")
def threads(demo):
    return [(centre, thread) for centre in demo.centres for thread in centre.threads]


def all_members(demo):
    of_centres = (member for centre in demo.centres for member in centre.members)
    return [*demo.members, *of_centres, *demo.moderation.members]


def test_there_is_enough_of_it(demo, threads):
    assert {centre.slug for centre in demo.centres} == CENTRES
    assert all(len(centre.boards) >= 4 for centre in demo.centres)
    assert len(threads) >= 60
    assert demo.post_count >= 400
    assert max(len(thread.posts) for _, thread in threads) > 20
    assert [member.email for member in demo.members] == SIGN_INS


def test_every_kind_of_thing_happens(threads):
    posts = [post for _, thread in threads for post in thread.posts]
    assert any(post.accepted for post in posts)
    assert any(post.withdrawn for post in posts)
    assert any(post.hidden_reason for post in posts)
    assert any(post.first_text and post.edit_note for post in posts)
    assert any(post.quoted_post for post in posts)
    assert any(thread.pinned for _, thread in threads)
    assert any(thread.locked for _, thread in threads)
    assert {thread.kind for _, thread in threads} == set(ThreadKind)


def test_names_are_unique_and_known(demo):
    members = all_members(demo)
    organisations = [*demo.organisations, *(o for c in demo.centres for o in c.organisations)]
    handles = [member.handle for member in members]
    keys = [organisation.key for organisation in organisations]
    assert not [handle for handle, count in Counter(handles).items() if count > 1]
    assert not [key for key, count in Counter(keys).items() if count > 1]
    assert all(re.fullmatch(r"[a-z0-9-]{3,30}", handle) for handle in handles)
    assert {member.sector for member in members} == set(Sector)
    assert {member.organisation for member in members} - {""} <= set(keys)
    assert {organisation.kind for organisation in organisations} <= set(OrganisationKind)
    assert {organisation.size for organisation in organisations} <= set(SizeBand)
    for organisation in organisations:
        assert re.fullmatch(r"|[A-Z0-9]{2}\d{6}", organisation.company_number), organisation
        assert re.fullmatch(r"|\d{6,7}", organisation.charity_number), organisation


def test_each_sector_speaks_in_each_centre(demo):
    for centre in demo.centres:
        assert {member.sector for member in centre.members} == set(Sector), centre.slug


def test_threads_fit_the_rules_of_the_site(threads):
    for centre, thread in threads:
        assert thread.board in {board.slug for board in centre.boards}, thread.title
        assert SHORTEST_TITLE <= len(thread.title) <= LONGEST_TITLE, thread.title
        assert 1 <= len(set(thread.topics)) <= MOST_TOPICS, thread.title
        assert sum(post.hours_later for post in thread.posts) < thread.days_ago * 24, thread.title
        accepted = [post for post in thread.posts if post.accepted]
        assert len(accepted) <= (1 if thread.kind == ThreadKind.QUESTION else 0), thread.title
        assert thread.posts[0].quoted_post == 0, thread.title


def test_posts_say_what_they_quote_and_mention(demo, threads):
    everybody = {member.handle: member for member in all_members(demo)}
    shared = {member.handle for member in demo.members}
    for centre, thread in threads:
        here = shared | {member.handle for member in centre.members}
        for number, post in enumerate(thread.posts, start=1):
            where = f"{thread.title} #{number}"
            assert post.by in here, where
            assert post.capacity == "personal" or everybody[post.by].organisation, where
            assert markup.clean_source(post.text), where
            assert set(markup.find_mentions(post.text)) <= here, where
            assert post.quoted_post < number, where
            if post.quoted_post:
                quoted = thread.posts[post.quoted_post - 1]
                assert post.quoted_text in quoted.text, where


def test_moderation_has_enough_in_every_centre(demo):
    cases = demo.moderation.cases
    decided = Counter(case.centre for case in cases for _ in case.verdicts)
    assert set(decided) == CENTRES
    assert min(decided.values()) >= 4
    waiting = [case for case in cases if case.centre == "north-east" and not case.verdicts]
    assert len(waiting) >= 9
    kinds = {verdict.kind for case in cases for verdict in case.verdicts}
    assert kinds == {"approve", "reject", "hide", "restore", "keep", "edit", "redact"}
    reasons = {report.reason for case in cases for report in case.reports}
    assert reasons >= set(ReportReason) - {"spam"}
    assert {sanction.kind for sanction in demo.moderation.sanctions} >= {"suspension", "warning"}
    assert demo.moderation.interests
    assert {word.effect for word in demo.moderation.words} == set(WordEffect)


def test_what_moderators_did_refers_to_what_is_there(demo, threads):
    known = {(centre.slug, thread.title): thread for centre, thread in threads}
    handles = {member.handle for member in all_members(demo)}
    for case in demo.moderation.cases:
        thread = known.get((case.centre, case.thread))
        assert case.board or (thread and not thread.locked), case.thread
        assert case.post <= (len(thread.posts) if thread else 0), case.thread
        assert bool(case.post) != bool(case.by and case.text), case.thread
        people = {case.by, case.claimed_by, *(report.by for report in case.reports)}
        assert people - {""} <= handles, case.thread


def test_reasons_name_nobody(demo):
    names = {name for member in all_members(demo) for name in member.name.split()} - {"Site"}
    verdicts = [verdict for case in demo.moderation.cases for verdict in case.verdicts]
    appeals = [case.appeal for case in demo.moderation.cases if case.appeal]
    sanctions = demo.moderation.sanctions
    for told in (*verdicts, *appeals, *sanctions, *demo.moderation.arrangements):
        assert not names & set(re.findall(r"[A-Z][a-z]+", told.reason)), told.reason


def test_no_two_posts_are_alike(threads):
    texts = Counter(post.text.strip() for _, thread in threads for post in thread.posts)
    assert not [text for text, count in texts.items() if count > 1]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(queries.DemoError, match=r"people\.toml cannot be read"):
        queries.read_demo(tmp_path)


def test_a_broken_file_is_named(tmp_path):
    (tmp_path / "people.toml").write_text("[[members\n")
    with pytest.raises(queries.DemoError, match=r"people\.toml cannot be read"):
        queries.read_demo(tmp_path)


@pytest.mark.parametrize(
    "text", ["members = []\n", "members = [{nickname = 'x'}]\norganisations = []\n"]
)
def test_an_unknown_or_missing_entry_is_named(tmp_path, text):
    (tmp_path / "people.toml").write_text(text)
    with pytest.raises(queries.DemoError, match="wrong or missing entry"):
        queries.read_demo(tmp_path)
