"""Models know their addresses; they are those of the routes."""

from tests import factories


def test_paths_are_those_of_the_routes(app):
    board = factories.make_board()
    thread = factories.make_thread(board)
    post = factories.make_post(thread)
    organisation = factories.make_organisation()
    topic = factories.make_topic()
    centre = factories.get_centre()
    with app.test_request_context():
        url_for = app.url_for
        assert thread.path == url_for("threads.show", thread_id=thread.id, slug=thread.slug)
        assert post.path == url_for("threads.post", post_id=post.id)
        assert board.path == url_for("threads.board", centre=centre.slug, board=board.slug)
        assert centre.path == url_for("site.centre", centre=centre.slug)
        assert topic.path == url_for("site.topic", topic=topic.slug)
        assert post.author.path == url_for("site.person", handle=post.author.handle)
        assert organisation.path == url_for(
            "site.organisation", organisation_id=organisation.id, slug=organisation.slug
        )
