"""What can be asked of the gate: a decision, and a disclosure with its receipt, into a file or to another node."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from easement.agreement.model import Mode
from easement.base.errors import UsageError
from easement.gate.agreements import keep_agreement
from easement.gate.answers import answer_format
from easement.gate.ask import Answer, Ask, Outcome
from easement.gate.carried import CarriedOutlet, First, InHand, OtherContent, alone, answered, before, place_of
from easement.gate.decide import decide
from easement.gate.disclosure import Disclosure, log_refusal
from easement.gate.encoding import listed_as
from easement.gate.model import Decision, Facts
from easement.gate.outlet import FileOutlet, Outlet
from easement.gate.ports import Holder
from easement.gate.prepare import Prepared
from easement.gate.recovery import finish_left_behind
from easement.gate.shelf import Shelved
from easement.gate.staging import staged
from easement.ledger.model import EntryType

__all__ = ["InHand", "OtherContent", "answer", "ask", "disclose", "finish_left_behind", "share"]

KEPT = timedelta(hours=24)
"""How long an answer to another node is kept, where the node's settings do not say."""


def ask(holder: Holder, asked: Ask, *, now: datetime) -> Outcome:
    """Decide and log the decision's refusal; nothing is read. An allowed ask is not logged: nothing crossed."""
    now = now.astimezone(UTC)
    shelved, decision = _decided(holder, asked, now)
    index = -1 if decision.allowed else log_refusal(holder, asked.request, shelved.prepared, decision, now)
    return Outcome(decision, index)


def share(holder: Holder, asked: Ask, *, now: datetime, clock: Callable[[], datetime]) -> Outcome:
    """Decide, release into a file and prove one disclosure; `clock` tells the time of the outcome.

    The intent is durable before anything is read for release, and the outcome before anything is delivered. Raises
    what the sources raise, after logging that it failed; a refusal is an outcome, not an error.
    """
    if asked.out is None:
        raise UsageError("a disclosure needs a place to go", remedy="name it: --out FILE")
    _check_list(asked)
    _check_out(holder, asked, asked.out)
    format_, now = answer_format(asked.out), now.astimezone(UTC)
    finish_left_behind(holder, now=now)
    shelved, decision = _decided(holder, asked, now)
    if not decision.allowed:
        return Outcome(decision, log_refusal(holder, asked.request, shelved.prepared, decision, now))
    keep_agreement(holder.home / "agreements", shelved.file)
    with staged(holder.home / "releases", asked.out) as answer:
        outlet = FileOutlet(holder, answer, format_)
        return Disclosure(holder, asked, shelved.prepared, decision, outlet, clock).run(now)


def answer(
    holder: Holder,
    asked: Ask,
    *,
    now: datetime,
    clock: Callable[[], datetime],
    keep: timedelta = KEPT,
    shelved: Shelved | None = None,
    first: First = alone,
) -> Answer:
    """Decide, release and prove one lookup or count that another node asks for by a message.

    The way is that of `share`, but for where the answer goes: it is kept, sealed, in the very commit of its outcome,
    for `keep`, and the same message asked again gets the same bytes and the same receipt. `shelved` is the agreement,
    where the caller has just looked it up, and `first` adds to what is written with the first entry. Raises `InHand`
    while it is being answered, `OtherContent` where its id came with another request before, and what the sources and
    `first` raise.
    """
    _check_carried(asked)
    now = now.astimezone(UTC)
    place = place_of(asked, holder)
    known = before(holder, place, now=now)
    if isinstance(known, Answer):
        return known
    outlet = CarriedOutlet(holder, place, asked.request.mode, now, keep, anew=known, first=first)
    try:
        outcome = _carried(holder, asked, outlet, now, clock, shelved)
    except IntegrityError:  # somebody began to answer it since we looked
        known = before(holder, place, now=now)
        if isinstance(known, Answer):
            return known
        raise InHand from None
    return answered(holder, outcome, outlet.body)


def _carried(
    holder: Holder, asked: Ask, outlet: CarriedOutlet, now: datetime, clock: Callable[[], datetime],
    found: Shelved | None,
) -> Outcome:  # fmt: skip
    shelved, decision = _decided(holder, asked, now, found)
    if decision.allowed:
        keep_agreement(holder.home / "agreements", shelved.file)
        return Disclosure(holder, asked, shelved.prepared, decision, outlet, clock).run(now)
    outcome = Outcome(decision, -1)
    also = outlet.refused_at_once(outcome)
    return outcome.at(
        log_refusal(holder, asked.request, shelved.prepared, decision, now, message=asked.message, also=also)
    )


def disclose(holder: Holder, asked: Ask, outlet: Outlet, *, now: datetime, clock: Callable[[], datetime]) -> Outcome:
    """Decide, release and prove one disclosure through an outlet of the caller's; a refusal is an outcome.

    What the outlet writes with each entry is in the same commit, the refusal's too. Raises what the sources raise.
    """
    _check_list(asked)
    now = now.astimezone(UTC)
    shelved, decision = _decided(holder, asked, now)
    if decision.allowed:
        keep_agreement(holder.home / "agreements", shelved.file)
        return Disclosure(holder, asked, shelved.prepared, decision, outlet, clock).run(now)
    outcome = Outcome(decision, -1)
    also = outlet.also(EntryType.DISCLOSURE_REFUSED, outcome)
    index = log_refusal(holder, asked.request, shelved.prepared, decision, now, message=outlet.message, also=also)
    return outcome.at(index)


def _check_carried(asked: Ask) -> None:
    if not re.fullmatch("[0-9a-f]{32}", asked.message):
        raise UsageError("a message is named by 32 hexadecimal characters", remedy="draw 16 random bytes for each")
    if asked.request.mode not in (Mode.LOOKUP, Mode.AGGREGATE):
        raise UsageError(f"`{asked.request.mode}` is not answered in one message", remedy="ask for a set of files")
    if asked.request.listed or asked.match is not None or asked.match_dataset is not None:
        raise UsageError("a list does not travel in one message", remedy="ask without a list")


def _check_list(asked: Ask) -> None:
    """The list that a request speaks of is the list that comes with it, or only people on it would be no limit.

    A list of encodings has no mapping.
    """
    whole = asked.match is not None or asked.match_dataset is None
    if not whole or (asked.match is not None) != asked.request.listed:
        remedy = "give both --match and --match-dataset, or, for a list of encodings, --match alone"
        raise UsageError("a list, its mapping and the request that speaks of it go together", remedy=remedy)


def _check_out(holder: Holder, asked: Ask, out: Path) -> None:
    """An answer replaces neither what it is made from nor anything of the node's."""
    place = out.resolve()
    inputs = (asked.agreement, asked.dataset, asked.match, asked.match_dataset)
    if place in [path.resolve() for path in inputs if isinstance(path, Path)] or place.is_relative_to(
        holder.home.resolve()
    ):
        raise UsageError(f"`{out}` is an input, or stands inside the node", remedy="name another place: --out FILE")


def _check_provider(holder: Holder, agreement: Prepared, share: str) -> None:
    """A node gives only what its own organisation gives."""
    given = agreement.offers.get(share)
    if given is not None and given.provider != holder.organisation:
        what = f"`{share}` is given by `{given.provider}`, and this is the node of `{holder.organisation}`"
        raise UsageError(what, remedy=f"ask at the node of `{given.provider}`")


def _decided(holder: Holder, asked: Ask, now: datetime, found: Shelved | None = None) -> tuple[Shelved, Decision]:
    """The agreement that is relied on, and what it and the world say to the request."""
    shelved = found or _shelved(holder, asked.agreement, now.date())
    _check_provider(holder, shelved.prepared, asked.request.share)
    decision = decide(asked.request, shelved.prepared, _facts(holder, asked, shelved, now))
    if asked.match is not None and decision.allowed:
        encoded = asked.match_dataset is None
        decision = listed_as(decision, shelved.prepared, encoded=encoded)
    return shelved, decision


def _shelved(holder: Holder, wanted: Path | str, today: date) -> Shelved:
    return holder.shelf.get(wanted, today) if isinstance(wanted, str) else holder.shelf.at(wanted, today)


def _facts(holder: Holder, asked: Ask, shelved: Shelved, now: datetime) -> Facts:
    prepared, wanted, today = shelved.prepared, asked.request.share, now.date()
    offer = prepared.offers.get(wanted)
    limited = offer is not None and offer.day_limit is not None
    return Facts(
        now=now,
        signed=shelved.signed,
        problems=shelved.problems,
        suspended=shelved.suspended,
        superseded=shelved.superseded,
        gaps=shelved.gaps(today),
        training=asked.training,
        records_today=holder.ledger.counted(prepared.id, wanted, today.isoformat()) if limited else 0,
        consented=asked.consented,
    )
