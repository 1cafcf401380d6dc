"""What every database holds from the start, beside centres and topics."""

import re

from forum.accounts import queries as accounts
from forum.core import markup


def test_house_rules_of_the_site_are_ten_clauses_as_rendered(app):
    rules = accounts.current_rules()
    assert (rules.version, rules.centre_id) == (1, None)
    assert re.findall(r"^(\d+)\. \*\*", rules.source, re.MULTILINE) == [
        str(n) for n in range(1, 11)
    ]
    assert rules.html == markup.render(rules.source)
    assert rules.html.count("<li>") == 10


def test_centres_add_no_rules_of_their_own_at_first(app):
    assert accounts.current_rules(1) is None
