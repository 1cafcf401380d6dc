"""The pages and actions of watched words."""

import pytest

from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.core.errors import Conflict, Invalid, NotAllowed
from forum.moderation import actions
from forum.moderation.actions import Wording
from forum.moderation.actions import words as word_actions
from forum.moderation.enums import WordEffect
from forum.moderation.models import WatchedWord
from tests import factories as make
from tests.moderation.making import manager, moderator, watched_word
from tests.statements import count_statements, writes

PAGE = "/moderation/words/"
ALL = "/moderation/words/?centre=all"


@pytest.fixture
def admin(app):
    return make.make_account(role="administrator")


def wording(phrase="gift card", effect="hold", message=""):
    return Wording(phrase, WordEffect(effect), message)


def stored():
    """Centre, phrase, effect and message of every word."""
    db.session.expire_all()
    return [
        (word.centre.slug if word.centre else None, word.phrase, word.effect.value, word.message)
        for word in db.session.query(WatchedWord).order_by(WatchedWord.id)
    ]


def records():
    return db.session.query(AuditRecord).filter(AuditRecord.tag.like("word.%")).all()


def titles(page):
    return page.texts("h3", css="rows__title")


class TestActions:
    def test_each_change_is_recorded(self, app):
        staff, centre = moderator(), make.get_centre()
        word = actions.add_word(staff, centre.id, wording())
        actions.change_word(staff, word, wording("voucher*", "flag"), version=word.version)
        actions.remove_word(staff, word)
        assert stored() == []
        assert [(r.tag, r.actor_id, r.centre_id, r.details["phrase"]) for r in records()] == [
            ("word.add", staff.id, centre.id, "gift card"),
            ("word.change", staff.id, centre.id, "voucher*"),
            ("word.remove", staff.id, centre.id, "voucher*"),
        ]

    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("  Gift   CARD ", "gift card"),
            ("Bribe *", "bribe*"),
            ("ＢＲＩＢＥ", "bribe"),
            ("off-the-record", "off-the-record"),
            ("x", "x"),
        ],
    )
    def test_phrase_is_kept_in_one_form(self, app, typed, kept):
        assert actions.add_word(moderator(), make.get_centre().id, wording(typed)).phrase == kept

    @pytest.mark.parametrize(
        ("phrase", "message"),
        [
            ("", "Enter a word"),
            (" \n", "Enter a word"),
            ("***", "Enter a word"),
            ("–…!", "Enter a word"),
            ("br*be", "at the end"),
            ("*", "Enter a word"),
            ("a*", "at least 3"),
            ("ab*", "at least 3"),
            ("bribe**", "at the end"),
            ("x" * 81, "Shorten"),
            ("a\u200bb", "invisible"),
            ("a\x00b", "cannot be shown"),
            # Letters by their kind that show nothing.
            ("\u3164\u115f", "Enter a word"),
        ],
    )
    def test_phrase_that_cannot_be_used(self, app, phrase, message):
        with pytest.raises(Invalid) as refused:
            actions.add_word(moderator(), make.get_centre().id, wording(phrase))
        assert refused.value.field == "phrase"
        assert message in refused.value.message

    def test_a_refusal_needs_its_message(self, app):
        centre = make.get_centre()
        with pytest.raises(Invalid) as refused:
            actions.add_word(moderator(), centre.id, wording(effect="block"))
        assert refused.value.field == "message"
        with pytest.raises(Invalid):
            actions.add_word(moderator(), centre.id, wording(effect="block", message="x" * 301))
        word = actions.add_word(moderator(), centre.id, wording(effect="hold", message="Unused"))
        assert word.message == ""

    @pytest.mark.parametrize("slug", ["north-east", None])
    def test_a_phrase_stands_once_on_a_list(self, admin, slug):
        centre_id = make.get_centre(slug).id if slug else None
        actions.add_word(admin, centre_id, wording())
        with pytest.raises(Invalid) as refused:
            actions.add_word(admin, centre_id, wording("Gift card", "flag"))
        assert refused.value.field == "phrase"
        actions.add_word(admin, make.get_centre("london").id, wording())
        other = actions.add_word(admin, centre_id, wording("voucher"))
        with pytest.raises(Invalid):
            actions.change_word(admin, other, wording(), version=other.version)

    @pytest.mark.parametrize("slug", ["north-east", None])
    def test_the_database_keeps_a_phrase_once(self, admin, slug, monkeypatch):
        centre_id = make.get_centre(slug).id if slug else None
        actions.add_word(admin, centre_id, wording())
        monkeypatch.setattr(word_actions, "_ensure_new", lambda *_args, **_kwargs: None)
        with pytest.raises(Invalid) as refused:
            actions.add_word(admin, centre_id, wording())
        assert refused.value.message == "This is on the list already."

    def test_a_list_can_be_full(self, app, monkeypatch):
        monkeypatch.setattr(word_actions, "MOST_WORDS", 1)
        staff, centre = moderator(), make.get_centre()
        watched_word("other", centre=make.get_centre("london"))
        actions.add_word(staff, centre.id, wording())
        with pytest.raises(Invalid) as refused:
            actions.add_word(staff, centre.id, wording("voucher"))
        assert "full" in refused.value.message

    def test_older_version(self, app):
        staff = moderator()
        word = actions.add_word(staff, make.get_centre().id, wording())
        with pytest.raises(Conflict):
            actions.change_word(staff, word, wording("voucher"), version=word.version - 1)

    @pytest.mark.parametrize("sample", ["", " \n", "x" * 10_001, "bell \x07"])
    def test_a_sample_that_cannot_be_a_post_is_not_tried(self, app, sample):
        with pytest.raises(Invalid) as refused:
            actions.try_words(moderator(), make.get_centre().id, wording(), sample=sample)
        assert refused.value.field == "sample"

    def test_others_may_not(self, app):
        word = watched_word("gift card", centre=make.get_centre())
        common = watched_word("voucher")
        for actor in (moderator("london"), manager("london"), make.make_account()):
            for act in (
                lambda actor=actor: actions.add_word(actor, word.centre_id, wording("x")),
                lambda actor=actor: actions.change_word(actor, word, wording("x"), version=1),
                lambda actor=actor: actions.remove_word(actor, word),
                lambda actor=actor: actions.try_words(
                    actor, word.centre_id, wording("x"), sample="x"
                ),
            ):
                with pytest.raises(NotAllowed):
                    act()
        with pytest.raises(NotAllowed):
            actions.remove_word(manager(), common)
        assert [phrase for _, phrase, _, _ in stored()] == ["gift card", "voucher"]


class TestPage:
    def test_moderator_adds_changes_and_removes(self, client, app):
        client.sign_in(moderator())
        assert "No words yet" in client.get(PAGE).main
        answer = client.post_form(PAGE, {"phrase": "Gift card"}, button="Add phrase")
        page = client.follow(answer)
        assert titles(page) == ["gift card"]
        assert stored() == [("north-east", "gift card", "hold", "")]
        path = page.links["Change: gift card"]
        changed = {"phrase": "voucher*", "effect": "block", "message": "Name no vouchers."}
        page = client.follow(client.post_form(path, changed, button="Save changes"))
        assert titles(page) == ["voucher*"]
        assert "Name no vouchers." in page.main
        page = client.follow(client.post_form(page, button="Remove: voucher*"))
        assert (titles(page), stored()) == ([], [])

    def test_errors_stand_beside_their_fields(self, client, app):
        client.sign_in(moderator())
        typed = {"phrase": "ab*", "effect": "block", "sample": "A sample."}
        page = client.post_form(PAGE, typed, button="Add phrase", status=422)
        assert any("at least 3 letters" in error for error in page.errors)
        held = page.fields(button="Add phrase")
        assert (held["phrase"], held["effect"]) == (["ab*"], ["block"])
        assert held["sample"] == ["A sample."]
        assert stored() == []

    def test_trying_shows_what_is_found_and_stores_nothing(self, client, app):
        watched_word("voucher", effect="flag")
        watched_word("badword", centre=make.get_centre(), effect="block", message="Not here.")
        watched_word("elsewhere", centre=make.get_centre("london"))
        client.sign_in(moderator())
        typed = {
            "phrase": "gift card*",
            "sample": "A **gift** cardigan, a voucher, a badword and elsewhere.",
        }
        page = client.get(PAGE)
        with count_statements() as statements:
            page = client.post_form(page, typed, button="Try", status=200)
        assert not writes(statements)
        section = page.main
        for words in (
            "“badword”: The post is refused with a message (Not here.)",
            "“gift card*”: The post waits for a moderator",
            "“voucher”: The post is published, and a moderator looks at it",
            "Nothing has been saved.",
        ):
            assert words in section
        assert "“elsewhere”" not in section
        assert page.fields(button="Try")["phrase"] == ["gift card*"]
        assert len(stored()) == 3

    def test_the_list_alone_can_be_tried(self, client, app):
        watched_word("voucher")
        client.sign_in(moderator())
        page = client.post_form(PAGE, {"sample": "No such thing."}, button="Try", status=200)
        assert "No watched word is in it." in page.main
        page = client.post_form(PAGE, {"sample": " "}, button="Try", status=422)
        assert "Enter a text to try the words on" in page.errors

    @pytest.mark.parametrize("sample", ["x" * 10_001, "bell \x07"])
    def test_a_sample_that_no_post_could_be_is_told_at_its_field(self, client, app, sample):
        client.sign_in(moderator())
        page = client.post_form(PAGE, {"sample": sample}, button="Try", status=422)
        (error,) = page.errors
        assert page.links[error] == "#sample"
        # What cannot be shown is shown by a sign for it.
        assert page.fields(button="Try")["sample"] == [sample.replace("\x07", "\ufffd")]
        assert stored() == []

    def test_a_change_is_tried_in_place_of_the_phrase(self, client, app):
        word = watched_word("voucher", centre=make.get_centre())
        client.sign_in(moderator())
        path = f"{PAGE}{word.id}/"
        typed = {"phrase": "gift card", "sample": "A voucher."}
        page = client.post_form(path, typed, button="Try", status=200)
        assert "No watched word is in it." in page.main
        assert stored() == [("north-east", "voucher", "hold", "")]

    def test_later_of_two_sees_both(self, client, app):
        staff = moderator()
        word = watched_word("voucher", centre=make.get_centre())
        path = f"{PAGE}{word.id}/"
        page = client.sign_in(staff).get(path)
        actions.change_word(staff, word, wording("first", "flag"), version=1)
        answer = client.post_form(page, {"phrase": "second"}, button="Save changes", status=409)
        assert "first" in answer.texts("pre", css="stored")
        assert answer.fields(button="Save changes")["phrase"] == ["second"]
        client.post_form(answer, {}, button="Save changes")
        assert [phrase for _, phrase, _, _ in stored()] == ["second"]

    def test_nothing_sent_changes_nothing(self, client, app):
        word = watched_word("voucher", centre=make.get_centre())
        client.sign_in(moderator())
        client.post(f"{PAGE}{word.id}/", data={"csrf_token": client.token()}, status=409)
        assert stored() == [("north-east", "voucher", "hold", "")]

    def test_moderators_of_another_centre_find_nothing(self, client, app):
        word = watched_word("gift card", centre=make.get_centre())
        client.sign_in(moderator("london"))
        assert titles(client.get(PAGE)) == []
        client.get(f"{PAGE}?centre=north-east", status=404)
        client.get(f"{PAGE}?centre=atlantis", status=404)
        client.get(f"{PAGE}{word.id}/", status=404)
        token = {"csrf_token": client.token()}
        client.post(f"{PAGE}{word.id}/remove/", data=token, status=404)
        client.post(f"{PAGE}?centre=north-east", data={**token, "phrase": "x"}, status=404)
        assert len(stored()) == 1

    def test_members_and_visitors_may_not(self, client, app):
        client.sign_in(make.make_account()).get(PAGE, status=403)
        assert "/account/sign-in/" in client.sign_out().get(PAGE, status=303).headers["Location"]

    def test_words_for_all_are_read_by_moderators_and_changed_by_administrators(
        self, client, admin
    ):
        word = watched_word("gift card")
        client.sign_in(moderator())
        page = client.get(ALL)
        assert titles(page) == ["gift card"]
        assert "Add phrase" not in page.buttons
        assert "Remove: gift card" not in page.buttons
        client.get(f"{PAGE}{word.id}/", status=404)
        token = {"csrf_token": client.token(), "phrase": "x", "effect": "hold"}
        client.post(ALL, data=token, status=403)
        client.sign_in(admin)
        client.post_form(ALL, {"phrase": "voucher"}, button="Add phrase")
        assert stored()[-1] == (None, "voucher", "hold", "")
        client.post_form(ALL, button="Remove: gift card")
        assert len(stored()) == 1

    def test_administrators_find_every_list(self, client, admin):
        page = client.sign_in(admin).get(f"{PAGE}?centre=london")
        assert "London" in page.texts("h2")[0]
        assert len([path for path in page.links.values() if "?centre=" in path]) == 10

    def test_number_of_statements(self, client, app):
        client.sign_in(moderator())
        watched_word("gift card", centre=make.get_centre())
        with count_statements() as first:
            client.get(PAGE)
        for number in range(30):
            watched_word(f"phrase {number}", centre=make.get_centre())
        with count_statements() as second:
            client.get(PAGE)
        assert len(first) == len(second) <= 6
