"""Proposals as they stood when they were last read, so that reading one again costs no more than what came since.

Texts of strangers are read for each event; without this, whoever has many events makes every later one dear.
"""

import threading
from collections import OrderedDict
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from easement.permission.dossier import Dossier

__all__ = ["MOST", "Folded"]

MOST = 64
"""Proposals that are remembered of one database, those read last."""


class Folded:
    """Proposals by the database that they are in and their id. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: WeakKeyDictionary[Engine, OrderedDict[str, Dossier]] = WeakKeyDictionary()

    def get(self, engine: Engine, proposal: str) -> Dossier | None:
        """A proposal as it stood once; `None` where that is not remembered."""
        with self._lock:
            mine = self._known.get(engine)
            if mine is None or proposal not in mine:
                return None
            mine.move_to_end(proposal)
            return mine[proposal]

    def put(self, engine: Engine, dossier: Dossier) -> None:
        """Remember how a proposal stands, unless a later state of it is."""
        with self._lock:
            mine = self._known.setdefault(engine, OrderedDict())
            known = mine.get(dossier.id)
            if known is None or known.number < dossier.number:
                mine[dossier.id] = dossier
            mine.move_to_end(dossier.id)
            while len(mine) > MOST:
                mine.popitem(last=False)
