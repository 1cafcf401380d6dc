"""The least that a page can cost: WSGI applications beside which ours is measured.

``BENCH_LIMIT`` chooses: "constant" answers BENCH_SIZE bytes from Flask, "jinja" makes a page of
20 posts from memory, "core" asks the database at BENCH_DATABASE for the posts of BENCH_THREAD in
one statement of SQLAlchemy Core and makes the same page.
"""

import os
from typing import Any

from flask import Flask
from jinja2 import Environment
from sqlalchemy import Engine, Select, create_engine, select

from forum.accounts.models import Account
from forum.core.db import Limits, engine_options, writing
from forum.threads.models import Post

POSTS = 20
STATEMENT_SECONDS = 10

PAGE = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>{{ title }} – Roundtable</title>
  <link rel="stylesheet" href="/static/site.css">
</head>
<body>
  <header><a href="/">Roundtable</a></header>
  <nav>{% for name, url in places %}<a href="{{ url }}">{{ name }}</a>{% endfor %}</nav>
  <main>
    <h1>{{ title }}</h1>
    {% for post in posts %}
    <article id="post-{{ post.number }}" class="post" aria-labelledby="by-{{ post.number }}">
      <header class="post__head">
        <a id="by-{{ post.number }}" href="/people/{{ post.handle }}/">{{ post.display_name }}</a>
        <span class="sector">{{ post.sector }}</span>
        <a href="/posts/{{ post.id }}/"><time>{{ post.created_at }}</time></a>
      </header>
      <div class="post-body">{{ post.html|safe }}</div>
      <footer><a href="/posts/{{ post.id }}/report/">Report post {{ post.number }}</a></footer>
    </article>
    {% endfor %}
  </main>
</body>
</html>
"""
PLACES = [(f"Place number {number}", f"/places/{number}/") for number in range(12)]


def posts_of(thread_id: int) -> Select[*tuple[Any, ...]]:
    """The first posts of a thread with their authors."""
    return (
        select(
            Post.id,
            Post.number,
            Post.sector,
            Post.html,
            Post.created_at,
            Account.handle,
            Account.display_name,
        )
        .join(Account, Account.id == Post.author_id)
        .where(Post.thread_id == thread_id, Post.number <= POSTS)
        .order_by(Post.number)
    )


def make_app() -> Flask:
    """The application that BENCH_LIMIT names."""
    app = Flask(__name__)
    kind = os.environ["BENCH_LIMIT"]
    app.add_url_rule("/", view_func={"constant": constant, "jinja": jinja, "core": core}[kind]())
    return app


def constant() -> Any:
    """A view that answers the same text each time."""
    text = "x" * int(os.environ["BENCH_SIZE"])
    return lambda: text


def jinja() -> Any:
    """A view that makes a page of rows in memory."""
    rows, template = read_posts(open_database()), _template()
    return lambda: template.render(title="A page from memory", places=PLACES, posts=rows)


def core() -> Any:
    """A view that makes a page of rows that it reads each time."""
    engine, template = open_database(), _template()

    def view() -> Any:
        writing.set(False)
        return template.render(title="A page", places=PLACES, posts=read_posts(engine))

    return view


def read_posts(engine: Engine) -> list[Any]:
    """The posts of BENCH_THREAD."""
    with engine.connect() as connection:
        return list(connection.execute(posts_of(int(os.environ["BENCH_THREAD"]))))


def open_database() -> Engine:
    """The database as the site itself would open it."""
    url = os.environ["BENCH_DATABASE"]
    writing.set(False)
    return create_engine(url, **engine_options(url, Limits(statement=STATEMENT_SECONDS)))


def _template() -> Any:
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(PAGE)


if "BENCH_LIMIT" in os.environ:
    app = make_app()
