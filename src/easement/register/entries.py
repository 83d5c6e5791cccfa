"""One entry of the register as it is published: its card, where it stands, and how often it is used. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from easement.register.counting import Event, Kind, Place
from easement.register.model import STATES, Card, State
from easement.register.small import Shown, exact, guarded, total

__all__ = ["Entry", "Use", "use_of"]


@dataclass(frozen=True, slots=True)
class Use:
    """How often an agreement was used through this node since it began, and how many records crossed, by mode."""

    times: Mapping[str, Shown]
    records: Mapping[str, Shown]

    @property
    def all_times(self) -> Shown:
        """How often, in all that is shown."""
        return total(self.times.values())

    @property
    def all_records(self) -> Shown:
        """How many records, in all that is shown."""
        return total(self.records.values())

    def as_dict(self) -> dict[str, Any]:
        """The counts as data is published; `null` is a count that is hidden."""
        modes = {
            mode: {"times": self.times[mode].as_dict(), "records": self.records[mode].as_dict()} for mode in self.times
        }
        return {"times": self.all_times.as_dict(), "records": self.all_records.as_dict(), "by_mode": modes}


@dataclass(frozen=True, slots=True)
class Entry:
    """One version on the register: what its terms say, where it stands, how it is used and what happened to it.

    `use` is `None` where it is left out. `events` are of its agreement, the newest first; `signed` is the ledger's
    entry by which this organisation signed this version, where there is one. `versions` are all that there are.
    """

    card: Card
    state: State
    newest: bool
    because: str
    use: Use | None
    events: tuple[Event, ...] = ()
    signed: int | None = None
    versions: tuple[tuple[str, State], ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """The entry as data is published."""
        head = {"state": self.state.value, "state_in_words": STATES[self.state], "because": self.because or None}
        return {
            **self.card.as_dict(),
            **head,
            "uses": self.use.as_dict() if self.use else None,
            "ledger_entry": self.signed,
            "versions": [{"version": version, "state": state.value} for version, state in self.versions],
        }


def use_of(counted: Iterable[tuple[Place, int, int]]) -> Use:
    """What counts of an agreement come to, published under the small-number rule: a lookup is about one person."""
    times: dict[str, int] = {}
    records: dict[str, int] = {}
    for place, often, many in counted:
        if place.kind in (Kind.GAVE, Kind.RECEIVED):
            times[place.mode] = times.get(place.mode, 0) + often
            records[place.mode] = records.get(place.mode, 0) + many
    about_one = {"lookup", ""}
    shown = {mode: (guarded if mode in about_one else exact)(often) for mode, often in sorted(times.items())}
    return Use(shown, {mode: guarded(many) for mode, many in sorted(records.items())})
