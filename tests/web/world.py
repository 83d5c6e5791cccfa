"""A council's node with its pages, and three bodies that it asks: a department, a force and a health trust.

All four are real nodes that speak real HTTP on loopback, with signed agreements, registers and a directory; a fourth
body of the second agreement can be made to say nothing. Nobody in the registers exists.
"""

import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp

from easement.agreement.read import read_agreement
from easement.agreement.signing import sign
from easement.api.app import create_app
from easement.demo.papers import agreement
from easement.exchange import directory_store
from easement.exchange.directory_parts import Member, MemberKey
from easement.ledger.service import utc_now
from easement.node.home import Node, create_node, open_node
from easement.staff import service as staff
from easement.staff.permissions import NodeRole
from easement.web.app import mount
from tests.exchange import cluster
from tests.exchange.pair import app_of, hang_up, nobody_waits_for_who_is_down, serving
from tests.gate.world import COLUMNS, MAPPING, TERMS, write_rows

NAMES = {
    "dwp": "Department for Living Standards",
    "northtown": "Northtown Council",
    "police": "Northshire Police",
    "trust": "Northtown Health Trust",
}
PASSWORD = "purple teapots over Wakefield"
TRICKY = "<script>alert(1)</script> {{7*7}} \"'&"
"""What must stay text wherever it is shown."""

AWARDS = (
    ("C01", "AB123456C", "Ash", "Jo", "01/02/2015", "F", "NT1 1AA", "UC", "120.50", "01/01/2026", ""),
    ("C02", "CE123456A", "Elm<b>", "{{7*7}}", "03/03/2014", "M", "NT1 1AB", "IS", "20", "02/01/2026", ""),
)
HEALTH = """\
format: easement-mapping/1
id: contacts
title: Contacts
organisation: trust
standard: health-contact/1
source: {path: contacts.csv, format: csv, encoding: utf-8, delimiter: ","}
record_key: mrn
elements:
  patient_reference: mrn
  nhs_number: nhs_number
  chi_number: {absent: the trust is in England}
  family_name: family_name
  given_name: given_name
  date_of_birth: {column: birth_date, dates: yyyy-mm-dd}
  sex: {absent: not in this extract}
  postcode: pc
  service: service
  contacts_12_months: contacts
  last_contact: last_contact
"""
POLICE = """\
format: easement-mapping/1
id: recorded
title: People recorded
organisation: police
standard: police-contact/1
source: {path: recorded.csv, format: csv, encoding: utf-8, delimiter: ","}
record_key: nominal
elements:
  nominal_reference: nominal
  family_name: family
  given_name: given
  date_of_birth: {column: born, dates: yyyy-mm-dd}
  sex: {absent: the export does not hold it}
  postcode: postcode
  place_of_birth: {absent: not in this extract}
  incidents_12_months: incidents
  contact_type: {column: contact, codes: {R: report, E: enquiry}}
"""
ABOUT = """\
about:
  owner: Head of revenues
  contact: revenues@northtown.example
  classification: official-sensitive
  created: 2019-04-01
  location: The council's own data centre
  transmitted: Not sent; asked in place
  retention: P7Y
  personal_data: true
"""
ROLES = "[benefits-officer, catering-lead]"
PATIENTS = ("mrn", "nhs_number", "family_name", "given_name", "birth_date", "pc", "service", "contacts", "last_contact")
RECORDED = ("nominal", "family", "given", "born", "postcode", "incidents", "contact")


@dataclass
class Person:
    """Somebody who can sign in: what they type, and how their authenticator counts."""

    id: str
    name: str
    secret: str
    used: int = 0

    def code(self, now: datetime) -> str:
        """A code that was not used yet; codes work once, and the next one is taken early."""
        step = max(int(now.timestamp()) // 30, self.used + 1)
        self.used = step
        return pyotp.TOTP(self.secret).at(step * 30)


@dataclass
class Clock:
    """The real time, which tests may move ahead."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.ahead


@dataclass
class World:
    """The council's pages at `url`, its node, the other nodes, and the people who can sign in."""

    url: str
    node: Node
    others: dict[str, Node]
    people: dict[str, Person] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)
    app: Any = None
    partner: "World | None" = None
    """The department, whose pages its own people see."""

    def employ(self, name: str, *roles: NodeRole, grants: Sequence[tuple[str, str]] = (), courses: Sequence[str] = ()):
        """Let somebody in, enrolled with `PASSWORD` and an authenticator."""
        now = self.clock()
        invited = staff.add_person(self.node, name, by="console", now=now, roles=roles)
        shown = staff.begin_enrolment(self.node, invited.token, now)
        person = Person(invited.account_id, name, shown.secret, int(now.timestamp()) // 30 - 2)
        staff.finish_enrolment(self.node, invited.token, PASSWORD, person.code(now - timedelta(seconds=30)), now=now)
        for id_, role in grants:
            staff.grant(self.node, person.id, id_, role, by="console", now=now)
        for course in courses:
            staff.record_training(self.node, person.id, course, now.date(), by="console", now=now)
        self.people[name] = person
        return person


def _agreements(now: datetime) -> dict[str, str]:
    meals = TERMS.replace("[lookup, bulk]", "[lookup, match, bulk]", 1).replace("[benefits-officer]", ROLES)
    for id_ in ("dwp", "northtown"):
        meals = re.sub(rf"^  {id_}: {{as: (\w+), ", rf"  {id_}: {{as: \1, name: {NAMES[id_]}, ", meals, flags=re.M)
    return {"school-meals": meals, "safeguarding": agreement("safeguarding", today=now.date(), referrals=1)}


def _fill(home: Path, stem: str, mapping: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
    (home / "datasets" / f"{stem}.yaml").write_text(mapping)
    write_rows(home / "datasets" / f"{stem}.csv", columns, rows)


def _registers(homes: dict[str, Path]) -> None:
    _fill(
        homes["northtown"],
        "awards",
        MAPPING.replace("organisation: dwp", "organisation: northtown") + ABOUT,
        COLUMNS,
        AWARDS,
    )
    _registers_of_providers(homes)


def _registers_of_providers(homes: dict[str, Path]) -> None:
    _fill(homes["dwp"], "awards", MAPPING, COLUMNS, AWARDS)
    contacts = [
        ("M1", "9434765919", "Ash", "Jo", "2015-02-01", "NT1 1AA", "community", "4", "2026-09-14"),
        ("M2", "", "Elm<b>", "{{7*7}}", "2014-03-03", "NT1 1AB", "community", "1", "2026-08-01"),
    ]
    _fill(homes["trust"], "contacts", HEALTH, PATIENTS, contacts)
    recorded = [("N1", "Ash", "Joe", "2015-02-01", "NT1 1AA", "2", "R")]
    _fill(homes["police"], "recorded", POLICE, RECORDED, recorded)


def _furnish(folder: Path, now: datetime) -> dict[str, Path]:
    """Four nodes that know each other, with both agreements signed by their parties."""
    homes, keys = {}, {}
    for id_, name in NAMES.items():
        node = create_node(folder / id_, id_, name=name)
        homes[id_], keys[id_] = node.home, node.organisation_key
    for id_, text in _agreements(now).items():
        first = homes["northtown"] / "agreements" / f"{id_}.yaml"
        first.write_text(text)
        file, note = read_agreement(first), None
        for party in file.terms.parties:
            note = sign(file, keys[party], note)
        for party in file.terms.parties:
            path = homes[party] / "agreements" / first.name
            path.write_text(text)
            path.with_name(f"{path.name}.signatures").write_text(note)
    for home in homes.values():
        for id_, key in keys.items():
            if home.name != id_:
                (home / "members" / f"{id_}.vkey").write_text(f"{key.key}\n")
    _registers(homes)
    return homes


def _bound(home: Path) -> tuple[socket.socket, str]:
    """A socket on a port of its own, and the node's settings saying so."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    settings = home / "easement.toml"
    text = settings.read_text()
    assert "port = 8350" in text
    settings.write_text(
        text.replace("port = 8350", f"port = {port}").replace("timeout_seconds = 10", "timeout_seconds = 5")
    )
    return listening, f"http://127.0.0.1:{port}"


@contextmanager
def opened(folder: Path) -> Iterator[World]:
    """The whole cluster, serving; the force's node is in the directory and does not answer."""
    clock = Clock()
    homes = _furnish(folder, clock())
    with ExitStack() as stack:
        stack.enter_context(nobody_waits_for_who_is_down())
        nodes, urls, apps = {}, {}, {}
        for id_, home in homes.items():
            listening, urls[id_] = _bound(home)
            node = nodes[id_] = stack.enter_context(open_node(home))
            if id_ == "police":
                listening.close()
                continue
            app = create_app(node, [mount], clock=clock) if id_ in ("northtown", "dwp") else app_of(node, clock)
            apps[id_] = app
            stack.enter_context(serving(app, listening))
        _direct(folder, nodes, urls, clock())
        stack.callback(hang_up)
        partner = World(urls["dwp"], nodes["dwp"], {}, clock=clock, app=apps["dwp"])
        own = nodes.pop("northtown")
        yield World(urls["northtown"], own, nodes, clock=clock, app=apps["northtown"], partner=partner)


def _direct(folder: Path, nodes: dict[str, Node], urls: dict[str, str], now: datetime) -> None:
    """A directory of all four, published by an operator and held by each."""
    (folder / "operator").mkdir()
    log = cluster.Log(folder / "operator")
    issued = (now - timedelta(hours=1)).replace(microsecond=0)
    own = cluster.operator().model_dump(by_alias=True) | {"url": "http://127.0.0.1:9"}
    own["keys"] = [{**key, "from": issued - timedelta(days=30)} for key in own["keys"]]
    members = [_member(node, urls[id_], issued) for id_, node in nodes.items()]
    directory = cluster.directory(*members, operator=own, issued=issued, expires=issued + cluster.DAY)
    published = log.publish(directory)
    for node in nodes.values():
        directory_store.keep(node.home, published, cluster.trust(), now)


def _member(node: Node, url: str, issued: datetime) -> Member:
    key = MemberKey(key=str(node.organisation_key.key), since=issued - timedelta(days=30))
    said: dict[str, Any] = {"name": NAMES[node.organisation], "joined": issued, "keys": (key,)}
    return cluster.member(node.organisation, url=url, log=str(node.ledger.key), **said)


__all__ = ["NAMES", "PASSWORD", "TRICKY", "Clock", "Person", "World", "opened"]
