"""What stays nobody else's: journeys, disclosures, duties, and people's data in addresses, logs and tables."""

import json
import re

import httpx
import pytest

from easement.ledger.model import EntryType
from easement.staff import service as staff
from easement.staff.permissions import NodeRole

from .signed_in import as_person, asked, begun, listed, send, token
from .world import World

# Other people's things


def test_a_journey_is_nobody_elses(world, client, mel):
    journey = asked(client)
    with as_person(world, mel) as other:
        for path in ("answer", "answer/0/why/given_name", "answer/0/receipt", "person", "check"):
            assert other.get(f"{journey}/{path}").status_code == 404
    with as_person(world, world.people["Sam Carter"]) as elsewhere:
        assert elsewhere.get(f"{journey}/answer").status_code == 404, "another session of the same person either"


def test_a_caseworker_sees_only_what_happened_under_their_own_agreements(world, client, mel):
    asked(client)
    index = max(entry["entry"] for entry in listed(client, "/disclosures?format=json", "disclosures"))
    with as_person(world, mel) as other:
        seen = listed(other, "/disclosures?format=json", "disclosures")  # other files may ask under what Mel may see
        assert index not in {each["entry"] for each in seen}
        assert "safeguarding" not in json.dumps(seen)
        for path in (f"/disclosures/{index}", f"/disclosures/{index}/receipt", f"/disclosures/{index}/why/given_name"):
            assert other.get(path).status_code == 404
        assert other.get("/agreements/safeguarding").status_code == 404
        assert "What police and health know" not in other.get("/agreements").text
        assert send(other, "/disclosures/find", page="/disclosures", find=str(index)).headers["location"]


def test_an_auditor_sees_entries_and_proofs_and_nobodys_name_or_reason(world, client, ola):
    asked(client, why="Kim told me of the bruises")
    with as_person(world, ola) as auditor:
        index = max(each["entry"] for each in listed(auditor, "/disclosures?format=json", "disclosures"))
        page = auditor.get(f"/disclosures/{index}").text
        assert "Fingerprint of the entry" in page
        assert "Kim told me" not in page
        assert "Sam Carter" not in page
        assert "Ash" not in page
        assert auditor.get(f"/disclosures/{index}/receipt").status_code == 200


@pytest.mark.parametrize(
    "path", ["/disclosures/-1", "/disclosures/0", "/refusals/0", "/disclosures/" + "9" * 30, "/staff/x'--"]
)
def test_guessed_numbers_lead_nowhere(client, path):
    assert client.get(path).status_code in {403, 404}


def test_an_administrator_cannot_give_themselves_a_role(world, ali):
    with as_person(world, ali) as client:
        csrf = token(client.get("/staff"))
        sent = {"csrf": csrf, "offer": "safeguarding/social-worker", "role": ["auditor", "administrator"]}
        for path in ("grants", "roles"):
            assert client.post(f"/staff/{ali.id}/{path}", data=sent).status_code == 422
        course = {"csrf": csrf, "course": "safeguarding-level-3", "passed-day": "1", "passed-month": "9"}
        assert client.post(f"/staff/{ali.id}/training", data=course | {"passed-year": "2026"}).status_code == 422
    account = staff.find_person(world.node, ali.id)
    assert (account.grants, account.training) == ((), ())


# Personal data stays out of addresses and logs


def test_nothing_of_the_person_stands_in_an_address_or_a_log(client, capfd):
    journey = begun(client)
    capfd.readouterr()
    sent = send(client, f"{journey}/person", family_name="Quibbleworth", **{"date_of_birth-day": "27"})
    assert sent.status_code == 422
    told = "".join(capfd.readouterr())
    assert "Quibbleworth" not in told
    born = {"date_of_birth-day": "27", "date_of_birth-month": "3", "date_of_birth-year": "2014"}
    sent = send(client, f"{journey}/person", family_name="Quibbleworth", **born)
    assert re.fullmatch(r"/ask/[0-9a-f]{32}/why", sent.headers["location"])
    told = "".join(capfd.readouterr())
    assert "Quibbleworth" not in told
    assert journey.rsplit("/", 1)[1] not in told, "the log has the route, not the journey"


def test_a_journey_is_kept_sealed(world, client):
    from sqlalchemy import select

    from easement.base.database import reading
    from easement.web.tables import states

    journey = asked(client, why="Quibbleworth was seen")
    with reading(world.node.engine) as connection:
        rows = connection.execute(select(states)).all()
    assert any(row.id == journey.rsplit("/", 1)[1] for row in rows)
    assert all(b"Ash" not in row.sealed and b"Quibbleworth" not in row.sealed for row in rows)


def test_a_button_pressed_twice_asks_once(client, world):
    journey = begun(client)
    born = {"date_of_birth-day": "1", "date_of_birth-month": "2", "date_of_birth-year": "2015"}
    send(client, f"{journey}/person", family_name="Ash", **born)
    send(client, f"{journey}/why", why="Twice")
    csrf, before = token(client.get(f"{journey}/check")), world.node.ledger.size
    for _ in range(3):
        assert client.post(f"{journey}/check", data={"csrf": csrf}).headers["location"] == f"{journey}/answer"
    assert world.node.ledger.size == before + 1


# What is owed


def owing(client: httpx.Client) -> int:
    """The entry of a disclosure that just came in, after which something is owed."""
    asked(client)
    return max(line["entry"] for line in listed(client, "/duties?format=json", "duties"))


def met_by(world: World, index: int) -> list[int]:
    return [each.index for each in world.node.ledger.entries(type=EntryType.DUTY_MET, intent=index)]


def test_who_works_under_the_agreement_says_once_that_it_is_deleted(client, world):
    index = owing(client)
    assert f'href="/duties/{index}/met"' in client.get("/duties").text
    page = client.get(f"/duties/{index}/met")
    assert (page.status_code, "Have you deleted what you received?" in page.text) == (200, True)
    assert met_by(world, index) == [], "looking at the question says nothing"
    said = [client.post(f"/duties/{index}/met", data={"csrf": token(page)}) for _ in range(2)]
    assert [answer.headers["location"] for answer in said] == [f"/disclosures/{index}"] * 2
    (met,) = met_by(world, index)
    assert world.node.ledger.private(met)["who"].value() == {"asked_by": world.people["Sam Carter"].id}
    assert any(each.entry.type is EntryType.DUTY_MET for each in world.others["trust"].ledger.entries())
    assert f"number {met} in the ledger" in client.get(f"/disclosures/{index}").text
    assert f'href="/duties/{index}/met"' not in client.get("/duties").text
    assert client.get(f"/duties/{index}/met").headers["location"] == f"/disclosures/{index}"


def test_a_form_that_is_not_ours_says_nothing_of_a_duty(client, world):
    index = owing(client)
    assert client.post(f"/duties/{index}/met", data={"csrf": 64 * "0"}).status_code == 403
    assert client.post(f"/duties/{index}/met").status_code == 403
    assert met_by(world, index) == []


def test_an_auditor_sees_what_is_owed_and_cannot_say_that_it_is_done(client, world):
    index = owing(client)
    with as_person(world, world.people["Ola Bright"]) as auditor:
        page = auditor.get("/duties")
        assert f'href="/disclosures/{index}"' in page.text
        assert f'href="/duties/{index}/met"' not in page.text
        assert auditor.get(f"/duties/{index}/met").status_code == 303
        csrf = token(auditor.get("/the-ledger/check"))
        assert auditor.post(f"/duties/{index}/met", data={"csrf": csrf}).status_code == 303
    assert met_by(world, index) == []


def test_who_may_not_see_a_disclosure_can_say_nothing_of_it(client, world):
    index = owing(client)
    name = "Bo Elsewhere"
    other = world.people.get(name) or world.employ(name, NodeRole.CASEWORKER)
    with as_person(world, other) as stranger:
        assert f"/duties/{index}/met" not in stranger.get("/duties").text
        assert stranger.get(f"/duties/{index}/met").status_code == 404
        csrf = token(stranger.get("/the-ledger/check"))
        assert stranger.post(f"/duties/{index}/met", data={"csrf": csrf}).status_code == 404
    with as_person(world, world.people["Ali Khan"]) as admin:
        assert admin.get(f"/duties/{index}/met").status_code == 403
    assert met_by(world, index) == []
