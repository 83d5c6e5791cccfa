"""Two councils that ask police and health trust about people, as four real nodes; the department's node is away."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from easement.agreement.model import Mode
from easement.demo.papers import agreement
from easement.exchange import directory_store, message_carry
from easement.exchange.directory import Directory
from easement.exchange.model import Asker, Wish
from easement.ledger.model import Entry, EntryType
from easement.node.home import Node, create_node, open_node
from easement.picture.service import Question, Wanted
from tests.exchange import cluster
from tests.exchange.pair import Clock, app_of, hang_up, member_of, serving, set_url
from tests.gate.world import NOW, TERMS, signed, write_rows

ASKER = Asker("officer 7", frozenset({"safeguarding-level-3", "information-governance"}))
ROLE, PURPOSE = "social-worker", "safeguarding-children"
JO = {"family_name": "Ash", "given_name": "Jo", "date_of_birth": "2015-02-01"}
KIM = {"family_name": "Elm", "given_name": "Kim", "date_of_birth": "2013-04-04"}
POLICE = Wanted("safeguarding", "police-contact", "police", ROLE)
TRUST = Wanted("safeguarding", "health-contact", "trust", ROLE)

KNOWN = """\
format: easement-mapping/1
id: contacts
title: People recorded by the force
organisation: police
standard: police-contact/1
source: {path: contacts.csv, format: csv, encoding: utf-8, delimiter: ","}
record_key: nominal
elements:
  nominal_reference: nominal
  family_name: surname
  given_name: forename
  date_of_birth: {column: born, dates: yyyy-mm-dd}
  sex: {absent: not in the export}
  postcode: place
  place_of_birth: {absent: not in the export}
  incidents_12_months: incidents
  contact_type: kind
"""
TREATED = """\
format: easement-mapping/1
id: contacts
title: Contacts with the trust's services
organisation: trust
standard: health-contact/1
source: {path: contacts.csv, format: csv, encoding: utf-8, delimiter: ","}
record_key: mrn
elements:
  patient_reference: mrn
  nhs_number: nhs
  chi_number: {absent: the trust is in England}
  family_name: surname
  given_name: forename
  date_of_birth: {column: born, dates: yyyy-mm-dd}
  sex: {absent: not in the export}
  postcode: place
  service: service
  contacts_12_months: contacts
  last_contact: {column: last, dates: yyyy-mm-dd}
"""
FORCE = ("nominal", "surname", "forename", "born", "place", "incidents", "kind")
WARD = ("mrn", "nhs", "surname", "forename", "born", "place", "service", "contacts", "last")
TABLES = {
    "police": (KNOWN, FORCE, (
        ("P1", "ASH", "Jo", "2015-02-01", "nt1 1aa", "2", "report"),
        ("P2", "Elm", "Kim", "2013-04-04", "NT2 2BB", "0", "none"),
        ("P3", "Twin", "Ada", "2010-07-07", "NT3 3DD", "1", "enquiry"),
        ("P4", "Twin", "Bea", "2010-07-07", "NT3 3DD", "1", "enquiry"),
    )),
    "trust": (TREATED, WARD, (
        ("T1", "9434765919", "Ash", "Jo", "2015-02-01", "NT9 9ZZ", "outpatient", "3", "2026-10-05"),
        ("T2", "", "Elm", "Kim", "2013-04-04", "NT2 2BB", "none", "0", ""),
    )),
}  # fmt: skip
"""Jo Ash lives elsewhere by the trust than by the force; Kim Elm is the same to both; the force alone knows twins."""


HARBOUR = """\
  harbour:
    as: recipient
    controller: independent
    class: unitary-authority
    name: Harbour Council
    contact: data.protection@harbour.example
"""


def terms() -> str:
    """The demo's agreement on safeguarding, with a second council, and the postcode and a whole date in it."""
    text = agreement("safeguarding", today=date(2026, 11, 21), referrals=1)
    text = text.replace("      incidents_12_months:", "      postcode: plain\n      incidents_12_months:")
    text = text.replace("      service: plain", "      nhs_number: plain\n      postcode: plain\n      service: plain")
    for old, new in (
        ("last_contact: month", "last_contact: plain"),
        ("\npurpose:", HARBOUR + "\npurpose:"),
        ("  northtown: {power", "  harbour: {power: ca_2004_s16H, basis: art6_1_e}\n  northtown: {power"),
        ("to: [northtown]", "to: [northtown, harbour]"),
        ("people:\n", "people:\n  harbour: {roles: [social-worker], training: [safeguarding-level-3]}\n"),
    ):  # fmt: skip
        assert old in text, old
        text = text.replace(old, new)
    return text


@dataclass
class Neighbours:
    """All the nodes, open, and what they know each other by."""

    nodes: dict[str, Node]
    directory: Directory
    log: cluster.Log
    clock: Clock

    @property
    def council(self) -> Node:
        """The node that asks."""
        return self.nodes["northtown"]

    def question(self, *people: dict[str, str], sources: tuple[Wanted, ...] = (POLICE, TRUST), **more: Any) -> Question:
        """A question that is granted, but for what a test changes."""
        return Question(people or (JO,), sources, **{"purpose": PURPOSE, "why": "a teacher is worried"} | more)

    def wish(self, wanted: Wanted = TRUST, **changes: Any) -> Wish:
        """One of its questions by itself."""
        usual: dict[str, Any] = {
            "provider": wanted.provider, "agreement": wanted.agreement, "share": wanted.share, "purpose": PURPOSE,
            "mode": Mode.LOOKUP, "role": ROLE, "person": JO, "why": "a teacher is worried",
        }  # fmt: skip
        return Wish(**usual | changes)

    def publish(self, **said: Any) -> None:
        """Give every node another version of the directory."""
        issued = said.pop("issued", self.directory.issued + timedelta(seconds=1))
        self.directory = cluster.after(self.directory, issued=issued, **said)
        self.hand_out()

    def hand_out(self) -> None:
        """Put the directory into every node."""
        published = self.log.publish(self.directory)
        for node in self.nodes.values():
            directory_store.keep(node.home, published, cluster.trust(), NOW)

    def entries(self, organisation: str, *types: EntryType) -> list[Entry]:
        """A ledger's entries of some types."""
        return [each.entry for each in self.nodes[organisation].ledger.entries(1) if each.entry.type in types]


@contextmanager
def neighbours(folder: Path, **settings: Any) -> Iterator[Neighbours]:
    """The nodes, serving to each other; the department is a member whose address nobody listens at."""
    homes = {name: create_node(folder / name, name).home for name in ("northtown", "harbour", "police", "trust")}
    for name, (mapping, columns, rows) in TABLES.items():
        (homes[name] / "datasets" / "contacts.yaml").write_text(mapping)
        write_rows(homes[name] / "datasets" / "contacts.csv", columns, rows)
    with ExitStack() as open_:
        clock, nodes, urls = Clock(), {}, {}
        for name, home in homes.items():
            listening = socket.socket()
            listening.bind(("127.0.0.1", 0))
            urls[name] = f"http://127.0.0.1:{listening.getsockname()[1]}"
            set_url(home, urls[name], **settings)
            nodes[name] = open_.enter_context(open_node(home))
            open_.enter_context(serving(app_of(nodes[name], clock), listening))
        message_carry._client()  # many at once would make one each
        _agree(nodes)
        (folder / "operator").mkdir()
        made = Neighbours(nodes, _directory(nodes, urls), cluster.Log(folder / "operator"), clock)
        made.hand_out()
        open_.callback(hang_up)
        yield made


def _agree(nodes: dict[str, Node]) -> None:
    keys = {name: node.organisation_key for name, node in nodes.items()} | {"dwp": cluster.signer_of("dwp")}
    papers = {"safeguarding": (terms(), nodes), "school-meals": (TERMS, {"dwp": None, "northtown": None})}
    for node in nodes.values():
        for id_, (text, parties) in papers.items():
            path = node.home / "agreements" / f"{id_}.yaml"
            path.write_text(text)
            signed(path, [keys[name] for name in parties])


def _directory(nodes: dict[str, Node], urls: dict[str, str]) -> Directory:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{found.getsockname()[1]}"
    members = [member_of(node, urls[name]) for name, node in nodes.items()]
    members.append(cluster.member("dwp", url=nowhere))
    own = cluster.operator().model_dump(by_alias=True) | {"url": "http://127.0.0.1:9"}
    issued = NOW - timedelta(hours=1)
    return cluster.directory(*members, operator=own, issued=issued, expires=issued + cluster.DAY)
