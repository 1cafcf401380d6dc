"""Public pages that bring several features together."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from forum.accounts.models import HouseRules
from forum.centres.models import Council
from forum.core import clock, markup
from forum.core.db import db
from forum.threads.actions import count_topics
from forum.topics.models import Topic
from tests import factories as make
from tests.statements import count_statements

CENTRES = {
    "north-east": "Gateshead",
    "north-west": "Tameside",
    "yorkshire-and-the-humber": "Leeds",
    "east-midlands": "Nottinghamshire",
    "west-midlands": "Worcestershire",
    "east-of-england": "Norfolk",
    "london": "Association of London Government",
    "south-east": "Kent",
    "south-west": "Dorset",
}


def counted(client, path):
    with count_statements() as statements:
        client.get(path)
    return len(statements)


class TestHome:
    def test_nine_centres_and_fresh_debates(self, client):
        make.make_thread(title="Thirty days from what, exactly?")
        page = client.get("/")
        assert {f"/centres/{slug}/" for slug in CENTRES} <= set(page.links.values())
        assert "Thirty days from what, exactly?" in page.links

    def test_empty_site_says_how_to_begin(self, client):
        assert "No debates yet" in client.get("/").main

    def test_pages_reach_every_thread_once(self, client):
        board, author, topic = make.make_board(), make.make_account(), make.make_topic()
        for number in range(30):
            at = clock.now() - timedelta(hours=number // 4)
            title = f"Thread number {number:02}"
            make.make_thread(board, author, [topic], title=title, at=at, kind="discussion")
        seen, address = [], "/"
        while address:
            page = client.get(address)
            seen += [text for text in page.links if text.startswith("Thread number")]
            address = next((url for text, url in page.links.items() if "Older" in text), None)
        assert sorted(seen) == [f"Thread number {number:02}" for number in range(30)]

    def test_threads_of_members_boards_are_for_members(self, client):
        board = make.make_board(readers="members")
        make.make_thread(board, title="Only among ourselves")
        assert "Only among ourselves" not in client.get("/").text
        client.sign_in(make.make_account())
        assert "Only among ourselves" in client.get("/").links

    def test_statements_do_not_grow(self, client):
        make.make_thread()
        few = counted(client, "/")
        for _ in range(10):
            make.make_thread()
        assert counted(client, "/") == few <= 8


class TestCentres:
    def test_list_and_map_name_all_nine(self, client):
        page = client.get("/centres/")
        for slug, host in CENTRES.items():
            assert host in page.main
            assert page.text.count(f'href="/centres/{slug}/"') == 2

    @pytest.mark.parametrize(("slug", "host"), CENTRES.items())
    def test_page_of_each(self, client, slug, host):
        page = client.get(f"/centres/{slug}/")
        assert host in page.main

    def test_boards_people_threads_councils_and_rules(self, client):
        centre = make.get_centre()
        make.make_board(centre, title="Getting paid")
        make.make_account(role="moderator", display_name="Tom Ridley")
        make.make_account(role="manager", display_name="Ruth Calvert")
        make.make_thread(make.make_board(centre), title="Thirty days from what, exactly?")
        now = clock.now()
        db.session.add(
            Council(
                gss_code="E08000037",
                name="Gateshead Metropolitan Borough Council",
                short_name="Gateshead",
                kind="Metropolitan district",
                updated_at=now,
                centre_id=centre.id,
            )
        )
        db.session.add(
            HouseRules(
                centre_id=centre.id,
                version=1,
                source="Speak of the Tyne.",
                html=markup.render("Speak of the Tyne."),
                published_at=now,
            )
        )
        make.commit()
        page = client.get(centre.path)
        assert "Getting paid" in page.links
        assert "Tom Ridley, moderator" in page.main
        assert "Ruth Calvert, manager" in page.main
        assert "Thirty days from what, exactly?" in page.links
        assert "Gateshead Metropolitan Borough Council" in page.main
        assert "Speak of the Tyne." in page.main

    def test_only_managers_are_offered_to_edit(self, browser):
        path = make.get_centre().path
        manager = make.make_account(role="manager")
        elsewhere = make.make_account(role="manager", centre=make.get_centre("london"))
        assert "Edit centre" in browser(manager).get(path).links
        for reader in (browser(), browser(elsewhere)):
            links = reader.get(path).links
            assert "Edit centre" not in links
            assert "Create a board" not in links

    def test_unknown_centre(self, client):
        client.get("/centres/atlantis/", status=404)

    def test_statements_do_not_grow(self, client):
        path = make.get_centre().path
        make.make_thread()
        few = counted(client, path)
        for _ in range(8):
            make.make_thread(make.make_board())
            make.make_account(role="moderator")
        assert counted(client, path) == few <= 8


class TestTopics:
    def test_tree_with_synonyms(self, client):
        page = client.get("/topics/")
        for heading in ("Strategy themes", "Markets", "Cross-cutting questions"):
            assert heading in page.texts("h2")
        for topic in db.session.scalars(select(Topic)):
            assert topic.path in page.links.values()

    def test_threads_of_all_centres(self, client):
        topic = make.make_topic("Prompt payments")
        for slug in ("north-east", "london"):
            board = make.make_board(make.get_centre(slug))
            make.make_thread(board, topics=[topic], title=f"Paid late in {slug}")
        make.make_thread(title="Something else")
        page = client.get(topic.path)
        assert "Paid late in north-east" in page.links
        assert "Paid late in london" in page.links
        assert "Something else" not in page.links

    def test_filter_by_centre(self, client):
        topic = make.make_topic()
        for slug in ("north-east", "london"):
            board = make.make_board(make.get_centre(slug))
            make.make_thread(board, topics=[topic], title=f"Paid late in {slug}")
        page = client.get(f"{topic.path}?centre=london")
        assert "Paid late in london" in page.links
        assert "Paid late in north-east" not in page.links

    def test_regions_compared(self, client):
        topic = make.make_topic()
        board = make.make_board(make.get_centre("london"))
        thread = make.make_thread(board, make.make_account(sector="community"), [topic], posts=2)
        make.make_post(thread, make.make_account(sector="voluntary"))
        count_topics()
        rows = client.get(topic.path).texts("tr")
        assert "London 1 3 Voluntary, Community" in rows
        assert "South West 0 0 Nobody yet" in rows

    def test_members_boards_are_not_counted_for_visitors(self, client):
        topic = make.make_topic()
        board = make.make_board(make.get_centre("london"), readers="members")
        make.make_thread(board, topics=[topic])
        count_topics()
        assert "London 0 0 Nobody yet" in client.get(topic.path).texts("tr")
        client.sign_in(make.make_account())
        assert "London 1 1 Private" in client.get(topic.path).texts("tr")

    def test_narrower_topics(self, client):
        parent = make.make_topic("Caring")
        make.make_topic("Caring at home", parent=parent)
        assert "Caring at home" in client.get(parent.path).links

    @pytest.mark.parametrize("query", ["centre=atlantis", "after=x", "centre=%00"])
    def test_nonsense_is_not_found(self, client, query):
        client.get(f"{make.make_topic().path}?{query}", status=404)

    def test_unknown_topic(self, client):
        client.get("/topics/alchemy/", status=404)

    def test_statements_do_not_grow(self, client):
        topic = make.make_topic()
        make.make_thread(topics=[topic])
        count_topics()
        few = counted(client, topic.path)
        for _ in range(8):
            make.make_thread(topics=[topic])
        count_topics()
        assert counted(client, topic.path) == few <= 8


class TestPeople:
    def test_what_a_member_wrote(self, client):
        organisation = make.make_organisation("Harbour Advice Trust")
        member = make.make_account(
            display_name="Amara Okafor", about="I run an advice service.", organisation=organisation
        )
        thread = make.make_thread(title="Care fees that cover the cost")
        make.make_post(thread, member, text="> quoted words\n\nMy own words.")
        page = client.get(member.path)
        assert page.h1 == "Amara Okafor"
        assert "I run an advice service." in page.main
        assert "My own words." in page.main
        assert "quoted words" not in page.main
        assert "Harbour Advice Trust" in page.links

    @pytest.mark.parametrize("state", ["hidden", "withdrawn"])
    def test_tombstones_are_not_listed(self, client, state):
        member = make.make_account()
        make.make_post(make.make_thread(), member, text="secret words", state=state)
        assert "secret words" not in client.get(member.path).text

    def test_posts_of_hidden_threads_and_members_boards_are_not_listed(self, client):
        member = make.make_account()
        make.make_post(make.make_thread(state="hidden"), member, text="secret words")
        board = make.make_board(readers="members")
        make.make_post(make.make_thread(board), member, text="inside words")
        page = client.get(member.path)
        assert "secret words" not in page.text
        assert "inside words" not in page.text

    def test_hidden_profile_is_not_found(self, browser):
        member = make.make_account(hidden=True)
        browser().get(member.path, status=404)
        said = "This page is hidden. Only its member and staff see it."
        assert said in browser(member).get(member.path).main
        assert said not in browser(member).get(make.make_account().path).main

    def test_unknown_handle(self, client):
        client.get("/people/nobody-at-all/", status=404)

    def test_long_posts_are_cut_at_a_word(self, client):
        member = make.make_account()
        make.make_post(make.make_thread(), member, text="word " * 200)
        extract = next(text for text in client.get(member.path).texts("p") if "word" in text)
        assert extract.endswith("word…")
        assert len(extract) <= 281

    def test_pages_reach_every_post_once(self, client):
        member, thread = make.make_account(), make.make_thread()
        for number in range(45):
            make.make_post(thread, member, text=f"Contribution {number:02}.")
        seen, address = [], member.path
        while address:
            page = client.get(address)
            seen += [text for text in page.texts("p") if text.startswith("Contribution")]
            address = next((url for text, url in page.links.items() if "Older" in text), None)
        assert len(set(seen)) == len(seen) == 45

    def test_statements_do_not_grow(self, client):
        member, thread = make.make_account(), make.make_thread()
        path = member.path
        make.make_post(thread, member)
        few = counted(client, path)
        for _ in range(8):
            make.make_post(thread, member)
        assert counted(client, path) == few <= 8


class TestOrganisations:
    def test_what_was_written_for_it(self, client):
        organisation = make.make_organisation("Second Wind Bikes CIC", about="Repairs bicycles.")
        speaker = make.make_account(display_name="Leah Sutton", organisation=organisation)
        thread = make.make_thread()
        make.make_post(thread, speaker, text="For all of us.", organisation=organisation)
        make.make_post(thread, speaker, text="For me alone.")
        page = client.get(organisation.path)
        assert page.h1 == "Second Wind Bikes CIC"
        assert "Repairs bicycles." in page.main
        assert "For all of us." in page.main
        assert "For me alone." not in page.main
        assert "Leah Sutton" in page.links

    def test_other_slug_leads_to_the_right_address(self, client):
        organisation = make.make_organisation()
        answer = client.get(f"/organisations/{organisation.id}/old-name/", status=301)
        assert answer.headers["Location"].endswith(organisation.path)

    def test_waiting_organisation_is_not_found_by_visitors(self, client):
        client.get(make.make_organisation(state="waiting").path, status=404)

    def test_statements_do_not_grow(self, client):
        organisation = make.make_organisation()
        path = organisation.path
        make.make_account(organisation=organisation)
        few = counted(client, path)
        for _ in range(5):
            make.make_account(organisation=organisation)
        assert counted(client, path) == few <= 8


class TestTexts:
    @pytest.mark.parametrize(
        ("path", "heading"),
        [
            ("/house-rules/", "House rules"),
            ("/help/writing/", "Help with writing"),
            ("/accessibility/", "Accessibility"),
            ("/privacy/", "Privacy"),
        ],
    )
    def test_page(self, client, path, heading):
        assert heading in client.get(path).h1

    def test_privacy_tells_of_responses_too(self, client):
        page = client.get("/privacy/")
        assert "When you respond to a consultation" in page.texts("h2")
        assert "the interests that you declare" in page.main

    def test_house_rules_have_a_version(self, client):
        assert "Version 1" in client.get("/house-rules/").main
