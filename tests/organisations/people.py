"""Who stands in what relation to an organisation, for the tests of this folder."""

from forum.core.access import Anonymous
from forum.organisations.enums import MembershipState
from tests import factories as make

CENTRE_STAFF = {
    "moderator": ("moderator", "north-east"),
    "manager": ("manager", "north-east"),
    "manager elsewhere": ("manager", "london"),
    "administrator": ("administrator", None),
}
ROLES = (
    "visitor",
    "unconfirmed",
    "stranger",
    "registrant",
    "steward",
    "waiting steward",
    "member",
    "waiting",
    "refused",
    "left",
    *CENTRE_STAFF,
    "manager who registered it",
    "manager who is its member",
    "manager who waits to join",
    "manager who left it",
    "administrator who is its member",
)


def actor_called(name, *organisations):
    """Whoever stands in this relation to the organisations."""
    if name == "visitor":
        return Anonymous()
    account = make.make_account(confirmed=name != "unconfirmed", display_name=name.title())
    for words, (role, centre) in CENTRE_STAFF.items():
        if name == words or name.startswith(f"{words} who"):
            make.grant_role(account, role, centre=make.get_centre(centre) if centre else None)
    if "regist" in name:
        for organisation in organisations:
            organisation.created_by = account.id
    state = {
        "steward": MembershipState.CONFIRMED,
        "waiting steward": MembershipState.WAITING,
        "member": MembershipState.CONFIRMED,
        "waiting": MembershipState.WAITING,
        "refused": MembershipState.REFUSED,
        "left": MembershipState.LEFT,
        "manager who is its member": MembershipState.CONFIRMED,
        "manager who waits to join": MembershipState.WAITING,
        "manager who left it": MembershipState.LEFT,
        "administrator who is its member": MembershipState.CONFIRMED,
    }.get(name)
    if state:
        for organisation in organisations:
            make.make_membership(account, organisation, state=state, steward="steward" in name)
    make.commit()
    return account
