"""How sharing goes, in numbers (R5.5): from facts to figures, pure. What counts single people follows `small`.

Figures are of a period of whole UTC days; what waits and what is overdue is of its last day.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any

from easement.register.counting import Kind, Place
from easement.register.small import Shown, exact, guarded, total

__all__ = ["Breakdown", "Facts", "Figure", "Numbers", "ProposalFact", "Words", "figures", "reckoned"]

EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)
"""The days that figures reach: a day before or after may be counted from without leaving the calendar."""

Use = tuple[Place, int, int]
"""A count: its place, how often, and how many records."""


@dataclass(frozen=True, slots=True)
class ProposalFact:
    """What is known of one proposal: the days on which things happened, and who must act now (`waiting`).

    `acts` is how many acts of this organisation's people stand on it, `minutes` how long they say they worked on it.
    """

    id: str
    opened: date
    answered: date | None = None
    in_force: date | None = None
    over: date | None = None
    state: str = ""
    since: date | None = None
    reason: str = ""
    waiting: tuple[str, ...] = ()
    answer_by: date | None = None
    escalated: int = 0
    agreement_id: str = ""
    acts: int = 0
    minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that the figures of a period are made of; `since` and `until` are its first and last days.

    `first_uses` is the first day on which anything crossed, by agreement; `states` counts agreements by where they
    stand; `signed` and `joined` are how many agreements were signed and joined for the first time. `effort` is minutes
    of work on proposals, by what they were spent on. `members` are those of the cluster, `here` this organisation.
    """

    here: str
    since: date
    until: date
    proposals: tuple[ProposalFact, ...] = ()
    uses: tuple[Use, ...] = ()
    first_uses: Mapping[str, date] = field(default_factory=dict)
    refusals: Mapping[str, int] = field(default_factory=dict)
    states: Mapping[str, int] = field(default_factory=dict)
    not_public: int = 0
    signed: int = 0
    joined: int = 0
    concerns: Mapping[str, int] = field(default_factory=dict)
    effort: Mapping[str, int] = field(default_factory=dict)
    cluster: str = ""
    members: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Words:
    """What people call things, by id: organisations, purposes, ways of asking, reasons of both kinds, and work."""

    organisations: Mapping[str, str] = field(default_factory=dict)
    purposes: Mapping[str, str] = field(default_factory=dict)
    modes: Mapping[str, str] = field(default_factory=dict)
    refusals: Mapping[str, str] = field(default_factory=dict)
    proposal_refusals: Mapping[str, str] = field(default_factory=dict)
    work: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: `value` is `None` where there is nothing to count it from; `unit` is empty, `days` or `hours`."""

    code: str
    label: str
    value: Shown | None
    unit: str = ""

    @property
    def words(self) -> str:
        """The number as a person reads it."""
        if self.value is None:
            return "nothing to count yet"
        return f"{self.value.words} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One table: `head` names what its rows are of, `unit` what is counted; `rows` are names and counts."""

    code: str
    title: str
    head: str
    unit: str
    rows: tuple[tuple[str, Shown], ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The figures and tables of one period."""

    since: date
    until: date
    figures: tuple[Figure, ...]
    breakdowns: tuple[Breakdown, ...]

    def as_rows(self) -> list[dict[str, Any]]:
        """Every number in a line: the measure, the part of it, the count (null where hidden) and what it is in."""
        head = {"since": self.since.isoformat(), "until": self.until.isoformat()}
        rows = [_row(head, f.code, f.label, "", f.value, f.unit or "count") for f in self.figures]
        rows += [_row(head, b.code, b.title, part, value, b.unit) for b in self.breakdowns for part, value in b.rows]
        return rows

    def as_dict(self) -> dict[str, Any]:
        """The numbers as data is published."""
        return {"since": self.since.isoformat(), "until": self.until.isoformat(), "numbers": self.as_rows()}


def _row(head: dict[str, str], code: str, what: str, part: str, value: Shown | None, unit: str) -> dict[str, Any]:
    told = value.as_dict() if value else {"count": None, "rounded": False, "below": None, "hidden": 0}
    return {**head, "measure": code, "what": what, "part": part, **told, "unit": unit}


def reckoned(day: date) -> date:
    """A day as figures reckon with it: one that is centuries away becomes the nearest they reach."""
    return min(max(day, EARLIEST), LATEST)


def figures(facts: Facts, words: Words) -> Numbers:
    """The figures of a period."""
    return Numbers(
        facts.since,
        facts.until,
        (*_proposed(facts), *_crossed(facts), *_standing(facts), *_heard(facts)),
        tuple(each for each in _tables(facts, words) if each.rows),
    )


def _within(facts: Facts, day: date | None) -> bool:
    return day is not None and facts.since <= day <= facts.until


def _proposed(facts: Facts) -> Iterator[Figure]:
    made = [each for each in facts.proposals if _within(facts, each.opened)]
    agreed = [each for each in facts.proposals if _within(facts, each.answered) and each.state != "refused"]
    refused = [each for each in facts.proposals if each.state == "refused" and _within(facts, each.over)]
    force = [each for each in facts.proposals if each.in_force is not None and _within(facts, each.in_force)]
    waiting = [each for each in facts.proposals if each.waiting]
    late = [each for each in waiting if each.answer_by is not None and each.answer_by < facts.until]
    yield Figure("proposals-made", "Proposals to share that were made", exact(len(made)))
    yield Figure("proposals-agreed", "Proposals that were agreed to", exact(len(agreed)))
    yield Figure("proposals-refused", "Proposals that were refused", exact(len(refused)))
    yield Figure("proposals-waiting", "Proposals that wait for somebody", exact(len(waiting)))
    yield Figure(
        "proposals-late", "Of these, past the day for an answer", exact(len([e for e in late if e.state == "proposed"]))
    )
    yield _days("days-waiting", "Days that those have waited, at most", [_waited(facts, each) for each in waiting], max)
    yield _days("days-to-force", "Days from question to agreement in force, the middle one",
                [(each.in_force - each.opened).days for each in force if each.in_force])  # fmt: skip
    first = [_to_first(each, facts) for each in facts.proposals]
    yield _days("days-to-data", "Days from question to first data, the middle one", [d for d in first if d is not None])
    yield Figure("agreements-signed", "Agreements that were signed for the first time", exact(facts.signed))
    yield Figure("agreements-joined", "Times that a body joined an agreement others had made", exact(facts.joined))
    acts = [each.acts for each in force if each.acts]
    yield Figure("acts-per-agreement", "Acts of our people for an agreement, the middle one",
                 exact(round(median(acts))) if acts else None)  # fmt: skip
    yield _hours(
        "hours-worked", "Hours that our people worked on proposals, as they say", list(facts.effort.values()), sum
    )
    yield _hours("hours-per-agreement", "Hours of our people for an agreement, the middle one",
                 [each.minutes for each in force if each.minutes], median)  # fmt: skip


def _waited(facts: Facts, proposal: ProposalFact) -> int:
    return max((facts.until - (proposal.since or proposal.opened)).days, 0)


def _to_first(proposal: ProposalFact, facts: Facts) -> int | None:
    """Days from a question to the first data under what came of it, where that day is within the period."""
    first = facts.first_uses.get(proposal.agreement_id)
    return max((first - proposal.opened).days, 0) if first is not None and _within(facts, first) else None


def _days(code: str, label: str, days: list[int], of: Any = median) -> Figure:
    return Figure(code, label, exact(round(of(days))) if days else None, "days")


def _hours(code: str, label: str, minutes: list[int], of: Any) -> Figure:
    return Figure(code, label, exact(round(of(minutes) / 60)) if minutes else None, "hours")


def _crossed(facts: Facts) -> Iterator[Figure]:
    gave = [use for use in facts.uses if use[0].kind == Kind.GAVE]
    got = [use for use in facts.uses if use[0].kind == Kind.RECEIVED]
    refused = sum(times for place, times, _ in facts.uses if place.kind in (Kind.REFUSED, Kind.NOT_ASKED))
    yield Figure("disclosures-given", "Disclosures that were given", _times(gave))
    yield Figure("disclosures-received", "Disclosures that were received", _times(got))
    yield Figure("records-given", "Records that were given", guarded(sum(records for _, _, records in gave)))
    yield Figure("records-received", "Records that were received", guarded(sum(records for _, _, records in got)))
    yield Figure("requests-refused", "Requests that were refused", guarded(refused))


def _times(uses: Iterable[Use]) -> Shown:
    """How often: lookups, each about one person, under the small-number rule; what is about many as it is."""
    every = list(uses)
    one = sum(times for place, times, _ in every if place.mode in ("lookup", ""))
    return total([guarded(one), exact(sum(times for _, times, _ in every) - one)])


def _standing(facts: Facts) -> Iterator[Figure]:
    yield Figure("agreements-in-force", "Agreements in force", exact(facts.states.get("in-force", 0)))
    yield Figure("reviews-overdue", "Agreements stopped because a review is overdue",
                 exact(facts.states.get("review-overdue", 0)))  # fmt: skip
    yield Figure("agreements-suspended", "Agreements suspended", exact(facts.states.get("suspended", 0)))
    yield Figure(
        "agreements-not-public", "Agreements kept off the register, each with a reason", exact(facts.not_public)
    )


def _heard(facts: Facts) -> Iterator[Figure]:
    labels = {
        "raised": "Concerns that were raised",
        "acknowledged": "Of these, acknowledged",
        "answered": "Of these, answered",
        "overdue": "Concerns whose acknowledgement or answer is overdue",
    }
    for name, label in labels.items():
        yield Figure(f"concerns-{name}", label, exact(facts.concerns.get(name, 0)))


def _tables(facts: Facts, words: Words) -> Iterator[Breakdown]:
    crossed = [use for use in facts.uses if use[0].kind in (Kind.GAVE, Kind.RECEIVED)]
    name = words.organisations
    yield _by("disclosures-by-month", "Disclosures by month", "Month", crossed, lambda p: p.day[:7], {}, by_name=True)
    yield _by(
        "disclosures-by-purpose", "Disclosures by purpose", "Purpose", crossed, lambda p: p.purpose, words.purposes
    )
    yield _by(
        "disclosures-by-mode", "Disclosures by how they were asked for", "How", crossed, lambda p: p.mode, words.modes
    )
    yield _by("disclosures-by-organisation", "Disclosures by the other organisation", "Organisation", crossed,
              lambda p: _other(facts, p), name)  # fmt: skip
    yield _by("disclosures-by-cluster", "Disclosures by cluster", "Cluster", crossed, lambda p: _cluster(facts, p), {})
    yield _counted(
        "refusals-by-reason", "Why requests were refused", "Reason", "refusals", facts.refusals, words.refusals
    )
    refused = [each.reason for each in facts.proposals if each.state == "refused" and _within(facts, each.over)]
    yield _listed(
        "proposals-refused-by-reason", "Why proposals were refused", "Reason", refused, words.proposal_refusals
    )
    where = [each for proposal in facts.proposals for each in proposal.waiting]
    yield _listed("proposals-waiting-at", "Where proposals wait", "Organisation", where, name)
    longest = {org: max(_waited(facts, p) for p in facts.proposals if org in p.waiting) for org in dict.fromkeys(where)}
    rows = tuple((name.get(org, org), exact(days)) for org, days in sorted(longest.items()))
    yield Breakdown("proposals-waiting-days", "How long proposals wait there, at most", "Organisation", "days", rows)
    work = sorted(facts.effort.items(), key=lambda each: (-each[1], each[0]))
    hours = tuple((words.work.get(code, code), exact(round(minutes / 60))) for code, minutes in work)
    yield Breakdown("hours-by-work", "What our people worked on", "Work", "hours", hours)


def _other(facts: Facts, place: Place) -> str:
    return place.recipient if place.provider == facts.here else place.provider


def _cluster(facts: Facts, place: Place) -> str:
    within = facts.cluster and _other(facts, place) in facts.members
    return facts.cluster if within else "Outside of a cluster"


def _by(
    code: str, title: str, head: str, uses: list[Use], of: Any, names: Mapping[str, str], *, by_name: bool = False
) -> Breakdown:
    groups: dict[str, list[Use]] = {}
    for use in uses:
        groups.setdefault(of(use[0]), []).append(use)
    rows = [(names.get(key, key) or "not said", _times(group)) for key, group in groups.items()]
    rows.sort(key=lambda row: row[0] if by_name else (-(row[1].count or 0), row[0]))
    return Breakdown(code, title, head, "disclosures", tuple(rows))


def _counted(
    code: str, title: str, head: str, unit: str, counts: Mapping[str, int], names: Mapping[str, str]
) -> Breakdown:
    rows = [(names.get(key, key), guarded(many)) for key, many in counts.items()]
    return Breakdown(code, title, head, unit, tuple(sorted(rows, key=lambda row: (-(row[1].count or 0), row[0]))))


def _listed(code: str, title: str, head: str, keys: list[str], names: Mapping[str, str]) -> Breakdown:
    rows = [(names.get(key, key), exact(keys.count(key))) for key in dict.fromkeys(keys)]
    return Breakdown(
        code, title, head, "proposals", tuple(sorted(rows, key=lambda row: (-(row[1].count or 0), row[0])))
    )
