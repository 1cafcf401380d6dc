"""Every route is guarded, keeps its address, reads without writing, and wants proof to write."""

from pathlib import Path

import pytest

from forum.web import access
from tests.house.world import ROLES
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
    plain = {"/healthz", "/readyz", "/robots.txt", "/.well-known/security.txt"}
    wrong = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule not in plain
        and (not rule.rule.endswith("/") or rule.rule != rule.rule.lower() or "_" in _fixed(rule))
    ]
    assert wrong == []


def _fixed(rule):
    """The parts of the address that do not vary."""
    return "".join(content for is_dynamic, content in rule._trace if not is_dynamic)


def test_no_endpoint_answers_both_rules_twice(app):
    seen = set()
    for rule in app.url_map.iter_rules():
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            assert (rule.rule, method) not in seen
            seen.add((rule.rule, method))


@pytest.mark.parametrize("role", ROLES)
def test_reading_writes_nothing(app, world, client, role):
    """Every page is read by everybody: no write, no error, and each page is proof-read."""
    world.sign_in(client, role)
    wrong = {}
    for _rule, _method, address in addresses(app, world, {"GET"}):
        try:
            with count_statements() as statements:
                answer = client.open(address, method="GET")
        except AssertionError as error:
            wrong[address] = str(error)
            continue
        if answer.status_code >= 500 or answer.status_code == 400 or writes(statements):
            wrong[address] = f"{answer.status_code} {writes(statements)}"
    assert wrong == {}


@pytest.mark.parametrize("role", ["visitor", "member", "manager", "administrator"])
def test_nothing_is_done_without_a_token(app, world, client, role):
    world.sign_in(client, role)
    for _rule, method, address in addresses(app, world, UNSAFE):
        with count_statements() as statements:
            answer = client.open(address, method=method, headers={"Origin": "http://localhost"})
        assert answer.status_code == 400, f"{method} {address} answered {answer.status_code}"
        assert writes(statements) == [], address


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:81"])
def test_nothing_is_done_for_another_site(app, world, client, origin):
    world.sign_in(client, "administrator")
    token = client.token()
    for _rule, method, address in addresses(app, world, UNSAFE):
        with count_statements() as statements:
            answer = client.open(
                address, method=method, headers={"Origin": origin}, data={"csrf_token": token}
            )
        assert answer.status_code == 400, f"{method} {address} answered {answer.status_code}"
        assert writes(statements) == [], address


def test_other_methods_are_refused(app, world, client):
    client.proofreads = False
    for rule, _method, address in addresses(app, world, {"GET"}):
        if "POST" in rule.methods or _also_posted(app, rule):
            continue
        answer = client.open(address, method="DELETE", headers={"Origin": "http://localhost"})
        assert answer.status_code == 405, address


def _also_posted(app, rule):
    return any(
        other.rule == rule.rule and "POST" in other.methods for other in app.url_map.iter_rules()
    )
