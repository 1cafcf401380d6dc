"""A program that reads the API and checks each answer against the description."""

import json
from functools import cache
from urllib.parse import urlsplit

from openapi_schema_validator import OAS31Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

PROBLEM = "application/problem+json"
ORIGIN = "http://localhost"


class Program:
    """Reads with a test client; every answer must be as ``/api/v1/openapi.json`` says."""

    def __init__(self, client):
        self.client = client
        self.description = client.get("/api/v1/openapi.json").json

    def get(self, address, *, status=200, **kwargs):
        """The answer to GET; its status and its shape are checked."""
        answer = self.client.open(address.removeprefix(ORIGIN), method="GET", **kwargs)
        assert answer.status_code == status, f"{address}: {answer.status_code} {answer.text[:500]}"
        self.check(answer)
        return answer

    def items(self, address):
        """The things on one page of a list."""
        return self.get(address).json["items"]

    def walk(self, address):
        """The things on all pages of a list, and how many pages there were."""
        items, pages, seen = [], 0, set()
        while address:
            assert address not in seen
            seen.add(address)
            answer = self.get(address)
            items += answer.json["items"]
            pages += 1
            address = answer.json["next"]
            told = {name: link["url"] for name, link in answer_links(answer).items()}
            assert told.get("next") == address
        return items, pages

    def refused(self, address, *, status=400):
        """The problem that is answered."""
        answer = self.get(address, status=status)
        assert answer.mimetype == PROBLEM
        problem = answer.json
        assert problem["status"] == status
        assert problem["detail"]
        return problem

    def check(self, answer):
        """Compare an answer with the description of its operation."""
        if answer.status_code == 304:
            assert answer.data == b""
            return
        if answer.status_code >= 400:
            assert answer.mimetype == PROBLEM
            self.validator("Problem").validate(answer.json)
            return
        operation = self.operation(answer)
        if operation is None:
            return
        told = operation["responses"][str(answer.status_code)]["content"][answer.mimetype]
        self.validator(told["schema"]["$ref"].rpartition("/")[2]).validate(answer.json)

    def operation(self, answer):
        """What the description says of the address that was asked; None for the two others."""
        path = urlsplit(answer.request.path).path
        for address, methods in self.description["paths"].items():
            if _fits(address, path):
                return methods["get"]
        assert path in {"/api/v1/", "/api/v1/openapi.json"}, path
        return None

    def validator(self, name):
        """A validator of the schema with this name."""
        return _validator(json.dumps(self.description["components"], sort_keys=True), name)


@cache
def _validator(components, name):
    whole = {"components": json.loads(components), "$id": "urn:api"}
    registry = Registry().with_resource(
        "urn:api", Resource(contents=whole, specification=DRAFT202012)
    )
    return OAS31Validator(
        {"$ref": f"urn:api#/components/schemas/{name}"},
        registry=registry,
        format_checker=OAS31Validator.FORMAT_CHECKER,
    )


def _fits(address, path):
    told, asked = address.strip("/").split("/"), path.strip("/").split("/")
    return len(told) == len(asked) and all(
        one == other or one.startswith("{") for one, other in zip(told, asked, strict=True)
    )


def answer_links(answer):
    """The Link header by its relations (RFC 8288)."""
    links = {}
    for link in answer.headers.get("Link", "").split(", "):
        if link:
            address, _, rest = link.partition(">; rel=")
            links[rest.strip('"')] = {"url": address.removeprefix("<")}
    return links
