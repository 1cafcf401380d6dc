"""The documented cache in nginx before a real site, and those who try to poison it."""

import functools
import http.client
import re
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest

from forum.core.access import OPERATOR
from forum.core.db import db
from forum.threads import queries
from tests import factories
from tests.client import Client
from tests.ops.posting import make_site_app
from tests.ops.programs import find, running
from tests.ops.serving import Site, free_port, wait_for

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]

DOCUMENT = Path(__file__).parents[2] / "docs" / "administrators.md"
HOST = "roundtable.example"
EVIL = "evil.example"
NAME = "Ada Reads Secretly"

# What a request may carry that must not be in anybody else's answer.
POISONS = {
    "another forwarded host": {"X-Forwarded-Host": EVIL},
    "another scheme": {"X-Forwarded-Proto": "http", "X-Forwarded-Scheme": "http"},
    "a prefix": {"X-Forwarded-Prefix": f"//{EVIL}", "X-Script-Name": "/evil"},
    "a forwarded port": {"X-Forwarded-Port": "81", "Forwarded": f"host={EVIL};proto=http"},
    "another address": {"X-Original-URL": "/account/", "X-Rewrite-URL": "/account/"},
    "another method": {"X-HTTP-Method-Override": "POST", "X-Method-Override": "HEAD"},
    "another language": {"Accept-Language": "de, fr;q=0.5"},
    "a strange encoding": {"Accept-Encoding": "gzip;q=0, br;q=0, zstd, x-evil"},
    "a part of the page": {"Range": "bytes=0-10"},
    "a condition": {"If-None-Match": "*", "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
    "a long header": {"X-Evil": EVIL * 500, "User-Agent": EVIL * 100},
    "strange cookies": {"Cookie": f"lang=de; csrf_token={EVIL}; theme={EVIL}"},
    "an origin": {"Origin": f"https://{EVIL}", "Referer": f"https://{EVIL}/"},
}
# Addresses that may look like files to a cache and like a member's page to the site.
DECEPTIONS = (
    "/account/x.css",
    "/account/;x.css",
    "/account/%2e%2e/static/x.css",
    "/account/..%2fstatic%2fapp.css",
    "/account//x.js",
    "/account/%00.css",
    "/account/?x.css",
    "//account/",
    "/static/%2e%2e/account/",
    "/static/..%2faccount/",
    "/notices/x.png",
)


def documented(folder, *, port, site_port):
    """The documented configuration, without TLS and with this test's ports and folders."""
    blocks = re.findall(r"```nginx\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    text = next(block for block in blocks if "proxy_cache_path" in block)
    text = re.sub(r"server \{\n    listen 80;.*?\n\}\n", "", text, flags=re.DOTALL)
    text = re.sub(r"(?m)^ *(ssl_|listen \[::\]).*\n", "", text)
    text = text.replace("listen 443 ssl http2", f"listen 127.0.0.1:{port}")
    text = text.replace("/var/cache/nginx", str(folder)).replace("/var/log/nginx", str(folder))
    text = text.replace("http://127.0.0.1:8000", f"http://127.0.0.1:{site_port}")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    return (
        f"daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\nerror_log stderr;\n"
        f"events {{}}\nhttp {{\n{temporary}\n{text}\n}}\n"
    )


class World:
    """A site, nginx before it, and pages that nobody has asked for yet."""

    def __init__(self, app, site, port, folder):
        self.app, self.site, self.port, self.folder = app, site, port, folder
        with app.app_context():
            board = factories.make_board()
            self.paths = [factories.make_thread(board).path for _ in range(len(POISONS) + 7)]
            browser = Client(app).sign_in(factories.make_account(display_name=NAME))
            cookie = browser.get_cookie(app.config["SESSION_COOKIE_NAME"])
            # The site is served over TLS and calls its cookie accordingly.
            self.cookie = f"__Host-roundtable={cookie.value}"
            db.session.remove()

    def ask(self, path, *, port=0, method="GET", body=None, host=HOST, **headers):
        """Status, headers and body of an answer of nginx, or of the site itself."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=20)
        try:
            given = {"Host": host, **{k.replace("_", "-"): v for k, v in headers.items()}}
            connection.request(method, path, body, given)
            answer = connection.getresponse()
            return SimpleNamespace(status=answer.status, headers=answer.headers, body=answer.read())
        finally:
            connection.close()

    def fresh(self, path, **headers):
        """What the site itself answers."""
        return self.ask(path, port=self.site.port, X_Forwarded_Proto="https", **headers)

    def check(self, path):
        """What a visitor gets through nginx is what the site would say."""
        kept, true = self.ask(path), self.fresh(path)
        assert (kept.status, kept.body) == (true.status, true.body), path
        for name in ("Cache-Control", "Content-Type", "Content-Encoding", "Location", "Set-Cookie"):
            assert kept.headers.get(name) == true.headers.get(name), (path, name)
        assert EVIL.encode() not in kept.body
        assert NAME.encode() not in kept.body
        return kept


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    nginx = find("nginx")
    folder = tmp_path_factory.mktemp("site")
    environ = {
        "FORUM_SITE_URL": f"https://{HOST}",
        "FORUM_HOSTS": f"{HOST},127.0.0.1",
        "FORUM_PROXIES": "1",
        "FORUM_SHARED_CACHE_SECONDS": "600",
    }
    for app in make_site_app(folder):
        with Site(folder, options=("--alone",), **environ) as site:
            before = tmp_path_factory.mktemp("nginx")
            port = free_port()
            configuration = before / "nginx.conf"
            configuration.write_text(documented(before, port=port, site_port=site.port))
            made = World(app, site, port, before)
            command = [nginx, "-c", configuration, "-p", before]
            with running(command, before, functools.partial(answers, made)):
                yield made


def answers(world):
    try:
        return world.ask("/healthz").status == 200
    except OSError:
        return False


def test_visitors_are_answered_by_nginx_and_members_are_not(world):
    path = world.paths[0]
    assert [world.check(path).headers["X-Cache"] for _ in range(2)] == ["MISS", "HIT"]
    for _ in range(2):
        member = world.ask(path, Cookie=world.cookie)
        assert NAME.encode() in member.body
        assert member.headers["X-Cache"] == "BYPASS"
        assert member.headers["Cache-Control"] == "private, no-store"
    assert world.check(path).headers["X-Cache"] == "HIT"
    # A page that a member was the first to ask for.
    assert NAME.encode() in world.ask(world.paths[1], Cookie=world.cookie).body
    assert world.check(world.paths[1]).headers["X-Cache"] == "MISS"


def test_encodings_are_kept_apart(world):
    for accepted, encoding in (
        ("br, gzip", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.000,gzip;q=0", None),
        ("identity", None),
        ("gzip, br", "br"),
    ):
        kept = world.ask(world.paths[-5], Accept_Encoding=accepted)
        true = world.fresh(world.paths[-5], Accept_Encoding=accepted)
        assert kept.headers.get("Content-Encoding") == encoding
        assert kept.body == true.body


def test_nobody_poisons_the_page_of_others(world):
    for path, poison in zip(world.paths[2:], POISONS.values(), strict=False):
        for _ in range(2):
            world.ask(path, **poison)
        world.check(path)
        assert world.check(path).headers["X-Cache"] == "HIT", poison


def test_other_host_names_get_nothing(world):
    for host in (EVIL, f"{HOST}.{EVIL}", f"{HOST}@{EVIL}"):
        with pytest.raises(http.client.RemoteDisconnected):
            world.ask(world.paths[-1], host=host)
    assert world.ask(world.paths[-1], host="").status == 400
    # A port is no other host.
    world.ask(world.paths[-1], host=f"{HOST}:81")
    world.check(world.paths[-1])


def test_a_body_of_a_get_changes_nothing(world):
    path = world.paths[-2]
    body = urlencode({"page": "2", "q": EVIL, "_method": "POST"})
    world.ask(path, body=body, Content_Type="application/x-www-form-urlencoded")
    world.check(path)
    world.ask("/search/", body=urlencode({"q": EVIL}))
    world.check("/search/")


def form_with_file(megabytes):
    """A form as browsers send it, which is read to its end before it is answered."""
    head = b'--part\r\nContent-Disposition: form-data; name="q1"; filename="a.pdf"\r\n\r\n'
    return head + bytes(megabytes * 1024 * 1024) + b"\r\n--part--\r\n"


def test_a_file_reaches_the_site_and_what_is_larger_is_not_read(world):
    address = "/responses/AAAA-AAAA-AAAA/pages/1/"
    as_form = {"Content_Type": "multipart/form-data; boundary=part"}
    answer = world.ask(address, method="POST", body=form_with_file(10), **as_form)
    assert b"Roundtable" in answer.body
    refused = world.ask(address, method="POST", body=form_with_file(12), **as_form)
    assert refused.status == 413
    assert b"Roundtable" not in refused.body


def test_addresses_that_open_something_are_not_in_the_access_log(world):
    secret = "SECRET-SECRET"
    for folder in ("account/confirm", "account/reset-password", "responses/return", "reports"):
        world.ask(f"/{folder}/{secret}/")
    world.ask("/centres/?told")
    log = world.folder / "roundtable.log"
    # nginx writes its line after the answer.
    wait_for(lambda: "/centres/?told" in log.read_text("utf-8"), 10)
    assert secret not in log.read_text("utf-8")


def test_no_page_of_a_member_is_kept_for_others(world):
    for path in DECEPTIONS:
        for _ in range(2):
            world.ask(path, Cookie=world.cookie)
        stranger = world.ask(path)
        assert NAME.encode() not in stranger.body, path
        assert stranger.headers.get("X-Cache") != "HIT", path


def test_a_cookie_is_given_to_one_alone(world):
    given = [world.ask("/account/sign-in/") for _ in range(2)]
    assert all("Set-Cookie" in one.headers and one.headers["X-Cache"] == "MISS" for one in given)
    assert len({one.headers["Set-Cookie"] for one in given}) == 2


def test_what_was_not_there_is_seen_when_it_comes(world):
    with world.app.app_context():
        next_id = queries.get_thread(OPERATOR, int(world.paths[-1].split("/")[2])).id + 1
        db.session.remove()
    assert world.ask(f"/threads/{next_id}/").status == 404
    with world.app.app_context():
        thread = factories.make_thread()
        path, number = thread.path, thread.id
        db.session.remove()
    assert number == next_id
    assert world.ask(f"/threads/{next_id}/").status == 301
    assert world.ask(path).status == 200


def test_conditions_are_answered_and_not_kept(world):
    path = world.paths[-3]
    etag = world.ask(path, Accept_Encoding="br").headers["ETag"]
    for _ in range(2):
        again = world.ask(path, Accept_Encoding="br", If_None_Match=etag)
        assert (again.status, again.body) == (304, b"")
    whole = world.ask(path, Accept_Encoding="br")
    assert whole.status == 200
    assert whole.body == world.fresh(path, Accept_Encoding="br").body


def test_thousands_of_parameters_and_long_headers_harm_nobody(world):
    path = world.paths[-4]
    many = "&".join(f"p{number}=1" for number in range(900))
    assert world.ask(f"{path}?{many}").status == 301
    assert world.ask(f"{path}?{many}").headers["Location"].endswith(path)
    assert world.ask(f"{path}?" + "&".join(["x=1"] * 10_000)).status == 414
    assert world.ask(path, X_Evil="x" * 40_000).status == 400
    world.check(path)
