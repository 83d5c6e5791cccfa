"""What people at the source decide of what is said to be wrong; a wrong link is broken before the case is answered."""

from datetime import datetime

from easement.base.errors import UsageError
from easement.exchange.correct_bodies import Outcome, Through
from easement.exchange.correct_cases import CaseSeen, answer_case, seen_case
from easement.exchange.correct_links import WrongLink, break_link
from easement.exchange.correct_reach import through
from easement.exchange.ports import Host

__all__ = ["by_match", "decide_case"]


def by_match(host: Host, case: CaseSeen) -> bool:
    """Whether a case is about what a match gave, so that breaking its link takes both records' keys."""
    try:
        return through(host.ledger.entry(case.row.disclosure).entry) is Through.MATCH
    except UsageError:
        return False


def decide_case(
    host: Host, id_: str, outcome: Outcome, text: str, now: datetime, *, by: str = "", listed: str = "", held: str = ""
) -> CaseSeen:
    """Answer a case; where its link is wrong, break it first, and so tell everybody who was given it.

    `listed` is the recipient's own key of its record, that which it named unless another is given, and `held` ours.
    Raises `UsageError` for a case that is not open, and for a match without both keys.
    """
    case = seen_case(host, id_)
    if outcome is Outcome.LINK_BROKEN and not case.row.mine and case.row.outcome is None:
        known = str(case.said["reference"]) if by_match(host, case) else ""
        break_link(host, WrongLink(case.row.message, listed or known, held), text, now, by=by, dispute=case.row.id)
    return answer_case(host, case.row.id, outcome, text, now, by=by)
