"""An answer kept as files: what was disclosed, its receipt, and the key of the provider's log to check it with.

Whoever is given the three files checks them offline (`easement verify`), without this node and without the provider.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from easement.base.durable import write_whole
from easement.base.errors import UsageError
from easement.exchange.model import Answered
from easement.ledger.note import Key

__all__ = ["KeptAnswer", "hold_folder", "keep_answer"]

PRIVATE = 0o600
"""What was disclosed is about people: its owner alone reads it."""


class KeptAnswer(NamedTuple):
    """Where the parts of an answer stand: the answer itself, its receipt, and the log's key."""

    answer: Path
    receipt: Path
    key: Path

    def as_dict(self) -> dict[str, str]:
        """The paths as `--json` prints them."""
        return {name: str(path) for name, path in self._asdict().items()}


def hold_folder(folder: Path) -> None:
    """Make the folder, before anybody is asked; raises `UsageError` where none can be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"cannot make the folder `{folder}`: {error.strerror or error}"
        raise UsageError(what, remedy="name a folder that you may write to") from error


def keep_answer(folder: Path, answered: Answered, keys: Sequence[Key]) -> KeptAnswer:
    """Write an answer into a folder, named by the provider and the question's message.

    `keys` are those of the provider's log. Raises `StorageFailed` where the disk refuses.
    """
    name = f"{answered.provider}-{answered.message[:8]}.json"
    kept = KeptAnswer(folder / name, folder / f"{name}.receipt", folder / f"{answered.provider}.log.vkey")
    write_whole(kept.answer, answered.answer, mode=PRIVATE)
    write_whole(kept.receipt, answered.receipt)
    write_whole(kept.key, "".join(f"{key}\n" for key in keys))
    return kept
