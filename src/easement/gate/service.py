"""What can be asked of the gate: a decision, and a disclosure with its receipt."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

from easement.agreement.read import AgreementFile
from easement.base.errors import UsageError
from easement.gate.agreements import keep_agreement
from easement.gate.answers import answer_format
from easement.gate.ask import Ask, Outcome
from easement.gate.decide import decide
from easement.gate.disclosure import Disclosure, log_refusal
from easement.gate.model import Decision, Facts
from easement.gate.ports import Holder
from easement.gate.recovery import finish_left_behind
from easement.gate.shelf import Shelved
from easement.gate.staging import exclusive, staged

__all__ = ["ask", "finish_left_behind", "share"]


def ask(holder: Holder, asked: Ask, *, now: datetime) -> Outcome:
    """Decide and log the decision's refusal; nothing is read. An allowed ask is not logged: nothing crossed."""
    now = now.astimezone(UTC)
    shelved = holder.shelf.at(asked.agreement, now.date())
    _check_provider(holder, shelved.file, asked.request.share)
    decision = _decided(holder, asked, shelved, now)
    index = -1 if decision.allowed else log_refusal(holder, asked.request, shelved.prepared, decision, now)
    return Outcome(decision, index)


def share(holder: Holder, asked: Ask, *, now: datetime, clock: Callable[[], datetime]) -> Outcome:
    """Decide, release and prove one disclosure; `clock` tells the time of the outcome.

    The intent is durable before anything is read for release, and the outcome before anything is delivered. Raises
    what the sources raise, after logging that it failed; a refusal is an outcome, not an error.
    """
    if asked.out is None:
        raise UsageError("a disclosure needs a place to go", remedy="name it: --out FILE")
    _check_list(asked)
    _check_out(holder, asked, asked.out)
    format_, now = answer_format(asked.out), now.astimezone(UTC)
    finish_left_behind(holder, now=now)
    shelved = holder.shelf.at(asked.agreement, now.date())
    _check_provider(holder, shelved.file, asked.request.share)
    with _one_at_a_time(holder, shelved.file, asked.request.share):
        decision, prepared = _decided(holder, asked, shelved, now), shelved.prepared
        if not decision.allowed:
            return Outcome(decision, log_refusal(holder, asked.request, prepared, decision, now))
        keep_agreement(holder.home / "agreements", shelved.file)
        with staged(holder.home / "releases", asked.out) as answer:
            return Disclosure(holder, asked, prepared, decision, answer, format_, clock).run(now)


def _check_list(asked: Ask) -> None:
    """The list that a request speaks of is the list that comes with it, or only people on it would be no limit."""
    given = (asked.match is not None, asked.match_dataset is not None)
    if given != (asked.request.listed, asked.request.listed):
        remedy = "give both --match and --match-dataset, or neither"
        raise UsageError("a list, its mapping and the request that speaks of it go together", remedy=remedy)


def _check_out(holder: Holder, asked: Ask, out: Path) -> None:
    """An answer replaces neither what it is made from nor anything of the node's."""
    place = out.resolve()
    inputs = [path for path in (asked.agreement, asked.dataset, asked.match, asked.match_dataset) if path is not None]
    if place in [path.resolve() for path in inputs] or place.is_relative_to(holder.home.resolve()):
        raise UsageError(f"`{out}` is an input, or stands inside the node", remedy="name another place: --out FILE")


def _check_provider(holder: Holder, file: AgreementFile, share: str) -> None:
    """A node gives only what its own organisation gives."""
    given = file.terms.shares.get(share)
    if given is not None and given.provider != holder.organisation:
        what = f"`{share}` is given by `{given.provider}`, and this is the node of `{holder.organisation}`"
        raise UsageError(what, remedy=f"ask at the node of `{given.provider}`")


def _one_at_a_time(holder: Holder, file: AgreementFile, share: str) -> AbstractContextManager[None]:
    """Where a day's limit stands, asks under one share wait for each other, so that two cannot both stay under it."""
    limited = file.terms.shares.get(share)
    if limited is None or limited.limits.records_per_day is None:
        return nullcontext()
    return exclusive(holder.home / "releases", f"{file.terms.id}.{share}")


def _decided(holder: Holder, asked: Ask, shelved: Shelved, now: datetime) -> Decision:
    return decide(asked.request, shelved.prepared, _facts(holder, asked, shelved, now))


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
