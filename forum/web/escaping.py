"""What templates show, escaped at half the price.

Jinja makes each piece of a page a Markup before it joins the pieces, which for a page of posts
takes longer than to escape them. Here the pieces stay text; the result is the same.
"""

from typing import Any

from flask import Flask
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import Markup, escape

# What ``escape`` calls for text; it has no public name.
from markupsafe import _escape_inner as escape_text  # type: ignore[attr-defined]  # see above


def written(value: Any) -> str:
    """The value as HTML: Markup as it is, everything else as ``markupsafe.escape`` has it."""
    kind = type(value)
    if kind is str:
        return escape_text(value)
    return value if kind is Markup else escape(value)


class LeanCode(CodeGenerator):
    """Has templates write by ``written`` what they would escape."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write("environment.written(")
        else:
            super()._output_child_pre(node, frame, finalize)


def init_escaping(app: Flask) -> None:
    """Let the application's templates be compiled so; before the first of them is."""
    app.jinja_env.code_generator_class = LeanCode
    app.jinja_env.extend(written=written)
