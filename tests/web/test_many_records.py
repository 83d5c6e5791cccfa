"""Asking for many records at once: what a list may be, what of it leaves, and what is held against whom."""

import binascii
import csv
import io
import json
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.agreement.read import read_agreement
from easement.base.database import reading
from easement.exchange import bulk_tables
from easement.exchange.bulk_body import MAX_LIST
from easement.gate.prepare import Offer, prepare
from easement.meaning.standards import standard
from easement.staff.permissions import NodeRole
from easement.web.reading import columns
from easement.web.reading.columns import DATES, LINE, Sheet, UnreadableList, read_sheet
from tests.gate.world import TERMS

from .signed_in import HTML, as_person, send, token
from .steps import make_sets
from .world import Person, World

HEAD = "Pupil no,Surname,Forename,DOB,Post code,Meals"
LIST = f"{HEAD}\nP1,Ash,Jo,01/02/2015,NT1 1AA,yes\nP2,Nobody,Nell,31/02/2013,NT1 1AC,no\n".encode()
CHOSEN = {
    "reference": "Pupil no",
    "family_name": "Surname",
    "given_name": "Forename",
    "date_of_birth": "DOB",
    "date": "dd/mm/yyyy",
}


@pytest.fixture(scope="module")
def offer(tmp_path_factory) -> Offer:
    """What the department gives about people on a list."""
    path = tmp_path_factory.mktemp("terms") / "school-meals.yaml"
    path.write_text(TERMS)
    held = {"benefit-award/1": standard("benefit-award/1", ())}
    return prepare(read_agreement(path), held).offers["entitled"]


# What a list may be


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_list_is_read_as_spreadsheets_save_it(delimiter, encoding):
    text = f"Surname{delimiter}Forename\r\nO’Brien{delimiter}Zoë\r\n\r\n"
    assert read_sheet(text.encode(encoding)) == Sheet(("Surname", "Forename"), (("O’Brien", "Zoë"),))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "Choose the file"),
        (b"PK\x03\x04 a workbook", "not a CSV file"),
        (b"Surname,Forename\n", "a first line with the names"),
        (b"Surname,\nAsh,Jo\n", "a name of its own"),
        (b"Surname,Surname\nAsh,Jo\n", "a name of its own"),
        (b"Surname,Forename\nAsh,Jo\nElm\n", "Record 3 has 1 fields"),
        (b"Surname,Forename\nAsh,Jo,and more\n", "Record 2 has 3 fields"),
        (",".join(f"c{n}" for n in range(300)).encode() + b"\n" + b"," * 298 + b"x\n", "at most 200"),
        (b"a" * (MAX_LIST + 1), "longer than 12 MB"),
    ],
)
def test_what_is_no_list_is_told_in_a_sentence(data, why):
    with pytest.raises(UnreadableList, match=why) as told:
        read_sheet(data)
    assert "Ash" not in str(told.value), "nobody's name stands in what is told"


@given(st.binary(max_size=300))
def test_whatever_is_uploaded_is_a_list_or_told_to_be_none(data):
    try:
        sheet = read_sheet(data)
    except UnreadableList:
        return
    assert sheet.rows
    assert {len(row) for row in sheet.rows} == {len(sheet.columns)}


# Which column says what


def test_columns_are_guessed_by_what_people_call_them(offer):
    assert columns.guessed(offer, read_sheet(LIST)) == {
        "family_name": "Surname",
        "given_name": "Forename",
        "date_of_birth": "DOB",
        "postcode": "Post code",
        "date": "dd/mm/yyyy",
    }


@pytest.mark.parametrize("way", DATES)
def test_the_way_in_which_dates_are_written_is_guessed(offer, way):
    shown = {"yyyy": "2015", "mm": "02", "dd": "27", "mon": "Feb", "month": "February"}
    text = way
    for part in ("month", "yyyy", "mon", "mm", "dd"):
        text = text.replace(part, shown[part])
    sheet = read_sheet(f"dob,surname\n{text},Ash\n".encode())
    assert columns.guessed(offer, sheet)["date"] == way
    assert columns.unread_dates(sheet.column("dob"), way) == 0


def test_a_day_that_never_was_is_counted():
    assert columns.unread_dates(["31/02/2013", "", "01/02/2013", "soon"], "dd/mm/yyyy") == 2


@pytest.mark.parametrize(
    ("named", "enough"),
    [
        ({"nino"}, False),
        ({"family_name"}, False),
        ({"family_name", "date_of_birth"}, False),
        ({"nino", "family_name"}, True),
        ({"nino", "date_of_birth"}, True),
        ({"family_name", "given_name", "date_of_birth"}, True),
        ({"family_name", "given_name", "postcode"}, True),
    ],
)
def test_a_list_must_name_people_so_that_a_rule_is_sure_of_them(offer, named, enough):
    assert columns.enough(offer, dict.fromkeys(named, "a column")) is enough


def opened(said) -> list[dict[str, str]]:
    """The list as the provider reads it."""
    return list(csv.DictReader(io.StringIO(binascii.a2b_base64(said.data).decode())))


def test_only_the_columns_chosen_are_sent(offer):
    said = columns.as_sent(offer, "northtown", read_sheet(LIST), CHOSEN)
    assert opened(said) == [
        {"reference": "P1", "family_name": "Ash", "given_name": "Jo", "date_of_birth": "01/02/2015"},
        {"reference": "P2", "family_name": "Nobody", "given_name": "Nell", "date_of_birth": "31/02/2013"},
    ]
    mapping = json.loads(said.mapping)
    assert mapping["standard"] == "benefit-award/1"
    assert mapping["elements"]["date_of_birth"] == {"column": "date_of_birth", "dates": "dd/mm/yyyy"}


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20)


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=5))
def test_whatever_stands_in_a_column_arrives_as_it_was(offer, rows):
    sheet = Sheet(("a", "b", "c"), tuple(rows))
    chosen = {"reference": LINE, "family_name": "b", "given_name": "c"}
    sent = opened(columns.as_sent(offer, "northtown", sheet, chosen))
    assert [(row["family_name"], row["given_name"]) for row in sent] == [(b, c) for _, b, c in rows]
    assert [row["reference"] for row in sent] == [str(number) for number in range(2, len(rows) + 2)]


# The pages


@pytest.fixture(scope="module")
def analyst(world: World) -> Person:
    """Who may ask for many records, trained."""
    grants = [("school-meals", "benefits-officer")]
    return world.employ("Ida Many", NodeRole.ANALYST, grants=grants, courses=["information-governance"])


@pytest.fixture
def client(world: World, analyst: Person) -> Iterator[httpx.Client]:
    """Her browser."""
    with as_person(world, analyst) as made:
        yield made


def began(client: httpx.Client, share: str = "entitled", purpose: str = "benefit-eligibility") -> str:
    """The address of a request that has said what for."""
    answer = send(client, "/jobs/ask", share=f"school-meals/{share}", purpose=purpose)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].rpartition("/")[0]


def upload(client: httpx.Client, journey: str, data: bytes = LIST, name: str = "roll.csv") -> httpx.Response:
    """Send the list."""
    csrf = token(client.get(f"{journey}/list"))
    return client.post(f"{journey}/list", data={"csrf": csrf}, files={"file": (name, data, "text/csv")})


def as_far_as_check(client: httpx.Client) -> str:
    """The address of a request with a list, that has only to be sent."""
    journey = began(client)
    assert upload(client, journey).headers["location"] == f"{journey}/columns"
    assert send(client, f"{journey}/columns", **CHOSEN).headers["location"] == f"{journey}/why"
    assert send(client, f"{journey}/why", why="To find who gets a meal").headers["location"] == f"{journey}/check"
    return journey


def test_a_list_is_asked_about_matched_and_received(client, world):
    journey = as_far_as_check(client)
    shown = client.get(f"{journey}/check").text
    assert "2 people" in shown
    assert "1 of the dates cannot be read" in shown
    assert "Nobody" not in shown, "who is on the list is not shown"
    job = send(client, f"{journey}/check").headers["location"]
    assert "It waits for its turn." in client.get(job).text
    make_sets(world)
    assert send(client, f"{job}/look", page=job).headers["location"] == job
    assert "It is done: 1 record." in client.get(job).text


def test_a_button_pressed_twice_asks_once(client, world):
    journey = as_far_as_check(client)
    csrf = token(client.get(f"{journey}/check"))
    first, second = (client.post(f"{journey}/check", data={"csrf": csrf}).headers["location"] for _ in range(2))
    assert first == second
    assert client.get(f"{journey}/columns").status_code == 404, "what was sent is not changed any more"


def test_everyone_is_asked_for_without_a_list(client, world):
    journey = began(client, "forms")
    assert send(client, f"{journey}/who", who="everyone").headers["location"] == f"{journey}/why"
    send(client, f"{journey}/why", why="To plan")
    job = send(client, f"{journey}/check").headers["location"]
    with reading(world.node.engine) as connection:
        asked = bulk_tables.bulk(connection, job.rpartition("/")[2])
    assert asked.mode == "bulk"


def test_a_refusal_is_a_job_that_leads_to_its_reasons(client):
    journey = began(client, "forms", purpose="border-control")
    send(client, f"{journey}/who", who="everyone")
    send(client, f"{journey}/why", why="To see what it says")
    assert "for another purpose, so the answer will be no" in client.get(f"{journey}/check").text
    job = client.get(send(client, f"{journey}/check").headers["location"]).text
    [refusal] = {part.partition('"')[0] for part in job.split('href="')[1:] if part.startswith("/refusals/")}
    assert "Not agreed for this purpose" in client.get(refusal).text


def test_a_step_left_out_is_come_back_to(client):
    journey = began(client, "forms")
    assert client.get(f"{journey}/check").headers["location"] == f"{journey}/who"
    send(client, f"{journey}/who", who="list")
    assert client.get(f"{journey}/columns").headers["location"] == f"{journey}/list"
    assert client.get(f"{journey}/check").headers["location"] == f"{journey}/list"
    upload(client, journey)
    assert client.get(f"{journey}/check").headers["location"] == f"{journey}/columns"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"reference": ""}, "know your own records again"),
        ({"family_name": "Another list"}, "Choose a column of your list"),
        ({"given_name": ""}, "Say which columns hold the names"),
        ({"date": "soon"}, "how dates are written"),
        ({"date": "dd month yyyy"}, "None of the dates"),
    ],
)
def test_columns_that_would_find_nobody_are_told(client, change, says):
    journey = began(client)
    upload(client, journey)
    answer = send(client, f"{journey}/columns", **{**CHOSEN, **change})
    assert (answer.status_code, says in answer.text) == (422, True)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"purpose": "benefit-eligibility"}, "Choose what you want to ask for"),
        ({"share": "safeguarding/health-contact", "purpose": "safeguarding-children"}, "what you want to ask for"),
        ({"share": "school-meals/forms"}, "what you need the records for"),
        ({"share": "school-meals/forms", "purpose": "no-such-purpose"}, "what you need the records for"),
    ],
)
def test_nothing_is_begun_that_is_not_theirs_to_ask(client, fields, says):
    answer = send(client, "/jobs/ask", **fields)
    assert (answer.status_code, says in answer.text) == (422, True)


def test_a_file_that_is_no_list_is_told(client):
    journey = began(client)
    answer = upload(client, journey, b"PK\x03\x04", "roll.xlsx")
    assert (answer.status_code, "not a CSV file" in answer.text) == (422, True)


def test_a_request_is_its_own_sessions_alone(client, world, analyst):
    journey = as_far_as_check(client)
    with as_person(world, analyst) as other:
        assert other.get(f"{journey}/check").status_code == 404


def test_a_list_lies_sealed_and_is_forgotten_once_it_is_sent(client, world):
    journey = as_far_as_check(client)
    with world.node.engine.connect() as connection:
        [row] = connection.exec_driver_sql("select count(*) from web_states where length(sealed) > 0")
        found = connection.exec_driver_sql("select sealed from web_states").scalars().all()
    assert not any(b"Nobody" in bytes(sealed) for sealed in found)
    send(client, f"{journey}/check")
    with world.node.engine.connect() as connection:
        [after] = connection.exec_driver_sql("select count(*) from web_states where length(sealed) > 0")
    assert after[0] == row[0] - 1


def test_who_may_not_run_jobs_is_not_let_in(world):
    with as_person(world, world.people["Sam Carter"]) as sam:
        assert sam.get("/jobs/ask", headers=HTML).status_code == 403


def test_anothers_job_cannot_be_looked_after(client, world):
    stranger = world.employ("Una Rolled", NodeRole.ANALYST)
    journey = as_far_as_check(client)
    job = send(client, f"{journey}/check").headers["location"]
    with as_person(world, stranger) as other:
        assert send(other, f"{job}/look", page="/jobs").status_code == 404
        assert "no role under an agreement" in other.get("/jobs/ask").text


def test_who_holds_several_roles_says_which_one_asks(world):
    grants = [("school-meals", "benefits-officer"), ("school-meals", "catering-lead")]
    several = world.employ("Rae Several", NodeRole.ANALYST, grants=grants)
    wanted = {"share": "school-meals/forms", "purpose": "benefit-eligibility"}
    with as_person(world, several) as client:
        assert "In which of your roles" in client.get("/jobs/ask").text
        assert send(client, "/jobs/ask", **wanted).status_code == 422
        assert send(client, "/jobs/ask", role="social-worker", **wanted).status_code == 422
        journey = send(client, "/jobs/ask", role="catering-lead", **wanted).headers["location"].rpartition("/")[0]
        send(client, f"{journey}/who", who="everyone")
        send(client, f"{journey}/why", why="To plan")
        assert "as catering lead" in client.get(f"{journey}/check").text
