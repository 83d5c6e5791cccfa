"""Small ledgers and synthetic entries, made the same way in every test."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, text

from easement.base.database import open_database
from easement.base.postgresql import connect_database
from easement.ledger.model import Entry, EntryType, Form, PrivateRecord, answer_part
from easement.ledger.note import Signer
from easement.ledger.service import Ledger
from tests.databases import PASSWORD

SIGNER = Signer("northtown.example/ledger", bytes(range(32)))
OTHER = Signer("southtown.example/ledger", bytes(range(1, 33)))
KEY = b"k" * 32
MASTER = b"m" * 32
AGREEMENT = "ab" * 32
DATA = "ef" * 32
DAY = "2026-11-21"
OPENED: list[Engine] = []
"""Databases that a test opened; they are let go when it ends."""


def clock() -> datetime:
    return datetime(2026, 11, 21, 23, 5, 59, tzinfo=UTC)


def database(home: Path):
    """The database of a ledger in `home`: the PostgreSQL that the file beside it names, else an SQLCipher file."""
    address = home / "database.url"
    made = connect_database(address.read_text(), PASSWORD) if address.exists() else open_database(home / "node.db", KEY)
    OPENED.append(made)
    return made


def refuse(engine: Engine, event: str, table: str) -> None:
    """Have the database refuse every `event` (insert, delete) on a table, as a failing disk would."""
    statements = [f"create trigger full_up before {event} on {table} begin select raise(abort, 'full'); end"]
    if engine.dialect.name == "postgresql":
        raises = "begin raise exception using errcode = 'io_error', message = 'full'; end"
        statements = [
            f"create function full_up() returns trigger language plpgsql as '{raises.replace(chr(39), chr(39) * 2)}'",
            f"create trigger full_up before {event} on {table} for each row execute function full_up()",
        ]
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def refuse_no_more(engine: Engine, table: str) -> None:
    """Undo `refuse`."""
    on = f" on {table}" if engine.dialect.name == "postgresql" else ""
    with engine.begin() as connection:
        connection.execute(text(f"drop trigger full_up{on}"))


def new_ledger(home: Path, engine=None) -> Ledger:
    engine = engine or database(home)
    return Ledger.create(engine, home / "ledger", signer=SIGNER, master_key=MASTER, clock=clock)


def reopened(home: Path) -> Ledger:
    return Ledger.open(database(home), home / "ledger", signer=SIGNER, master_key=MASTER, clock=clock)


def released(count: int = 1, intent: int = 0, **said) -> Entry:
    facts = {
        "time": f"{DAY}T23:05Z",
        "parties": {"provider": "dwp", "recipient": "northtown"},
        "agreement": AGREEMENT,
        "agreement_id": "free-school-meals",
        "version": "1.0.0",
        "share": "entitled-children",
        "purpose": "benefit-eligibility",
        "basis": {"provider": "art6_1_e", "recipient": "art6_1_e"},
        "mode": "lookup",
        "fields": {"family_name": "plain", "net_monthly_earnings": "{band: [0, 300, 616.67]}"},
        "withheld": ("award",),
        "form": Form.IDENTIFIABLE,
        "risk": "recipient",
    }
    return Entry(type=EntryType.DISCLOSURE_RELEASED, count=count, intent=intent, **(facts | said))


def private(**who) -> PrivateRecord:
    person = {"asked_by": "staff-17", "role": "benefits-officer", "why": "case 4411", "subjects": ["5f" * 16]}
    return PrivateRecord({"answer": answer_part(query="cd" * 32, data=DATA, rows=1), "who": person | who})


def fill(ledger: Ledger, count: int, record: Callable[[int], PrivateRecord | None] = lambda _: None) -> None:
    """Append `count` entries as one group."""
    tickets = [ledger.submit(released(intent=number), record(number)) for number in range(count)]
    for ticket in tickets:
        ticket.wait()


def files(home: Path) -> list[str]:
    """What stands in a ledger's folder."""
    return sorted(str(each.relative_to(home / "ledger")) for each in (home / "ledger").rglob("*") if each.is_file())
