"""Where versions stand: as the gate's shelf decides it, whichever versions there are."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from easement.agreement.standing import Calendar
from easement.agreement.standing import State as Terms
from easement.gate.shelf import Shelved
from easement.register.model import State
from easement.register.standing import Version, stand

TODAY = date(2026, 11, 21)
DAYS = st.integers(-3, 3).map(lambda many: TODAY + timedelta(days=many))


@st.composite
def versions(draw: st.DrawFn) -> list[Version]:
    """Some versions of two agreements, signed by all."""
    found: dict[tuple[str, str], Version] = {}
    for number in range(draw(st.integers(1, 6))):
        starts, ends, review = sorted(draw(st.tuples(DAYS, DAYS, DAYS)))
        id_, version = draw(st.sampled_from("ab")), f"1.{draw(st.integers(0, 12))}.0"
        digest, replaced = f"{number:064x}", f"{draw(st.integers(0, 6)):064x}"
        said = draw(st.sampled_from(["", replaced]))
        due = draw(st.sampled_from(["", review.isoformat()]))
        gone = draw(st.booleans())
        found[id_, version] = Version(
            digest, id_, version, said if said != digest else "", f"{starts}", f"{ends}", due, gone
        )
    return list(found.values())


def shelved(version: Version) -> Any:
    """The same version as it stands on the shelf."""
    review = date.fromisoformat(version.next_review) if version.next_review else None
    starts, ends = map(date.fromisoformat, (version.starts, version.ends))
    calendar = Calendar(frozenset({"dwp"}), starts, ends, review, None)  # type: ignore[arg-type]
    terms = SimpleNamespace(supersedes=version.supersedes or None)
    prepared: Any = SimpleNamespace(digest=version.digest, version=version.version, terms=terms, calendar=calendar)
    signed: Any = SimpleNamespace(parties=frozenset({"dwp"}))
    return Shelved(None, prepared, signed, ())  # type: ignore[arg-type]


@given(versions(), st.booleans())
def test_versions_stand_as_on_the_shelf(made, is_suspended):
    where = stand(made, TODAY.isoformat(), {"a": "a reason"} if is_suspended else {})
    for each in made:
        there = [shelved(other) for other in made if other.agreement_id == each.agreement_id and not other.gone]
        if each.gone:
            expected = State.GONE
        elif any(other.replaces(shelved(each), TODAY) for other in there):
            expected = State.SUPERSEDED
        else:
            reason = "a reason" if is_suspended and each.agreement_id == "a" else None
            found = shelved(each).prepared.calendar
            state = Terms.IN_FORCE
            if (found.next_review and found.next_review < TODAY) or reason or not found.starts <= TODAY <= found.ends:
                state = found.standing({"dwp"}, TODAY, suspended=reason).state
            expected = State(state.value)
        assert where[each.digest].state is expected


@given(versions())
def test_each_agreement_shows_one_version_and_one_that_holds_where_there_is_one(made):
    where = stand(made, TODAY.isoformat(), {})
    for id_ in {each.agreement_id for each in made}:
        mine = [each for each in made if each.agreement_id == id_]
        (shown,) = [each for each in mine if where[each.digest].newest]
        if any(where[each.digest].state is State.IN_FORCE for each in mine):
            assert where[shown.digest].state not in (State.GONE, State.SUPERSEDED, State.NOT_BEGUN)
