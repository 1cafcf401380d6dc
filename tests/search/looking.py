"""Looking into the index, past the page."""

from sqlalchemy import select, text

from forum.core.access import Anonymous
from forum.core.db import db
from forum.core.stems import stems_of
from forum.search import queries
from forum.search.enums import Source
from forum.search.models import SearchDocument, SearchTrigram, base
from forum.search.queries import Choice


class Library:
    """The index as a test sees it."""

    def titles(self, asked, actor=None, **choice):
        """Titles of what is found."""
        found = self.find(asked, actor, **choice)
        return ["".join(piece for piece, _ in result.title) for result in found.results]

    def find(self, asked, actor=None, **choice):
        """What is found."""
        db.session.commit()
        return queries.search(actor or Anonymous(), queries.parse(asked), Choice(**choice))

    def text_of(self, post):
        """The stems that stand in the index for a reply; None when it is not there."""
        return self._stems(post.id + base(Source.POST))

    def text_of_thread(self, thread):
        """The stems of title and first post of a thread; None when it is not there."""
        return self._stems(thread.id + base(Source.THREAD))

    def _stems(self, key):
        db.session.expire_all()
        document = db.session.get(SearchDocument, key)
        return document and f"{document.title} {document.body}".strip()

    def holds(self, word):
        """Whether anything of the index holds the word: documents, the index itself, words."""
        spelt = db.session.scalar(select(SearchTrigram.word).where(SearchTrigram.word == word))
        stem = " ".join(stems_of(word))
        if db.engine.dialect.name == "postgresql":
            matching = "vector @@ plainto_tsquery('simple', :word)"
            where = f"SELECT id FROM search_document WHERE {matching}"  # noqa: S608 — no input
        else:
            where = "SELECT rowid FROM search_text WHERE search_text MATCH :word"
        return bool(spelt or db.session.execute(text(where), {"word": stem}).all())
