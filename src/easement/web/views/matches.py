"""Pairs of records that may be one person: the queues, and one pair at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from easement.linkage.review_marks import Compared
from easement.web.views.page import View

__all__ = [
    "DecidedLine",
    "GroupLine",
    "MatchLine",
    "MatchPage",
    "Matches",
    "NoPair",
    "PairPage",
    "Step",
    "Waterfall",
    "WayShown",
    "Word",
]


@dataclass(frozen=True, slots=True)
class MatchLine:
    """A queue: whose it is, how much is open in it, and how much of that waits for whoever looks."""

    id: str
    agreement_id: str
    agreement: str
    share: str
    recipient: str
    open: int
    mine: int
    oldest: datetime | None
    decided: int
    beyond: int
    reviewers: int
    lasting: bool

    def as_row(self) -> dict[str, Any]:
        """The line in a list that is saved."""
        return {
            "queue": self.id,
            "agreement": self.agreement_id,
            "share": self.share,
            "recipient": self.recipient,
            "open": self.open,
            "mine": self.mine,
            "oldest": self.oldest,
            "decided": self.decided,
            "beyond": self.beyond,
            "reviewers": self.reviewers,
        }


@dataclass(frozen=True, kw_only=True)
class Matches(View):
    """The queues, the one that waits longest first."""

    template: ClassVar[str] = "matches/list.html"
    section: ClassVar[str] = "matches"
    lines: tuple[MatchLine, ...]


@dataclass(frozen=True, slots=True)
class DecidedLine:
    """A pair in the list of a queue, without what its records say."""

    id: str
    rule: str
    since: datetime
    decision: str
    decided: datetime | None
    entry: int | None

    def as_row(self) -> dict[str, Any]:
        """The line in a list that is saved."""
        return {
            "pair": self.id,
            "rule": self.rule,
            "since": self.since,
            "decision": self.decision or None,
            "decided": self.decided,
            "entry": self.entry,
        }


@dataclass(frozen=True, slots=True)
class GroupLine:
    """How good the links of one group are: by people who looked, and as the model alone expects; both in words."""

    kind: str
    name: str
    links: int
    precision: str
    recall: str
    expected: str


@dataclass(frozen=True, kw_only=True)
class MatchPage(View):
    """One queue with its pairs, a page of them, and how good its matches are; `older` leads to the next page."""

    template: ClassVar[str] = "matches/queue.html"
    section: ClassVar[str] = "matches"
    line: MatchLine
    pairs: tuple[DecidedLine, ...]
    precision: str
    recall: str
    groups: tuple[GroupLine, ...] = ()
    left_out: int = 0
    older: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """What another reviewer said: the verdict and why, not who."""

    verdict: str
    why: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the explanation: what was met in words, its bits, and where its bar stands in the picture."""

    words: str
    bits: float
    start: int
    width: int
    against: bool


@dataclass(frozen=True, slots=True)
class Waterfall:
    """What a model met in two records: its steps, where nothing stands in the picture, and the chance in percent.

    `model` is its `ID/VERSION`, and `unsure` what speaks against it.
    """

    steps: tuple[Step, ...]
    zero: int
    percent: str
    model: str = ""
    unsure: str = ""


@dataclass(frozen=True, slots=True)
class WayShown:
    """How a third register ties two records: its name, its own key, and both steps, that from the list first."""

    register: str
    record: str
    percent: str
    listed: Waterfall
    held: Waterfall


@dataclass(frozen=True, kw_only=True)
class PairPage(View):
    """One pair: its fields side by side, why it is here, and what to say. `told` is what came of the form before.

    `ways` are those by which third registers tie the two, and `tied` says that these made the pair what it is.
    """

    template: ClassVar[str] = "matches/pair.html"
    section: ClassVar[str] = "matches"
    line: MatchLine
    id: str
    seen: str
    kind: str
    rule: str
    since: datetime
    turn: str
    unseen: bool
    fields: tuple[Compared, ...]
    references: tuple[str, str]
    alone: Waterfall | None = None
    ways: tuple[WayShown, ...] = ()
    tied: bool = False
    percent: str = ""
    said: tuple[Word, ...] = ()
    decision: str = ""
    why: str = ""
    told: str = ""


@dataclass(frozen=True, kw_only=True)
class NoPair(View):
    """Nothing waits for this person in a queue."""

    template: ClassVar[str] = "matches/none.html"
    section: ClassVar[str] = "matches"
    line: MatchLine
    told: str = ""
