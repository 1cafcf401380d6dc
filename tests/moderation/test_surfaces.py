"""Posts that were hidden, redacted, or wait: their words are searched for on every surface."""

import gzip
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from sqlalchemy import select

from forum.api import actions as api
from forum.api.enums import Table
from forum.centres.enums import Holding
from forum.consultations import actions as consultations
from forum.core import clock, markup
from forum.core.db import db
from forum.moderation import actions
from forum.moderation.actions.items import hold_item_of
from forum.moderation.enums import RedactionCode
from forum.threads import actions as threads
from forum.threads.models import Post
from tests import factories
from tests.house.world import World, make_world
from tests.moderation.making import moderator, ruling

# What was written in a post, by what has become of it.
WORDS = {
    "hidden": "Zugzwanghaft",
    "redacted": "Fingerspitzig",
    "waiting": "Weltschmerzlich",
    "rejected": "Kabelsalatig",
    "held edit": "Torschlusspanisch",
}
MARKER = "[redacted: commercially confidential]"
READERS = ("visitor", "other member", "moderator elsewhere")
# Where the words may stand as they came: the sealed original, and the author's own typing.
SEALED = "sealed_text"


@pytest.fixture(autouse=True)
def indexed(monkeypatch):
    """The search knows of everything, too."""
    monkeypatch.setattr(factories, "indexing", True)


@dataclass
class Scene:
    """The world of tests/house, and in its thread a post of each kind whose words are not read."""

    world: World
    posts: dict[str, Post]

    def addresses(self, app):
        """Every address that GET answers, with those that lead to the posts in particular."""
        rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods]
        thread, topic = self.world.thread, self.world.topic
        return [
            *(self.world.address(app, rule) for rule in rules if rule.endpoint != "static"),
            *(address for way in WORDS for address in self.addresses_of(app, rules, way)),
            f"{thread.path}?page=2",
            f"/people/{thread.author.handle}/",
            f"/topics/{topic.slug}/?centre=north-east",
            "/search/?q=call",
            "/search/?q=call&order=newest",
            "/moderation/?centre=north-east",
            "/moderation/?kind=appeal",
            "/moderation-log/?centre=north-east",
            "/moderation-log/json/?centre=north-east",
            f"/api/v1/posts/?author={thread.author.handle}&limit=100",
            f"/api/v1/threads/{thread.id}/posts/?limit=100",
            f"/api/v1/threads/?topic={topic.slug}",
            "/api/v1/decisions/?centre=north-east&limit=100",
            *(f"/api/{table}/" for table in Table),
        ]

    def addresses_of(self, app, rules, way):
        """Every address of one of the posts."""
        post, thread, start = self.posts[way], self.world.thread, WORDS[way][:4]
        there = replace(self.world, post=post, addresses={})
        return [
            *(there.address(app, rule) for rule in rules if "post_id" in rule.arguments),
            f"/posts/{post.id}/history/?page=2",
            f"{thread.path}?quote={post.id}",
            f"{thread.path}?quote={post.id}&text={quote(start)}",
            f"/threads/{thread.id}/reply/?quote={post.id}",
            f"/people/suggestions/?q={start}",
            f"/api/v1/posts/{post.id}/",
        ]


def write(world, words, *, holding=Holding.NEVER):
    """A reply with the words, mentioning another member, so that its event waits in the outbox."""
    world.centre.holding = holding
    factories.commit()
    mentioned = world.people["other member"].handle
    post = reply(world.people["member"], world.thread, f"They call it {words}, @{mentioned}.")
    world.centre.holding = Holding.NEVER
    factories.commit()
    # A reply takes the draft away that the world has an address of.
    world.draft = factories.make_draft(world.people["member"], thread=world.thread)
    return post


def reply(author, thread, source):
    return threads.reply(
        author, thread, source=source, organisation_id=None, submission_id=secrets.token_hex(16)
    )


def an_earlier_world():
    """The world as it was an hour ago, so that nobody has posted a lot just now."""
    with clock.at(clock.now() - timedelta(hours=1)):
        return make_world()


def cite(world, post, words):
    """The post is evidence in a consultation, with a note that repeats its words."""
    boss = world.people["manager"]
    note = f"They say {words}."
    consultations.cite_post(boss, world.consultation, post, theme_id=None, note=note)


def hide(world, words):
    """The words were there, in the history too, cited and reported; then the post was hidden."""
    post = write(world, words)
    cite(world, post, words)
    edit(post, f"**{words}**, I said.", note=f"Spelt as {words}")
    report = actions.report_post(
        factories.make_account(), post, reason="personal-attack", note=f"{words}!"
    )
    actions.hide_of_item(moderator(), report.item_id, version=report.item.version, ruling=ruling())
    return post


def redact(world, words):
    """The words stand in the history, a report, a draft, a quotation; then they were removed."""
    post = write(world, words)
    cite(world, post, words)
    edit(post, f"**{words}**, I said.", note=f"Spelt as {words}")
    actions.report_post(factories.make_account(), post, reason="confidential", note=f"{words}!")
    quoted = markup.quote(post.source, author=post.author.display_name, address=post.path)
    factories.make_post(world.thread, text=f"{quoted}\n\nIndeed.")
    factories.make_draft(world.people["other member"], thread=world.thread, source=quoted)
    actions.redact_post(
        moderator(),
        post,
        text=words,
        code=RedactionCode.CONFIDENTIAL,
        ruling=ruling("It tells a price that was given in confidence."),
    )
    return post


def wait(world, words):
    """The words wait to be looked at."""
    return write(world, words, holding=Holding.ALWAYS)


def reject(world, words):
    """The words never were published."""
    post = wait(world, words)
    item = hold_item_of(post)
    actions.reject(moderator(), item.id, version=item.version, ruling=ruling())
    return post


def hold_edit(world, words):
    """The words are in a change that waits."""
    world.centre.holding = Holding.ALWAYS
    factories.commit()
    edit(world.post, f"{words} instead.", note=f"Spelt as {words}")
    world.centre.holding = Holding.NEVER
    factories.commit()
    return world.post


def edit(post, source, *, note):
    threads.edit_post(post.author, post, source=source, note=note, version=post.version)


MAKERS = {
    "hidden": hide,
    "redacted": redact,
    "waiting": wait,
    "rejected": reject,
    "held edit": hold_edit,
}


@pytest.fixture
def scene(app):
    world = an_earlier_world()
    return Scene(world, {way: MAKERS[way](world, words) for way, words in WORDS.items()})


def found_in(text):
    """Of which posts the words are in it, however they are written."""
    return [way for way, words in WORDS.items() if words.lower() in text.lower()]


@pytest.mark.timeout(600)
def test_no_page_holds_them(app, client, scene):
    client.proofreads = False
    addresses = scene.addresses(app)
    held, broken = [], []
    for role in READERS:
        scene.world.sign_in(client, role)
        for address in addresses:
            answer = client.open(address)
            told = "\n".join([answer.text, *answer.headers.values()])
            held += [f"{role}: {address}: {way}" for way in found_in(told)]
            if answer.status_code == 500:
                broken.append(f"{role}: {address}")
    assert held == []
    assert broken == []


def test_no_file_of_the_open_data_holds_them(app, scene, tmp_path):
    settings = app.config["SETTINGS"]
    api.export_open_data(tmp_path / "out", settings, lambda _done, _total: None)
    files = sorted((tmp_path / "out").glob("*.gz"))
    assert len(files) == 2 * len(Table)
    held = [path.name for path in files if found_in(gzip.decompress(path.read_bytes()).decode())]
    assert held == []


def test_author_and_moderators_can_still_read_them_where_they_are_kept(client, scene):
    for role in ("member", "moderator here"):
        page = scene.world.sign_in(client, role).get(scene.world.thread.path)
        assert found_in(page.text) == [way for way in WORDS if way != "redacted"], role
        assert MARKER in page.main


def test_no_event_notice_or_mail_carries_them(app, scene, deliver, outbox_mail):
    waiting = db.session.execute(select(db.metadata.tables["outbox_event"])).all()
    assert waiting
    assert not found_in(str(waiting))
    for _ in range(3):
        deliver(failing=True, limit=1_000)
    assert len(outbox_mail)
    own = scene.world.people["member"].email
    told = [message for message in outbox_mail if message["To"] != own]
    assert [m["Subject"] for m in told if found_in(m.as_string()) or found_in(m["Subject"])] == []
    notices = db.session.execute(select(db.metadata.tables["notice"])).all()
    assert not found_in(str(notices))


def test_no_column_holds_what_was_redacted(app):
    """The sealed original is the one exception."""
    redact(an_earlier_world(), WORDS["redacted"])
    tables = [table for table in db.metadata.sorted_tables if table.name != SEALED]
    held = {
        (table.name, column)
        for table in tables
        for row in db.session.execute(select(table))
        for column, value in row._asdict().items()
        if found_in(str(value))
    }
    assert held == set()
    sealed = db.session.execute(select(db.metadata.tables[SEALED])).all()
    assert found_in(str(sealed))


@pytest.fixture
def sites(applications, backend):
    """Two applications on one database, one with and one without pages kept for visitors."""
    url = applications.databases(backend).create("live", template="migrated")
    made = [
        applications.make(url, applications.folder, FORUM_PAGE_CACHE=size) for size in ("5", "0")
    ]
    yield SimpleNamespace(kept=made[0], plain=made[1])
    made[0].wsgi_app.inner.sources.close()
    for app in made:
        with app.app_context():
            db.engine.dispose()
        applications.made.remove(app)


def take_away(way, post):
    """Hide or redact the post, as a moderator of North East."""
    if way == "hidden":
        return actions.hide_post(moderator(), post, ruling=ruling())
    code = RedactionCode.CONFIDENTIAL
    words = WORDS["redacted"]
    return actions.redact_post(moderator(), post, text=words, code=code, ruling=ruling("Secret."))


@pytest.mark.live
@pytest.mark.parametrize("way", ["hidden", "redacted"])
def test_no_kept_page_holds_them(sites, way):
    with sites.plain.app_context():
        author = factories.make_account(about="Writes.")
        thread = factories.make_thread(author=author)
        post = threads.reply(
            author,
            thread,
            source=f"They call it {WORDS[way]}.",
            organisation_id=None,
            submission_id="a" * 32,
        )
        edit(post, f"**{WORDS[way]}**, I said.", note="Clearer")
        post_id, history = post.id, f"{post.path}history/"
        pages = ["/", thread.path, thread.board.path, thread.board.centre.path, author.path]
        pages += [f"/feeds/threads/{thread.id}/", f"/feeds{author.path}"]
        pages += ["/api/v1/posts/", f"/api/v1/threads/{thread.id}/posts/", "/api/posts/"]
        pages += [f"/api/v1/posts/{post.id}/", f"/api/v1/posts/?author={author.handle}"]
        db.session.remove()
    before = {path: ask(sites.kept, path) for path in [*pages, history]}
    assert found_in(before[pages[1]])
    assert found_in(before[history])
    assert {path: ask(sites.kept, path) for path in before} == before
    with sites.plain.app_context():
        take_away(way, db.session.get_one(Post, post_id))
        db.session.remove()
    for path in before:
        assert not found_in(ask(sites.kept, path)), path
        assert not found_in(ask(sites.plain, path)), path


def ask(app, path):
    """What a visitor is answered."""
    browser = app.test_client(use_cookies=False)
    browser.proofreads = False
    return browser.open(path).text
