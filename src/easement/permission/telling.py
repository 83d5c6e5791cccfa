"""How a proposal is told to people: where it stands, whose turn it is, what happened, and what can be done. Pure."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

from easement.base.words import day, listed, many
from easement.permission import model as m
from easement.permission.dossier import Dossier, Stage
from easement.permission.model import Event, Kind
from easement.permission.reasons import REASONS
from easement.permission.rows import Row
from easement.permission.texts import Text
from easement.permission.transitions import possible
from easement.permission.turns import Turn, still_to_hear, turn_of

__all__ = ["ACTS", "STATES", "happened", "line_of_row", "next_steps", "told"]

STATES: Mapping[str, str] = {
    "proposed": "waiting for an answer",
    "draft": "being drafted",
    "review": "waiting for approvals",
    "approved": "waiting for signatures",
    "in-force": "in force",
    "suspended": "suspended",
    "ended": "ended",
    "refused": "refused",
    "withdrawn": "withdrawn",
}
"""Each state as people say it."""

ACTS: Mapping[Kind, str] = {
    Kind.PROPOSE: "proposed to share",
    Kind.AGREE: "agreed in principle",
    Kind.REFUSE: "refused",
    Kind.ESCALATE: "said that an answer is overdue",
    Kind.WITHDRAW: "withdrew it",
    Kind.DRAFT: "changed the text",
    Kind.SUBMIT: "put the text to the approvers",
    Kind.COMMENT: "commented",
    Kind.REQUEST_CHANGES: "asked for changes",
    Kind.APPROVE: "approved the text",
    Kind.SIGN: "signed",
    Kind.VARY: "began the next version",
    Kind.SUSPEND: "suspended it",
    Kind.RESUME: "let it go on",
    Kind.REVIEW: "reviewed it",
    Kind.END: "ended it",
}
"""What each event is, as people say it."""


def happened(event: Event, name: str = "") -> str:
    """One event in a line: when, who, what; `name` is whoever acted, where this node knows."""
    who = f"{event.author} ({name or event.role.replace('-', ' ')})"
    return f"{event.when:%Y-%m-%d %H:%M} {who} {ACTS[event.kind]}{_more(event.said)}"


def _more(said: m.Told) -> str:
    match said:
        case m.Refused():
            return f": {REASONS[said.reason]} {said.words}"
        case m.Escalated():
            return f": {said.of} is silent, and it goes to the {said.to}"
        case m.Commented() | m.ChangesAsked():
            return f"{f' on {said.clause}' if said.clause else ''}: {said.words}"
        case m.Reviewed():
            found = {"continue": "it may go on", "change": "it must change", "end": "it must end"}
            return f": {found[said.outcome.value]}. {said.words}"
    words = getattr(said, "words", "")
    return f": {words}" if words else ""


def told(
    dossier: Dossier,
    organisation: str,
    today: date,
    names: Mapping[int, str] | None = None,
    needs: tuple[str, ...] = (),
) -> str:
    """A whole proposal in plain words, as one of its organisations sees it.

    `names` are those who acted, by the number of the event; `needs` the roles that approve the text for it.
    """
    lines = [
        f"{dossier.title} ({dossier.id[:8]}) is {STATES[dossier.state]}{_since(dossier.since)}",
        *(f"  {name} would {_verb(role)}" for name, role in dossier.parties.items()),
        f"  why: {dossier.why}",
        f"  if it is not shared: {dossier.harm_if_not_shared}",
        *(f"  {name} says of risk: {words}" for name, words in dossier.appetites.items()),
        *_waiting(dossier, today),
        *_texts(dossier),
        *_unheard(dossier, organisation, needs),
    ]
    lines += [f"  suspended by {name}: {words}" for name, words in dossier.suspended.items()]
    lines += [f"  because: {dossier.over_because}"] if dossier.over_because else []
    lines += ["", "What happened"]
    lines += [f"  {happened(event, (names or {}).get(event.number, ''))}" for event in dossier.events]
    steps = next_steps(dossier, organisation)
    lines += ["", f"You can: {', '.join(steps)}"] if steps else []
    return "\n".join([*lines, *_turns(turn_of(dossier, organisation, needs))])


def _unheard(dossier: Dossier, organisation: str, needs: tuple[str, ...]) -> Iterable[str]:
    """Who has not approved at all, with the roles where they are this organisation's own."""
    for each in dossier.waiting_for if dossier.stage is Stage.REVIEW else ():
        if each not in dossier.approvals:
            roles = still_to_hear(dossier, each, needs) if each == organisation else ()
            yield f"  {each} has yet to approve{f' as {listed(roles)}' if roles else ''}"


def _turns(turns: tuple[Turn, ...]) -> Iterable[str]:
    for each in turns:
        yield f"Your turn, as {listed(each.roles, 'or')}: easement proposal {each.command}"


def _since(moment: datetime) -> str:
    return f" since {day(moment.astimezone(UTC).date())}"


def _verb(role: str) -> str:
    return "give data" if role == "provider" else "receive data"


def _waiting(dossier: Dossier, today: date) -> Iterable[str]:
    if dossier.waiting_for:
        yield f"  it waits for {listed(dossier.waiting_for)}"
    if dossier.stage is Stage.PROPOSED:
        late = "which is over" if today > dossier.answer_by else f"{many(dossier.answer_days, 'working day')} after it"
        off = f"; not counted: {listed(map(day, dossier.days_off))}" if dossier.days_off else ""
        yield f"  an answer is due by {day(dossier.answer_by)} (UTC), {late}{off}"
    for each in dossier.escalations:
        yield f"  {each.of} did not answer in time: it is with the {each.to.removeprefix('the ')}"


def _texts(dossier: Dossier) -> Iterable[str]:
    if dossier.agreed is not None:
        yield f"  in force: {_named(dossier.agreed)}"
    if dossier.text is not None and dossier.text != dossier.agreed:
        yield f"  text in work: {_named(dossier.text)}"
    for name, approval in sorted(dossier.approvals.items()):
        left = f", still to hear: {listed(approval.missing)}" if approval.missing else ""
        yield f"  {name} approved as {listed(approval.given)}{left}"
    if dossier.dropped:
        yield f"  approvals of an earlier text no longer count: {listed(dossier.dropped)}"
    if dossier.signatures and dossier.text != dossier.agreed:
        yield f"  signed by {listed(sorted(dossier.signatures))}"


def _named(text: Text) -> str:
    return f"{text.id} {text.version}, digest {text.digest[:12]}"


def next_steps(dossier: Dossier, organisation: str) -> tuple[str, ...]:
    """What an organisation could do now, as words of the command line; the usual ones first."""
    own = possible(dossier, organisation)
    mine = organisation in dossier.waiting_for
    order = (Kind.AGREE, Kind.REFUSE, Kind.APPROVE, Kind.SIGN, Kind.SUBMIT, Kind.DRAFT)
    first = [kind for kind in order if kind in own] if mine else []
    return tuple(kind.value for kind in dict.fromkeys((*first, *own)))


def line_of_row(row: Row, organisation: str, today: date) -> tuple[str, ...]:
    """One proposal as a line of a list: id, title, state, whose turn, since when, and what is late."""
    waits = ("you" if each == organisation else each for each in row.waiting)
    late = "overdue" if row.state == Stage.PROPOSED and today.isoformat() > row.answer_by else ""
    since = f"{datetime.fromtimestamp(row.since, UTC):%Y-%m-%d}"
    return (row.id[:8], row.title, STATES[row.state], ", ".join(waits) or "nobody", since, late)
