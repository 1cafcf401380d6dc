"""How the databases find what hot pages show, with data enough to matter.

A statement may not read a large table from one end to the other, and may not sort more than a
page; whatever it does is asked of the database, after it has looked at the size of its tables.
"""

import re
from urllib.parse import quote

import pytest
from sqlalchemy import Engine, event, select, text

from forum.boards.models import Board
from forum.centres.models import Centre
from forum.core.access import Anonymous
from forum.core.db import db, writing
from forum.ops import actions
from forum.organisations.models import Organisation
from forum.threads import queries
from forum.threads.models import Post, Thread, ThreadTopic
from forum.topics.models import Topic
from tests import factories as make

SIZE = actions.Size(users=800, threads=6_000, posts=24_000)
LARGE = {
    *("post", "thread", "thread_topic", "voice", "mention", "read_mark", "outbox_event"),
    *("search_document", "audit_record", "notice", "draft", "interest", "login_session"),
    *("review_item", "report", "log_entry", "post_revision", "held_edit"),
}
# A page of threads with up to five topics each.
MOST_SORTED = 31 * 5
# Statements that read and sort more, on purpose.
BOUNDED = {
    # The newest 250 that match of each kind are ranked, whatever there is.
    "search_document": "the search ranks a bounded number of matches",
    "search_text": "the search ranks a bounded number of matches",
}


@pytest.fixture
def places(own_database, app):
    """Addresses of hot pages in a site with much on it."""
    actions.load_bulk(SIZE, seed=3, progress=int)
    actions.index_bulk(progress=int)
    db.session.flush()
    longest = db.session.scalars(select(Thread).order_by(Thread.last_number.desc())).first()
    board = db.session.scalars(select(Board).order_by(Board.thread_count.desc())).first()
    centre = db.session.get_one(Centre, board.centre_id)
    topic = db.session.scalars(select(Topic).join(ThreadTopic).limit(1)).one()
    post = db.session.scalars(select(Post).where(Post.organisation_id.is_not(None)).limit(1)).one()
    organisation = db.session.get_one(Organisation, post.organisation_id)
    person = make.make_account()
    reader, staff = make.make_account(), make.make_account(role="moderator")
    after = ""
    for _ in range(20):
        after = queries.list_board(Anonymous(), board, after=after).next_cursor
    for_all = [
        longest.path,
        f"{longest.path}?page={-(-longest.last_number // queries.PAGE_SIZE)}",
        board.path,
        f"{board.path}?after={quote(after)}",
        "/",
        centre.path,
        f"/topics/{topic.slug}/",
        f"/topics/{topic.slug}/?centre={centre.slug}",
        post.author.path,
        person.path,
        organisation.path,
        "/search/?q=payment+lots",
        "/voices/",
        "/moderation-log/",
        "/feeds/all/",
        f"/feeds/centres/{centre.slug}/",
        f"/feeds/threads/{longest.id}/",
        f"/feeds/topics/{topic.slug}/",
        "/api/v1/threads/",
        "/api/v1/posts/",
        f"/api/v1/threads/{longest.id}/posts/",
    ]
    return {
        None: for_all,
        reader: [longest.path, board.path, "/", "/account/notices/", "/account/drafts/"],
        staff: [longest.path, board.path, "/moderation/"],
    }


def test_hot_pages_are_found_by_indexes(places, browser, backend):
    wrong, plans = [], {}
    for reader, addresses in places.items():
        client = browser(reader) if reader else browser()
        for address in addresses:
            client.get(address)
            for statement, parameters in statements_of(client, address):
                plans[address] = plans.get(address, "") + explain(statement, parameters)
                if not any(words in statement for words in BOUNDED):
                    found = WRONG[backend](statement, parameters)
                    wrong += [f"{address}: {one}\n{statement}" for one in found]
    assert not wrong, "\n\n".join(dict.fromkeys(wrong))
    first, deep, board, deep_board, home, *_others = places[None]
    number = "uq_post_thread_id_number" if backend == "postgresql" else "sqlite_autoindex_post"
    for address, index in (
        *((address, number) for address in (first, deep)),
        *((address, "ix_thread_board") for address in (board, deep_board)),
        (home, "ix_thread_latest"),
        ("/voices/", "ix_post_latest"),
    ):
        assert index in plans[address], f"{address}\n{plans[address]}"


def statements_of(client, address):
    """The statements, with parameters, that the page asks."""
    seen = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        if statement.startswith(("SELECT", "WITH")):
            seen.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        client.get(address)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    writing.set(True)
    return seen


def explain(statement, parameters):
    """What the database says of how it would find the answer."""
    words = "EXPLAIN QUERY PLAN " if db.engine.dialect.name == "sqlite" else "EXPLAIN "
    rows = db.session.connection().exec_driver_sql(words + statement, parameters)
    return "\n".join(str(row[-1]) for row in rows) + "\n"


def wrong_in_sqlite(statement, parameters):
    """What of the plan must not be; how much is sorted, only the rows tell."""
    tables = dict(pair[::-1] for pair in re.findall(r"(?:FROM|JOIN) (\w+) AS (\w+)", statement))
    plan = explain(statement, parameters)
    # A page in the order of the table's own key is read from its end.
    by_key = plan.count("\n") == 1 and "LIMIT" in statement
    found = [
        f"reads all of {name}"
        for name in re.findall(r"^SCAN (\w+)$", plan, flags=re.MULTILINE)
        if tables.get(name, name) in LARGE and not by_key
    ]
    if re.search("^USE TEMP B-TREE FOR ORDER BY", plan, flags=re.MULTILINE):
        whole, limits = re.subn(r"\s+LIMIT \? OFFSET \?$", "", statement.rstrip())
        given = parameters[: len(parameters) - 2 * limits]
        counted = f"SELECT count(*) FROM ({whole})"  # noqa: S608 — a statement of ours
        number = db.session.connection().exec_driver_sql(counted, given).scalar_one()
        if number > MOST_SORTED:
            found.append(f"sorts {number} rows")
    return found


def wrong_in_postgresql(statement, parameters):
    """What of the plan must not be, as it is carried out."""
    asked = "EXPLAIN (ANALYZE, FORMAT JSON) " + statement
    ((told,),) = db.session.connection().exec_driver_sql(asked, parameters)
    found, waiting = [], [told[0]["Plan"]]
    # To read a small table whole is the best that can be done.
    rows = db.session.execute(text("SELECT relname FROM pg_class WHERE reltuples > 2000"))
    large = LARGE & set(rows.scalars())
    while waiting:
        node = waiting.pop()
        waiting += node.get("Plans", [])
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] in large:
            found.append(f"reads all of {node['Relation Name']}")
        if node["Node Type"] == "Sort" and node["Plans"][0]["Actual Rows"] > MOST_SORTED:
            found.append(f"sorts {node['Plans'][0]['Actual Rows']} rows")
    return found


WRONG = {"sqlite": wrong_in_sqlite, "postgresql": wrong_in_postgresql}
