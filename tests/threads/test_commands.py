"""Commands about posts."""

from sqlalchemy import select

from forum.core.db import db
from forum.threads.models import Post
from tests import factories as make


def test_rerender_makes_outdated_html_anew(app):
    post = make.make_post(make.make_thread(), text="**new**", html="<p>old</p>", renderer=0)
    result = app.test_cli_runner().invoke(args=["posts", "rerender"])
    assert result.exit_code == 0
    assert "Rendered 1 posts again." in result.output
    html = db.session.scalars(select(Post.html).where(Post.id == post.id)).one()
    assert html == "<p><strong>new</strong></p>\n"


def test_rerender_explains_itself(app):
    result = app.test_cli_runner().invoke(args=["posts", "rerender", "--help"])
    assert result.exit_code == 0
    assert "older renderer" in result.output
