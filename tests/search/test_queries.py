"""Questions as suppliers would type them, on the demo content, with what must come first.

Both databases hold the same stems and rank by the same arithmetic, so both must agree.
"""

import pytest

from forum.core.db import db
from forum.search import actions
from forum.topics.models import CpvCode

PAID_71 = "Paid 71 days after patching a county road: who do I tell?"
PURCHASE_ORDER = "When do the thirty days start if nobody will give us a purchase order number?"
TEN_MILLION = "Ten million pounds of insurance for a £38,000 roof"
FENCING = "Ten million pounds of cover for a £38,000 fencing job: who picks the number?"
NEWSLETTER = "Why must a £900 parish newsletter be printed through a national framework?"
LONDON_REPAIRS = "One borough-wide repairs contract, or several small ones?"
APPRENTICE = "The same apprentice counted in three contracts: should anybody be adding up?"
READER_FINISH = "Which tender portals can be used with a screen reader from start to finish?"
VALUE_TOWNS = "Social value points are earned where the contract is big, and spent in the towns"
WEIGHTING = "Does a 20 per cent social value weighting help small firms or hurt them?"
UNSUCCESSFUL = "Feedback that says only 'a good response': what are unsuccessful bidders owed?"
POOLS = "Two pools and a theatre: who should carry the price of gas?"

FIRST = {
    "late payment": "Prompt payment",
    "prompt payment": "Prompt payment",
    "insurance": "Insurance and financial thresholds",
    "insurence": "Insurance and financial thresholds",
    "public liability insurance": TEN_MILLION,
    "ten million pounds cover": FENCING,
    "purchase order number": PURCHASE_ORDER,
    "purchase orders numbers": PURCHASE_ORDER,
    '"purchase order"': PURCHASE_ORDER,
    "patching county roads": PAID_71,
    "TUPE": "TUPE",
    "tupe": "TUPE",
    "staff transfers": "Staff transfer list arrived four days before the deadline: "
    "can we insist on more time?",
    "social value": "Social value",
    "social value weighting": WEIGHTING,
    "social value -town": "Social value",
    "feedback unsuccessful bidder": UNSUCCESSFUL,
    "Dan Whitfield": "Dan Whitfield",
    "amara okafor": "Amara Okafor",
    "Tide Kitchen": "Tide Kitchen CIC",
    "harbour advice": "Harbour Advice Trust",
    "school meals": "School meals",
    "apprentices": APPRENTICE,
    "framework": "Frameworks and aggregation",
    "printing newsletter": NEWSLETTER,
    "parish newsletters printed": NEWSLETTER,
    "centre:london repairs": LONDON_REPAIRS,
    "centre:London several contracts repair": LONDON_REPAIRS,
    "grants or contracts": "Grants or contracts",
    "home care by the minute": "Home care paid by the minute: has any borough moved to paying "
    "for whole shifts?",
    "school transport lots": "School transport lots: what should change before the routes go "
    "out again?",
    "heat pump": "Heat pump tender scored on installed price alone: can that be changed after "
    "it is published?",
    "minibus age limit": "A seven-year age limit on vehicles shuts out a minibus with 48,000 "
    "miles on it",
    "accessible portal": "Accessibility of portals",
    "project bank account": "A project bank account on a £3.8m windows contract: what it cost "
    "and what it changed",
    "gas prices swimming pool": POOLS,
    "refuse collection": "Waste and environment",
    "org:tide-kitchen-cic feedback": UNSUCCESSFUL,
}
# Of these the first ones stand so near to each other that any of them may be first.
AMONG_FIRST = {
    # Three topics cover this division of the CPV.
    "sewage": "Waste and environment",
    "90510000": "Waste and environment",
    "screen reader": READER_FINISH,
    '"screen reader" portals': READER_FINISH,
    "social value towns": VALUE_TOWNS,
    "is:answered insurance": "Asked for £10 million public liability to interpret at a parents' "
    "evening",
    "topic:social-value apprentice": APPRENTICE,
    "board:after-the-award apprentice": APPRENTICE,
    "author:dan-whitfield contract": LONDON_REPAIRS,
    "sector:voluntary advice charities": "Four small charities, one advice contract: lead "
    "partner or a company of our own?",
}
SPELLINGS = {"late paymant": "late payment", "aprentice": "apprentice", "supliers": "supplier"}
NOTHING = ('"purchase number order"', "zebra crossing kangaroos", "author:nobody insurance")


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("demo_database")
def test_what_suppliers_ask(app, client, library):
    db.session.add(
        CpvCode(
            code="90510000",
            check_digit="5",
            level="group",
            parent_code=None,
            label="Refuse disposal and treatment; sewage",
        )
    )
    db.session.commit()
    actions.sweep()
    wrong = []
    for asked, first in FIRST.items():
        found = library.titles(asked)
        if found[:1] != [first]:
            wrong.append((asked, first, found[:3]))
    for asked, one in AMONG_FIRST.items():
        found = library.titles(asked)
        if one not in found[:4]:
            wrong.append((asked, one, found[:4]))
    wrong += [(asked, "nothing", found) for asked in NOTHING if (found := library.titles(asked))]
    assert not wrong, "\n".join(map(str, wrong))
    for asked, better in SPELLINGS.items():
        assert f"Did you mean {better}?" in client.get(f"/search/?q={asked}").main
