"""R4.3: what is proposed for tables of housing, homelessness, council tax, births and deaths, each in three styles.

At first sight, before anything was changed for them, 173 of their 215 elements were proposed rightly, none wrongly, and
42 not at all.
"""

from functools import cache

import pytest

from easement.meaning.profile_queries import profiled
from easement.meaning.propose import propose, ranked
from easement.meaning.standards import standard, standards

from .service_tables import SERVICES
from .test_propose import formats, held, judged

names = pytest.mark.parametrize("body", SERVICES, ids=lambda body: body.name)


@cache
def seen(name):
    body = next(each for each in SERVICES if each.name == name)
    with held(body.columns, body.rows) as source:
        return profiled(source, name, formats=formats())


@cache
def of(name):
    body = next(each for each in SERVICES if each.name == name)
    return judged(propose(seen(name), standard(body.standard)), body.right)


@names
def test_no_element_of_a_service_s_table_is_proposed_wrongly(body):
    _, wrong, _ = of(body.name)
    assert wrong == []


@pytest.mark.parametrize("body", SERVICES[::3], ids=lambda body: body.name)
def test_the_standard_of_the_service_is_ranked_first_among_all(body):
    assert ranked(seen(body.name), standards())[0].standard == body.standard


def test_most_elements_of_the_services_tables_are_found():
    right = sum(len(of(body.name)[0]) for body in SERVICES)
    assert right >= 0.8 * sum(len(body.right) for body in SERVICES)
