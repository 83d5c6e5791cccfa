"""Ann, who decides on pairs that a match held, for tests of what follows."""

from collections.abc import Mapping

from easement.linkage.review import Scope
from easement.linkage.review_desk import Done, Reviewer, Wanted, settle
from easement.linkage.review_queues import ids_of, queue
from easement.linkage.review_turns import Verdict
from easement.node.home import open_node

from .world import NOW, World

__all__ = ["ANN", "SCOPE", "VERDICTS", "decide"]

SCOPE = Scope("school-meals", "entitled", "northtown")
ANN = Reviewer("name:ann lee", "Ann Lee")
VERDICTS = {True: Verdict.SAME, False: Verdict.DIFFERENT, None: Verdict.CANNOT_TELL}


def decide(world: World, wanted: Mapping[tuple[str, str], bool | None], reviewer: Reviewer = ANN) -> Done:
    """Say of pairs, by both sides' keys, that they are one person, two, or that nobody can tell."""
    with open_node(world.node) as node:
        ids = ids_of(node, queue(node, SCOPE.queue), list(wanted))
        said = [Wanted(ids[pair], VERDICTS[same], "asked the school") for pair, same in wanted.items()]
        return settle(node, said, reviewer, now=NOW)
