"""A council's program that asks for sets, fetches each and has it deleted, one after another, until it is killed.

`python -m tests.exchange.set_runner HOME FOLDER`. It keeps nothing of its own: what it finds in the node's database
says how far it was. Silence and refusals are waited out; whatever else goes wrong ends it with its traceback.
"""

import shutil
import sys
import time
from pathlib import Path

import httpx
import pyarrow.parquet as pq

from easement.agreement.model import Mode
from easement.base.database import reading
from easement.base.errors import ProofFailed, Refused, SourceUnreachable, StorageAway, UsageError
from easement.exchange import bulk
from easement.exchange.bulk_fetch import fetch
from easement.exchange.bulk_tables import Bulk, BulkState, bulks
from easement.exchange.message_carry import NoAnswer
from easement.exchange.model import Asker, Wish
from easement.ledger.service import utc_now
from easement.node.home import Node, open_node

ASKER = Asker("set runner", frozenset({"information-governance"}))
WISH = Wish("dwp", "school-meals", "forms", "benefit-eligibility", Mode.BULK, "benefits-officer", why="load")
PASSES = (NoAnswer, SourceUnreachable, StorageAway, Refused)
"""What comes of kills, suspensions and databases that are away, and is over some time later."""


def step(node: Node, client: httpx.Client, folder: Path) -> None:
    """Take every set one step further, and ask for one where none is in hand."""
    with reading(node.engine) as connection:
        states = [each for each in BulkState if not each.ended]
        waiting, here = bulks(connection, states=states), bulks(connection, states=[BulkState.RECEIVED])
    for each in waiting:
        bulk.look(node, each.message, utc_now())
    for each in here:
        _use(node, client, folder / each.message, each)
    if not waiting and not here:
        bulk.ask_set(node, WISH, ASKER, utc_now())


def _use(node: Node, client: httpx.Client, place: Path, seen: Bulk) -> None:
    """Fetch a set, count its records, and have it deleted here."""
    place.mkdir(exist_ok=True)
    try:
        found = sum(pq.read_metadata(part).num_rows for part in fetch(node, client, seen.message, place, utc_now()))
        if found != seen.rows:
            raise ProofFailed(f"{found} records came, and the receipt says {seen.rows}")
    except UsageError:  # a newer one took its place, or the provider keeps it no longer
        pass
    bulk.delete(node, seen.message, utc_now())
    shutil.rmtree(place)


def main(home: Path, folder: Path) -> None:
    """Go on and on."""
    folder.mkdir(exist_ok=True)
    with open_node(home) as node, httpx.Client(timeout=20, trust_env=False) as client:
        while True:
            try:
                step(node, client, folder)
            except PASSES:
                time.sleep(0.2)
            time.sleep(0.1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
