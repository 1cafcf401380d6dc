"""Reads of centres."""

import pytest

from forum.centres import queries
from forum.core.access import Anonymous
from forum.core.errors import NotFound
from tests import factories as make
from tests.statements import count_statements


def test_the_nine_centres_stand_from_north_to_south(app):
    found = queries.list_centres()
    assert [(centre.name, centre.region_code) for centre in found] == [
        ("North East", "E12000001"),
        ("North West", "E12000002"),
        ("Yorkshire and the Humber", "E12000003"),
        ("East Midlands", "E12000004"),
        ("West Midlands", "E12000005"),
        ("East of England", "E12000006"),
        ("London", "E12000007"),
        ("South East", "E12000008"),
        ("South West", "E12000009"),
    ]
    assert [centre.host.split()[0] for centre in found] == [
        "Gateshead",
        "Tameside",
        "Leeds",
        "Nottinghamshire",
        "Worcestershire",
        "Norfolk",
        "Association",
        "Kent",
        "Dorset",
    ]
    assert all(centre.hosting and centre.description for centre in found)


def test_get_centre(app):
    assert queries.get_centre(Anonymous(), "london").path == "/centres/london/"
    with pytest.raises(NotFound):
        queries.get_centre(Anonymous(), "London")


def test_staff_managers_first_each_person_once(app):
    both = make.make_account(role="moderator", display_name="Both Roles")
    make.grant_role(both, "manager")
    make.make_account(role="moderator", display_name="Able Moderator", handle="able")
    make.make_account(role="manager", display_name="Quiet Manager", hidden=True)
    make.make_account(role="manager", centre=make.get_centre("london"))
    make.make_account(role="administrator")
    found = queries.staff_of(make.get_centre().id)
    assert [(row.name, row.role.value, row.url) for row in found] == [
        ("Both Roles", "manager", both.path),
        ("Quiet Manager", "manager", ""),
        ("Able Moderator", "moderator", "/people/able/"),
    ]


def test_reads_cost_one_statement_each(app):
    for _ in range(3):
        make.make_account(role="moderator")
    centre_id = make.get_centre().id
    with count_statements() as statements:
        queries.list_centres()
        queries.staff_of(centre_id)
        queries.councils_of(centre_id)
    assert len(statements) == 3
