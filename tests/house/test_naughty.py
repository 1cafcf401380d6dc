"""Whatever stands in an address, a query or a form: an answer, never an error of ours."""

import itertools
from urllib.parse import quote

import pytest
from werkzeug.exceptions import NotFound

from forum.core.markup import show_control
from forum.web import access
from tests import hostile
from tests.client import ORIGIN
from tests.house.world import undone

# Bytes rather than texts: lone surrogates, bad UTF-8, NUL, line ends, what paths are made of.
RAW = (
    "%00",
    "%ED%A0%80",
    "%FF%FE",
    "%0d%0aSet-Cookie:%20x=1",
    "%2e%2e%2f",
    "%252e",
    "9" * 19,
    "9" * 400,
    "-1",
    "0",
    "1e9",
    "NaN",
    "%C2%B2",
    "%D9%A3",
    "%EF%BC%8F",
    "x" * 3000,
    "%F0%9D%95%BF",
    "%E2%80%AE",
)
WORDS = [text for text in hostile.strings() if text]
PARAMETERS = ("page", "after", "q", "centre", "sector", "region", "state", "kind", "next", "do")
UNACCEPTABLE = 500

pytestmark = pytest.mark.timeout(180)


def share(step, *, size):
    """Some of the words, other ones for each ``step``, so that all are used somewhere."""
    return [quote(word, safe="") for word in itertools.islice(WORDS, step % 7, None, 7)][:size]


def ask(client, address, problems, **request):
    """Note the address when the answer is an error of ours."""
    method = "POST" if "data" in request else "GET"
    answer = client.open(address, method=method, headers={"Origin": ORIGIN}, **request)
    if answer.status_code >= UNACCEPTABLE:
        problems.append(f"{method} {address[:200]} {str(request)[:300]}: {answer.status_code}")
    # Addresses with odd slashes are put right by redirects to this site.
    target = answer.headers.get("Location", "/").removeprefix(ORIGIN)
    if not target.startswith("/") or target.startswith(("//", "/\\")):
        problems.append(f"{address[:200]} leads to {answer.headers['Location']}")
    assert "x" not in {line.partition("=")[0] for line in answer.headers.getlist("Set-Cookie")}


def with_part(app, world, rule, name, text):
    """The address of ``rule`` with ``text`` for the part called ``name``."""
    marks = {"int": "<int:%s>", "": "<%s>"}
    address = world.address(app, rule)
    parts = zip(rule.rule.strip("/").split("/"), address.strip("/").split("/"), strict=True)
    names = {mark % name for mark in marks.values()}
    return "/" + "/".join(text if part in names else value for part, value in parts) + "/"


def is_unknown(app, address):
    """Whether no rule fits the address, so that it is answered like all other unknown ones."""
    with app.test_request_context(address) as context:
        return type(context.request.routing_exception) is NotFound


def lets_in(app, rule, account):
    """Whether the door of ``rule`` is open to the account: it is judged before all that is sent."""
    door = getattr(app.view_functions[rule.endpoint], "access_rule", "anyone")
    with app.test_request_context():
        return bool(getattr(access, door)(account))


@pytest.mark.parametrize("role", ["administrator"])
def test_no_address_is_an_error(app, world, client, role):
    """A text that fits no rule is asked for once, not in the place of each part anew."""
    world.sign_in(client, role)
    client.proofreads = False
    problems: list[str] = []
    unknown: set[str] = set()
    rules = [rule for rule in app.url_map.iter_rules() if rule.arguments and "GET" in rule.methods]
    for step, rule in enumerate(sorted(rules, key=str)):
        for name in sorted(rule.arguments):
            for text in (*RAW, *share(step, size=3)):
                address = with_part(app, world, rule, name, text)
                if is_unknown(app, address):
                    if text in unknown:
                        continue
                    unknown.add(text)
                ask(client, address, problems)
    assert problems == []


@pytest.mark.parametrize("role", ["member"])
def test_no_query_is_an_error(app, world, client, role):
    world.sign_in(client, role)
    client.proofreads = False
    problems: list[str] = []
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods]
    for step, rule in enumerate(sorted(rules, key=str)):
        address = world.address(app, rule)
        texts = (*RAW[:8], *share(step, size=3))
        for text in texts if lets_in(app, rule, world.people[role]) else texts[-1:]:
            query = "&".join(f"{name}={text}&{name}=twice" for name in PARAMETERS)
            ask(client, f"{address}?{query}", problems)
    assert problems == []


@pytest.mark.parametrize("role", ["member", "administrator"])
def test_no_form_is_an_error(app, world, client, role):
    """Every field of every form, filled with the same nasty text; each effect is undone."""
    world.sign_in(client, role)
    client.proofreads = False
    problems: list[str] = []
    rules = [rule for rule in app.url_map.iter_rules() if "POST" in rule.methods]
    for step, rule in enumerate(sorted(rules, key=str)):
        address = world.address(app, rule)
        names, texts = fields_of(client, address), nasty_values(step)
        for text in texts if lets_in(app, rule, world.people[role]) else texts[-1:]:
            with undone(client):
                data = {**dict.fromkeys(names, text), "csrf_token": client.token()}
                ask(client, address, problems, data=data)
    assert problems == []


def fields_of(client, address):
    """Names of the fields that the page at the address has, and those that no page shows."""
    names = {"version", "submission_id", "title", "source", "reason", "email", "password", "role"}
    names |= {"centre", "number", "direction", "draft", "topics", "organisation_id", "kind"}
    answer = client.open(address, method="GET")
    if answer.status_code == 200:
        controls = answer.find("input", "textarea", "select", "button")
        names |= {control.get("name") for control in controls if control.get("name")}
    return sorted(names - {"csrf_token"})


def nasty_values(step):
    """Values for fields of forms."""
    fixed = ("\x00", "9" * 30, "²", "x" * 20_000, "a\r\nb")
    return (*fixed, *itertools.islice(WORDS, step % 199, None, 199))


def test_a_refused_form_gives_every_text_back(client, world):
    client.sign_in(world.people["member"])
    # HTML has no way to write U+FFFE.
    words = [text for text in WORDS if "\ufffe" not in text]
    for some in (words[n : n + 100] for n in range(0, len(words), 100)):
        typed = {f"field-{number}": text for number, text in enumerate(some)}
        data = {**typed, "csrf_token": client.token()}
        page = client.post("/moderation/bulk/", data=data, status=403)
        kept = [area.text or "" for area in page.find("textarea")]
        assert [" ".join(text.split()) for text in kept] == [
            " ".join(show_control(text).split()) for text in some
        ]
