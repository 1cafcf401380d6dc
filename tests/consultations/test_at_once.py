"""Many respondents send at the last moment: what was acknowledged is stored, nothing comes late."""

import threading
from datetime import timedelta

import pytest

from forum.consultations import actions, queries
from forum.consultations.enums import ResponseState
from forum.consultations.models import Consultation, Response
from forum.core import clock
from forum.core.db import db
from forum.core.errors import NotAllowed
from tests import factories
from tests.consultations import answering

RESPONDENTS = 100
CHOICES = {"may_publish": True, "may_name": False, "may_contact": False}


def begin_all():
    """Drafts of so many visitors; the id of the consultation and their references."""
    consultation, first, _second = answering.small_consultation()
    references = []
    for _number in range(RESPONDENTS):
        response, holder = answering.begin(consultation)
        answering.answer(holder, response, {first: answering.choose("a")})
        references.append(response.reference)
    return consultation.id, references


@pytest.mark.live
@pytest.mark.timeout(120)
def test_a_hundred_send_in_the_last_second(live_app):
    with live_app.app_context():
        consultation_id, references = begin_all()
        closing = clock.now() + timedelta(seconds=1.5)
        db.session.get_one(Consultation, consultation_id).closes_at = closing
        factories.commit()
        db.session.remove()
    acknowledged, refused = [], []

    def send(reference, moment):
        threading.Event().wait(moment)
        with live_app.app_context():
            try:
                holder = answering.holder_of(None, reference)
                actions.submit_response(holder, queries.get_response(holder, reference), **CHOICES)
                acknowledged.append(reference)
            except NotAllowed:
                refused.append(reference)
            finally:
                db.session.remove()

    threads = [
        threading.Thread(target=send, args=(reference, number * 2 / RESPONDENTS))
        for number, reference in enumerate(references)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(acknowledged) + len(refused) == RESPONDENTS
    assert acknowledged
    assert refused
    with live_app.app_context():
        stored = db.session.query(Response).filter_by(state=ResponseState.SUBMITTED).all()
        assert {one.reference for one in stored} == set(acknowledged)
        assert max(one.submitted_at for one in stored) < closing
        consultation = db.session.get_one(Consultation, consultation_id)
        results = queries.results_of(consultation, exact=True)
        assert (results.submissions, results.late) == (len(acknowledged), 0)
