"""The story's mappings and agreements stand by themselves: complete, in force today, true of the town's tables."""

from datetime import date

import pytest

from easement.agreement.check import check, musts
from easement.agreement.read import read_agreement_text
from easement.agreement.standing import standing
from easement.demo.papers import AGREEMENTS, agreement, mapping
from easement.demo.town import FILES
from easement.law.catalogue import catalogue
from easement.meaning.mapping import read_mapping
from easement.meaning.service import check_dataset
from easement.meaning.standards import standard

from .conftest import TODAY


def read(id_: str, today: date = TODAY):
    return read_agreement_text(agreement(id_, today=today, referrals=80), name=id_)


@pytest.mark.parametrize("id_", AGREEMENTS)
@pytest.mark.parametrize("today", [TODAY, date(2025, 12, 31), date(2027, 2, 28), date(2032, 2, 29)], ids=str)
def test_an_agreement_is_complete_whatever_the_day(id_, today):
    file = read(id_, today)
    standards = {share.standard: standard(share.standard) for share in file.terms.shares.values()}
    assert musts(check(file, catalogue(), standards, today=today)) == ()


@pytest.mark.parametrize("id_", AGREEMENTS)
def test_an_agreement_is_in_force_once_all_have_signed(id_):
    terms = read(id_).terms
    assert standing(terms, frozenset(terms.parties), TODAY).in_force


def test_each_agreement_is_named_as_its_file():
    assert [read(id_).terms.id for id_ in AGREEMENTS] == list(AGREEMENTS)


def test_between_them_the_agreements_show_every_way_of_asking():
    modes = {mode for id_ in AGREEMENTS for share in read(id_).terms.shares.values() for mode in share.modes}
    assert modes == {"lookup", "match", "bulk", "aggregate"}


@pytest.mark.parametrize("register", FILES)
def test_a_mapping_holds_for_the_table_it_is_about(register, folder, tmp_path):
    place = tmp_path / f"{register}.yaml"
    place.write_text(mapping(register))
    assert read_mapping(place).source.path == FILES[register]
    report = check_dataset(place, folder / FILES[register]).as_dict()
    assert report["usable"] is True
    assert report["missing"] == {}
    assert report["duplicate_keys"] == 0


def test_what_does_not_map_is_reported(folder, tmp_path):
    place = tmp_path / "benefit_awards.yaml"
    place.write_text(mapping("benefit_awards"))
    report = check_dataset(place, folder / FILES["benefit_awards"]).as_dict()
    (award,) = (element for element in report["elements"] if element["name"] == "award")
    assert [finding["fault"] for finding in award["findings"]] == ["code-not-listed"]
