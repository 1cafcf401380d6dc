"""Who may do what with consultations and responses, and what answers a question."""

from forum.consultations.policy.access import (
    can_announce,
    can_approve,
    can_build,
    can_create,
    can_delete,
    can_edit,
    can_end,
    can_extend,
    can_manage,
    can_see,
    can_take_back,
    visible_to,
)

__all__ = [
    "can_announce",
    "can_approve",
    "can_build",
    "can_create",
    "can_delete",
    "can_edit",
    "can_end",
    "can_extend",
    "can_manage",
    "can_see",
    "can_take_back",
    "visible_to",
]
