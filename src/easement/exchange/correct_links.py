"""Breaking a wrong link, and carrying that to everybody who was given something through it (R4.4, R6.2).

First the pair of a match is decided to be two people, so that no later match makes the link again; then that it is
broken, and who is to hear of it, is one commit. A match that began before is not released after it.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from easement.base.errors import UsageError
from easement.exchange.correct_apart import keep_apart
from easement.exchange.correct_back import Back, BrokenSeen, digest_of, keep, kept, released, seen_broken
from easement.exchange.correct_bodies import About, Through
from easement.exchange.correct_letters import tell_corrections
from easement.exchange.correct_parts import checked_words
from easement.exchange.correct_reach import Pair, given_links, reach_link, through
from easement.exchange.ports import Host
from easement.gate.links import record_token
from easement.ledger.model import Logged
from easement.linkage.review_turns import Opinion, Verdict

__all__ = ["WrongLink", "break_link"]


@dataclass(frozen=True, slots=True)
class WrongLink:
    """A link that is wrong: the message that it was found in; of a match, both sides' keys of the two records."""

    message: str
    listed: str = field(default="", repr=False)
    held: str = field(default="", repr=False)


def break_link(host: Host, wrong: WrongLink, why: str, now: datetime, *, by: str = "", dispute: str = "") -> BrokenSeen:
    """Break a wrong link and tell everybody who was given something through it; done again, it changes nothing.

    Raises `UsageError` where nothing was given under that message, for a match without both records' keys, and for a
    link that it did not make.
    """
    now, why = now.astimezone(UTC), checked_words(why, "reason")
    found, pair = released(host, wrong.message), Pair(wrong.listed, wrong.held)
    kind = through(found.entry)
    digest = _digest(host, wrong, found, kind)
    known = kept(host, digest) if _checked(wrong, kind) else None
    if known is None:
        lasting = _made(host, found, pair) if kind is Through.MATCH else False
        looked = host.ledger.size
        reached = reach_link(host, found, pair, now.date())
        said = Opinion("correction", by or "correction", Verdict.DIFFERENT, why)
        decided = keep_apart(host, found, reached, pair, said, now) if lasting else None
        words = {"why": why, "by": by, "listed": wrong.listed, "held": wrong.held}
        back = Back(found, About.LINK, kind, digest, words, decided=decided, dispute=dispute)
        known = keep(host, back, reached, looked, now, by=by)
    tell_corrections(host, now, only=known.id)
    return seen_broken(host, known.id)


def _checked(wrong: WrongLink, kind: Through) -> bool:
    if kind is Through.MATCH and not (wrong.listed and wrong.held):
        what = "a link of a match is between two records, and both must be named"
        raise UsageError(what, remedy="name the recipient's own key and yours: --listed-key KEY --held-key KEY")
    if kind is Through.LOOKUP and (wrong.listed or wrong.held):
        raise UsageError(
            "this was about one person, not a match of lists", remedy="leave out --listed-key and --held-key"
        )
    return True


def _made(host: Host, found: Logged, pair: Pair) -> bool:
    """Whether both sides name the records by keys of their own; raises `UsageError` for a link that was never made."""
    links = given_links(host, found)
    if links is None:
        return True
    token = record_token(host.master_key, pair.held)
    rows = list(links.find([token], reference=pair.listed))
    if any(row.reference == pair.listed and (token in row.sure or not links.lasting) for row in rows):
        return links.lasting
    what = "this match gave nothing of the one record under the other's key"
    raise UsageError(
        what, remedy="compare both keys with the answer; nothing is to be taken back of what was not given"
    )


def _digest(host: Host, wrong: WrongLink, found: Logged, kind: Through) -> str:
    """A digest of the link: of a match its two records for that recipient, of a lookup the question itself."""
    said = found.entry
    if kind is Through.LOOKUP:
        return digest_of(host, kind.value, wrong.message)
    recipient = (said.parties or {}).get("recipient", "")
    return digest_of(host, kind.value, said.agreement_id or "", said.share or "", recipient, wrong.listed, wrong.held)
