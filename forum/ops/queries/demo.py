"""The demo content, read from the TOML files in ``forum/ops/demo``.

A file each centre, ``people.toml`` with the members who can sign in, who belong to all files,
``moderation.toml`` with what moderators did and what waits for them, and a folder with a file
each consultation. Members other than those who can sign in have addresses too, but nobody is
told of them.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from forum.accounts.models import Account
from forum.core.db import db
from forum.core.errors import RoundtableError
from forum.ops.queries.demo_consultations import (
    DemoConsultation,
    DemoVoices,
    consultation_of,
    voices_of,
)
from forum.ops.queries.demo_moderation import DemoModeration, moderation_of
from forum.ops.queries.demo_people import DemoMember, DemoOrganisation

FOLDER = Path(__file__).parents[1] / "demo"
PEOPLE = "people.toml"
MODERATION = "moderation.toml"
CONSULTATIONS, VOICES = "consultations", "voices.toml"
DEMO_PASSWORD = "roundtable-demo"  # noqa: S105 — told to everybody; production refuses the demo


class DemoError(RoundtableError):
    """A file of the demo content is wrong; says which and how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoBoard:
    """A board of the centre whose file it stands in."""

    slug: str
    title: str
    purpose: str
    readers: str = "everyone"
    start_sectors: Sequence[str] = ()
    archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPost:
    """A post, ``hours_later`` than the one before it, and what became of it."""

    by: str
    text: str
    capacity: str = "personal"
    hours_later: float = 0.0
    quoted_post: int = 0
    quoted_text: str = ""
    accepted: bool = False
    withdrawn: bool = False
    hidden_reason: str = ""
    hidden_clause: int = 0
    first_text: str = ""
    edit_note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoThread:
    """A thread on ``board``; ``locked`` is the reason of the lock."""

    board: str
    title: str
    kind: str
    topics: Sequence[str]
    days_ago: float
    posts: Sequence[DemoPost]
    pinned: bool = False
    locked: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDraft:
    """A draft: of a reply to the thread with this ``thread`` title, or of a new thread."""

    by: str
    centre: str
    board: str
    thread: str = ""
    title: str = ""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoReading:
    """That a member has read a thread, found by its title, up to a post."""

    by: str
    centre: str
    thread: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCentre:
    """All content of one centre."""

    slug: str
    organisations: Sequence[DemoOrganisation]
    members: Sequence[DemoMember]
    boards: Sequence[DemoBoard]
    threads: Sequence[DemoThread]


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """The whole demo content."""

    organisations: Sequence[DemoOrganisation]
    members: Sequence[DemoMember]
    drafts: Sequence[DemoDraft]
    readings: Sequence[DemoReading]
    centres: Sequence[DemoCentre]
    moderation: DemoModeration = field(default_factory=DemoModeration)
    consultations: Sequence[DemoConsultation] = ()
    voices: DemoVoices = field(default_factory=DemoVoices)

    @property
    def post_count(self) -> int:
        """How many posts there are."""
        threads = [thread for centre in self.centres for thread in centre.threads]
        return sum(len(thread.posts) for thread in threads) + self.moderation.post_count


def read_demo(folder: Path = FOLDER) -> Demo:
    """The content of the files in ``folder``; raises DemoError when one cannot be read."""
    people = _load(folder / PEOPLE)
    files = sorted(path for path in folder.glob("*.toml") if path.name not in {PEOPLE, MODERATION})
    asked = sorted(path for path in (folder / CONSULTATIONS).glob("*.toml") if path.name != VOICES)
    try:
        return Demo(
            organisations=[DemoOrganisation(**table) for table in people["organisations"]],
            members=[DemoMember(**table) for table in people["members"]],
            drafts=[DemoDraft(**table) for table in people["drafts"]],
            readings=[DemoReading(**table) for table in people["readings"]],
            centres=[_centre(path.stem, _load(path)) for path in files],
            moderation=moderation_of(_load(folder / MODERATION)),
            consultations=[consultation_of(_load(path)) for path in asked],
            voices=voices_of(_load(folder / CONSULTATIONS / VOICES)),
        )
    except (TypeError, KeyError) as error:
        raise DemoError(f"The demo content has a wrong or missing entry: {error}.") from error


def sign_ins() -> Sequence[str]:
    """Addresses of the demo members who can sign in and exist here, in the files' order."""
    listed = [member.email for member in read_demo().members if member.email]
    present = set(db.session.scalars(select(Account.email).where(Account.email.in_(listed))))
    return [email for email in listed if email in present]


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise DemoError(f"The demo file {path.name} cannot be read: {error}.") from error


def _centre(slug: str, tables: dict[str, Any]) -> DemoCentre:
    return DemoCentre(
        slug=slug,
        organisations=[DemoOrganisation(**table) for table in tables["organisations"]],
        members=[DemoMember(**table, centre=slug) for table in tables["members"]],
        boards=[DemoBoard(**table) for table in tables["boards"]],
        threads=[_thread(table) for table in tables["threads"]],
    )


def _thread(table: dict[str, Any]) -> DemoThread:
    return DemoThread(**{**table, "posts": [_post(post) for post in table["posts"]]})


def _post(table: dict[str, Any]) -> DemoPost:
    plain = {name: value for name, value in table.items() if name not in {"quote", "hidden"}}
    quote = table.get("quote", {"post": 0, "text": ""})
    hidden = table.get("hidden", {"reason": "", "clause": 0})
    return DemoPost(
        **plain,
        quoted_post=quote["post"],
        quoted_text=quote["text"],
        hidden_reason=hidden["reason"],
        hidden_clause=hidden["clause"],
    )
