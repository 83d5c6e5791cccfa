"""What strangers and other sites cannot do through the pages, asked without a browser."""

import importlib
import pkgutil
import re
from datetime import timedelta

import httpx
import pytest

import easement.web.routes
from easement.staff.permissions import NodeRole
from easement.web.app import OPEN

from .signed_in import HTML, SESSION, as_person, asked, send, sign_in, token

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
