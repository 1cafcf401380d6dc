"""The description of the API: true of every route, in both directions, and of every answer."""

import re
from collections import Counter

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from forum.api.enums import Table
from tests import factories

CHECKS = [
    not_a_server_error,
    negative_data_rejection,
    status_code_conformance,
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
]
# How many questions of each kind are asked of each operation.
MODES = {
    schemathesis.GenerationMode.POSITIVE: 8,
    schemathesis.GenerationMode.NEGATIVE: 5,
}
# Addresses below the API that the description does not tell of, since they are about it.
ABOUT = {"/api/v1/", "/api/v1/openapi.json"}


@pytest.fixture
def description(client):
    """The description as programs get it."""
    return client.get("/api/v1/openapi.json").json


def test_it_is_openapi(description, client):
    OpenAPIV31SpecValidator(description).validate()
    answer = client.get("/api/v1/openapi.json")
    assert answer.headers["Content-Type"] == "application/vnd.oai.openapi+json;version=3.1"


def test_it_tells_of_every_route_and_of_nothing_else(app, description):
    routes = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
    }
    assert set(description["paths"]) == routes - ABOUT
    for path, methods in description["paths"].items():
        assert list(methods) == ["get"]
        told = {part["name"] for part in methods["get"]["parameters"] if part["in"] == "path"}
        assert told == set(re.findall(r"\{(\w+)\}", path))


def test_names_of_operations_are_used_once(description):
    names = [methods["get"]["operationId"] for methods in description["paths"].values()]
    assert len(names) == len(set(names))
    assert {one for methods in description["paths"].values() for one in methods["get"]["tags"]} == {
        str(table) for table in Table
    }


def test_every_parameter_that_it_tells_is_taken_and_no_other(description, client):
    for path, methods in description["paths"].items():
        told = [part for part in methods["get"]["parameters"] if part["in"] == "query"]
        for part in told:
            assert part["description"], f"{path} {part['name']}"
            answer = client.open(fill(path), query_string={part["name"]: "\u00a0"})
            problem = answer.json
            assert (answer.status_code, problem["parameter"]) == (400, part["name"]), path
        assert client.open(f"{fill(path)}?nonsense=1").json["parameter"] == "nonsense"


def fill(path):
    """An address with something in each of its parts."""
    return re.sub(r"\{\w+\}", "1", path)


def test_its_words_are_on_the_pages(client, description):
    thread = factories.make_thread(title="The newest debate", posts=2)
    index = client.get("/api/")
    for table in Table:
        assert f"/api/{table}/" in index.links.values()
        page = client.get(f"/api/{table}/")
        shape = {"people": "Person", "centres": "Centre"}.get(
            table, table.removesuffix("s").title()
        )
        for name in description["components"]["schemas"][shape]["properties"]:
            assert name in page.texts("code"), f"{table} {name}"
        for path, methods in description["paths"].items():
            if methods["get"]["tags"] == [table]:
                assert f"GET {path}" in page.texts("code")
                assert methods["get"]["summary"] in page.texts("h3")
                told = {part["name"] for part in methods["get"]["parameters"]}
                assert told <= set(page.texts("code")), f"{table} {path}"
    assert "The newest debate" in client.get("/api/threads/").main
    assert f"/threads/{thread.id}/" in client.get("/api/threads/").main
    assert "From 1 to 100; without it 20." in client.get("/api/threads/").main
    client.get("/api/nothing/", status=404)


def test_an_example_is_not_what_somebody_hid(client):
    thread = factories.make_thread(text="To be hidden soon", state="hidden")
    assert thread.title not in client.get("/api/threads/").text
    assert "To be hidden soon" not in client.get("/api/posts/").text


@pytest.mark.timeout(120)
def test_whatever_it_allows_or_forbids_is_answered_as_it_says(client):
    """Schemathesis asks each operation what the description allows, and what it forbids."""
    thread = factories.make_thread(posts=3, organisation=factories.make_organisation())
    description = client.get("/api/v1/openapi.json").json
    schema = schemathesis.openapi.from_dict(description)
    answered = Counter()
    for result in schema.get_all_operations():
        for mode, count in MODES.items():
            fuzz(client, result.ok(), mode, count, answered)
    # It asked for things that there are and for nonsense.
    assert set(answered) >= {200, 400, 404}
    assert thread.reply_count == 2


def fuzz(client, operation, mode, count, answered):
    """Ask one operation; the same questions on each run."""

    @given(operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case):
        headers = {name: str(text) for name, text in (case.headers or {}).items()}
        answer = client.open(
            case.formatted_path, method=case.method, query_string=case.query, headers=headers
        )
        answered[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    ask()
