"""Several who save the same assessment at once, on either database: one is kept, and the others are told."""

import threading
from collections import Counter

import pytest

from easement.assessment.answers import Answers
from easement.assessment.impact_service import read_impact, save_impact, start_impact
from easement.assessment.service import read_case, save
from easement.base.errors import Refused

from .conftest import NOW, Organisation

WRITERS = 6


def at_once(do) -> Counter[str]:
    """What came of doing something in many threads that begin together."""
    together, told = threading.Barrier(WRITERS), Counter[str]()

    def act() -> None:
        together.wait()
        try:
            do()
            told["kept"] += 1
        except Refused:
            told["refused"] += 1

    writers = [threading.Thread(target=act) for _ in range(WRITERS)]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    return told


@pytest.mark.parametrize("version", [1, 2])
def test_of_many_who_save_on_one_version_one_is_kept_and_the_others_are_told(northtown: Organisation, version) -> None:
    id_ = save(northtown, Answers(), title="Meals", by="ada", now=NOW).line.id
    for number in range(1, version):
        save(northtown, Answers(), title="Meals", by="ada", now=NOW, id_=id_, expected=number)
    told = at_once(lambda: save(northtown, Answers(), title="Meals", by="bo", now=NOW, id_=id_, expected=version))
    assert told == {"kept": 1, "refused": WRITERS - 1}
    assert read_case(northtown, id_).line.version == version + 1


def test_of_many_who_write_one_impact_assessment_one_is_kept(northtown: Organisation) -> None:
    id_ = save(northtown, Answers(), title="Meals", by="ada", now=NOW).line.id
    impact = start_impact(northtown, id_, by="ada", now=NOW).impact
    told = at_once(lambda: save_impact(northtown, id_, impact, by="bo", now=NOW, expected=1))
    assert told == {"kept": 1, "refused": WRITERS - 1}
    assert read_impact(northtown, id_).version == 2
