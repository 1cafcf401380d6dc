"""What was before comes back only where nothing else has happened since."""

import pytest

from forum.core import clock
from forum.core.db import db
from forum.core.errors import Conflict
from forum.threads.actions import restoring
from forum.threads.enums import PostState
from forum.threads.models import HeldEdit
from tests import factories as make


@pytest.mark.parametrize("state", [PostState.WITHDRAWN, PostState.RETRACTED])
def test_what_its_author_has_taken_back_stays_away(app, state):
    post = make.make_post(make.make_thread(), state=state)
    with pytest.raises(Conflict, match="taken this back"):
        restoring.put_state(post, PostState.VISIBLE, rule="", reason="", entry=None, holds=[])
    assert post.state is state


def test_an_edit_does_not_replace_another_that_waits(app):
    post = make.make_post(make.make_thread())
    waiting = HeldEdit(post_id=post.id, source="Newer.", note="", written_at=clock.now())
    db.session.add(waiting)
    db.session.flush()
    kept = restoring.keep_held_edit(post)
    with pytest.raises(Conflict, match="changed this post since"):
        restoring.put_held_edit(post, {**kept, "source": "Older."})
    assert restoring.keep_held_edit(post)["source"] == "Newer."


def test_a_post_that_was_never_edited_has_no_earlier_text(app):
    post = make.make_post(make.make_thread(), text="As it was.")
    with pytest.raises(Conflict, match="not been edited"):
        restoring.take_back_edit(post)
    assert post.source == "As it was."
