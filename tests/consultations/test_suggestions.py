"""Suggestions to analysts: made by the worker, decided by people, and nothing by themselves."""

import pytest

from forum.consultations import actions, digest, queries
from forum.consultations.enums import QuestionKind, ResponseState, SuggestionState
from forum.consultations.events import SuggestionsAsked
from forum.consultations.models import (
    Answer,
    Coding,
    Response,
    ResponseGroup,
    ResponseGroupMember,
    Theme,
    ThemeSuggestion,
)
from forum.consultations.subscribers import make_suggestions
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.core.errors import Invalid, NotAllowed
from tests import factories
from tests.consultations import analysing, answering
from tests.consultations.test_digest import LETTER, OTHER
from tests.consultations.test_responding_pages import send
from tests.consultations.test_results import close, published
from tests.statements import count_statements

OWN = [
    "Prompt payment matters most to us.",
    "We need prompt payment of invoices.",
    "Prompt payments, please.",
    "Our portal hangs.",
    "Lots in our valley are large.",
]


@pytest.fixture
def closed(app):
    """A closed consultation: a letter sent by three, another by two, five texts of their own."""
    consultation = answering.open_consultation()
    question = answering.question(answering.section(consultation))
    analysing.say(consultation, question, [LETTER, f"{LETTER} Thank you.", LETTER, OTHER, OTHER])
    analysing.say(consultation, question, OWN)
    close(consultation)
    return consultation


@pytest.fixture
def staff(app):
    """A manager of the centre."""
    return factories.make_account(role="manager")


@pytest.fixture
def manager(client, staff):
    """The client, signed in as the manager."""
    return client.sign_in(staff)


def base(consultation):
    return f"/consultations/{consultation.id}/manage/"


def made(consultation, staff):
    """The groups, the largest first, once suggestions were asked for and made."""
    actions.ask_suggestions(staff, consultation)
    make_suggestions(SuggestionsAsked(consultation.id))
    return groups(consultation)


def groups(consultation, state=SuggestionState.OPEN):
    db.session.expire_all()
    return [row.group for row in queries.list_groups(consultation, state)]


def sizes(consultation, state=SuggestionState.OPEN):
    db.session.expire_all()
    return [row.size for row in queries.list_groups(consultation, state)]


def test_staff_ask_and_the_worker_makes_them(closed, manager, deliver):
    here = f"{base(closed)}suggestions/"
    page = manager.get(
        manager.get(base(closed)).links["Suggestions: themes, and responses much alike"]
    )
    assert "Prompt payment" not in page.main
    page = send(manager, page, "Look for suggestions", {})
    assert "They were asked for" in page.main
    deliver()
    page = manager.get(here)
    assert "from 10 responses with long texts" in page.main
    assert "Prompt payment in 3 texts" in page.main
    assert "3 responses We ask the council to pay every invoice" in page.main
    assert "2 responses Lots of a size that one van can serve" in page.main
    # Nothing was decided by it.
    assert db.session.query(Theme).count() == db.session.query(Coding).count() == 0
    assert queries.count_texts(closed) == queries.Texts(10, 10, 0, 0, waiting=2)


def test_a_confirmed_group_counts_as_one_text_and_each_response_still_counts(
    closed, staff, manager, browser
):
    largest, other = made(closed, staff)
    published(closed)
    results = f"{closed.path}results/"
    # While something waits, the figure is not true yet.
    assert "Distinct texts" not in browser().get(results).main
    page = manager.get(results)
    assert "10 of 10. Decide about 2 groups that may say the same" in page.main
    actions.dismiss_group(staff, closed, other)
    page = manager.get(results)
    assert page.links["Decide about 1 group that may say the same"].endswith("/suggestions/")
    page = manager.get(f"{base(closed)}suggestions/")
    page = manager.get(page.links["3 responses"])
    assert page.main.count("We ask the council to pay every invoice") == 3
    page = send(manager, page, "They belong together", {})
    assert "10 responses with long texts; 8 distinct texts" in page.main
    page = browser().get(results)
    assert "Responses 10" in page.main
    assert "8 of 10. 3 responses say much the same in 1 text, as in a campaign." in page.main
    assert db.session.query(Response).count() == 10
    # Minds change.
    page = manager.get(f"{base(closed)}suggestions/groups/{largest.id}/")
    assert "You have confirmed that they belong together." in page.main
    send(manager, page, "Each is a text of its own", {})
    assert "Distinct texts among the responses 10 of 10" in browser().get(results).main
    tags = [
        row.details["state"]
        for row in db.session.query(AuditRecord).filter_by(tag="responses.group")
    ]
    assert sorted(tags) == ["dismissed", "dismissed", "taken"]


def test_before_anybody_looked_nothing_is_said_of_distinct_texts(closed, manager):
    assert "Distinct texts" not in manager.get(f"{closed.path}results/").main


def test_what_does_not_count_is_in_no_group(closed, staff):
    largest, other = made(closed, staff)
    actions.confirm_group(staff, closed, largest)
    actions.confirm_group(staff, closed, other)
    assert sizes(closed, SuggestionState.TAKEN) == [3, 2]
    for group in (largest, other):
        gone = db.session.get(Response, queries.members_of(closed, group.id)[0])
        gone.state = ResponseState.WITHDRAWN
    factories.commit()
    assert sizes(closed, SuggestionState.TAKEN) == [2]
    assert queries.count_texts(closed) == queries.Texts(8, 7, 1, 2, waiting=0)


def test_to_look_again_replaces_what_is_open_and_keeps_what_is_decided(closed, staff):
    largest, other = made(closed, staff)
    actions.confirm_group(staff, closed, largest)
    actions.dismiss_group(staff, closed, other)
    (theme,) = queries.suggested_themes(closed.id)
    actions.dismiss_theme(staff, closed, theme)
    assert made(closed, staff) == []
    assert queries.suggested_themes(closed.id) == []
    assert sizes(closed, SuggestionState.TAKEN) == [3]


def test_another_of_the_same_letter_is_suggested_with_all_of_them(closed, staff):
    (largest, _other) = made(closed, staff)
    actions.confirm_group(staff, closed, largest)
    question = queries.questions_to_answer(closed.id)[0]
    analysing.say(closed, question, [f"Hello. {LETTER}"])
    again = made(closed, staff)[0]
    assert again.id != largest.id
    assert len(queries.members_of(closed, again.id)) == 4
    assert queries.count_texts(closed).distinct == 9
    actions.confirm_group(staff, closed, again)
    assert sizes(closed, SuggestionState.TAKEN) == [4]
    assert queries.count_texts(closed) == queries.Texts(11, 8, 1, 4, waiting=1)


def test_an_event_delivered_twice_makes_them_once(closed, staff):
    before = [group.id for group in made(closed, staff)]
    make_suggestions(SuggestionsAsked(closed.id))
    assert len(groups(closed)) == len(before)
    assert len(queries.suggested_themes(closed.id)) == 1
    members = db.session.query(ResponseGroupMember)
    assert members.count() == 5


def test_a_suggested_theme_is_taken_in_words_of_ones_own(closed, staff, manager):
    made(closed, staff)
    page = manager.get(f"{base(closed)}suggestions/")
    page = manager.get(page.links["Prompt payment"])
    assert page.fields(button="Add theme")["title"] == ["Prompt payment"]
    assert "We need prompt payment of invoices." in page.main
    page = send(manager, page, "Add theme", {"title": ""}, status=422)
    assert page.errors == ["Enter a name"]
    page = send(manager, page, "Add theme", {"title": "Pay within 30 days"})
    assert "The theme is in the list now." in page.text
    assert "Prompt payment" not in page.main
    (theme,) = queries.themes_of(closed.id)
    assert theme.title == "Pay within 30 days"
    # No answer is coded by it.
    assert "found in 0 responses" in manager.get(f"{base(closed)}themes/").main
    assert db.session.query(Coding).count() == 0


def test_a_theme_is_put_aside_once(closed, staff, manager):
    made(closed, staff)
    (suggestion,) = queries.suggested_themes(closed.id)
    page = manager.get(f"{base(closed)}suggestions/themes/{suggestion.id}/")
    page = send(manager, page, "Not a theme", {})
    assert "No words stand out that are not decided about." in page.main
    with pytest.raises(Invalid, match="Somebody has decided about this already"):
        actions.take_theme(staff, closed, suggestion, title="Late payment", description="")
    assert db.session.query(Theme).count() == 0


def test_what_is_a_theme_already_is_not_suggested(closed, staff):
    actions.add_theme(staff, closed, title="prompt PAYMENT", description="")
    made(closed, staff)
    assert queries.suggested_themes(closed.id) == []


def test_campaigns_do_not_make_themes(closed, staff):
    question = queries.questions_to_answer(closed.id)[0]
    analysing.say(closed, question, [OTHER] * 20)
    made(closed, staff)
    assert [one.title for one in queries.suggested_themes(closed.id)] == ["Prompt payment"]


def test_only_managers_of_the_centre_after_closing_and_before_the_outcome(closed, staff, browser):
    made(closed, staff)
    group, _other = groups(closed)
    (theme,) = queries.suggested_themes(closed.id)
    here = f"{base(closed)}suggestions/"
    pages = [here, f"{here}groups/{group.id}/", f"{here}themes/{theme.id}/"]
    stranger = factories.make_account(role="manager", centre=factories.get_centre("london"))
    for page in pages:
        browser().get(page, status=303)
        browser(factories.make_account()).get(page, status=403)
        browser(stranger).get(page, status=403)
    for account in (stranger, factories.make_account(role="moderator")):
        for decide in (actions.confirm_group, actions.dismiss_group):
            with pytest.raises(NotAllowed):
                decide(account, closed, group)
        with pytest.raises(NotAllowed):
            actions.dismiss_theme(account, closed, theme)
        with pytest.raises(NotAllowed):
            actions.take_theme(account, closed, theme, title="A", description="")
        with pytest.raises(NotAllowed):
            actions.ask_suggestions(account, closed)
    open_one = answering.open_consultation()
    with pytest.raises(NotAllowed, match="after closing"):
        actions.ask_suggestions(staff, open_one)
    assert groups(closed, SuggestionState.TAKEN) == []


def test_suggestions_of_another_consultation_are_not_found(closed, staff, manager):
    group, _other = made(closed, staff)
    (theme,) = queries.suggested_themes(closed.id)
    elsewhere, _response = analysing.make_closed()
    here = f"{base(elsewhere)}suggestions/"
    manager.get(f"{here}groups/{group.id}/", status=404)
    manager.get(f"{here}themes/{theme.id}/", status=404)


def test_no_lock_is_held_while_texts_are_compared(closed, staff, monkeypatch):
    seen = []
    real = digest.alike

    def look(texts):
        seen.append(db.session().in_transaction())
        return real(texts)

    monkeypatch.setattr(digest, "alike", look)
    made(closed, staff)
    assert seen == [False]


def test_the_page_needs_as_many_statements_with_many_groups(closed, staff, manager):
    made(closed, staff)
    here = f"{base(closed)}suggestions/"
    manager.get(here)

    def statements():
        db.session.expire_all()
        with count_statements() as counted:
            manager.get(here)
        return len(counted)

    few = statements()
    question = queries.questions_to_answer(closed.id)[0]
    for number in range(6):
        text = " ".join(f"word{number}x{place}" for place in range(20))
        analysing.say(closed, question, [text, text])
    made(closed, staff)
    assert len(groups(closed)) == 8
    assert statements() == few


def test_texts_stay_where_they_were(closed, staff):
    before = [answer.text for answer in db.session.query(Answer).order_by(Answer.id)]
    for group in made(closed, staff):
        actions.confirm_group(staff, closed, group)
    assert [answer.text for answer in db.session.query(Answer).order_by(Answer.id)] == before
    assert db.session.query(ResponseGroup).count() == 2
    assert db.session.query(ThemeSuggestion).count() == 1


def test_a_response_is_left_out_of_a_group_that_is_confirmed(closed, staff, manager):
    largest, _other = made(closed, staff)
    first, second, third = queries.members_of(closed, largest.id)
    here = f"{base(closed)}suggestions/groups/{largest.id}/"
    references = [db.session.get(Response, one).reference for one in (first, second, third)]
    page = manager.get(here)
    assert all(reference in page.main for reference in references)
    refused = manager.post_form(
        page, {"without": [str(first), str(second)]}, button="They belong together", status=422
    )
    assert "Leave at least two responses together" in refused.main
    assert sizes(closed) == [3, 2]
    refused = manager.post_form(page, {"without": "x"}, button="They belong together", status=422)
    assert sizes(closed) == [3, 2]
    page = send(manager, refused, "They belong together", {"without": [str(second)]})
    assert "10 responses with long texts; 9 distinct texts" in page.main
    (confirmed,) = groups(closed, SuggestionState.TAKEN)
    assert queries.members_of(closed, confirmed.id) == [first, third]
    # What was found whole is not suggested again, but what is new is.
    made(closed, staff)
    assert sizes(closed) == [2]
    question = queries.questions_to_answer(closed.id)[0]
    analysing.say(closed, question, [LETTER])
    made(closed, staff)
    assert sizes(closed) == [4, 2]


def test_those_left_out_stay_in_the_group_they_were_in(closed, staff):
    largest, _other = made(closed, staff)
    ids = queries.members_of(closed, largest.id)
    actions.confirm_group(staff, closed, largest, without=ids[2:])
    question = queries.questions_to_answer(closed.id)[0]
    analysing.say(closed, question, [LETTER])
    wider, *_others = made(closed, staff)
    actions.confirm_group(staff, closed, wider, without=ids[:1])
    assert sizes(closed, SuggestionState.TAKEN) == [3]
    assert queries.count_texts(closed).distinct == 9


def test_suggestions_are_those_of_the_consultation(closed, staff):
    made(closed, staff)
    elsewhere, response = analysing.make_closed()
    assert [one.count for one in queries.suggested_themes(closed.id)] == [3]
    assert [one.examples for one in queries.suggested_themes(elsewhere.id)] == [[response.id]]
    assert sizes(closed) == [3, 2]
    assert sizes(elsewhere) == []


def test_a_group_begins_with_a_response_that_counts_and_says_something(closed, staff):
    largest, _other = made(closed, staff)
    first, second, third = queries.members_of(closed, largest.id)
    db.session.get(Response, first).state = ResponseState.WITHDRAWN
    factories.commit()
    row = queries.list_groups(closed, SuggestionState.OPEN)[0]
    assert row.excerpt.response_id == second
    assert queries.members_of(closed, largest.id) == [second, third]
    shown = queries.excerpts_of(closed, [first, second, third])
    assert [one.response_id for one in shown] == [second, third]


def test_only_what_is_said_at_length_is_a_text(closed):
    at_length = queries.questions_to_answer(closed.id)[0]
    before, texts = queries.count_texts(closed), queries.long_texts(closed)
    short = answering.question(answering.section(closed), QuestionKind.SHORT_TEXT)
    short.position = 0
    analysing.say(closed, short, [LETTER, LETTER])
    analysing.say(closed, at_length, [""])
    first = min(texts)
    db.session.add(Answer(response_id=first, question_id=short.id, text="In short."))
    factories.commit()
    assert queries.count_texts(closed) == before
    assert queries.long_texts(closed) == texts
    (excerpt,) = queries.excerpts_of(closed, [first])
    assert LETTER.startswith(excerpt.text)
