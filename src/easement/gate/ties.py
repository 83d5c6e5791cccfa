"""Further datasets of the provider that tie records of a match, where the share says so (R4.4).

Nothing of them crosses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from easement.base.errors import UsageError
from easement.gate.datasets import Dataset, dataset_from, table_of
from easement.gate.plan import Third
from easement.gate.ports import Holder
from easement.linkage.model import LinkModel
from easement.linkage.store import newest, read_signed
from easement.meaning.model import Standard
from easement.meaning.standards import standard
from easement.sources.session import Session

__all__ = ["Tie"]


@dataclass(frozen=True, slots=True)
class Tie:
    """A further dataset, by its place from 0 and its id, and its signed models with the provider's records and with the
    list."""

    place: int
    register: str
    data: Dataset
    standard: Standard
    held: LinkModel
    listed: LinkModel

    @classmethod
    def of(cls, holder: Holder, share: str, id_: str, place: int, folders: Sequence[Path]) -> "Tie":
        """Raises `UsageError` where the dataset or one of its models is not there."""
        home, keys = holder.home, holder.member_keys[holder.organisation]
        mapping = home / "datasets" / f"{id_}.yaml"
        if not mapping.is_file():
            remedy = f"map it: easement dataset map {id_}, or agree a version without it"
            raise UsageError(f"records are tied by the dataset `{id_}`, which this node does not have", remedy=remedy)
        data = dataset_from(mapping, None, folders, home=home)
        held, listed = (
            read_signed(home, newest(home, f"{share}-{id_}-{side}", keys), keys) for side in ("held", "listed")
        )
        return cls(place, id_, data, standard(data.mapping.standard, folders), held, listed)

    def tied(self, session: Session) -> Third:
        """The dataset as it stands open in a session."""
        table = table_of(session.sources[f"third_data_{self.place}"], self.data, self.standard)
        return Third(table, self.held, self.listed, self.register)
