"""The table of who may use which route, as the site really answers."""

from pathlib import Path

from flask import Flask

from tests.client import ORIGIN, Answer, Client
from tests.house.world import ROLES, World, undone
from tests.statements import count_statements, writes

PATH = Path(__file__).parent.parent.parent / "docs" / "permissions.md"
HEAD = """# Who may use which address

Made by `FORUM_TEST_WRITE=1 pytest tests/house/test_permissions.py`: do not edit.

Each cell is what the site answers, for a thread, a board, an organisation and so on of North East:

- `200` a page, `303` a redirect;
- `sign in` the sign-in page (when a form was sent, with what was typed);
- `403` refused with a reason, `404` not for their eyes;
- `422` or `409` the form comes back because it was sent empty: they may do this.

The member wrote the thread, owns the draft and is steward of the organisation. The other member
has nothing here. Moderator here and manager are those of North East; moderator elsewhere is
London's.

"""


Found = dict[tuple[str, str], str]


def answers(app: Flask, world: World, client: Client, role: str) -> tuple[Found, dict[str, str]]:
    """What each route answers to ``role``, by address and method; nothing is changed by it.

    Second, by address, what is wrong with pages: what proof-reading found, errors, and writes.
    """
    world.sign_in(client, role)
    found: Found = {}
    wrong: dict[str, str] = {}
    for rule in sorted(app.url_map.iter_rules(), key=str):
        address = world.address(app, rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            with undone(client):
                if method == "GET":
                    answer, problems = _read(client, address)
                else:
                    answer, problems = _send(client, address, method), []
            found[rule.rule, method] = _in_words(answer)
            if problems:
                wrong[f"{role}: {address}"] = "; ".join(problems)
    return found, wrong


def _read(client: Client, address: str) -> tuple[Answer, list[str]]:
    """The page at the address, and what is wrong with it."""
    client.proofreads = False
    with count_statements() as statements:
        answer = client.open(address, method="GET")
    problems = [*client.problems(answer), *writes(statements)]
    if answer.status_code >= 500 or answer.status_code == 400:
        problems.append(f"answered {answer.status_code}")
    return answer, problems


def _send(client: Client, address: str, method: str) -> Answer:
    """The answer to an empty form."""
    client.proofreads = False
    data = {"csrf_token": client.token()}
    return client.open(address, method=method, data=data, headers={"Origin": ORIGIN})


def _in_words(answer: Answer) -> str:
    asks = "/account/sign-in/" in answer.headers.get("Location", "")
    return "sign in" if asks or answer.status_code == 401 else str(answer.status_code)


def read() -> dict[tuple[str, str], dict[str, str]]:
    """The committed table: statuses by role, for each address and method."""
    rows: dict[tuple[str, str], dict[str, str]] = {}
    lines = PATH.read_text(encoding="utf-8").splitlines() if PATH.exists() else []
    for line in lines:
        if line.startswith("| `"):
            address, method, _rule, *cells = [cell.strip() for cell in line.strip("|").split("|")]
            rows[address.strip("`"), method] = dict(zip(ROLES, cells, strict=True))
    return rows


def write(app: Flask, columns: dict[str, dict[tuple[str, str], str]]) -> str:
    """The whole document for ``columns``, by role."""
    lines = [
        f"| Address | Method | Rule | {' | '.join(role.capitalize() for role in ROLES)} |",
        "|---" * (3 + len(ROLES)) + "|",
    ]
    for rule in sorted(app.url_map.iter_rules(), key=str):
        view = app.view_functions[rule.endpoint]
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            cells = [columns[role][rule.rule, method] for role in ROLES]
            name = getattr(view, "access_rule", "none")
            lines.append(f"| `{rule.rule}` | {method} | {name} | {' | '.join(cells)} |")
    return HEAD + "\n".join(lines) + "\n"
