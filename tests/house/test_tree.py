"""The tree is closed: what may stand where, how long it may be, and that it says what it is."""

import ast
import fnmatch
import re
from pathlib import Path

import pytest

from forum.web.errors import PAGES

ROOT = Path(__file__).parent.parent.parent
CODE = sorted((ROOT / "forum").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
OTHERS = sorted([*(ROOT / "bench").rglob("*.py"), *(ROOT / "migrations").rglob("*.py")])
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())

TOP_LEVEL = {
    *("wsgi.py", "forum", "templates", "static", "migrations", "tests", "setup.cfg"),
    *("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "LICENSE"),
    *("Makefile", "docs", "bench", ".ci", "package.json", "package-lock.json"),
    *("requirements.in", "requirements.txt", "requirements-dev.in", "requirements-dev.txt"),
    *(".ruff.toml", ".djlintrc", ".gitignore", ".gitattributes", ".git"),
}
NOT_FEATURES = {"core", "web"}
WORDS = {
    *("enums", "events", "models", "stages", "policy", "queries"),
    *("digest", "email", "index", "exports"),
    *("actions", "forms", "views", "jobs", "subscribers", "commands"),
}
FORBIDDEN_WORDS = {"utils", "util", "common", "helpers", "helper", "misc", "tools"}
# Data of a feature, read by its code.
DATA = {"ops/demo", "accounts/common_passwords.txt"}

LONGEST_FILE = 400
# Tests are about twice the code.
LONGEST_TEST = 800
LONGEST_FUNCTION = 40
LONGEST_VIEW = 20


def features():
    return [
        folder
        for folder in sorted((ROOT / "forum").iterdir())
        if folder.is_dir() and folder.name not in NOT_FEATURES and folder.name != "__pycache__"
    ]


def functions(path):
    return [
        node
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def length(function):
    """Lines from the name to the end, without the docstring."""
    first = function.body[0]
    is_docstring = ast.get_docstring(function) is not None
    spoken = (first.end_lineno - first.lineno + 1) if is_docstring else 0
    return function.end_lineno - function.lineno + 1 - spoken


def is_view(function):
    return any(
        isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "access"
        for decorator in function.decorator_list
    )


def test_nothing_else_stands_at_the_top():
    ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text("utf-8").split()]
    strange = {
        path.name
        for path in ROOT.iterdir()
        if not any(fnmatch.fnmatch(path.name, pattern) for pattern in ignored)
    }
    assert strange - TOP_LEVEL == set()


def test_features_have_the_same_files():
    strange = {
        f"{folder.name}/{path.name}"
        for folder in features()
        for path in folder.iterdir()
        if path.name not in {"__init__.py", "__pycache__"}
        and path.stem not in WORDS
        and f"{folder.name}/{path.name}" not in DATA
    }
    assert strange == set()


def test_no_file_is_called_after_nothing():
    vague = [path for path in [*CODE, *TESTS] if path.stem in FORBIDDEN_WORDS]
    assert vague == []


def test_files_are_short():
    long = {
        str(path.relative_to(ROOT)): count
        for path in [*CODE, *TESTS]
        if (count := len(path.read_text("utf-8").splitlines()))
        > (LONGEST_TEST if path.name.startswith("test_") else LONGEST_FILE)
    }
    assert long == {}


def test_functions_are_short():
    long = {
        f"{path.relative_to(ROOT)}: {function.name}": length(function)
        for path in CODE
        for function in functions(path)
        if length(function) > (LONGEST_VIEW if is_view(function) else LONGEST_FUNCTION)
    }
    assert long == {}


def test_everything_public_says_what_it_is():
    silent = []
    for path in CODE:
        tree = ast.parse(path.read_text("utf-8"))
        name = str(path.relative_to(ROOT))
        if not ast.get_docstring(tree):
            silent.append(name)
        silent += [f"{name}: {thing}" for thing in _silent_things(tree)]
    assert silent == []


def _silent_things(tree):
    """Public functions, classes and their public methods without a docstring."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    for node in tree.body:
        if not isinstance(node, kinds) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            yield node.name
        if isinstance(node, ast.ClassDef) and not _is_protocol(node):
            yield from (
                f"{node.name}.{method.name}"
                for method in node.body
                if isinstance(method, ast.FunctionDef)
                and not method.name.startswith("_")
                and not ast.get_docstring(method)
                and not method.name.startswith("process_")
            )


def _is_protocol(node):
    return any(getattr(base, "id", "") == "Protocol" for base in node.bases)


def test_every_test_file_says_what_it_shows():
    silent = [
        str(path.relative_to(ROOT))
        for path in TESTS
        if path.read_text("utf-8").strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_every_lint_switched_off_gives_its_reason():
    bare = []
    for path in [*CODE, *TESTS, *OTHERS]:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            off = re.search(r"# (?:noqa|type: ignore|pragma: no)[^#—]*(.*)$", line)
            if off and "re.search" not in line and len(off[1].strip("—# ")) < 8:
                bare.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[-60:]}")
    assert bare == []


def _sources():
    """The texts that may name a template."""
    texts = [path.read_text("utf-8") for path in CODE]
    texts += [path.read_text("utf-8") for path in TEMPLATES if path.suffix in {".html", ".txt"}]
    return "\n".join(texts)


@pytest.mark.parametrize("folder", ["", "emails/"])
def test_every_template_is_used(folder):
    source = _sources()
    unused = []
    for path in TEMPLATES:
        name = path.relative_to(ROOT / "templates").as_posix()
        if name.startswith("emails/") != bool(folder):
            continue
        # Mails are named by the stem alone, beside the name of their folder.
        is_named = f'"{name}"' in source or f"'{name}'" in source or f"{name}`" in source
        is_mail = bool(folder) and f'"{path.stem}"' in source and path.parent.name in source
        is_error = name in {f"errors/{status}.html" for status in PAGES}
        if not (is_named or is_mail or is_error):
            unused.append(name)
    assert unused == []


def test_every_template_that_is_named_exists():
    names = set(re.findall(r"""["']((?:[a-z_.]+/)+[a-z_0-9-]+\.(?:html|txt))["']""", _sources()))
    ours = {name for name in names if not name.startswith(("govuk_frontend", "text/"))}
    missing = {name for name in ours if not (ROOT / "templates" / name).exists()}
    assert missing == set()


def test_there_is_a_page_for_every_error():
    for status in PAGES:
        assert (ROOT / "templates" / "errors" / f"{status}.html").exists()


def test_one_module_marks_text_as_html():
    marks = r"\bMarkup\(|htmlsafe_json_dumps|__html__|render_template_string"
    marking = {
        str(path.relative_to(ROOT)) for path in CODE if re.search(marks, path.read_text("utf-8"))
    }
    assert marking == {"forum/core/markup.py"}
    wrong = [
        str(path.relative_to(ROOT))
        for path in TEMPLATES
        if re.search(r"\|\s*(force)?safe\b|autoescape", path.read_text("utf-8", "replace"))
    ]
    assert wrong == []


def test_nothing_is_inline_in_templates():
    """The content security policy forbids it."""
    wrong = [
        str(path.relative_to(ROOT))
        for path in TEMPLATES
        if path.suffix == ".html"
        and re.search(
            r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)(?![^>]*ld\+json)",
            path.read_text("utf-8"),
        )
    ]
    assert wrong == []


def test_decisions_are_numbered_and_listed():
    folder = ROOT / "docs" / "decisions"
    names = sorted(path.name for path in folder.glob("*.md") if path.name != "README.md")
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    listed = (folder / "README.md").read_text("utf-8")
    assert [name for name in names if name not in listed] == []
