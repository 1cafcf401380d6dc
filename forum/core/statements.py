"""Statements of hot pages, put together once: that takes longer than to run them."""

from collections.abc import Callable
from functools import cache, partial
from typing import Concatenate, ParamSpec, TypeVar

from forum.core.access import Actor, Anonymous

P = ParamSpec("P")
S = TypeVar("S")
Build = Callable[Concatenate[Actor, P], S]


def once_for_visitors(build: Build[P, S]) -> Build[P, S]:
    """Let ``build(actor, …)`` put each statement for visitors together once, for others anew.

    Its arguments choose the statement; what is looked for is bound by name when it is run.
    """
    for_visitors: Callable[..., S] = cache(partial(build, Anonymous()))

    def statement(actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> S:
        if type(actor) is Anonymous:
            return for_visitors(*args, **kwargs)
        return build(actor, *args, **kwargs)

    return statement
