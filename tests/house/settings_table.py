"""The table of settings for docs/administrators.md."""

from dataclasses import fields
from pathlib import Path

from forum.config import Settings


def settings_table() -> str:
    """Every setting with its default and what it does, as a Markdown table."""
    lines = ["| Setting | Default | What it does |", "|---|---|---|"]
    for item in fields(Settings):
        text = str(item.metadata["doc"])
        cells = (
            f"`FORUM_{item.name.upper()}`",
            _shown(item.default),
            f"{text[:1].upper()}{text[1:]}.",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _shown(default: object) -> str:
    """The default as one would write it into the environment."""
    if isinstance(default, bool):
        return f"`{int(default)}`"
    if isinstance(default, Path):
        return f"`{default.name}`"
    return f"`{default}`" if default not in ("", ()) else ""
