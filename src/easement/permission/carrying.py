"""Proposals between nodes: the home of each orders its events, tells the other parties, and takes what they do.

Who cannot be reached is told later (`tell_all`, a housekeeping task); what was missed is asked for (`catch_up`).
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from typing import TypeVar

from easement.base.database import reading, writing
from easement.base.errors import EasementError, ProofFailed, Refused, SourceUnreachable, UsageError
from easement.exchange.message import NotGenuine
from easement.exchange.message_body import MAX_TOLD, MessageBody, read_body
from easement.exchange.message_carry import NoAnswer, Problem, WrongAnswer
from easement.exchange.service import line_to
from easement.permission import tables
from easement.permission.bodies import ActBody, EventsBody, HistoryBody, NewsBody, StandBody
from easement.permission.chain import opened
from easement.permission.dossier import Dossier, Stage
from easement.permission.keeping import Overtaken, keep, notes_after, read
from easement.permission.ports import Host
from easement.permission.tables import Behind
from easement.permission.transitions import Code, Illegal, Why

__all__ = ["AT_ONCE", "BASE", "Away", "asked", "bring", "catch_up", "catch_up_all", "take_in", "tell", "tell_all"]

BASE = "/exchange/v1/proposals"
"""Where the routes for proposals stand at every node."""

Body = TypeVar("Body", bound=MessageBody)

AT_ONCE = 4
"""Events in one message: four of the longest stay below the longest message."""


MOST_WAITING = 100
"""Proposals of one home that may wait for an answer: more than anybody reads are a flood."""


class Away(SourceUnreachable):
    """The home of a proposal does not answer, so nothing can be done to it now."""


def take_in(host: Host, sender: str, proposal: str, notes: Iterable[str], now: datetime) -> int:
    """Keep what the home of a proposal says happened, as far as it is not known; how many events there are now.

    Raises `ProofFailed` for what its author did not sign, `Illegal` for what could not happen, and `Refused` where
    somebody else than the home says so, or where this organisation is no party.
    """
    number = 0
    for note in notes:
        event = opened(note, host.member_keys)
        if event.proposal != proposal:
            raise ProofFailed("the event is of another proposal", remedy="send each proposal by itself")
        before = _known(host, proposal)
        _hold_sender(host, sender, before, event.author, getattr(event.said, "parties", {}))
        if before is None or event.number > before.number:
            with suppress(Overtaken):  # another process was told the same
                before = keep(host, before, event, note, now=now)
        elif before.events[event.number - 1].digest != event.digest:
            what = f"`{sender}` tells another past of this proposal than it did before"
            raise Illegal((Why(Code.EVENT_OTHER_PAST, what, "ask the other parties what they were told"),))
        number = before.number if before else event.number
    return number


def _known(host: Host, proposal: str) -> Dossier | None:
    try:
        return read(host, proposal)
    except UsageError:
        return None


def _hold_sender(host: Host, sender: str, before: Dossier | None, author: str, parties: Iterable[str]) -> None:
    if sender != (before.home if before else author):
        raise Refused(f"`{sender}` is not the home of this proposal", remedy="its home tells of it")
    if before is None and host.organisation not in parties:
        raise Refused(f"`{host.organisation}` is no party to this proposal", remedy="name it among the parties")
    if before is None:
        with reading(host.engine) as connection:
            waiting = tables.count_of(connection, sender, Stage.PROPOSED.value)
        if waiting >= MOST_WAITING:
            what = f"{waiting} proposals of `{sender}` wait for an answer already"
            raise Refused(what, remedy="wait until some are answered, or withdraw them")


# From its home to the others


def tell(host: Host, proposal: str, now: datetime) -> int:
    """Tell the other parties of a proposal that is at home here what they do not have; how many now have all."""
    with reading(host.engine) as connection:
        waiting = tables.behind(connection, proposal)
    return sum(_told(host, each, now) for each in waiting)


def tell_all(host: Host, now: datetime) -> int:
    """Tell every party what it does not have; who does not answer is left alone until the next time."""
    with reading(host.engine) as connection:
        waiting = tables.behind(connection)
    silent: set[str] = set()
    done = 0
    for each in waiting:
        if each.organisation not in silent:
            told = _told(host, each, now)
            done += told
            silent |= set() if told else {each.organisation}
    return done


def _told(host: Host, behind: Behind, now: datetime) -> bool:
    told, problem = behind.told, ""
    try:
        while told < behind.number:
            told = _news(host, behind, told, now)
    except EasementError as error:
        problem = f"not told yet: {error.what}"
    with writing(host.engine) as connection:
        letter = (behind.proposal, behind.organisation)
        tables.note_told(connection, letter, told, int(now.timestamp()), problem)
    return not problem


def _news(host: Host, behind: Behind, told: int, now: datetime) -> int:
    """Send the next few events; how far the receiver is then. Raises `NoAnswer`, `WrongAnswer`."""
    notes = notes_after(host, behind.proposal, told, AT_ONCE)
    news = NewsBody(proposal=behind.proposal, to=behind.organisation, events=notes)
    stand = asked(host, behind.organisation, "news", news, StandBody, now)
    if stand.number <= told:
        raise WrongAnswer(f"`{behind.organisation}` took nothing of what it was told")
    return stand.number


def asked(host: Host, organisation: str, path: str, body: MessageBody, kind: type[Body], now: datetime) -> Body:
    """Ask another node, below `BASE`; what it answers.

    Raises `NoAnswer`, a `Problem` where the other node says why, and `WrongAnswer`.
    """
    said = line_to(host, organisation, now).ask("POST", f"{BASE}/{path}", body.encode())
    try:
        return read_body(kind, said, MAX_TOLD)
    except NotGenuine as error:
        raise WrongAnswer(f"what `{organisation}` answers cannot be read: {error.what}") from None


# From the others to its home


def bring(host: Host, dossier: Dossier, note: str, now: datetime) -> Dossier:
    """Bring an event of this organisation's to the home of its proposal; the proposal as it stands then.

    Raises `Illegal` or `Refused` where the home says why not, and `Away` where it does not answer: it may have taken
    it or not, which the next news tell.
    """
    body = ActBody(proposal=dossier.id, to=dossier.home, event=note)
    try:
        said = asked(host, dossier.home, "acts", body, EventsBody, now)
    except Problem as error:
        raise _refused(dossier, error) from None
    except NoAnswer as error:
        raise _away(dossier, error) from None
    take_in(host, dossier.home, dossier.id, said.events, now)
    return read(host, dossier.id)


def _refused(dossier: Dossier, error: Problem) -> EasementError:
    """What the home says why it did not take something, in its own words; that it has too much in hand is silence."""
    if error.body.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return _away(dossier, error)
    known = {code.value: code for code in Code}
    reasons = tuple(Why(known[each.code], each.text, each.remedy) for each in error.body.reasons if each.code in known)
    return Illegal(reasons) if reasons else Refused(error.what, remedy=error.remedy)


def _away(dossier: Dossier, error: NoAnswer) -> Away:
    remedy = (
        f"all that happens to this proposal is put in order by `{dossier.home}`; wait until its node answers, look "
        f"whether it was taken (easement proposal show {dossier.id[:8]}), and do it again if not"
    )
    return Away(f"{error.what}; it is not known whether this was done", remedy=remedy)


def catch_up(host: Host, proposal: str, now: datetime) -> Dossier:
    """Ask the home of a proposal for what was missed; raises `Away` where it does not answer."""
    dossier = read(host, proposal)
    while dossier.home != host.organisation:
        body = HistoryBody(proposal=proposal, to=dossier.home, after=dossier.number)
        try:
            said = asked(host, dossier.home, "history", body, EventsBody, now)
        except NoAnswer as error:
            raise _away(dossier, error) from None
        take_in(host, dossier.home, proposal, said.events, now)
        dossier = read(host, proposal)
        if dossier.number >= said.number or not said.events:
            break
    return dossier


def catch_up_all(host: Host, now: datetime) -> int:
    """Ask for what was missed of every proposal that is not over and not at home here; how many went on."""
    with reading(host.engine) as connection:
        rows = tables.all_rows(connection)
    silent: set[str] = set()
    went_on = 0
    for row in rows:
        if row.home == host.organisation or row.over is not None or row.home in silent:
            continue
        try:
            went_on += catch_up(host, row.id, now).number > row.number
        except EasementError:
            silent.add(row.home)
    return went_on
