"""Consultations are found once they are announced, by all that is to be read with them."""

from forum.consultations.actions import announcing
from forum.core.db import db
from forum.search import actions
from tests import factories as make
from tests.consultations import making


def announced(**fields):
    author = making.manager()
    found = making.make_complete(author=author, document=False, **fields)
    making.make_document(found, title="Annex on gooseberries", text="Rhubarb by the metre.")
    db.session.commit()
    return author, found


def test_found_by_title_summary_purpose_and_documents_once_announced(library):
    author, one = announced(
        title="Buying of quinces", summary="Of medlars.", purpose="To ask about damsons."
    )
    words = ("quinces", "medlars", "damsons", "gooseberries", "rhubarb")
    for word in words:
        assert not library.holds(word)
        assert library.titles(word, author) == []
    announcing.announce(author, one)
    for word in words:
        assert library.titles(word) == ["Buying of quinces"], word
    found = library.find("quinces").results[0]
    assert found.url == one.path
    assert found.centre_name == one.centre.name
    assert ("medlars", True) in library.find("medlars").results[0].extract


def test_taken_back_it_is_gone_even_from_the_index(library):
    author, one = announced(title="Buying of quinces")
    announcing.announce(author, one)
    assert library.titles("quinces rhubarb") == ["Buying of quinces"]
    announcing.take_back(author, one)
    assert not library.holds("quinces")
    assert not library.holds("rhubarb")
    assert library.titles("quinces", author) == []


def test_a_draft_is_not_shown_though_a_stale_index_has_it(library):
    _, one = announced(title="Buying of quinces")
    making.announcing.announce(making.manager(), one)
    db.session.execute(db.text("UPDATE consultation SET announced_at = NULL"))
    db.session.commit()
    assert library.holds("quinces")
    assert library.titles("quinces") == []
    assert actions.sweep() >= 1
    assert not library.holds("quinces")


def test_changed_and_removed_documents(library):
    author, one = announced(title="Buying of quinces")
    announcing.announce(author, one)
    paper = db.session.query(making.Document).filter_by(consultation_id=one.id).one()
    paper.text = "Currants by the box."
    assert library.titles("currants") == ["Buying of quinces"]
    assert library.titles("rhubarb") == []
    db.session.delete(paper)
    assert library.titles("currants") == []
    assert not library.holds("gooseberries")


def test_narrowed_to_consultations_of_a_centre(library):
    make.make_thread(title="Quinces again", text="More.")
    for slug in ("north-east", "london"):
        making.make_announced(centre=make.get_centre(slug), title=f"Quinces {slug}")
    found = library.find("quinces")
    assert [(one.value, one.count) for one in found.kinds] == [("thread", 1), ("consultation", 2)]
    assert library.titles("quinces", kind="consultation", centre="london") == ["Quinces london"]
    assert library.titles("quinces centre:london") == ["Quinces london"]
    assert library.titles("quinces", kind="consultation", sector="private") == []
    # Who asks for an author asks for debate.
    assert library.titles("quinces author:nobody") == []


def test_the_page_names_the_kind(client, library):
    making.make_announced(title="Buying of quinces")
    page = client.get("/search/?q=quinces").text
    assert "/search/?q=quinces&amp;kind=consultation" in page
    assert "Consultations" in page
