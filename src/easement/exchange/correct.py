"""What people at the source decide of what is said to be wrong, and that everybody who was given it hears of it."""

from datetime import datetime

from easement.base.errors import UsageError
from easement.exchange.correct_back import released
from easement.exchange.correct_bodies import Outcome, Through
from easement.exchange.correct_cases import CaseSeen, answer_case, seen_case
from easement.exchange.correct_links import WrongLink, break_link
from easement.exchange.correct_reach import through
from easement.exchange.correct_tables import Case
from easement.exchange.correct_values import Mended, mend_value
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
    """Answer a case; what was wrong is taken back first, and everybody else who was given it told.

    `listed` is the recipient's own key of its record, that which it named unless another is given, and `held` ours,
    which only a wrong link needs. Raises `UsageError` for a case that is not open, and for a match without the keys.
    """
    case = seen_case(host, id_)
    row, match = case.row, by_match(host, case)
    known = listed or (str(case.said["reference"]) if match else "")
    if not row.mine and row.outcome is None and outcome is not Outcome.NOT_WRONG:
        _check_own(host, row)
        if outcome is Outcome.LINK_BROKEN:
            break_link(host, WrongLink(row.message, known, held), text, now, by=by, dispute=row.id)
        elif outcome is Outcome.CORRECTED:
            mended = Mended(row.message, row.element, known, case.said["person"])
            mend_value(host, mended, text, now, by=by, dispute=row.id)
    return answer_case(host, case.row.id, outcome, text, now, by=by)


def _check_own(host: Host, row: Case) -> None:
    """Raise `UsageError` where the id of the case's message is another organisation's, which drew it first: everybody
    can read it in the log, and what was given to that one must not be taken back for what this one says."""
    if released(host, row.message).index != row.disclosure:
        what = f"`{row.organisation}` asked under a message id that was another organisation's before"
        raise UsageError(what, remedy="have it ask, and say so, under an id of its own")
