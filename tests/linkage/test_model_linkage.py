"""Linking two registers by a model trained without labels (R4.4): who is linked, who is held, who is let go."""

from dataclasses import replace

import pytest

from easement.base.errors import BadData
from easement.linkage.assign import Policy
from easement.linkage.explain import explained
from easement.linkage.link import link
from easement.linkage.model import LinkModel
from easement.linkage.train import Training, train
from tests.linkage.people import Person, Registers, engine, pairs, town

TOWN = town()
Outcome = tuple[set[tuple[int, int]], set[tuple[int, int]]]
ASH = Person("ashworth", "margaret", "1984-03-17", "NT71AB", "female")


def trained(registers: Registers) -> Training:
    return train(engine(registers), id="town", title="A town", held="one", listed="other")


@pytest.fixture(scope="module")
def training() -> Training:
    return trained(TOWN)


@pytest.fixture(scope="module")
def model(training: Training) -> LinkModel:
    return training.model


@pytest.fixture(scope="module")
def town_linked(model: LinkModel) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    connection = engine(TOWN)
    link(connection, model, Policy())
    return pairs(connection, "linked"), pairs(connection, "doubtful")


def test_a_town_is_linked_without_labels_and_hardly_anybody_wrongly(town_linked: Outcome) -> None:
    linked, held = town_linked
    assert len(linked - TOWN.truth) <= len(linked) // 200
    assert len(linked & TOWN.truth) >= 0.9 * len(TOWN.truth)
    assert len((linked | held) & TOWN.truth) >= 0.97 * len(TOWN.truth)


def test_the_same_registers_and_seed_give_the_same_model(model: LinkModel) -> None:
    assert trained(TOWN).model.digest == model.digest


def test_nobody_is_linked_twice(town_linked: Outcome) -> None:
    linked, _ = town_linked
    assert len({h for h, _ in linked}) == len({listed for _, listed in linked}) == len(linked)


def test_the_order_of_the_rows_changes_nobody(model: LinkModel, town_linked: Outcome) -> None:
    backwards = engine(Registers(TOWN.held[::-1], TOWN.listed[::-1]))
    link(backwards, model, Policy())
    many = (len(TOWN.held) + 1, len(TOWN.listed) + 1)
    back = {(many[0] - h, many[1] - listed) for h, listed in pairs(backwards, "linked")}
    assert back == town_linked[0]


CASES: dict[str, tuple[list[Person], list[Person]]] = {
    "the same": ([ASH], [ASH]),
    "short name": ([ASH], [replace(ASH, givens="peggy")]),
    "further name": ([ASH], [replace(ASH, givens="margaret anne")]),
    "letters swapped": ([ASH], [replace(ASH, family="SWAPPED")]),
    "a digit off": ([ASH], [replace(ASH, birth="1984-03-18")]),
    "day and month swapped": ([replace(ASH, birth="1984-03-07")], [replace(ASH, birth="1984-07-03")]),
    "no place": ([ASH], [replace(ASH, place=None)]),
    "names crossed": ([ASH], [replace(ASH, givens="FAMILY", family="margaret")]),
    "twin": ([ASH], [replace(ASH, givens="harriet")]),
    "both twins": ([ASH, replace(ASH, givens="harriet")], [replace(ASH, givens="harriet"), ASH]),
    "parent": ([ASH], [replace(ASH, birth="2009-11-02")]),
    "same address": ([ASH], [Person("kowalczyk", "edith", "1951-08-30", "PLACE", "female")]),
    "held twice": ([ASH, ASH], [ASH]),
    "other number": ([replace(ASH, number="9434765919")], [replace(ASH, number="9434765870")]),
    "tried birthdays": ([ASH], [replace(ASH, birth=f"1984-03-{day:02}") for day in range(10, 25)]),
    "tried under other spellings": (
        [ASH],
        [
            replace(ASH, birth=f"1984-03-{day:02}", givens=given)
            for day, given in enumerate(("margaret", "margret"), 16)
        ],
    ),
    "tried birthdays, places invented": (
        [ASH],
        [replace(ASH, birth=f"1984-03-{day}", place=f"ZE{day}1AA") for day in range(10, 25)],
    ),
    "tried years, no places": ([ASH], [replace(ASH, birth=f"{year}-03-17", place=None) for year in range(1975, 1990)]),
    "tried places": ([ASH], [ASH, *(replace(ASH, place=f"ZE{number}1AB") for number in range(1, 9))]),
    "tried family names": ([ASH], [ASH, replace(ASH, family="kettlewell"), replace(ASH, family="zimmer")]),
    "tried given names": ([ASH], [ASH, *(replace(ASH, givens=each) for each in ("ivy", "una", "zoe", "fay"))]),
    "a common name": (
        [ASH],
        [ASH, *(replace(ASH, birth=f"{year}-11-05", place=f"ZE{year % 90}1AA") for year in range(1931, 1941))],
    ),
    "unknown": ([Person("unknown", "baby", "1900-01-01", None)], [Person("unknown", "baby", "1900-01-01", None)]),
    "nobody": ([Person(None, None, None, None)], [Person(None, None, None, None)] * 2),
}
HOSTILE = ("o'; drop table held; --", "{0}", "%s", "\\", '"', "l.given = r.given", "李", "мария", "محمد", "x" * 5_000)
CASES |= {f"hostile {name[:20]}": ([replace(ASH, family=name)], [replace(ASH, family=name)]) for name in HOSTILE}


def _own(people: list[Person], number: int) -> list[Person]:
    """The people of a case under a family name and a postcode that no other case has."""
    sounds = [number // 36 % 6, number // 6 % 6, number % 6]  # letters of six sounds: no two cases sound alike
    family = "".join("bcdlmr"[digit] + "aeiouy"[digit] for digit in sounds)
    place = f"BD{number + 1}1AA"
    swapped = family[:2] + family[3] + family[2] + family[4:]
    names = {"ashworth": f"{family}worth", "SWAPPED": f"{swapped}worth"}
    return [
        replace(
            each,
            family=names.get(each.family or "", each.family),
            givens=f"{family}worth" if each.givens == "FAMILY" else each.givens,
            place=place if each.place in ("NT71AB", "PLACE") else each.place,
        )
        for each in people
    ]


@pytest.fixture(scope="module")
def outcomes(model: LinkModel) -> dict[str, Outcome]:
    """Every case in one town, each under names and a place of its own: who of it is linked, and who is held."""
    held, listed, spans = list(TOWN.held), [], {}
    for number, (name, (ours, theirs)) in enumerate(CASES.items()):
        spans[name] = (len(held), len(ours), len(listed), len(theirs))
        held += _own(ours, number)
        listed += _own(theirs, number)
    connection = engine(Registers(held, listed))
    link(connection, model, Policy())
    linked, doubtful = pairs(connection, "linked"), pairs(connection, "doubtful")
    return {
        name: (
            {(h - h0, row - l0) for h, row in linked if l0 < row <= l0 + ls},
            {(h - h0, row - l0) for h, row in doubtful if l0 < row <= l0 + ls and h0 < h <= h0 + hs},
        )
        for name, (h0, hs, l0, ls) in spans.items()
    }


@pytest.mark.parametrize("name", ["the same", "short name", "further name", "day and month swapped"])
def test_what_registers_do_to_a_person_does_not_hide_them(outcomes: dict[str, Outcome], name: str) -> None:
    assert outcomes[name][0] == {(1, 1)}


@pytest.mark.parametrize("name", ["letters swapped", "a digit off", "names crossed", "no place"])
def test_what_could_be_a_mistake_is_linked_or_held(outcomes: dict[str, Outcome], name: str) -> None:
    linked, held = outcomes[name]
    assert linked | held == {(1, 1)}


def test_a_twin_is_held_and_never_linked(outcomes: dict[str, Outcome]) -> None:
    assert outcomes["twin"] == (set(), {(1, 1)})


def test_twins_who_are_both_in_both_are_told_apart(outcomes: dict[str, Outcome]) -> None:
    assert outcomes["both twins"][0] == {(1, 2), (2, 1)}


@pytest.mark.parametrize("name", ["parent", "same address", "held twice", "unknown", "nobody"])
def test_another_person_is_never_linked(outcomes: dict[str, Outcome], name: str) -> None:
    """A parent of the same name, a lodger, one of two who could be it, a placeholder, an empty record."""
    assert outcomes[name][0] == set()


def test_two_who_could_both_be_it_are_held(outcomes: dict[str, Outcome]) -> None:
    assert outcomes["held twice"][1] == {(1, 1), (2, 1)}


def test_other_identifiers_hold_a_pair_however_much_else_agrees(outcomes: dict[str, Outcome]) -> None:
    assert outcomes["other number"] == (set(), {(1, 1)})


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("tried")])
def test_a_list_that_tries_birthdays_learns_nothing(outcomes: dict[str, Outcome], name: str) -> None:
    assert outcomes[name][0] == set()


def test_who_shares_a_common_name_is_found_where_the_place_agrees(outcomes: dict[str, Outcome]) -> None:
    assert outcomes["a common name"][0] == {(1, 1)}


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("hostile")])
def test_hostile_and_foreign_names_are_only_names(outcomes: dict[str, Outcome], name: str) -> None:
    assert outcomes[name][0] == {(1, 1)}


def test_an_empty_list_links_nobody(model: LinkModel) -> None:
    connection = engine(Registers(TOWN.held, []))
    assert link(connection, model, Policy()).linked == 0


def test_few_records_without_places_train_a_model_that_says_what_it_could_not_learn() -> None:
    """A column that nobody fills is left out and not fatal."""
    sides = ([replace(each, place=None) for each in people[:12]] for people in (TOWN.held, TOWN.listed))
    found = trained(Registers(*sides)).model
    assert "place" not in found.comparisons
    assert "birth" in found.comparisons
    assert any("could not be trained" in note for note in found.notes)


def test_an_empty_register_trains_nothing_and_says_so() -> None:
    with pytest.raises(BadData, match="a register without records"):
        trained(Registers(TOWN.held, []))


def test_every_part_of_a_weight_is_told_in_words_and_adds_up(model: LinkModel) -> None:
    connection = engine(Registers([ASH, *TOWN.held[:150]], [replace(ASH, givens="peggy")]))
    link(connection, model, Policy(hold=0.001))
    names = [each.name for each in model.compared]
    common = [each.name for each in model.compared if any(level.common for level in each.levels)]
    columns = ", ".join([*(f"gamma_{n}" for n in names), *(f"common_{n}" for n in common)])
    row = connection.execute(f"select weight, {columns} from scored where held_row = 1").fetchall()[0]
    told = explained(
        model, dict(zip(names, row[1:], strict=False)), dict(zip(common, row[1 + len(names) :], strict=True))
    )
    assert told.weight == pytest.approx(row[0], abs=1e-4)
    assert "given names are forms of one name" in told.words
    assert [part.before for part in told.parts[1:]] == [part.after for part in told.parts[:-1]]


def test_the_shares_of_a_level_are_whole(model: LinkModel) -> None:
    for levels in model.comparisons.values():
        assert sum(each.m for each in levels.values()) == pytest.approx(1, abs=1e-6)
        assert sum(each.u for each in levels.values()) == pytest.approx(1, abs=1e-6)


def test_a_rule_that_would_pair_everybody_is_left_out(training: Training) -> None:
    from easement.linkage.blocking import affordable

    connection = engine(TOWN)
    connection.execute("update held_people set family = 'smith'; update listed_people set family = 'smith'").fetchall()
    found = {each.rule.name: each for each in affordable(connection, few=5_000, each=0)}
    assert not found["family"].used
    assert found["family"].pairs == len(TOWN.held) * len(TOWN.listed)
    assert found["birth"].used


def test_a_rule_is_not_asked_for_what_a_wider_one_finds(training: Training) -> None:
    """What the wider rule finds holds every pair of the narrower one, so nothing is lost by asking it alone."""
    from easement.linkage.blocking import affordable
    from easement.linkage.splink_engine import blocking_sql

    connection = engine(TOWN)
    counted = {each.rule.name: each for each in affordable(connection)}
    spared = [each for each in counted.values() if each.within]
    assert {"names", "place-family", "birth"} <= {each.rule.name for each in spared}
    for each in spared:
        wider = counted[each.within]
        assert wider.used
        assert not wider.within
        lost = connection.execute(
            "select count(*) from held_people as l, listed_people as r "
            f"where {blocking_sql(each.rule)} and not coalesce({blocking_sql(wider.rule)}, false)"
        ).fetchall()
        assert lost == [(0,)], each.rule.name
