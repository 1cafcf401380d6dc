"""Every route is guarded, keeps its address, reads without writing, and wants proof to write."""

from pathlib import Path

import pytest

from forum.web import access
from tests.client import ORIGIN
from tests.statements import count_statements, writes

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
RULES = {"anyone", "visitor", "member", "staff", "manager", "admin", "developer"}


def addresses(app, world, methods):
    """Rule, method and address of every route with one of ``methods``."""
    return [
        (rule, method, world.address(app, rule))
        for rule in sorted(app.url_map.iter_rules(), key=str)
        for method in sorted((rule.methods or set()) & methods)
    ]


def test_every_route_says_who_may_use_it(app):
    without = [
        endpoint
        for endpoint, view in app.view_functions.items()
        if getattr(view, "access_rule", None) not in RULES
    ]
    assert without == []


def test_the_rules_are_those_of_the_web():
    assert {getattr(access, name).__name__ for name in RULES} == RULES


def test_addresses_are_kept(app, keep):
    """Addresses never vanish unnoticed: a change of this list is seen in review."""
    lines = sorted(
        f"{rule.rule} {' '.join(sorted(rule.methods - {'HEAD', 'OPTIONS'}))} {rule.endpoint}"
        for rule in app.url_map.iter_rules()
    )
    keep(Path(__file__).parent / "urls.txt", "\n".join(lines) + "\n")


def test_addresses_are_kebab_case_and_end_in_a_slash(app):
    """Or, for calendars that other programs fetch, in what tells those programs the kind."""
    plain = {
        "/healthz",
        "/readyz",
        "/robots.txt",
        "/api/v1/openapi.json",
        "/open-data/<name>",
        "/sitemap.xml",
        "/sitemap-pages.xml",
        # A sitemap may only name addresses below its own folder.
        "/sitemap-<part>-<int:number>.xml",
        "/.well-known/security.txt",
    }
    wrong = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule not in plain
        and (
            not rule.rule.endswith(("/", ".ics"))
            or rule.rule != rule.rule.lower()
            or "_" in _fixed(rule)
        )
    ]
    assert wrong == []


def _fixed(rule):
    """The parts of the address that do not vary."""
    return "".join(content for is_dynamic, content in rule._trace if not is_dynamic)


def test_no_two_routes_have_the_same_address_and_method(app):
    seen = set()
    for rule in app.url_map.iter_rules():
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            assert (rule.rule, method) not in seen
            seen.add((rule.rule, method))


@pytest.mark.timeout(600)
def test_nothing_is_done_without_a_token_or_for_another_site(app, world, client):
    for role in ("visitor", "member", "manager", "administrator"):
        world.sign_in(client, role)
        request = {"headers": {"Origin": ORIGIN}}
        assert wrongly_done(app, world, client, request) == [], role
    data = {"csrf_token": client.token()}
    for origin in ("https://evil.example", "null", "http://localhost:81"):
        request = {"headers": {"Origin": origin}, "data": data}
        assert wrongly_done(app, world, client, request) == [], origin


def wrongly_done(app, world, client, request):
    """Routes that change something which do not answer 400 to the request, or write."""
    wrong = []
    for _rule, method, address in addresses(app, world, UNSAFE):
        with count_statements() as statements:
            answer = client.open(address, method=method, **request)
        if answer.status_code != 400 or writes(statements):
            wrong.append(f"{method} {address} answered {answer.status_code}: {writes(statements)}")
    return wrong


def test_other_methods_are_refused(app, world, client):
    client.proofreads = False
    for rule, _method, address in addresses(app, world, {"GET"}):
        if "POST" in rule.methods or _also_posted(app, rule):
            continue
        answer = client.open(address, method="DELETE", headers={"Origin": ORIGIN})
        assert answer.status_code == 405, address


def _also_posted(app, rule):
    return any(
        other.rule == rule.rule and "POST" in other.methods for other in app.url_map.iter_rules()
    )
