"""Looking up one person: nobody else is disclosed, and what the asker may not know looks like what is not there."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from easement.agreement.model import Mode
from easement.base.errors import UsageError
from easement.gate.decide import decide
from easement.gate.model import Code
from easement.gate.prepare import Prepared
from easement.gate.release import MAX_FOUND
from easement.ledger.model import EntryType
from easement.meaning.model import Standard

from .conftest import facts, request
from .world import DIRTY, World, plain_rows, read

TWINS = {"family_name": "Twin", "date_of_birth": "2010-07-07"}
YEW = {"family_name": "Yew", "date_of_birth": "2011-06-06"}


def test_where_several_people_fit_nothing_is_disclosed_about_any(world: World) -> None:
    outcome = world.lookup(**TWINS)
    (reason,) = outcome.decision.unmet
    assert reason.code is Code.PERSON_AMBIGUOUS
    assert "say more" in reason.remedy
    assert world.types() == ["intended", "refused"]
    assert world.last(EntryType.DISCLOSURE_REFUSED).entry.intent == outcome.intent
    assert world.delivered() == world.staged() == []
    assert not outcome.decision.fields


def test_saying_more_tells_them_apart(world: World) -> None:
    (record,) = read(world.lookup(share="forms", **TWINS, given_name="bea", postcode="nt33dd").data)
    assert record["net_monthly_earnings"] == "0 to under 300"


def test_a_known_person_whom_the_share_does_not_cover_looks_like_an_unknown_one(world: World) -> None:
    """`Yew` has an award that is not covered: the asker must not learn even that."""
    covered_not = world.lookup("answer.json", **YEW)
    entries = len(world.entries())
    unknown = world.lookup("answer.json", family_name="Nobody", date_of_birth="2011-06-06")
    assert covered_not.data is not None
    assert world.types() == ["intended", "released"] * 2
    assert len(world.entries()) == 2 * entries
    first, second = (world.entries()[at].entry.as_dict() for at in (1, 3))
    for said in (first, second):
        del said["intent"], said["commitment"]
    assert first == second
    assert covered_not.released.sha256 == unknown.released.sha256
    assert covered_not.released.count == 0


def test_all_records_of_one_person_are_given(world: World) -> None:
    ash = DIRTY[0]
    world.hold([*DIRTY, ("C90", *ash[1:7], "IS", *ash[8:])])
    records = read(world.lookup(family_name="Ash", date_of_birth="2015-02-01").data)
    assert [record["claim_reference"] for record in records] == ["C01", "C90"]


def test_more_records_than_one_person_has_are_not_one_persons(world: World) -> None:
    ash = DIRTY[0]
    world.hold([(f"C{n}", *ash[1:]) for n in range(MAX_FOUND + 1)])
    assert [reason.code for reason in world.lookup(**_named(ash)).decision.unmet] == [Code.PERSON_AMBIGUOUS]


def _named(row: tuple[str, ...]) -> dict[str, str]:
    day, month, year = row[4].split("/")
    return {"family_name": row[2], "date_of_birth": f"{year}-{month}-{day}"}


@pytest.mark.parametrize(
    "value",
    [
        "' or 1=1 --",
        "Ash'; drop table held; --",
        "$pseudonym_inner",
        'Ash" or ""="',
        "%",
        "\x00",
        "caf\udce9",
        "x" * 10_000,
    ],
)
def test_whatever_is_said_of_a_person_is_a_value_and_nothing_else(shared_world: World, value: str) -> None:
    outcome = shared_world.lookup(family_name=value, date_of_birth="2015-02-01")
    assert outcome.released.count == 0
    assert shared_world.entries()[-1].entry.type is EntryType.DISCLOSURE_RELEASED


@pytest.mark.parametrize("born", ["2015-02-30", "01/02/2015", "yesterday", "' or true --"])
def test_a_day_that_is_none_is_nobodys_birthday(shared_world: World, born: str) -> None:
    assert shared_world.lookup(family_name="Ash", date_of_birth=born).released.count == 0


@pytest.mark.parametrize("number", ["ab 12 34 56 c", "AB123456C"])
def test_an_identifier_finds_its_person_however_it_is_spelt(shared_world: World, number: str) -> None:
    assert shared_world.lookup(national_insurance_number=number).released.count == 1


@pytest.mark.parametrize("number", ["AB123456", "QQ123456C", "BG123456A", "nonsense", "bad"])
def test_an_identifier_that_cannot_be_one_is_refused_even_where_a_record_holds_it(world: World, number: str) -> None:
    """A record of the register has `bad` as its number: dirt is no key, and a slip of the pen is not somebody else."""
    outcome = world.lookup(national_insurance_number=number)
    (reason,) = outcome.decision.unmet
    assert reason.code is Code.PERSON_NOT_NAMED
    assert "the national insurance number given cannot be one" in reason.text
    assert number not in reason.text
    assert world.types() == ["refused"]


@pytest.mark.parametrize("number", ["9434765919", "943 476 5919"])
def test_an_identifier_is_held_against_its_check_digit(standard: Standard, agreement: Prepared, number: str) -> None:
    element = standard.elements["nino"].model_copy(update={"identifier": "nhs-number"})
    by_nhs = standard.model_copy(update={"elements": {**standard.elements, "nino": element}})
    offer = replace(agreement.offers["entitled"], standard=by_nhs)
    known = replace(agreement, offers={"entitled": offer})
    asked = request(mode=Mode.LOOKUP, listed=False, person={"nino": number})
    assert decide(asked, known, facts()).allowed
    (reason,) = decide(replace(asked, person={"nino": number[:-1] + "8"}), known, facts()).unmet
    assert "check digit does not fit" in reason.text


@pytest.mark.parametrize(
    "person",
    [{}, {"family_name": "Ash"}, {"family_name": "Ash", "date_of_birth": " "}, {"award": "UC"}, {"shoe_size": "3"}],
)
def test_too_little_said_is_refused_before_anything_is_read(world: World, person: dict[str, Any]) -> None:
    outcome = world.share("entitled", Mode.LOOKUP, person=person)
    assert [reason.code for reason in outcome.decision.unmet] == [Code.PERSON_NOT_NAMED]
    assert world.types() == ["refused"]


def test_records_without_any_name_are_not_taken_for_one_person(world: World) -> None:
    world.hold([("", "", "", "", "", "F", "", "UC", "1", "", "")] * 3)
    assert world.lookup(family_name="Ash", date_of_birth="2015-02-01").released.count == 0


def test_one_record_among_many_is_found(world: World) -> None:
    world.hold(plain_rows(2_000))
    (record,) = read(world.lookup(family_name="Name1234", date_of_birth="2014-01-01").data)
    assert record["claim_reference"] == "C1234"


def test_an_empty_answer_still_has_its_columns(world: World, tmp_path: Path) -> None:
    empty = world.lookup("none.csv", family_name="Nobody", date_of_birth="2011-06-06")
    assert empty.data is not None
    assert empty.data.read_text() == "claim_reference,family_name,given_name,date_of_birth,award,net_monthly_earnings\n"


def test_a_code_that_nobody_listed_is_refused_with_those_that_are(world: World) -> None:
    outcome = world.lookup(family_name="Ash", date_of_birth="2015-02-01", sex="robot")
    (reason,) = outcome.decision.unmet
    assert reason.code is Code.PERSON_NOT_NAMED
    assert "the sex given is none of " in reason.text
    assert "robot" not in reason.text


def test_a_person_is_not_looked_for_by_what_the_table_does_not_have(world: World) -> None:
    """Else nobody would ever be found, and every answer would say that nobody is known."""
    mapping = world.node / "datasets" / "awards.yaml"
    mapping.write_text(mapping.read_text().replace("_insurance_number: nino", "_insurance_number: {absent: not kept}"))
    with pytest.raises(UsageError, match="has no `national_insurance_number`") as failed:
        world.lookup(national_insurance_number="AB123456C")
    assert "family_name" in failed.value.remedy
    assert world.types() == ["intended", "failed"]
