"""What a visitor may not see is on no list: pages, feeds, sitemaps and open data alike."""

import re
from urllib.parse import urlsplit

from forum.core import clock
from tests import factories as make

WORD = "zugzwang"
PARTS = {"centre": "north-east", "topic": "valuing", "table": "kinds", "number": 1}


def public_lists(app):
    """Addresses of lists: those that need nothing, or only a centre or a topic."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" in rule.methods and rule.arguments <= PARTS.keys():
                yield app.url_for(rule.endpoint, **{name: PARTS[name] for name in rule.arguments})


def read(app, client):
    """What the lists say, by address; the sitemaps are those that the index names."""
    index = client.open("/sitemap.xml").text
    sitemaps = [urlsplit(address).path for address in re.findall(r"<loc>(.*?)</loc>", index)]
    answers = {address: client.open(address) for address in [*public_lists(app), *sitemaps]}
    assert [address for address, answer in answers.items() if answer.status_code >= 500] == []
    return {address: answer.text for address, answer in answers.items()}


def test_what_visitors_may_not_see_changes_no_list(app, client):
    client.proofreads = False
    with clock.at(clock.now()):
        topic = make.make_topic("Valuing")
        shown = make.make_thread(title="What all may read", topics=[topic])
        helper = make.make_account()
        before = read(app, client)
        closed = make.make_board(shown.board.centre, title=f"{WORD} board", readers="members")
        make.make_thread(closed, shown.author, [topic], title=f"{WORD} one", text=WORD)
        make.make_thread(
            shown.board, shown.author, [topic], title=f"{WORD} two", state="hidden", text=WORD
        )
        asked = make.make_thread(
            closed, shown.author, [topic], title=f"{WORD} three", kind="question"
        )
        asked.accepted_post_id = make.make_post(asked, helper, text=WORD).id
        make.commit()
        make.make_account(handle=WORD, display_name=f"{WORD} Person", hidden=True)
        make.make_organisation(f"{WORD} Works", state="waiting")
        after = read(app, client)
    assert [address for address, text in after.items() if WORD in text.lower()] == []
    told = {address for address, text in after.items() if shown.slug in text}
    assert {topic.path, "/centres/north-east/"} <= told
    assert any(address.startswith("/sitemap-") for address in told)
    changed = [address for address, text in before.items() if after[address] != text]
    assert [address for address in changed if "csrf_token" not in after[address]] == []
