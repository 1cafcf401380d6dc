"""The page of the search as visitors and members find it."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, text

from forum.core import clock
from forum.core.db import db
from forum.search.enums import Source
from forum.search.models import base
from forum.search.queries import LONGEST_QUERY
from forum.search.queries.finding import RESULTS_PER_PAGE
from forum.threads.enums import ThreadKind
from tests import factories as make
from tests import hostile
from tests.statements import count_statements, writes


def ask(client, asked, status=200, **more):
    pairs = "".join(f"&{key}={value}" for key, value in more.items())
    return client.get(f"/search/?q={quote(asked, safe='')}{pairs}", status=status)


def found(answer):
    return answer.texts(css="rows__title")


@pytest.fixture
def thread(app):
    return make.make_thread(
        title="Paying small suppliers on time",
        text="Our council pays **invoices** within ten days.",
    )


class TestPage:
    def test_the_head_of_every_page_leads_here(self, client):
        assert client.get("/").find("a", href="/search/")
        answer = client.get("/search/")
        assert answer.h1 == "Search"
        assert answer.find("input", name="q")
        assert answer.find("a", href="#closely")
        assert answer.find("h2", id="closely")

    def test_finds_other_forms_of_words(self, client, thread):
        assert found(ask(client, "invoice supplier")) == ["Paying small suppliers on time"]

    def test_found_words_are_marked_and_all_is_escaped(self, client):
        make.make_thread(title="Is <script> & <mark> allowed", text="A `<script>alert(1)</script>`")
        answer = ask(client, "script")
        assert "Is <script> & <mark> allowed" in found(answer)
        assert "<script>alert" not in answer.text
        assert "<mark>script</mark>" in answer.text

    def test_visitors_get_no_cookie(self, client, thread):
        answer = ask(client, "supplier")
        assert "Set-Cookie" not in answer.headers
        assert answer.find("meta", name="robots")

    def test_nothing_found(self, client):
        assert "Nothing was found" in ask(client, "zzzzzz").main

    def test_too_little_asked(self, client):
        assert "Use a word that says more" in ask(client, "the").main

    def test_what_was_left_out_is_told(self, client):
        assert "“sector:nobles” was left out" in ask(client, "bread sector:nobles").main

    def test_a_spelling_is_suggested(self, client, thread):
        answer = ask(client, "suppleirs")
        assert "Did you mean suppliers?" in answer.main
        assert found(client.get("/search/?q=suppliers")) == ["Paying small suppliers on time"]

    def test_nothing_is_suggested_from_where_one_may_not_read(self, client, browser):
        make.make_thread(make.make_board(readers="members"), title="Unobtainium contracts")
        assert "Did you mean" not in ask(client, "unobtaniums").main
        member = browser(make.make_account())
        assert "Did you mean unobtainium" in ask(member, "unobtaniums").main


class TestWhoMayRead:
    def test_boards_for_members(self, client, browser):
        board = make.make_board(readers="members")
        thread = make.make_thread(board, title="Quietly spoken kumquats")
        make.make_post(thread, text="Kumquats, said quietly.")
        assert found(ask(client, "kumquats")) == []
        assert found(ask(browser(make.make_account(confirmed=False)), "kumquats")) == []
        assert len(found(ask(browser(make.make_account()), "kumquats"))) == 2

    def test_hidden_members(self, client, browser):
        member = make.make_account(display_name="Quincy Medlar", hidden=True)
        assert found(ask(client, "medlar")) == []
        assert found(ask(browser(member), "medlar")) == []

    def test_organisations_that_wait(self, client):
        make.make_organisation("Medlar and Sons", state="waiting")
        assert found(ask(client, "medlar")) == []

    def test_replies_of_a_hidden_thread(self, client, browser):
        thread = make.make_thread(title="Hidden from all", state="hidden")
        make.make_post(thread, text="A reply about quinces.")
        assert found(ask(client, "quinces")) == []
        moderator = make.make_account(role="moderator")
        assert len(found(ask(browser(moderator), "quinces"))) == 1


class TestLanguage:
    @pytest.fixture(autouse=True)
    def debate(self, app):
        self.asker = make.make_account(handle="asha-patel", sector="public")
        self.topic = make.make_topic("Catering supplies")
        board = make.make_board(make.get_centre("london"), title="Canteens")
        self.thread = make.make_thread(
            board,
            self.asker,
            [self.topic],
            title="Bread for schools",
            text="Who bakes sourdough loaves?",
            kind=ThreadKind.QUESTION,
            at=clock.now() - timedelta(days=400),
        )
        self.organisation = make.make_organisation("Tyne Bakery")
        self.answer = make.make_post(
            self.thread, text="We bake sourdough daily.", organisation=self.organisation
        )
        make.make_thread(title="Sourdough elsewhere", kind=ThreadKind.DISCUSSION)

    @pytest.mark.parametrize(
        ("asked", "count"),
        [
            ("sourdough", 3),
            ('"sourdough daily"', 1),
            ('"daily sourdough"', 0),
            ("sourdough -loaves", 2),
            ("sourdough author:asha-patel", 1),
            ("sourdough author:@Asha-Patel", 1),
            ('sourdough org:"Tyne Bakery"', 1),
            ("sourdough centre:london", 2),
            ("sourdough board:canteens", 2),
            ("sourdough topic:catering-supplies", 2),
            ("sourdough sector:public", 1),
            ("sourdough is:question", 2),
            ("sourdough is:answered", 0),
            ("sourdough is:unanswered", 2),
            ("sourdough centre:nowhere", 0),
            ("author:asha-patel", 1),
            ("centre:london is:question", 2),
            ("-elsewhere board:canteens", 2),
        ],
    )
    def test_each_word_of_it(self, client, asked, count):
        assert len(found(ask(client, asked))) == count

    def test_times(self, client):
        day = (clock.now() - timedelta(days=200)).date().isoformat()
        assert found(ask(client, f"sourdough before:{day} loaves")) == ["Bread for schools"]
        assert found(ask(client, f"sourdough after:{day}"))[0] == "Sourdough elsewhere"

    def test_accepted_answers_come_first(self, client):
        self.thread.accepted_post_id = self.answer.id
        answer = ask(client, "sourdough is:answered", kind="post")
        assert found(answer) == ["Bread for schools"]
        assert "Accepted answer" in answer.main

    def test_titles_before_texts(self, client):
        make.make_thread(title="Something else altogether", text="We too like sourdough.")
        assert found(ask(client, "sourdough"))[0] == "Sourdough elsewhere"

    def test_facets_count_and_narrow(self, client):
        answer = ask(client, "sourdough")
        for told in ("Threads 2", "Replies 1", "London 2", "Public 1"):
            assert told in answer.words
        narrowed = ask(client, "sourdough", kind="thread", centre="london")
        assert found(narrowed) == ["Bread for schools"]
        assert "Replies 1" in narrowed.words

    def test_newest_first(self, client):
        assert found(ask(client, "sourdough", order="newest", kind="thread")) == [
            "Sourdough elsewhere",
            "Bread for schools",
        ]


class TestPages:
    def test_pages_hold_everything_once(self, client):
        for number in range(RESULTS_PER_PAGE * 2 + 3):
            make.make_thread(title=f"Lentils number {number}")
        for order in ("", "newest"):
            answer, seen = ask(client, "lentils", order=order), []
            while True:
                seen += found(answer)
                links = answer.find("a", rel="next")
                if not links:
                    break
                answer = client.get(links[0].get("href"))
            assert len(seen) == len(set(seen)) == RESULTS_PER_PAGE * 2 + 3

    @pytest.mark.parametrize("cursor", ["x", "-1", "W10", "9" * 40, "%00", "WyJhIiwxXQ"])
    def test_a_place_that_is_none(self, client, thread, cursor):
        ask(client, "suppliers", status=404, after=cursor)

    @pytest.mark.parametrize(("who", "most"), [("visitor", 7), ("member", 8)])
    def test_statements_do_not_grow(self, client, thread, who, most):
        member = make.make_account()
        if who == "member":
            client.sign_in(member)
        make.make_organisation("Suppliers of paper")
        counts = []
        for more in (0, 30):
            for number in range(more):
                make.make_post(thread, text=f"Suppliers {number}")
            ask(client, "suppliers")
            with count_statements() as statements:
                ask(client, "suppliers")
            assert writes(statements) == []
            counts.append(len(statements))
        assert counts[0] == counts[1] <= most, "\n".join(statements)


class TestAnyInput:
    @pytest.mark.timeout(300)
    def test_hostile_texts(self, client, thread):
        for asked in hostile.strings():
            # Past the proof-reader, who takes the text that is shown again for markup of ours.
            address = f"/search/?q={quote(asked, safe='', errors='replace')}"
            answer = FlaskClient.open(client, address)
            # No address of ours has NUL in it.
            assert answer.status_code == (404 if "\x00" in asked else 200), asked

    @pytest.mark.parametrize(
        "asked",
        [
            "a" * 10_000,
            "word " * 2000,
            '"' * 999,
            '- - -- -"-"',
            "AND OR NOT NEAR * ^ ( ) : + {title}: title:x",
            "NEAR(a b)",
            "is: author: before: -is:answered",
            '"unbalanced and -"more',
            "²³ ① ０ ﷽ 𝟘 \u0301",
            "'; DROP TABLE search_document; --",
            "& | ! <-> :* %",
        ],
    )
    def test_operators_and_long_texts(self, client, thread, asked):
        ask(client, asked)
        ask(client, asked, kind=quote(asked[:200], safe=""), centre="x", sector="y", order="z")

    @pytest.mark.parametrize("raw", ["%ED%A0%80", "%FF%FE", "%", "%C2%85", "%01%02"])
    def test_raw_bytes(self, client, thread, raw):
        client.get(f"/search/?q={raw}+supplier")

    def test_ten_thousand_parameters(self, client, thread):
        many = "&".join(f"{name}=x" for name in ("kind", "sector", "after_all", "p") * 2500)
        assert found(client.get(f"/search/?q=suppliers&{many}")) == [
            "Paying small suppliers on time"
        ]
        again = client.get("/search/?" + "&".join(["q=suppliers"] * 10_000))
        assert found(again) == ["Paying small suppliers on time"]

    def test_a_cut_question_says_so(self, client):
        answer = ask(client, "supplier " * LONGEST_QUERY)
        assert "Only the beginning" in answer.main


def plan_of(client, asked):
    """How the database finds the candidates of a question."""
    statements = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        if "UNION ALL" in statement:
            statements.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    ask(client, asked)
    event.remove(Engine, "before_cursor_execute", note)
    statement, parameters = statements[0]
    explain = "EXPLAIN QUERY PLAN " if db.engine.dialect.name == "sqlite" else "EXPLAIN "
    rows = db.session.connection().exec_driver_sql(explain + statement, parameters)
    return "\n".join(" ".join(map(str, row)) for row in rows)


@pytest.mark.usefixtures("own_database")
def test_the_index_answers(client, thread, backend):
    """Neither database reads every document to find some."""
    if backend == "postgresql":
        # So few documents would be read as a whole.
        for source in (Source.THREAD, Source.POST):
            db.session.execute(
                text(
                    "INSERT INTO search_document (id, title, body) SELECT :base + number, "
                    "'load ' || number, 'text ' || number FROM generate_series(1000, 9000) number"
                ),
                {"base": base(source)},
            )
        db.session.execute(text("ANALYZE search_document"))
        for name in ("vector", "title_vector"):
            index = f"ix_search_document_{name}"
            db.session.execute(text("SELECT gin_clean_pending_list(:index)"), {"index": index})
    plan = plan_of(client, "supplier -late")
    if backend == "sqlite":
        assert "search_text VIRTUAL TABLE INDEX" in plan
        assert not re.search("SCAN (search_document|post|thread)\\b", plan), plan
        return
    assert "Bitmap Index Scan on ix_search_document_vector" in plan
    assert "Bitmap Index Scan on ix_search_document_title_vector" in plan
    assert "Seq Scan on search_document" not in plan
