"""People and organisations of the demo content, as its files tell of them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOrganisation:
    """An organisation; ``key`` is its name within the files."""

    key: str
    name: str
    sector: str
    kind: str
    size: str
    company_number: str = ""
    charity_number: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoMember:
    """A member; ``role`` is held for ``centre``, whose region is theirs unless ``national``."""

    handle: str
    name: str
    sector: str
    organisation: str = ""
    steward: bool = False
    national: bool = False
    about: str = ""
    hidden: bool = False
    email: str = ""
    role: str = ""
    centre: str = "north-east"
