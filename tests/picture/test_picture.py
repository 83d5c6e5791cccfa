"""R3.7: one person as several organisations see them: every value with its source, and what is missing with why."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from easement.base.errors import UsageError
from easement.exchange import service
from easement.exchange.audit import audit
from easement.exchange.correct_bodies import CaseBody, CorrectionBody, MadeBody, TakenBody
from easement.exchange.correct_links import WrongLink, break_link, seen_broken
from easement.exchange.correct_parts import answered
from easement.exchange.correct_told import make, seen_tolds
from easement.exchange.message_carry import NoAnswer, Problem, Silence
from easement.exchange.service import ask
from easement.gate.suspension import resume, suspend
from easement.ledger.model import EntryType
from easement.picture.model import Strength, Why
from easement.picture.service import Wanted, entitled, see
from tests.gate.world import NOW

from .neighbours import ASKER, JO, KIM, POLICE, PURPOSE, ROLE, TRUST, Neighbours

AWAY = Wanted("school-meals", "entitled", "dwp", "benefits-officer")


def send_away(monkeypatch: pytest.MonkeyPatch, provider: str) -> None:
    """Let no message reach a provider."""
    real = service.line_to

    def line(host: Any, to: str, now: Any) -> Any:
        if to == provider:
            raise NoAnswer(Silence.DOWN, f"the node of `{to}` cannot be reached", "ask again later")
        return real(host, to, now)

    monkeypatch.setattr(service, "line_to", line)


def test_each_value_keeps_its_source_and_what_is_one_thing_stands_in_one_row(around: Neighbours):
    (jo,) = see(around.council, around.question(), ASKER, NOW).people
    names = {row.name: row for row in jo.rows}
    family = names["family_name"]
    assert [(jo.source(value.source).provider, value.value) for value in family.values] == [
        ("police", "ASH"),
        ("trust", "Ash"),
    ]
    assert family.theme == "who"
    assert names["service"].theme == "Health contact"
    police = jo.source(1)
    assert (police.agreement_id, police.version, police.basis, police.power) == (
        "safeguarding", "1.0.0", "art6_1_c", "ca_2004_s16H",
    )  # fmt: skip
    assert NOW <= police.at < NOW + timedelta(minutes=1)
    assert around.nodes["police"].ledger.entry(police.peer_entry).entry.message == police.message


def test_sources_that_differ_are_shown_side_by_side_and_spelling_is_no_difference(around: Neighbours):
    (jo,) = see(around.council, around.question(), ASKER, NOW).people
    assert [row.name for row in jo.conflicts] == ["postcode"]
    (postcode,) = jo.conflicts
    assert [value.value for value in postcode.values] == ["nt1 1aa", "NT9 9ZZ"]
    assert postcode.conflict.readings == (("NT11AA", (1,)), ("NT99ZZ", (2,)))
    assert jo.themes["who"][0] is postcode


def test_dates_stand_in_a_timeline_and_the_day_of_birth_does_not(around: Neighbours):
    (jo,) = see(around.council, around.question(), ASKER, NOW).people
    assert [(each.when, each.name, each.source) for each in jo.timeline] == [("2026-10-05", "last_contact", 2)]


def test_a_match_says_by_what_it_was_found_and_what_speaks_against_it(around: Neighbours):
    said = JO | {"postcode": "NT1 1AA"}
    (jo,) = see(around.council, around.question(said), ASKER, NOW).people
    assert [source.provider for source in jo.sources if source.records] == ["police"]  # by the trust Jo lives elsewhere
    assert jo.source(1).match.strength is Strength.FAIR
    assert jo.source(1).match.agree == ("family_name", "given_name", "date_of_birth", "postcode")
    numbered = {"nhs-number": "943 476 5919", "family_name": "Ash", "date_of_birth": "2015-02-01"}
    (jo,) = see(around.council, around.question(numbered), ASKER, NOW).people
    assert [source.match.strength for source in jo.sources] == [Strength.FAIR, Strength.STRONG]
    assert "nhs number" in jo.source(2).match.words


def test_a_family_is_named_by_the_asker_and_each_person_stands_apart(around: Neighbours):
    jo, kim = see(around.council, around.question(JO, KIM), ASKER, NOW).people
    assert (jo.named["given_name"], kim.named["given_name"]) == ("Jo", "Kim")
    assert kim.conflicts == ()
    assert {value.value for row in kim.rows if row.name == "given_name" for value in row.values} == {"Kim"}
    assert {source.number for source in jo.sources}.isdisjoint(source.number for source in kim.sources)


def test_what_is_missing_is_told_with_who_and_why(around: Neighbours):
    suspend(around.nodes["trust"], "safeguarding", "a fault is looked into", now=NOW)
    sources = (POLICE, TRUST, AWAY, Wanted("safeguarding", "police-contact", "police", "caretaker"))
    twin = {"family_name": "Twin", "date_of_birth": "2010-07-07"}
    people = see(around.council, around.question(twin, KIM, sources=sources), ASKER, NOW).people
    resume(around.nodes["trust"], "safeguarding", now=NOW)
    twins, kim = ({(each.provider, each.why, each.name) for each in person.withheld} for person in people)
    assert ("police", Why.SEVERAL_FIT, "") in twins
    assert ("trust", Why.SUSPENDED, "") in kim
    assert ("dwp", Why.REFUSED, "") in kim  # nothing of that agreement is for this purpose
    assert ("police", Why.REFUSED, "") in kim  # nobody may ask as a caretaker
    assert ("police", Why.NOT_COVERED, "nominal_reference") in kim
    assert all(each.text for person in people for each in person.withheld)


def test_who_is_away_is_named_and_the_others_answer(around: Neighbours, monkeypatch: pytest.MonkeyPatch):
    send_away(monkeypatch, "trust")
    (jo,) = see(around.council, around.question(JO), ASKER, NOW).people
    assert {each.provider for each in jo.sources} == {"police"}
    (gap,) = [each for each in jo.withheld if not each.name]
    assert (gap.provider, gap.why, gap.remedy) == ("trust", Why.NOT_ANSWERED, "ask again later")


def test_a_purpose_that_an_agreement_is_not_for_is_refused_there_alone(around: Neighbours, monkeypatch):
    send_away(monkeypatch, "dwp")
    question = around.question(JO, sources=(POLICE, AWAY), purpose="benefit-eligibility")
    (jo,) = see(around.council, question, ASKER, NOW).people
    assert {(each.provider, each.why) for each in jo.withheld} == {("dwp", Why.NOT_ANSWERED), ("police", Why.REFUSED)}


def test_nobody_found_is_told_apart_from_nobody_asked(around: Neighbours):
    nobody = {"family_name": "Nobody", "date_of_birth": "2001-01-01"}
    (seen,) = see(around.council, around.question(nobody), ASKER, NOW).people
    assert {(each.provider, each.why) for each in seen.withheld if not each.name} == {
        ("police", Why.NOBODY_FOUND),
        ("trust", Why.NOBODY_FOUND),
    }
    assert seen.rows == ()


def test_what_a_role_is_entitled_to_is_found_by_purpose(around: Neighbours):
    assert set(entitled(around.council, ROLE, PURPOSE, NOW)) == {POLICE, TRUST}
    assert entitled(around.council, ROLE, "benefit-eligibility", NOW) == ()
    assert set(entitled(around.council, {"safeguarding": [ROLE, "caretaker"]}, PURPOSE, NOW)) == {POLICE, TRUST}
    assert entitled(around.council, {"school-meals": [ROLE]}, PURPOSE, NOW) == ()


@pytest.mark.parametrize(
    ("people", "sources"),
    [((), (POLICE,)), (({},), (POLICE,)), ((JO,) * 9, (POLICE,)), ((JO,), ()), ((JO,) * 8, (POLICE,) * 5),
     (({"shoe_size": "9"},), (POLICE,)), ((JO,), (Wanted("safeguarding", "none", "police", ROLE),))],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_before_anything_is_sent(around: Neighbours, people, sources):
    before = around.council.ledger.size
    question = around.question(sources=sources)
    with pytest.raises(UsageError) as caught:
        see(around.council, type(question)(people, sources, PURPOSE), ASKER, NOW)
    assert caught.value.remedy
    assert around.council.ledger.size == before


def test_nothing_of_it_is_kept_at_the_node_that_asked(around: Neighbours):
    """Neither plainly in a file nor, the database being sealed, in any of its tables."""
    see(around.council, around.question(), ASKER, NOW)
    kept = {str(cell) for row in _everything(around.council) for cell in row}
    telling = ("NT9 9ZZ", "NT99ZZ", "9434765919", "outpatient", "2026-10-05")
    assert not [text for text in telling for cell in kept if text in cell]
    files = [path for path in around.council.home.rglob("*") if path.is_file()]
    assert not [(path, text) for path in files for text in telling if text.encode() in path.read_bytes()]


def _everything(node) -> Iterator[tuple]:
    from sqlalchemy import select

    from easement.base.database import METADATA, reading

    with reading(node.engine) as connection:
        for table in METADATA.sorted_tables:
            yield from (tuple(row) for row in connection.execute(select(table)))


def test_both_logs_have_every_question_and_agree(around: Neighbours):
    before = len(around.entries("northtown", EntryType.DISCLOSURE_RECEIVED))
    see(around.council, around.question(JO, KIM), ASKER, NOW)
    assert len(around.entries("northtown", EntryType.DISCLOSURE_RECEIVED)) == before + 4
    for other in ("police", "trust"):
        assert audit(around.council, other, now=NOW).agrees


def test_everybody_who_was_given_it_hears_of_a_wrong_link_and_nobody_else(around: Neighbours):
    trust, councils = around.nodes["trust"], {name: around.nodes[name] for name in ("northtown", "harbour")}
    given = {name: ask(node, around.wish(), ASKER, NOW).message for name, node in councils.items()}
    ask(councils["harbour"], around.wish(person=KIM), ASKER, NOW)
    link = break_link(trust, WrongLink(given["northtown"]), "two people share a name", NOW)
    heard = {(each.organisation, each.message) for each in link.letters}
    assert set(given.items()) <= heard
    for name, node in councils.items():
        assert {("trust", m) for n, m in heard if n == name} == {
            (each.row.provider, each.row.message) for each in seen_tolds(node) if each.row.id == link.row.id
        }
        make(node, link.row.id, NOW, message=given[name])
    made = {each.organisation for each in seen_broken(trust, link.row.id).letters if each.made_entry}
    assert made == set(councils)
    for name in councils:
        assert audit(trust, name, now=NOW).agrees


def test_a_member_that_gave_and_got_nothing_of_it_is_not_heard(around: Neighbours):
    """The message of another pair is no secret of its own: who signs is what counts."""
    message, police = ask(around.council, around.wish(), ASKER, NOW).message, around.nodes["police"]
    link = break_link(around.nodes["trust"], WrongLink(message), "two people share a name", NOW)
    said = {"id": "5e" * 16, "message": message, "why": "so"}
    case = {"entry": 1, "kind": "wrong-value", "element": "", "record": 0, "reference": "", "value": "", "person": {}}
    told = {"about": "link", "element": "", "through": "lookup", "reference": "", "entry": 1}
    proof = {"id": link.row.id, "message": message, "entry": 1, "proof": "none"}
    sizes = [node.ledger.size for node in around.nodes.values()]
    for to, path, body in (
        ("trust", "cases", CaseBody(to="trust", **said, **case)),
        ("northtown", "told", CorrectionBody(to="northtown", **said, **told)),
        ("trust", "made", MadeBody(to="trust", **proof)),
    ):
        with pytest.raises(Problem) as caught:
            answered(police, to, path, body, TakenBody, NOW)
        assert caught.value.body.status == 404
    assert [node.ledger.size for node in around.nodes.values()] == sizes
