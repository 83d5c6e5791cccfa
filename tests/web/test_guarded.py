"""What strangers, other sites and colleagues cannot do through the pages, asked without a browser."""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

import easement.web.routes
from easement.ledger.model import EntryType
from easement.staff import service as staff
from easement.staff.permissions import NodeRole
from easement.web.app import OPEN

from .world import PASSWORD, TRICKY, Person, World

SESSION, VISIT = "easement-northtown", "easement-northtown-visit"
HTML = {"accept": "text/html"}


@pytest.fixture
def stranger(world: World) -> Iterator[httpx.Client]:
    """Somebody who did not sign in."""
    with httpx.Client(base_url=world.url, headers=HTML, timeout=30) as client:
        yield client


@pytest.fixture
def client(world: World) -> Iterator[httpx.Client]:
    """A browser of Sam's, who is signed in."""
    with as_person(world, world.people["Sam Carter"]) as made:
        yield made


def as_person(world: World, person: Person) -> httpx.Client:
    """A browser in which somebody is signed in."""
    opened = staff.open_session(world.node, person.id, now=world.clock())
    return httpx.Client(base_url=world.url, headers=HTML, timeout=30, cookies={SESSION: opened.token})


def token(answer: httpx.Response) -> str:
    """The token of the page's forms."""
    return re.search(r'name="csrf" value="([0-9a-f]{64})"', answer.text).group(1)


def send(client: httpx.Client, path: str, page: str = "", **fields: object) -> httpx.Response:
    """Send a form from a page of the node."""
    return client.post(path, data={"csrf": token(client.get(page or path)), **fields})


def begun(client: httpx.Client, source: str = "safeguarding/health-contact") -> str:
    """The address of a journey that has come as far as whom it is about."""
    sent = send(client, "/ask", purpose="safeguarding-children")
    journey = sent.headers["location"].rsplit("/", 1)[0]
    assert send(client, f"{journey}/sources", source=source).headers["location"] == f"{journey}/person"
    return journey


def asked(client: httpx.Client, why: str = "A worry") -> str:
    """The address of a journey that was answered."""
    journey = begun(client)
    born = {"date_of_birth-day": "1", "date_of_birth-month": "2", "date_of_birth-year": "2015"}
    assert send(client, f"{journey}/person", family_name="Ash", **born).status_code == 303
    assert send(client, f"{journey}/why", why=why).status_code == 303
    assert send(client, f"{journey}/check").headers["location"] == f"{journey}/answer"
    return journey


# Every route


def routes() -> list[tuple[str, str, object]]:
    """Every route of the pages: method, path, and what its dependency asks for (`None` where it asks nobody)."""
    found: list[tuple[str, str, object]] = []
    for module in pkgutil.iter_modules(easement.web.routes.__path__):
        for route in importlib.import_module(f"easement.web.routes.{module.name}").router.routes:
            asks = [each.call.permissions for each in route.dependant.dependencies if hasattr(each.call, "permissions")]
            found += [(method, route.path, asks[0] if asks else None) for method in sorted(route.methods)]
    return found


SIGNED_IN_IS_ENOUGH = {
    "/": "shows only what the person's own permissions open",
    "/account/password": "is about one's own password",
    "/sign-out": "ends one's own session",
    "/learn": "courses are for everybody who works here",
    "/learn/cases": "worked cases are invented, and for everybody who works here",
    "/learn/cases/{id_}": "worked cases are invented, and for everybody who works here",
    "/learn/{id_}": "courses are for everybody who works here",
    "/learn/{id_}/{lesson_id}": "courses are for everybody who works here",
    "/learn/{id_}/test": "a pass is recorded for whoever took the test",
}


def test_every_route_has_its_permission_or_stands_on_the_open_list():
    asking_nobody = {path for _, path, asks in routes() if asks is None}
    assert asking_nobody == set(OPEN)
    assert {path for _, path, asks in routes() if asks == ()} == set(SIGNED_IN_IS_ENOUGH)


def test_every_form_is_held_against_its_token(stranger):
    for method, path, _ in routes():
        if method == "POST":
            real = re.sub(r"\{[^}]*\}", 32 * "0", path)
            answer = stranger.post(real, data={"csrf": 64 * "0", "name": "x"})
            assert answer.status_code in {303, 403}, path
            assert answer.status_code == 403 or answer.headers["location"].startswith("/sign-in")


def test_nobody_sees_a_page_without_signing_in(stranger):
    for method, path, asks in routes():
        if method == "GET" and asks is not None:
            answer = stranger.get(re.sub(r"\{[^}]*\}", "0", path))
            assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in"), path


@pytest.mark.parametrize(
    ("name", "opens", "shut"),
    [
        ("Sam Carter", ["/ask", "/disclosures", "/agreements", "/members"], ["/staff", "/keys", "/datasets", "/jobs"]),
        (
            "Ali Khan",
            ["/staff", "/keys", "/members"],
            ["/ask", "/disclosures", "/refusals", "/agreements", "/datasets"],
        ),
        ("Ola Bright", ["/disclosures", "/the-ledger", "/datasets"], ["/ask", "/staff", "/keys", "/jobs"]),
    ],
)
def test_what_somebody_is_opens_their_pages_and_no_others(world, name, opens, shut):
    with as_person(world, world.people[name]) as client:
        assert [path for path in opens if client.get(path).status_code != 200] == []
        assert [path for path in shut if client.get(path).status_code != 403] == []
        home = client.get("/").text
        assert [path for path in shut if f'href="{path}"' in home] == [], "no way leads where nobody may go"


# Headers and cookies


@pytest.mark.parametrize("path", ["/sign-in", "/", "/disclosures", "/nothing", "/staff", "/assets/none.css"])
def test_every_page_has_the_strict_headers(client, path):
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


def test_assets_are_kept_for_good_under_names_that_hold_their_hash(client):
    page = client.get("/").text
    for path in re.findall(r'(?:href|src)="(/assets/[^"]+)"', page):
        answer = client.get(path)
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert re.search(r"-[0-9a-f]{12}\.(css|js|svg)$", path)
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(stranger, world):
    stranger.get("/sign-in")
    person = world.employ("Cy Cookie", NodeRole.CASEWORKER)
    answer = sign_in(stranger, person, world)
    for cookie in answer.headers.get_list("set-cookie"):
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie


def sign_in(client: httpx.Client, person: Person, world: World, **more: str) -> httpx.Response:
    """Sign in through the form."""
    code = person.code(world.clock())
    return send(client, "/sign-in", name=person.name, password=PASSWORD, code=code, **more)


# Sessions


def test_a_session_that_was_planted_is_worth_nothing(world, stranger):
    planted = "a" * 52
    stranger.cookies.set(SESSION, planted)
    person = world.employ("Fay Fixed", NodeRole.CASEWORKER)
    answer = sign_in(stranger, person, world)
    assert answer.status_code == 303
    given = next(c for c in answer.headers.get_list("set-cookie") if c.startswith(f"{SESSION}=")).split(";")[0]
    assert planted not in given
    with httpx.Client(base_url=world.url, headers=HTML, cookies={SESSION: planted}) as attacker:
        assert attacker.get("/").headers["location"] == "/sign-in"


def test_signing_out_ends_the_session_and_what_it_had_gathered(client):
    journey = asked(client)
    assert client.get(f"{journey}/answer").status_code == 200
    kept = dict(client.cookies)
    answer = send(client, "/sign-out", page="/")
    assert answer.headers["location"] == "/signed-out"
    assert answer.headers["clear-site-data"] == '"cache"'
    client.cookies.update(kept)
    assert client.get(f"{journey}/answer").headers["location"].startswith("/sign-in")


def test_a_session_that_nobody_uses_ends(world, sam):
    with as_person(world, sam) as client:
        assert client.get("/").status_code == 200
        world.clock.ahead = timedelta(minutes=31)
        try:
            assert client.get("/").status_code == 303
        finally:
            world.clock.ahead = timedelta()


def test_nobody_learns_who_has_an_account(world, stranger):
    said = [
        send(stranger, "/sign-in", name=name, password="wrong password indeed", code="123456").text
        for name in ("Sam Carter", "Nobody Here")
    ]
    told = [re.sub(r'value="[^"]*"', "", text) for text in said]
    assert told[0] == told[1]


# Forms from elsewhere


def test_a_form_without_its_token_or_with_anothers_is_refused(world, client, mel):
    with as_person(world, mel) as other:
        foreign = token(other.get("/ask"))
    for csrf in ("", "0" * 64, foreign):
        answer = client.post("/ask", data={"csrf": csrf, "purpose": "safeguarding-children"})
        assert answer.status_code == 403
        assert "This page is too old" in answer.text


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}])
def test_a_form_that_another_site_sends_is_refused_even_with_a_token(client, headers):
    csrf = token(client.get("/ask"))
    answer = client.post("/ask", data={"csrf": csrf, "purpose": "safeguarding-children"}, headers=headers)
    assert answer.status_code == 403


def test_a_form_from_before_signing_in_is_worth_nothing_after(world, stranger):
    before = token(stranger.get("/sign-in"))
    person = world.employ("Bea Before", NodeRole.CASEWORKER)
    assert sign_in(stranger, person, world).status_code == 303
    assert stranger.post("/sign-out", data={"csrf": before}).status_code == 403


@pytest.mark.parametrize(
    "leads",
    [
        "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
        "/%0d%0aset-cookie:a=b", "https:evil.example", "/ /evil.example", "\thttps://evil.example", "/\u2028x",
    ],
)  # fmt: skip
def test_signing_in_leads_nowhere_else(world, stranger, leads):
    page = stranger.get("/sign-in", params={"next": leads})
    inside = re.search(r'name="next" value="([^"]*)"', page.text).group(1)
    assert inside == "/" or (inside.startswith("/%0d") and "\r" not in inside)
    person = world.people.setdefault(f"next {leads}", world.employ(f"Nex{abs(hash(leads))}", NodeRole.CASEWORKER))
    answer = sign_in(stranger, person, world, next=leads)
    assert answer.headers["location"].startswith("/")
    assert not answer.headers["location"].startswith(("//", "/\\"))
    assert "evil.example" not in answer.headers["location"]


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


def listed(client: httpx.Client, path: str, name: str) -> list[dict[str, object]]:
    """A list as JSON."""
    return json.loads(client.get(path).text)[name]


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


# Text that would be code


def test_tricky_text_is_text_in_every_field(world, client):
    journey = begun(client)
    born = {"date_of_birth-day": "<b>", "date_of_birth-month": "{{7*7}}", "date_of_birth-year": '"><script>'}
    page = send(client, f"{journey}/person", family_name=TRICKY, given_name=TRICKY, **born).text
    assert "<script>alert" not in page
    assert "49" not in re.sub(r'csrf" value="[^"]*"|[0-9a-f]{32}|-[0-9a-f]{12}\.', "", page)
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in client.get("/sign-in", params={"next": f"/{TRICKY}"}).text
    assert "<script>alert" not in client.get("/disclosures", params={"agreement": TRICKY, "since": TRICKY}).text
    page = send(client, "/disclosures/find", page="/disclosures", find=TRICKY).text
    assert "<script>alert" not in page
    page = send(client, "/the-ledger/check", text=TRICKY).text
    assert "<script>alert" not in page
    assert "does not hold" in page


def test_tricky_records_are_text_in_the_answer(client):
    """The register itself holds a name with a tag in it, and one that a template would work out."""
    journey = begun(client)
    born = {"date_of_birth-day": "3", "date_of_birth-month": "3", "date_of_birth-year": "2014"}
    send(client, f"{journey}/person", family_name="Elm<b>", **born)
    send(client, f"{journey}/why", why=TRICKY)
    send(client, f"{journey}/check")
    page = client.get(f"{journey}/answer").text
    assert "Elm&lt;b&gt;" in page
    assert "{{7*7}}" in page
    assert "Elm<b>" not in page


def test_tricky_names_of_staff_and_keys_are_text(world, ali):
    with as_person(world, ali) as client:
        page = send(client, "/staff/new", name=f"Zed {TRICKY}", role="caseworker").text
        assert "<script>alert" not in page
        page = send(client, "/keys/new", name=TRICKY, scope="audit:ledger:read", days="9").text
        assert "<script>alert" not in page
        for path in ("/staff", "/keys"):
            page = client.get(path).text
            assert "<script>alert" not in page
            assert "{{7*7}}" in page
        table = client.get("/keys?format=csv").text
        assert '"' in table


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


@pytest.mark.parametrize("path", ["/disclosures", "/duties", "/refusals", "/agreements", "/members"])
def test_every_list_is_also_json_and_csv_at_the_same_address(client, path):
    asked(client)
    rows = listed(client, f"{path}?format=json", path.strip("/"))
    text = client.get(f"{path}?format=csv")
    assert text.headers["content-type"].startswith("text/csv")
    assert text.headers["content-disposition"] == f'attachment; filename="{path.strip("/")}.csv"'
    assert text.text.count("\r\n") == len(rows) + 1
    assert client.get(f"{path}?format=exe").headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("name", "path"),
    [("Ali Khan", "/staff"), ("Ali Khan", "/keys"), ("Gwen Hughes", "/datasets"), ("Gwen Hughes", "/jobs")],
)
def test_the_other_lists_are_too(world, name, path):
    with as_person(world, world.people[name]) as client:
        assert isinstance(listed(client, f"{path}?format=json", path.strip("/")), list)
        assert client.get(f"{path}?format=csv").status_code == 200


def test_a_form_too_long_is_refused_as_a_page(client):
    csrf = token(client.get("/the-ledger/check"))
    answer = client.post("/the-ledger/check", data={"csrf": csrf, "text": "x" * 20_000_000})
    assert answer.status_code == 413
    many = {"csrf": csrf} | {f"f{n}": "x" for n in range(400)}
    assert client.post("/ask", data=many).status_code in {400, 403, 422}


def test_a_ledger_that_takes_nothing_is_told_as_a_page(client, world, monkeypatch):
    from easement.base.errors import StorageFailed
    from easement.web.reading import records

    def full(*_: object) -> None:
        raise StorageFailed("the disk is full", remedy="free space")

    monkeypatch.setattr(records, "disclosures", full)
    answer = client.get("/disclosures")
    assert answer.status_code == 503
    assert "What cannot be recorded is not shared" in answer.text
    assert "disk is full" not in answer.text


def test_an_error_that_nobody_foresaw_is_a_page_without_its_words(client, monkeypatch):
    from easement.web.reading import records

    def broken(*_: object) -> None:
        raise RuntimeError("Jo Ash of 1 High Street")

    monkeypatch.setattr(records, "disclosures", broken)
    answer = client.get("/disclosures")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert "High Street" not in answer.text
