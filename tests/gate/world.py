"""A department and a council with real nodes, a signed agreement, and a register with dirt in it, all made here."""

import csv
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from easement.agreement.model import Mode
from easement.agreement.read import read_agreement
from easement.agreement.signing import sign
from easement.gate import service
from easement.gate.ask import Answer, Ask, Outcome
from easement.gate.model import Request
from easement.gate.staging import receipt_path
from easement.ledger.model import EntryType, Logged
from easement.ledger.note import Signer
from easement.ledger.verifier import Holds, check_receipt, file_digest
from easement.node.home import create_node, open_node

NOW = datetime(2026, 11, 21, 12, 30, 45, tzinfo=UTC)

TERMS = """\
format: easement-agreement/1
id: school-meals
version: 1.0.0
title: School meals
parties:
  dwp: {as: provider, class: work-and-pensions-department, controller: independent, contact: ig@dwp.example}
  northtown: {as: recipient, class: local-authority, controller: independent, contact: dpo@northtown.example}
purpose:
  code: benefit-eligibility
  statement: Find pupils whose household receives a benefit.
  benefits: [Children entitled to a meal get one without a form.]
  harm_if_not_shared: Entitled children go without.
  necessity: Only the department holds awards.
  never_for: [immigration-enforcement]
law:
  dwp: {power: edu_2005_s110, basis: art6_1_e}
  northtown: {power: edu_2005_s110, basis: art6_1_e}
  special_category: none
  criminal_offence: none
  confidentiality: {engaged: true, met_by: edu_2005_s110}
  dpia: {reference: DPIA-2026-014, outcome: residual risk low, dated: 2026-05-02}
shares:
  entitled:
    from: dwp
    to: [northtown]
    standard: benefit-award/1
    modes: [lookup, match, bulk]
    subjects: matched
    rows: award in ('UC', 'IS') and net_monthly_earnings <= 616.67
    fields:
      claim_reference: plain
      family_name: plain
      given_name: plain
      date_of_birth: plain
      award: plain
      net_monthly_earnings: {band: [0, 300, 616.67]}
  forms:
    from: dwp
    to: [northtown]
    standard: benefit-award/1
    modes: [lookup, bulk]
    subjects: all
    fields:
      claim_reference: pseudonym
      family_name: {truncate: 2}
      given_name: present
      date_of_birth: year
      postcode: outward
      award: plain
      net_monthly_earnings: {band: [0, 300, 616.67]}
      award_start: {shift: P30D}
      award_end: month
  limited:
    from: dwp
    to: [northtown]
    standard: benefit-award/1
    modes: [lookup, bulk]
    subjects: all
    rows: award = 'IS'
    fields: {claim_reference: plain, award: plain}
    limits: {records_per_day: 10, records_per_request: 8}
  alike:
    from: dwp
    to: [northtown]
    standard: benefit-award/1
    level: anonymised
    k: 5
    modes: [bulk]
    subjects: all
    fields: {award: plain, sex: plain}
  counted:
    from: dwp
    to: [northtown]
    standard: benefit-award/1
    level: aggregate
    modes: [aggregate]
    subjects: all
    aggregate:
      dimensions: [award, sex]
      measures: {people: count, earned: {sum: net_monthly_earnings}, typical: {mean: net_monthly_earnings}}
people:
  northtown: {roles: [benefits-officer], training: [information-governance]}
duties: {retain: P1Y, then: delete, certificate: required, onward: none, breach_notice: PT24H, corrections: notify,
  risk_after_disclosure: recipient}
term: {starts: 2026-09-01, ends: 2029-08-31, review_every: P12M}
transparency: {public: true, in_plain_words: We check which families can have meals., notice: northtown.example/meals}
emergency: none
"""

MAPPING = """\
format: easement-mapping/1
id: awards
title: Awards in payment
organisation: dwp
standard: benefit-award/1
source: {path: awards.csv, format: csv, encoding: utf-8, delimiter: ","}
record_key: claim
elements:
  claim_reference: claim
  national_insurance_number: nino
  family_name: surname
  given_name: forename
  date_of_birth: {column: born, dates: dd/mm/yyyy}
  sex: {column: gender, codes: {F: female, M: male}}
  postcode: post_code
  award: award
  net_monthly_earnings: earned
  award_start: {column: since, dates: dd/mm/yyyy}
  award_end: {column: until, dates: dd/mm/yyyy}
"""

ROLL = """\
format: easement-mapping/1
id: roll
title: Pupils
organisation: northtown
standard: school-roll/1
source: {format: csv, encoding: utf-8, delimiter: ","}
record_key: pupil
elements:
  pupil_reference: pupil
  upn: {absent: not in this extract}
  uln: {absent: not in this extract}
  family_name: surname
  given_name: forename
  date_of_birth: {column: dob, dates: yyyy-mm-dd}
  sex: {absent: not in this extract}
  postcode: place
  school_urn: {absent: not in this extract}
  free_school_meals: {absent: not in this extract}
  ethnicity: {absent: not in this extract}
  special_educational_needs: {absent: not in this extract}
"""

COLUMNS = ("claim", "nino", "surname", "forename", "born", "gender", "post_code", "award", "earned", "since", "until")
Row = tuple[str, ...]

DIRTY: tuple[Row, ...] = (
    ("C01", "AB123456C", "Ash", "Jo", "01/02/2015", "F", "NT1 1AA", "UC", "120.50", "01/01/2026", ""),
    ("C02", "", 'O\'Brien, the "elder"', "Zoë", "31/02/2015", "M", "nt11ab", "UC", "n/a", "02/01/2026", "x"),
    ("C03", "CE123456A", "李", "", "03/03/2014", "?", "", "IS", "-5", "", "30/06/2026"),
    ("C04", "bad", "  Elm ", "Kim\nLee", "04/04/2013", "F", "not one", "UC", "616.67", "04/01/2026", "01/12/2026"),
    ("C05", "", "=1+1", "Ann", "05/05/2012", "M", "NT2 2BB", "XX", "10", "05/01/2026", ""),
    ("C06", "", "Yew", "Max", "06/06/2011", "M", "NT2 2BB", "PC", "5000", "06/01/2026", ""),
    ("C07", "", "Twin", "Ada", "07/07/2010", "F", "NT3 3DD", "IS", "", "07/01/2026", ""),
    ("C08", "", "Twin", "Bea", "07/07/2010", "F", "NT3 3DD", "IS", "50", "07/01/2026", ""),
)
"""Every kind of dirt once: quotes, line breaks, other scripts, formulas, days that are none, codes nobody listed."""


def plain_rows(many: int, *, award: str = "UC", gender: str = "F", start: int = 100) -> list[Row]:
    """Clean records of as many different people."""
    return [
        (f"C{n}", "", f"Name{n}", "Pat", "01/01/2014", gender, "NT9 9ZZ", award, "100", "01/01/2026", "")
        for n in range(start, start + many)
    ]


@dataclass(frozen=True)
class World:
    """The department's node, its keys' partner, the signed agreement, and where answers go."""

    node: Path
    agreement: Path
    out: Path
    keys: tuple[Signer, ...]

    def ask(self, share: str, mode: Mode, out: str = "answer.csv", **changes: Any) -> Ask:
        """An ask that is allowed, but for what a test changes (of the request, or of the ask)."""
        usual: dict[str, Any] = {"recipient": "northtown", "role": "benefits-officer", "purpose": "benefit-eligibility"}
        ask: dict[str, Any] = {"training": frozenset({"information-governance"}), "agreement": self.agreement}
        for name in ("agreement", "training", "dataset", "match", "match_dataset", "consented"):
            if name in changes:
                ask[name] = changes.pop(name)
        listed = ask.get("match") is not None
        return Ask(
            request=Request(share=share, mode=mode, **{"listed": listed} | usual | changes), out=self.out / out, **ask
        )

    def share(self, share: str, mode: Mode, out: str = "answer.csv", **changes: Any) -> Outcome:
        """Ask and share at noon, or at `now`."""
        now = changes.pop("now", NOW)
        clock: Callable[[], datetime] = changes.pop("clock", lambda: now)
        with open_node(self.node) as node:
            return service.share(node, self.ask(share, mode, out, **changes), now=now, clock=clock)

    def match(self, listed: Sequence[Row], out: str = "answer.csv", share: str = "entitled", **changes: Any) -> Outcome:
        """A match with a list: rows of pupil, surname, forename, dob, place."""
        roll, mapping = self.listed(listed)
        return self.share(share, changes.pop("mode", Mode.MATCH), out, match=roll, match_dataset=mapping, **changes)

    def listed(self, rows: Sequence[Row]) -> tuple[Path, Path]:
        """The recipient's list and its mapping, as files."""
        roll, mapping = self.out / "roll.csv", self.out / "roll.yaml"
        write_rows(roll, ("pupil", "surname", "forename", "dob", "place"), rows)
        mapping.write_text(ROLL)
        return roll, mapping

    def lookup(self, out: str = "answer.csv", share: str = "entitled", **person: str) -> Outcome:
        """A lookup of one person by elements."""
        return self.share(share, Mode.LOOKUP, out, person=person)

    def answer(self, share: str, mode: Mode, message: str = "5e" * 16, **changes: Any) -> Answer:
        """Ask as another node does and answer at noon, or at `now`."""
        now = changes.pop("now", NOW)
        clock: Callable[[], datetime] = changes.pop("clock", lambda: now)
        with open_node(self.node) as node:
            return service.answer(node, self.message(share, mode, message, **changes), now=now, clock=clock)

    def message(self, share: str, mode: Mode, message: str = "5e" * 16, **changes: Any) -> Ask:
        """An ask by another node, under the agreement's id."""
        return replace(self.ask(share, mode, **{"agreement": "school-meals"} | changes), out=None, message=message)

    def hold(self, rows: Sequence[Row], columns: Sequence[str] = COLUMNS) -> None:
        """Put other rows into the register."""
        write_rows(self.node / "datasets" / "awards.csv", columns, rows)

    def entries(self, start: int = 1) -> list[Logged]:
        """The ledger's entries, but for its opening."""
        with open_node(self.node) as node:
            return list(node.ledger.entries(start))

    def types(self, start: int = 1) -> list[str]:
        """The last words of the entries' types."""
        return [logged.entry.type.rpartition(":")[2] for logged in self.entries(start)]

    def last(self, type_: EntryType) -> Logged:
        """The last entry of a type."""
        return [logged for logged in self.entries() if logged.entry.type is type_][-1]

    def fsck(self) -> list[Any]:
        """What is wrong with the ledger."""
        with open_node(self.node) as node:
            return node.ledger.fsck()

    def verified(self, data: Path) -> Holds:
        """What the receipt beside an answer proves of it, checked as an outsider would."""
        with open_node(self.node) as node:
            key = node.ledger.key
        return check_receipt(receipt_path(data).read_text(), [key], file_digest(str(data)))

    def delivered(self) -> list[str]:
        """What stands where answers go, but for what a test put there."""
        return sorted(path.name for path in self.out.iterdir() if not path.name.startswith(("roll.", "terms")))

    def staged(self) -> list[str]:
        """What is in hand in the node."""
        return [path.name for path in (self.node / "releases").iterdir() if path.is_dir()]

    def variant(self, *changes: tuple[str, str], signers: Sequence[str] = ("dwp", "northtown")) -> Path:
        """Another agreement: words of the terms replaced, and signed by those named."""
        text = TERMS
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        path = self.out / f"terms-{abs(hash((changes, tuple(signers))))}.yaml"
        path.write_text(text)
        signed(path, [key for key in self.keys if key.name in signers])
        return path

    def under(self, *changes: tuple[str, str]) -> "World":
        """The same world under another agreement."""
        return replace(self, agreement=self.variant(*changes))


def signed(agreement: Path, keys: Sequence[Signer]) -> None:
    """Put the signatures of `keys` beside an agreement."""
    file, note = read_agreement(agreement), None
    for key in keys:
        note = sign(file, key, note)
    if note is not None:
        agreement.with_name(f"{agreement.name}.signatures").write_text(note)


def furnish(
    folder: Path, rows: Sequence[Row] = DIRTY, *, partner: Mapping[str, str] | None = None, **database: str
) -> World:
    """Make two nodes, let the department know the council's key, map and fill its register, and sign.

    What is said of databases is told to `create_node`: of the department's, and in `partner` of the council's.
    """
    node = create_node(folder / "dwp", "dwp", **database)
    other = create_node(folder / "northtown", "northtown", **partner or {})
    keys = (node.organisation_key, other.organisation_key)
    (node.home / "members" / "northtown.vkey").write_text(f"{other.organisation_key.key}\n")
    (node.home / "datasets" / "awards.yaml").write_text(MAPPING)
    out = folder / "out"
    out.mkdir()
    agreement = node.home / "agreements" / "school-meals.yaml"
    agreement.write_text(TERMS)
    signed(agreement, keys)
    world = World(node.home, agreement, out, keys)
    world.hold(rows)
    return world


def copied(world: World, folder: Path) -> World:
    """The same world in another folder, to change as one likes; much quicker than making it anew."""
    shutil.copytree(world.node.parent, folder, dirs_exist_ok=True)
    agreement = folder / world.agreement.relative_to(world.node.parent)
    return World(folder / "dwp", agreement, folder / "out", world.keys)


def write_rows(path: Path, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """A CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


def read(path: Path) -> list[dict[str, Any]]:
    """The records of an answer in any of its formats."""
    match path.suffix:
        case ".csv":
            with path.open(newline="", encoding="utf-8") as file:
                return list(csv.DictReader(file))
        case ".parquet":
            found: list[dict[str, Any]] = pq.read_table(path).to_pylist()
            return found
        case ".jsonl":
            return [json.loads(line) for line in path.read_text().splitlines()]
    records: list[dict[str, Any]] = json.loads(path.read_text())["records"]
    return records
