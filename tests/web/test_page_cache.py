"""Pages kept for visitors: served while they are true, and not a moment longer."""

import gzip
import random
import threading
import time
from datetime import timedelta
from types import SimpleNamespace

import brotli
import pytest

from forum.accounts import actions as accounts
from forum.accounts.enums import Region, Sector
from forum.core import clock, tags
from forum.core.access import OPERATOR
from forum.core.db import db
from forum.core.transactions import action
from forum.threads import actions as threads
from forum.threads import queries
from forum.threads.actions import states
from forum.topics.models import Topic
from forum.web import kept_page, page_cache, sources
from tests import factories

BROWSER = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.fixture
def sites(applications, backend, request):
    """Two applications on one database, one with and one without a cache, both with a thread."""
    databases = applications.databases(backend)
    url = databases.create("live", template="migrated")
    made = [
        applications.make(url, applications.folder, FORUM_PAGE_CACHE=size) for size in ("5", "0")
    ]
    with made[1].app_context():
        author = factories.make_account(sector="voluntary")
        thread = factories.make_thread(author=author, posts=3)
        thread_id, path = thread.id, thread.path
        topic_path = queries.topics_of(thread.id)[0].path
        pages = [
            "/",
            "/centres/",
            "/topics/",
            "/house-rules/",
            "/questions/",
            "/helpful/",
            "/voices/",
            thread.board.centre.path,
            thread.board.path,
            path,
            author.path,
            topic_path,
        ]
        db.session.remove()
    yield SimpleNamespace(kept=made[0], plain=made[1], thread_id=thread_id, path=path, pages=pages)
    made[0].wsgi_app.inner.sources.close()
    for app in made:
        with app.app_context():
            db.engine.dispose()
        applications.made.remove(app)


def get(app, path, *, method="GET", **headers):
    """What a visitor without cookies is answered."""
    browser = app.test_client(use_cookies=False)
    browser.proofreads = False
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return browser.open(path, method=method, headers=given)


def hits(sites):
    return sites.kept.wsgi_app.inner.hits


def test_the_second_visitor_is_answered_from_memory(sites):
    first = get(sites.kept, sites.path)
    second = get(sites.kept, sites.path)
    assert hits(sites) == 1
    assert first.data == second.data == get(sites.plain, sites.path).data
    assert second.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert second.headers["Cache-Control"].startswith("public")
    assert "Set-Cookie" not in second.headers
    assert f"thread:{sites.thread_id}" in second.headers["Surrogate-Key"].split()


@pytest.mark.parametrize(
    ("accepted", "encoding", "decode"),
    [
        ("gzip, deflate, br", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
        ("br;q=0, gzip;q=0.5", "gzip", gzip.decompress),
        ("", None, bytes),
        ("identity", None, bytes),
        ("x" * 5000, None, bytes),
    ],
)
def test_it_comes_in_the_encoding_asked_for(sites, accepted, encoding, decode):
    plain = get(sites.plain, sites.path).data
    for _ in range(2):
        answer = get(sites.kept, sites.path, Accept_Encoding=accepted)
        assert answer.headers.get("Content-Encoding") == encoding
        assert decode(answer.data) == plain
        assert int(answer.headers["Content-Length"]) == len(answer.data)
        assert "Accept-Encoding" in answer.headers["Vary"]


def test_what_the_browser_has_is_not_sent_again(sites):
    etag = get(sites.kept, sites.path, **BROWSER).headers["ETag"]
    assert not etag.startswith("W/")
    for asked in (etag, f'"other", {etag}', "*", f"W/{etag}"):
        answer = get(sites.kept, sites.path, If_None_Match=asked, **BROWSER)
        assert (answer.status_code, answer.data) == (304, b"")
        assert answer.headers["ETag"] == etag
        assert "Content-Security-Policy" in answer.headers
    other = get(sites.kept, sites.path, If_None_Match=etag, Accept_Encoding="gzip")
    assert other.status_code == 200
    assert other.headers["ETag"] != etag


def test_a_head_has_the_headers_and_no_body(sites):
    for _ in range(2):
        answer = get(sites.kept, sites.path, method="HEAD", **BROWSER)
        assert (answer.status_code, answer.data) == (200, b"")
    whole = get(sites.kept, sites.path, **BROWSER)
    assert answer.headers["ETag"] == whole.headers["ETag"]
    assert len(whole.data) > 500


def test_whoever_is_signed_in_is_never_answered_from_memory(sites):
    get(sites.kept, sites.path)
    with sites.kept.app_context():
        browser = sites.kept.test_client().sign_in(factories.make_account(display_name="Ada Reads"))
        db.session.remove()
    assert "Ada Reads" in browser.get(sites.path).text
    assert hits(sites) == 0
    assert b"Ada Reads" not in get(sites.kept, sites.path).data


@pytest.mark.parametrize("path", ["/nowhere/", "/threads/999999/x/", "/account/sign-in/"])
def test_what_is_not_for_everybody_is_not_kept(sites, path):
    get(sites.kept, path)
    get(sites.kept, path)
    assert hits(sites) == 0


def test_unknown_parameters_are_redirected_away(sites):
    answer = get(sites.kept, f"{sites.path}?utm_source=mail&page=1&x=1")
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"{sites.path}?page=1"
    for number in range(20):
        get(sites.kept, f"{sites.path}?junk={number}")
    assert sites.kept.wsgi_app.inner.kept.count() == 0


def test_another_host_gets_neither_page_nor_memory(sites):
    get(sites.kept, sites.path)
    assert get(sites.kept, sites.path, Host="evil.example").status_code == 400
    assert hits(sites) == 0


class Changes:
    """Everything that may change what a visitor reads."""

    def __init__(self, thread_id):
        self.thread = queries.get_thread(OPERATOR, thread_id)
        self.author = self.thread.author
        self.other = factories.make_account(display_name="Another Member")
        self.post = queries.get_post(OPERATOR, self._posts()[-1].id)

    def _posts(self):
        return queries.posts_on_page(OPERATOR, self.thread, page=1)

    def reply(self):
        threads.reply(
            self.other, self.thread, source="A reply.", organisation_id=None, submission_id="r"
        )

    def start_thread(self):
        topic = queries.topics_of(self.thread.id)[0]
        threads.start_thread(
            self.other,
            self.thread.board,
            title="A second thread",
            source="And what of this?",
            topic_ids=[topic.id],
            kind=self.thread.kind,
            organisation_id=None,
            submission_id="s",
        )

    def edit(self):
        threads.edit_post(
            self.author, self.post, source="Changed.", note="", version=self.post.version
        )

    def withdraw(self):
        threads.withdraw_post(self.author, self.post)

    def hide(self):
        action(states.hide)(self.post, rule="Rule", reason="A reason.", entry=None)

    def hide_first(self):
        first = queries.get_post(OPERATOR, self._posts()[0].id)
        action(states.hide)(first, rule="Rule", reason="A reason.", entry=None)

    def accept(self):
        threads.accept_answer(self.author, self.post)

    def rename(self):
        accounts.edit_profile(
            self.author,
            version=self.author.version,
            display_name="Renamed Person",
            handle=self.author.handle,
            about="",
            sector=Sector.COMMUNITY,
            region=Region.LONDON,
            is_hidden=False,
        )

    def rename_topic(self):
        @action
        def change():
            topic_id = queries.topics_of(self.thread.id)[0].id
            db.session.get_one(Topic, topic_id).name = "Another name"

        change()

    def rename_centre(self):
        @action
        def change():
            self.thread.board.centre.host = "Another council"

        change()

    def count_topics(self):
        threads.count_topics()

    def close_board(self):
        @action
        def change():
            self.thread.board.readers = "members"

        change()


@pytest.mark.parametrize("change", [name for name in vars(Changes) if not name.startswith("_")])
def test_after_every_change_the_kept_pages_are_the_true_ones(sites, change):
    for path in sites.pages:
        assert get(sites.kept, path).data == get(sites.plain, path).data
    before = [get(sites.kept, path).data for path in sites.pages]
    with sites.plain.app_context():
        getattr(Changes(sites.thread_id), change)()
        db.session.remove()
    kept = [get(sites.kept, path) for path in sites.pages]
    true = [get(sites.plain, path) for path in sites.pages]
    assert [page.status_code for page in kept] == [page.status_code for page in true]
    assert [page.data for page in kept] == [page.data for page in true]
    assert [page.data for page in kept] != before


def test_what_changes_no_page_throws_none_away(sites):
    get(sites.kept, sites.path)
    with sites.plain.app_context():
        reader = factories.make_account()
        thread = queries.get_thread(reader, sites.thread_id)
        threads.mark_read(reader, thread, number=2)
        threads.save_reply_draft(reader, thread, source="Begun", choices={})
        db.session.remove()
    get(sites.kept, sites.path)
    assert hits(sites) == 1


def test_a_reply_elsewhere_throws_only_its_own_pages_away(sites):
    with sites.plain.app_context():
        elsewhere = factories.make_thread(factories.make_board(factories.get_centre("london"))).id
    get(sites.kept, sites.path)
    with sites.plain.app_context():
        threads.reply(
            factories.make_account(),
            queries.get_thread(OPERATOR, elsewhere),
            source="Elsewhere.",
            organisation_id=None,
            submission_id="e",
        )
        db.session.remove()
    get(sites.kept, sites.path)
    assert hits(sites) == 1


def test_what_is_hidden_while_a_page_is_made_is_not_kept(sites, monkeypatch):
    """The page is made from one state of the database, and its tags are read from the same."""
    real = queries.voices_of
    done = []

    def hide_meanwhile(thread_id):
        if not done:
            done.append(True)
            hider = threading.Thread(target=hide)
            hider.start()
            hider.join()
        return real(thread_id)

    def hide():
        with sites.plain.app_context():
            Changes(sites.thread_id).hide()
            db.session.remove()

    monkeypatch.setattr(queries, "voices_of", hide_meanwhile)
    get(sites.kept, sites.path)
    after = get(sites.kept, sites.path)
    assert after.data == get(sites.plain, sites.path).data
    assert b"A reason." in after.data


def test_visitors_who_come_at_once_have_the_page_made_once(sites, monkeypatch):
    real = queries.voices_of
    made = []

    def slowly(thread_id):
        made.append(thread_id)
        time.sleep(0.2)
        return real(thread_id)

    monkeypatch.setattr(queries, "voices_of", slowly)
    answers = []
    visitors = [
        threading.Thread(target=lambda: answers.append(get(sites.kept, sites.path).data))
        for _ in range(6)
    ]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert len(made) == 1
    assert len(set(answers)) == 1


def test_while_the_database_is_away_readers_go_on_for_a_while(sites, monkeypatch):
    known = get(sites.kept, sites.path).data

    def fail(_self, _names):
        raise OSError("away")

    monkeypatch.setattr(sources.Versions, "of", fail)
    assert get(sites.kept, sites.path).data == known
    monkeypatch.setattr(kept_page, "TRUSTED_SECONDS", 0)
    asked = []
    real = queries.voices_of
    monkeypatch.setattr(queries, "voices_of", lambda thread: asked.append(thread) or real(thread))
    assert get(sites.kept, sites.path).data == known
    assert asked == [sites.thread_id]


def test_a_lost_connection_is_made_anew(sites):
    primary = sites.kept.wsgi_app.inner.sources.primary
    primary.versions(("home",))
    primary._versions._idle[-1].close()
    assert isinstance(primary.versions(("home",)), dict)
    assert primary.is_there()


def test_an_action_that_fails_raises_no_tag(sites):
    with sites.plain.app_context():

        @action
        def fail():
            tags.touch("home")
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        before = tags.versions(["home"])
        action(lambda: tags.touch("home"))()
        assert tags.versions(["home"])["home"] == before.get("home", 0) + 1
        db.session.remove()


def test_a_change_that_says_nothing_concerns_every_page(sites):
    with sites.plain.app_context():
        before = tags.versions([tags.EVERYTHING]).get(tags.EVERYTHING, 0)

        @action
        def change():
            db.session.execute(
                db.update(queries.get_thread(OPERATOR, sites.thread_id).__class__).values(
                    is_locked=True
                )
            )

        change()
        assert tags.versions([tags.EVERYTHING])[tags.EVERYTHING] == before + 1
        db.session.remove()


def test_what_runs_out_is_made_anew(sites):
    with sites.plain.app_context():

        @action
        def lock():
            thread = queries.get_thread(OPERATOR, sites.thread_id)
            thread.is_locked, thread.locked_reason = True, "A pause."
            thread.locked_until = clock.now() + timedelta(seconds=30)

        lock()
        db.session.remove()
    assert b"A pause." in get(sites.kept, sites.path).data
    assert b"A pause." in get(sites.kept, sites.path).data
    assert hits(sites) == 1
    with clock.at(clock.now() + timedelta(seconds=31)):
        assert b"A pause." not in get(sites.kept, sites.path).data
    assert hits(sites) == 1


def test_what_ended_by_itself_is_told_to_the_pages_only_when_something_did(sites):
    get(sites.kept, sites.path)
    with sites.plain.app_context():
        assert threads.end_expired() == 0
        db.session.remove()
    get(sites.kept, sites.path)
    assert hits(sites) == 1


class TestRoom:
    """The pages of a process take so many bytes and no more, whoever asks for what."""

    @staticmethod
    def page(size):
        about = {"tags": ("home",), "versions": {}, "end": time.time() + 60}
        return kept_page.keep([], random.Random(size).randbytes(size), about)  # noqa: S311 — no secret

    @pytest.fixture
    def cache(self, make_app):
        app = make_app()
        return page_cache.PageCache(app, app.wsgi_app, size=page_cache.MEGABYTE)

    def test_the_bytes_are_bounded(self, cache):
        for number in range(300):
            cache.kept.set(("h", f"/{number}", "", ""), self.page(10_000))
        cache.kept.run_pending_tasks()
        assert 0.8 * page_cache.MEGABYTE < cache.kept.weighted_size() <= page_cache.MEGABYTE
        # One that is larger than all the room is not kept at all.
        cache.kept.set(("h", "/large", "", ""), self.page(2 * page_cache.MEGABYTE))
        cache.kept.run_pending_tasks()
        assert cache.kept.get(("h", "/large", "", "")) is None
        assert cache.kept.weighted_size() <= page_cache.MEGABYTE

    def test_another_encoding_is_weighed_too(self, cache):
        key = ("h", "/", "", "")
        cache.kept.set(key, self.page(10_000))
        before = cache.kept.get(key).weight
        found = page_cache.Found(key, cache.kept.get(key))
        for _ in range(2):
            cache._answer(
                found,
                {"HTTP_ACCEPT_ENCODING": "gzip", "REQUEST_METHOD": "GET"},
                lambda *_said: None,
            )
        cache.kept.run_pending_tasks()
        assert cache.kept.weighted_size() == cache.kept.get(key).weight > before + 10_000

    def test_a_crawler_does_not_drive_out_what_people_read(self, cache):
        """60 pages are read again and again, between three times as many that are read once.

        There is room for some 75; what was read last alone would never be found again.
        """
        page, hits, asked = self.page(10_000), 0, 0
        for step in range(6_000):
            if step % 4:
                cache.kept.set(("h", f"/crawled/{step}", "", ""), page)
                continue
            key = ("h", f"/read/{step // 4 % 60}", "", "")
            if step >= 2_000:
                asked += 1
                hits += cache.kept.get(key) is not None
            if cache.kept.get(key) is None:
                cache.kept.set(key, page)
        assert hits > asked / 2
