"""The pages as they are asked without a browser, by a stranger or by somebody who is signed in."""

import html
import json
import re

import httpx

from easement.staff import service as staff

from .world import PASSWORD, Person, World

SESSION = "easement-northtown"
HTML = {"accept": "text/html"}


def as_person(world: World, person: Person) -> httpx.Client:
    """A browser in which somebody is signed in."""
    opened = staff.open_session(world.node, person.id, now=world.clock())
    cookies = {f"easement-{world.node.organisation}": opened.token}
    return httpx.Client(base_url=world.url, headers=HTML, timeout=30, cookies=cookies)


def token(answer: httpx.Response) -> str:
    """The token of the page's forms."""
    return re.search(r'name="csrf" value="([0-9a-f]{64})"', answer.text).group(1)


def words(answer: httpx.Response) -> str:
    """What a page says, without its marks."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def statuses(world: World, person: Person, *paths: str) -> list[int]:
    """How pages answer somebody who is signed in."""
    with as_person(world, person) as client:
        return [client.get(path).status_code for path in paths]


def send(client: httpx.Client, path: str, page: str = "", **fields: object) -> httpx.Response:
    """Send a form from a page of the node."""
    return client.post(path, data={"csrf": token(client.get(page or path)), **fields})


CONTACT = ("safeguarding/health-contact", "safeguarding-children")
"""A share that can be asked for, and a purpose that it may be asked for."""


def begun(client: httpx.Client, about: tuple[str, str] = CONTACT) -> str:
    """The address of a journey that has come as far as whom it is about."""
    source, purpose = about
    sent = send(client, "/ask", purpose=purpose)
    journey = sent.headers["location"].rsplit("/", 1)[0]
    assert send(client, f"{journey}/sources", source=source).headers["location"] == f"{journey}/person"
    return journey


def asked(client: httpx.Client, why: str = "A worry", about: tuple[str, str] = CONTACT) -> str:
    """The address of a journey that was answered."""
    journey = begun(client, about)
    born = {"date_of_birth-day": "1", "date_of_birth-month": "2", "date_of_birth-year": "2015"}
    assert send(client, f"{journey}/person", family_name="Ash", **born).status_code == 303
    assert send(client, f"{journey}/why", why=why).status_code == 303
    assert send(client, f"{journey}/check").headers["location"] == f"{journey}/answer"
    return journey


def sign_in(client: httpx.Client, person: Person, world: World, **more: str) -> httpx.Response:
    """Sign in through the form."""
    code = person.code(world.clock())
    return send(client, "/sign-in", name=person.name, password=PASSWORD, code=code, **more)


def listed(client: httpx.Client, path: str, name: str) -> list[dict[str, object]]:
    """A list as JSON."""
    return json.loads(client.get(path).text)[name]
