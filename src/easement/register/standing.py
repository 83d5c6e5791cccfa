"""Where each version on the register stands on a day, and which one its agreement's entry shows. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from easement.register.model import State

__all__ = ["Version", "Where", "stand"]


@dataclass(frozen=True, slots=True)
class Version:
    """What the state of one version depends on; days are `2026-11-22`, `next_review` empty where none is due.

    All parties of it signed. `gone` is whether its file or its signatures are there no more.
    """

    digest: str
    agreement_id: str
    version: str
    supersedes: str
    starts: str
    ends: str
    next_review: str
    gone: bool = False

    @property
    def order(self) -> tuple[int, ...]:
        """Where it stands among those of its id: the higher, the newer."""
        return tuple(map(int, self.version.split(".")))


@dataclass(frozen=True, slots=True)
class Where:
    """Where a version stands, and whether its agreement's entry shows it."""

    state: State
    newest: bool


def stand(
    versions: Iterable[Version], today: str, suspended: Collection[str], ended: Collection[str] = ()
) -> dict[str, Where]:
    """Where versions of any agreements stand on a day, by digest.

    `suspended` are the ids that are, and `ended` those that were ended before their term was over.
    """
    by_id: dict[str, list[Version]] = {}
    for each in versions:
        by_id.setdefault(each.agreement_id, []).append(each)
    found: dict[str, Where] = {}
    for id_, of_one in by_id.items():
        stopped = State.ENDED if id_ in ended else State.SUSPENDED if id_ in suspended else None
        states = {each.digest: _state(each, of_one, today, stopped) for each in of_one}
        shown = min(of_one, key=lambda each: _preference(each, states[each.digest], today))
        found |= {digest: Where(state, digest == shown.digest) for digest, state in states.items()}
    return found


def _state(version: Version, others: Iterable[Version], today: str, stopped: State | None) -> State:
    if version.gone:
        return State.GONE
    if any(_replaces(other, version, today) for other in others):
        return State.SUPERSEDED
    if today > version.ends:
        return State.ENDED
    if stopped is not None:
        return stopped
    if today < version.starts:
        return State.NOT_BEGUN
    return State.REVIEW_OVERDUE if version.next_review and today > version.next_review else State.IN_FORCE


def _replaces(newer: Version, version: Version, today: str) -> bool:
    """Whether a version has taken the place of another, as the gate's shelf decides it."""
    if newer.digest == version.digest or newer.gone or newer.starts > today:
        return False
    if version.supersedes == newer.digest:
        return False
    return newer.order > version.order or newer.supersedes == version.digest


def _preference(version: Version, state: State, today: str) -> tuple[object, ...]:
    """Puts first what holds on a day, then what is newest."""
    over = state in (State.GONE, State.SUPERSEDED)
    return (over, version.starts > today, *(-part for part in version.order))
