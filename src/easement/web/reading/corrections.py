"""What is wrong as pages show it: each person sees what is theirs to see, a steward all of it."""

from datetime import UTC, datetime

from easement.exchange.correct import by_match
from easement.exchange.correct_back import BrokenSeen, seen_brokens
from easement.exchange.correct_cases import CaseSeen, seen_cases
from easement.exchange.correct_tables import Letter
from easement.exchange.correct_told import ToldSeen, seen_tolds
from easement.node.home import Node
from easement.staff.model import Identity
from easement.staff.permissions import Permission
from easement.web.reading.names import Names, names_of
from easement.web.views.corrections import (
    CaseLine,
    CasePage,
    CorrectionPage,
    Corrections,
    LetterLine,
    LinkLine,
    LinkPage,
    ToldLine,
)

__all__ = ["case_page", "everything", "is_steward", "link_page", "told_page", "waiting"]


def is_steward(identity: Identity) -> bool:
    """Whether somebody answers for what was given, and so sees everything."""
    return identity.may(Permission.DATA_CORRECTION_MANAGE)


def _may(identity: Identity, agreement_id: str) -> bool:
    return is_steward(identity) or bool(identity.roles_for(agreement_id))


def everything(node: Node, identity: Identity, now: datetime) -> Corrections:
    """All that somebody may see."""
    names, steward = names_of(node, now), is_steward(identity)
    cases = [each for each in seen_cases(node) if _sees(identity, each)]
    told = [each for each in seen_tolds(node) if _may(identity, each.row.agreement_id)]
    return Corrections(
        steward=steward,
        told=tuple(_told_line(each, names, now) for each in told),
        theirs=tuple(_case_line(each, names, now) for each in cases if not each.row.mine),
        ours=tuple(_case_line(each, names, now) for each in cases if each.row.mine),
        broken=tuple(_link_line(each, names, now) for each in seen_brokens(node)) if steward else (),
    )


def waiting(node: Node, identity: Identity, now: datetime) -> dict[str, int]:
    """How much of it waits for somebody: to put right here, to answer, and to see to who is late with ours."""
    told = sum(each.row.met is None and _may(identity, each.row.agreement_id) for each in seen_tolds(node))
    if not is_steward(identity):
        return {"corrections": told}
    cases = sum(not each.row.mine and each.row.outcome is None for each in seen_cases(node))
    late = sum(len(each.late(now)) for each in seen_brokens(node))
    return {"corrections": told, "cases": cases, "uncorrected": late}


def _sees(identity: Identity, case: CaseSeen) -> bool:
    """What others say of us is a steward's; what we say, that of everybody with a role under the agreement."""
    return is_steward(identity) or (bool(case.row.mine) and _may(identity, case.row.agreement_id))


def _case_line(case: CaseSeen, names: Names, now: datetime) -> CaseLine:
    row = case.row
    return CaseLine(
        id=row.id,
        mine=bool(row.mine),
        organisation=names.organisation(row.organisation),
        kind=row.kind,
        element=row.element,
        agreement=names.agreement(row.agreement_id),
        opened=datetime.fromtimestamp(row.opened, UTC),
        due=case.due,
        late=case.overdue(now),
        outcome=row.outcome or "",
        problem=row.problem,
    )


def _link_line(link: BrokenSeen, names: Names, now: datetime) -> LinkLine:
    row = link.row
    return LinkLine(
        id=row.id,
        about=row.about,
        element=row.element or "",
        through=row.through,
        agreement=names.agreement(row.agreement_id),
        opened=datetime.fromtimestamp(row.opened, UTC),
        many=len(link.letters),
        open=link.open,
        late=len(link.late(now)),
    )


def _told_line(told: ToldSeen, names: Names, now: datetime) -> ToldLine:
    row = told.row
    return ToldLine(
        id=row.id,
        message=row.message,
        about=row.about,
        element=row.element or "",
        provider=names.organisation(row.provider),
        agreement=names.agreement(row.agreement_id),
        came=datetime.fromtimestamp(row.came, UTC),
        due=told.due,
        late=told.overdue(now),
        done=row.met is not None,
    )


def case_page(node: Node, identity: Identity, id_: str, now: datetime) -> CasePage | None:
    """One case; nothing where there is none that they may see."""
    case = next((each for each in seen_cases(node) if each.row.id == id_ and _sees(identity, each)), None)
    if case is None:
        return None
    said, row = case.said, case.row
    return CasePage(
        line=_case_line(case, names_of(node, now), now),
        person=tuple(said["person"].items()),
        value=said["value"],
        why=said["why"],
        reference=said["reference"],
        disclosure=row.disclosure,
        entry=row.entry,
        peer_entry=row.peer_entry,
        answer=case.answer.get("text", ""),
        answerable=is_steward(identity) and not row.mine and row.outcome is None,
        match=by_match(node, case),
        listed=said["reference"],
    )


def link_page(node: Node, identity: Identity, id_: str, now: datetime) -> LinkPage | None:
    """One broken link; nothing where there is none that they may see."""
    link = next((each for each in seen_brokens(node) if each.row.id == id_), None)
    if link is None or not is_steward(identity):
        return None
    names, late = names_of(node, now), link.late(now)
    return LinkPage(
        line=_link_line(link, names, now),
        why=link.said["why"],
        listed=link.said["listed"],
        held=link.said["held"],
        entry=link.row.entry,
        decided=link.row.decided,
        by_hand=link.row.outside,
        unknown=link.unknown,
        letters=tuple(_letter_line(each, names, each in late) for each in link.letters),
    )


def _letter_line(letter: Letter, names: Names, late: bool) -> LetterLine:
    state = "made" if letter.made_entry else "closed" if letter.closed else "told" if letter.told else "waiting"
    due = datetime.fromtimestamp(letter.due, UTC) if letter.due is not None else None
    return LetterLine(names.organisation(letter.organisation), state, due, late, letter.released, letter.problem)


def told_page(node: Node, identity: Identity, id_: str, message: str, now: datetime) -> CorrectionPage | None:
    """One correction to make; nothing where there is none that they may see."""
    told = next((each for each in seen_tolds(node) if (each.row.id, each.row.message) == (id_, message)), None)
    if told is None or not _may(identity, told.row.agreement_id):
        return None
    row = told.row
    return CorrectionPage(
        line=_told_line(told, names_of(node, now), now),
        through=row.through,
        of_sets=told.of_sets,
        why=told.said["why"],
        reference=told.said["reference"],
        received=row.received,
        entry=row.entry,
        met=row.met,
        certified=row.certified,
        problem=row.problem,
        reminded=row.reminded,
    )
