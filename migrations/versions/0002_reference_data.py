"""Reference data: the nine centres, the house rules and the tree of procurement topics.

What is in use stays when this is undone, and is left alone when it is done again.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PUBLISHED_AT = datetime(2026, 11, 1, tzinfo=UTC)
EDIT_WINDOW_HOURS = 24

# slug, name, region, host, hosting, description
CENTRES = (
    (
        "north-east",
        "North East",
        "E12000001",
        "Gateshead Metropolitan Borough Council",
        "Gateshead Metropolitan Borough Council took on the centre for the councils of the North East when the nine regional centres were set up in 2004. The host employs the staff and keeps the accounts; what the centre works on is agreed by all the councils it serves.",
        "The centre brings together councils, suppliers and community groups between the Tweed and the Tees. Its boards turn on how small local firms, charities and social enterprises can win public work and be paid for it on time.",
    ),
    (
        "north-west",
        "North West",
        "E12000002",
        "Tameside Metropolitan Borough Council",
        "Since 2004 the centre has had its home at Tameside Metropolitan Borough Council, which hosts it for every council from Cumbria to Cheshire. Hosting gives the centre an office, a payroll and an auditor, and gives the host no greater say than the others.",
        "Two great conurbations and a long rural edge make the North West's markets very different from one another. The centre is where buyers and suppliers compare what works in each of them.",
    ),
    (
        "yorkshire-and-the-humber",
        "Yorkshire and the Humber",
        "E12000003",
        "Leeds City Council",
        "Leeds City Council was chosen in 2004 to host the centre for Yorkshire and the Humber. It answers for the centre's money and its people, and reports on both to the councils of the region.",
        "The centre serves cities, coast, dales and the Humber ports, and the suppliers who work among them. Its debates are about buying together without shutting out those who can only serve one place.",
    ),
    (
        "east-midlands",
        "East Midlands",
        "E12000004",
        "Nottinghamshire County Council",
        "Nottinghamshire County Council agreed in 2004 to host the East Midlands centre for its neighbours as well as itself. The county provides contracts of employment, premises and accounts, while the region's councils settle the programme together.",
        "Cities, shires and a great many district councils share the suppliers of the East Midlands. The centre helps them ask for the same things in the same way, and hears from suppliers when they do not.",
    ),
    (
        "west-midlands",
        "West Midlands",
        "E12000005",
        "Worcestershire County Council",
        "Worcestershire County Council became host of the West Midlands centre in 2004, on behalf of shire and city alike. As host it signs for the centre in law, and it keeps that duty apart from its own buying.",
        "From the Potteries to the Wye the region makes, builds and carries much of what councils buy. The centre's boards connect that supply base with the people who write the specifications.",
    ),
    (
        "east-of-england",
        "East of England",
        "E12000006",
        "Norfolk County Council",
        "Norfolk County Council has been host to the East of England centre since the nine centres were founded in 2004. It lends the centre its legal standing and its services, so that dozens of councils need not each build their own.",
        "The region runs from the edge of London to the North Sea, with long distances and many small suppliers. The centre looks at what rural delivery costs and at contracts of a size that local firms can carry.",
    ),
    (
        "london",
        "London",
        "E12000007",
        "Association of London Government",
        "The Association of London Government hosted the capital's centre from 2004 on behalf of the London boroughs. Alone among the nine, the London centre was hosted by the boroughs' common body and not by one council.",
        "Thirty-two boroughs and the City buy in one of the busiest markets in the country. The centre is where they and London's suppliers discuss shared frameworks, fair prices and who is left outside.",
    ),
    (
        "south-east",
        "South East",
        "E12000008",
        "Kent County Council",
        "Kent County Council took the South East centre under its roof in 2004 for the benefit of all the region's councils. The host carries the employer's and the accountable body's duties; the councils together decide the priorities.",
        "More councils belong to the South East than to any other region, in a ring that reaches from Kent to Oxfordshire. The centre gives their buyers and suppliers one place to compare terms, timescales and lessons.",
    ),
    (
        "south-west",
        "South West",
        "E12000009",
        "Dorset County Council",
        "Dorset County Council was the host of the South West centre when it began in 2004. Acting for the others, the host engaged the staff, held the budget and gave account of both.",
        "The South West is long, rural and coastal, and its supply chains are mostly small. The centre's members debate how far to aggregate, how to keep spending local and how to reach services at the end of the line.",
    ),
)

RULES_SOURCE = (
    "Roundtable is for open debate about public procurement, from every side of the table. These rules hold on every board. A centre may add rules of its own; they stand on the centre's page.\n"
    "\n"
    "1. **Be civil.** Argue with what was said, not with who said it. No insults, threats, harassment or discrimination.\n"
    "2. **Keep to the subject.** Post where your subject belongs, under the topics that fit it, and start a new thread for a new question.\n"
    "3. **Do not advertise.** Speak from experience and name what you offer when it answers the question. Do not sell, recruit or canvass for contracts, and do not write to members for that purpose.\n"
    "4. **Keep confidences.** Do not post prices, bids, evaluation papers or anything else that you hold in commercial confidence, whether it is yours or somebody else's.\n"
    "5. **Leave live tenders to their own route.** Ask questions about a procurement that is under way through the clarification route in its tender documents, where every bidder sees the answer. Do not try to influence its outcome here.\n"
    "6. **Protect people.** Do not post personal details of others, such as addresses, telephone numbers, health or care records. Describe cases so that nobody can be recognised.\n"
    "7. **Declare your interest.** Say for whom you speak, and say so when you, your employer or somebody close to you could gain from what you propose. One person, one account.\n"
    "8. **No spam.** Do not post the same text in many places, bury a debate under many posts, or link to pages for the sake of the link.\n"
    "9. **Stay within the law.** Do not post what is defamatory, infringes copyright or encourages an offence. You are responsible for what you write.\n"
    "10. **Moderators explain.** Whoever hides a post or locks a thread names the clause that was broken and gives the reason to its author. Moderators decide nothing about their own posts, and they keep to these rules like everybody else."
)

# As forum.core.markup renders the source.
RULES_HTML = (
    "<p>Roundtable is for open debate about public procurement, from every side of the table. These rules hold on every board. A centre may add rules of its own; they stand on the centre's page.</p>\n"
    "<ol>\n"
    "<li><strong>Be civil.</strong> Argue with what was said, not with who said it. No insults, threats, harassment or discrimination.</li>\n"
    "<li><strong>Keep to the subject.</strong> Post where your subject belongs, under the topics that fit it, and start a new thread for a new question.</li>\n"
    "<li><strong>Do not advertise.</strong> Speak from experience and name what you offer when it answers the question. Do not sell, recruit or canvass for contracts, and do not write to members for that purpose.</li>\n"
    "<li><strong>Keep confidences.</strong> Do not post prices, bids, evaluation papers or anything else that you hold in commercial confidence, whether it is yours or somebody else's.</li>\n"
    "<li><strong>Leave live tenders to their own route.</strong> Ask questions about a procurement that is under way through the clarification route in its tender documents, where every bidder sees the answer. Do not try to influence its outcome here.</li>\n"
    "<li><strong>Protect people.</strong> Do not post personal details of others, such as addresses, telephone numbers, health or care records. Describe cases so that nobody can be recognised.</li>\n"
    "<li><strong>Declare your interest.</strong> Say for whom you speak, and say so when you, your employer or somebody close to you could gain from what you propose. One person, one account.</li>\n"
    "<li><strong>No spam.</strong> Do not post the same text in many places, bury a debate under many posts, or link to pages for the sake of the link.</li>\n"
    "<li><strong>Stay within the law.</strong> Do not post what is defamatory, infringes copyright or encourages an offence. You are responsible for what you write.</li>\n"
    "<li><strong>Moderators explain.</strong> Whoever hides a post or locks a thread names the clause that was broken and gives the reason to its author. Moderators decide nothing about their own posts, and they keep to these rules like everybody else.</li>\n"
    "</ol>\n"
)

# kind | slug | parent | name | CPV divisions | synonyms | description
TOPICS = """
theme | leadership-and-capacity | | Leadership and capacity | | procurement strategy, skills and training of buyers, procurement champions, capability | Who leads procurement in a council, and whether it has the people and skills to do it well.
theme | partnering-and-collaboration | | Partnering and collaboration | | joint working, shared services, partnership, buying together | How councils work with each other and with suppliers over years and not only from bid to bid.
theme | doing-business-electronically | | Doing business electronically | | e-procurement, electronic invoicing, purchase cards, e-auctions | Finding, bidding, ordering, invoicing and paying by electronic means.
theme | stimulating-markets | | Stimulating markets and community benefits | | market shaping, community benefits, supplier development, local economy | What buyers do so that there are enough good suppliers, and so that communities gain from what is spent.
market | social-care | | Social care | 85 | adult social care, care services, children's services, support services | Care and support for adults, children and families, and what it costs to provide it.
market | home-care | social-care | Home care | 85 | domiciliary care, homecare, care at home, visiting care | Care given in people's own homes: rates, rounds, travel time and continuity.
market | residential-care | social-care | Residential care | 85 | care homes, nursing homes, placements, supported living | Care homes and other places where people live and are cared for.
market | childrens-placements | social-care | Children's placements | 85 | fostering, looked-after children, children's homes | Foster care, children's homes and other placements for children in care.
market | construction-and-property | | Construction and property | 44, 45, 70, 71 | building works, capital works, estates, architects | New buildings, refurbishment, design and the management of public property.
market | repairs-and-maintenance | construction-and-property | Repairs and maintenance | 45, 50 | responsive repairs, planned maintenance, minor works, building maintenance | Keeping public buildings and homes in repair, from one tap to a whole roof.
market | highways | | Highways | 45, 50 | roads, street works, street lighting, potholes, winter gritting | Building, repairing, lighting and clearing roads, pavements and bridges.
market | ict | | ICT | 30, 32, 48, 72 | information technology, computers, digital services, telecoms | Equipment, networks and digital services, and leaving one supplier for another.
market | software | ict | Software | 48, 72 | applications, licences, cloud services, open source | Licences, cloud services and software made to order.
market | telecare | ict | Telecare | 32, 33, 85 | assistive technology, community alarms, remote monitoring | Alarms, sensors and monitoring that help people to live independently.
market | professional-services | | Professional services | 66, 71, 73, 79 | consultancy, legal services, audit, insurance broking, research | Advice and expert work: lawyers, consultants, surveyors, auditors and researchers.
market | facilities-management | | Facilities management | 35, 39, 51, 79, 90 | cleaning, security guarding, furniture, FM | Running buildings day by day: cleaning, security, reception, furniture and fittings.
market | waste-and-environment | | Waste and environment | 90 | refuse collection, street cleansing, environmental services, landfill | Collecting and treating waste, cleaning streets and caring for the environment.
market | recycling | waste-and-environment | Recycling | 90 | reuse, recyclables, composting, food waste | Collecting, sorting and selling what can be used again, and who carries the price risk.
market | energy-and-utilities | | Energy and utilities | 09, 31, 41, 65 | electricity, gas, water, fuel, street lighting energy | Electricity, gas, fuel and water, bought singly or together.
market | transport | | Transport | 60, 63 | passenger transport, buses, taxis, community transport | Moving people and goods, from bus services to couriers.
market | home-to-school-transport | transport | Home to school transport | 60 | school transport, SEND transport, school taxis | Journeys to school that councils must provide, and the firms that run them.
market | catering-and-food | | Catering and food | 15, 55 | meals, food supply, kitchens, milk | Food and drink for schools, care services and offices, and the kitchens that cook it.
market | school-meals | catering-and-food | School meals | 15, 55 | school food, free school meals, school kitchens | Lunches in schools: standards, prices, kitchens and local produce.
market | education-and-training | | Education and training | 80 | schools, adult learning, apprenticeships, tuition | Teaching, training and learning services of every kind.
market | housing | | Housing | 45, 70 | social housing, homelessness, temporary accommodation, tenants | Building, letting and managing homes, and support for people without one.
market | health | | Health | 33, 85 | public health, NHS, wellbeing, medical supplies | Health services and supplies, and where councils buy with the NHS.
market | temporary-staff | | Temporary staff | 79 | agency workers, supply teachers, locums, interim managers | Agency workers and interims, and the firms that manage them for a buyer.
market | print-and-post | | Print and post | 22, 64, 79 | printing, mailing, stationery, hybrid mail | Printing, paper, mailing and delivery.
market | vehicles | | Vehicles | 34, 50 | fleet, vans, minibuses, vehicle hire | Buying, hiring and keeping up cars, vans and larger vehicles.
market | electric-vehicles | vehicles | Electric vehicles and charging | 31, 34, 50 | fleet electrification, charge points, zero-emission vehicles | Changing to electric fleets, and the charging that they need.
market | grounds-and-play | | Grounds and play | 16, 37, 77 | parks, grass cutting, tree work, playgrounds, horticulture | Parks, verges, trees, sports pitches and play areas.
market | culture-and-leisure | | Culture and leisure | 37, 92 | libraries, museums, sports centres, arts, events | Libraries, museums, arts, sport and events.
question | prompt-payment | | Prompt payment | | late payment, 30 days, invoices, payment terms | When suppliers are really paid, and what delays the money.
question | payment-of-subcontractors | prompt-payment | Payment of subcontractors | | supply chain payment, retentions, project bank accounts, tier two suppliers | Whether prompt payment reaches those further down the chain.
question | lots-and-contract-size | | Lots and contract size | | dividing into lots, bundling, small contracts, contract value | How large a contract should be, and when to divide it into lots.
question | insurance-and-financial-thresholds | | Insurance and financial thresholds | | turnover requirements, indemnity cover, credit checks, parent company guarantees | What buyers ask of bidders' finances and cover, and whether it fits the risk.
question | feedback-to-bidders | | Feedback to bidders | | debriefing, assessment summaries, scores and reasons, losing bids | What bidders learn about why they won or lost.
question | social-value | | Social value | | social value act, community wealth building, social outcomes, TOMs | Asking for, scoring and checking what a contract does for people and places.
question | frameworks-and-aggregation | | Frameworks and aggregation | | framework agreements, dynamic markets, call-offs, consortium buying | Buying through frameworks and dynamic markets, and buying together in volume.
question | pre-market-engagement | | Pre-market engagement | | preliminary market engagement, supplier days, soft market testing, early engagement | Talking with suppliers before a procurement begins, openly and fairly.
question | tupe | | TUPE | | staff transfer, transfer of undertakings, pensions admission, workforce information | Staff who transfer when a service changes hands, their pensions and the facts bidders need.
question | net-zero-and-whole-life-cost | | Net zero and whole-life cost | | carbon reduction plans, sustainability, life-cycle costing, climate | Counting carbon and cost over the whole life of what is bought.
question | accessibility-of-portals | | Accessibility of portals | | bidding portals, tender websites, screen readers, registration | Whether everybody can find, read and answer tenders on the systems in use.
question | grants-or-contracts | | Grants or contracts | | grant funding, commissioning, voluntary sector funding, service level agreements | When to give a grant and when to buy a service.
question | consortia | | Consortia | | joint bids, bidding together, partnerships of small suppliers, lead bidder | Small suppliers who bid together, and how buyers treat them.
question | contract-management | | Contract management | | performance indicators, variations, contract monitoring, exit | What happens after the award: performance, change, disputes and exit.
question | bid-timescales | | Bid timescales | | tender deadlines, time to respond, short deadlines, procurement pipeline | How long bidders get, at what time of year, and how early they are warned.
"""

centre = sa.table(
    "centre",
    sa.column("id", sa.Integer),
    sa.column("slug", sa.String),
    sa.column("name", sa.String),
    sa.column("region", sa.String),
    sa.column("host", sa.String),
    sa.column("hosting", sa.Text),
    sa.column("description", sa.Text),
    sa.column("edit_window_hours", sa.Integer),
    sa.column("version", sa.Integer),
)
house_rules = sa.table(
    "house_rules",
    sa.column("id", sa.Integer),
    sa.column("centre_id", sa.Integer),
    sa.column("version", sa.Integer),
    sa.column("source", sa.Text),
    sa.column("html", sa.Text),
    sa.column("change_note", sa.Text),
    sa.column("published_at", sa.DateTime(timezone=True)),
)
topic = sa.table(
    "topic",
    sa.column("id", sa.Integer),
    sa.column("slug", sa.String),
    sa.column("name", sa.String),
    sa.column("kind", sa.String),
    sa.column("description", sa.Text),
    sa.column("parent_id", sa.Integer),
)
synonym = sa.table("topic_synonym", sa.column("topic_id", sa.Integer), sa.column("name", sa.String))
division = sa.table(
    "topic_division", sa.column("topic_id", sa.Integer), sa.column("division", sa.String)
)


def upgrade() -> None:
    _add_centres()
    _add_house_rules()
    _add_topics()


def downgrade() -> None:
    slugs = [line[1] for line in _topic_lines()]
    # Sub-topics first, since they point at their parents.
    for is_child in (True, False):
        _delete_unused(
            topic,
            sa.and_(topic.c.slug.in_(slugs), (topic.c.parent_id.is_not(None)) == is_child),
            "thread_topic.topic_id",
            "topic.parent_id",
        )
    _delete_unused(
        house_rules,
        sa.and_(house_rules.c.centre_id.is_(None), house_rules.c.version == 1),
        "rules_acceptance.rules_id",
    )
    _delete_unused(
        centre,
        centre.c.slug.in_([row[0] for row in CENTRES]),
        "board.centre_id",
        "council.centre_id",
        "house_rules.centre_id",
        "role_grant.centre_id",
    )


def _add_centres() -> None:
    names = ("slug", "name", "region", "host", "hosting", "description")
    present = set(op.get_bind().scalars(sa.select(centre.c.slug)))
    rows = [dict(zip(names, row, strict=True)) for row in CENTRES if row[0] not in present]
    for row in rows:
        row |= {"edit_window_hours": EDIT_WINDOW_HOURS, "version": 1}
    if rows:
        op.bulk_insert(centre, rows)


def _add_house_rules() -> None:
    of_site = sa.select(house_rules.c.id).where(house_rules.c.centre_id.is_(None))
    if op.get_bind().scalar(of_site.limit(1)) is None:
        op.bulk_insert(
            house_rules,
            [
                {
                    "version": 1,
                    "source": RULES_SOURCE,
                    "html": RULES_HTML,
                    "change_note": "",
                    "published_at": PUBLISHED_AT,
                }
            ],
        )


def _topic_lines() -> list[list[str]]:
    return [[part.strip() for part in line.split("|")] for line in TOPICS.strip().split("\n")]


def _add_topics() -> None:
    connection = op.get_bind()
    present = set(connection.scalars(sa.select(topic.c.slug)))
    lines = [line for line in _topic_lines() if line[1] not in present]
    if not lines:
        return
    op.bulk_insert(
        topic,
        [
            {"kind": kind, "slug": slug, "name": name, "description": description}
            for kind, slug, _parent, name, _divisions, _synonyms, description in lines
        ],
    )
    ids = {slug: key for key, slug in connection.execute(sa.select(topic.c.id, topic.c.slug))}
    for _kind, slug, parent, *_rest in lines:
        if parent:
            connection.execute(
                sa.update(topic).where(topic.c.slug == slug).values(parent_id=ids[parent])
            )
    op.bulk_insert(
        synonym,
        [
            {"topic_id": ids[line[1]], "name": name.strip()}
            for line in lines
            for name in line[5].split(",")
        ],
    )
    op.bulk_insert(
        division,
        [
            {"topic_id": ids[line[1]], "division": number.strip()}
            for line in lines
            for number in line[4].split(",")
            if number
        ],
    )


def _delete_unused(table: sa.TableClause, which: sa.ColumnElement[bool], *users: str) -> None:
    """Delete the rows of ``table`` that no ``users``, such as "board.centre_id", point at."""
    for user in users:
        name, _, column = user.partition(".")
        other = sa.table(name, sa.column(column, sa.Integer))
        in_use = sa.select(other.c[column]).where(other.c[column].is_not(None))
        which = sa.and_(which, table.c.id.not_in(in_use))
    op.execute(sa.delete(table).where(which))
