"""What was written where only members read is on no page of its author or organisation."""

from tests import factories

WORD = "Zugzwanghaft"


def test_posts_on_closed_boards_are_on_pages_of_people_and_organisations_for_members_alone(
    app, client
):
    organisation = factories.make_organisation()
    author = factories.make_account(organisation=organisation)
    closed = factories.make_thread(factories.make_board(readers="members"), title=WORD)
    factories.make_post(closed, author, organisation=organisation)
    for page in (author.path, organisation.path):
        assert WORD not in client.get(page).text
    client.sign_in(factories.make_account())
    for page in (author.path, organisation.path):
        assert WORD in client.get(page).main
