"""The six offices of the town: which register each holds, and the files that stand in each one's node."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from easement.base.durable import write_whole
from easement.demo.papers import AGREEMENTS, agreement, mapping
from easement.demo.town import FILES, Town

__all__ = ["HOLDERS", "OFFICES", "exchange_keys", "furnish", "write_agreements"]

OFFICES = {
    "department": "Department for Living Standards",
    "northtown": "Northtown Council",
    "trust": "Northtown Health Trust",
    "police": "Northshire Police",
    "harbour": "Harbour Family Support",
    "university": "University of Harwick",
}
"""Every organisation of the story, by the id under which agreements name it."""

HOLDERS = {
    "benefit_awards": "department",
    "school_roll": "northtown",
    "health_contacts": "trust",
    "police_contacts": "police",
    "referred_families": "northtown",
}
"""Who holds each register."""


def furnish(town: Path) -> Iterator[Path]:
    """Move each register out of the town's folder into its holder's node, with its mapping; yields the mappings."""
    for register, holder in HOLDERS.items():
        datasets = Path(holder) / "datasets"
        shutil.move(town / FILES[register], datasets / FILES[register])
        place = datasets / f"{register}.yaml"
        write_whole(place, mapping(register))
        yield place


def exchange_keys() -> int:
    """Give each office's public key to every other; returns how many were given."""
    pairs = [(giver, taker) for giver in OFFICES for taker in OFFICES if giver != taker]
    for giver, taker in pairs:
        shutil.copy(Path(giver) / "keys" / "organisation.vkey", Path(taker) / "members" / f"{giver}.vkey")
    return len(pairs)


def write_agreements(folder: Path, town: Town, today: date) -> None:
    """Write every agreement of the story into a folder, in force on `today` once it is signed."""
    folder.mkdir()
    for id_ in AGREEMENTS:
        text = agreement(id_, today=today, referrals=town.records["referred_families"])
        write_whole(folder / f"{id_}.yaml", text)
