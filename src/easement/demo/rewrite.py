"""What somebody with the run of a machine could try: write an entry of the ledger anew, in the encrypted database.

    python -m easement.demo.rewrite department 4 northtown nobody

It needs the database's own key, and says nothing to anyone; `easement ledger fsck` sees it.
"""

import sys
from pathlib import Path

from sqlalchemy import text

from easement.base.database import open_database, writing

__all__ = ["rewrite"]

_ANEW = text(
    'update ledger_entries set body = cast(replace(cast(body as text), :old, :new) as blob) where "index" = :entry'
)


def rewrite(node: Path, entry: int, old: str, new: str) -> None:
    """Put `new` for `old` into one entry of a node's database; nothing else is changed."""
    engine = open_database(node / "node.db", bytes.fromhex((node / "keys" / "database.key").read_text()))
    try:
        with writing(engine) as connection:
            connection.execute(_ANEW, {"old": old, "new": new, "entry": entry})
    finally:
        engine.dispose()


if __name__ == "__main__":
    rewrite(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:5])
