"""Looking through the log (R5.1, R3.2): the newest first, narrowed, page by page, and only what somebody may see."""

from collections.abc import Iterator
from typing import Any

import pytest

from easement.agreement.model import Mode
from easement.gate import disclosures
from easement.gate.disclosures import CROSSED, REFUSED, Sought, backwards, newest
from easement.ledger.model import Entry, EntryType, minute
from easement.ledger.service import Ledger
from easement.node.home import Node, open_node

from .world import NOW, World


@pytest.fixture
def node(world: World) -> Iterator[Node]:
    """Two answers (entries 1 to 4), a refusal (5), and an intent that nothing came of yet (6)."""
    world.share("forms", Mode.BULK, "one.csv")
    world.share("limited", Mode.BULK, "two.csv")
    world.share("forms", Mode.BULK, "three.csv", purpose="immigration-enforcement")
    with open_node(world.node) as opened:
        said = opened.ledger.entry(1).entry
        kept: dict[str, Any] = {"parties": said.parties, "agreement": said.agreement, "share": said.share}
        opened.ledger.append(
            Entry(
                time=minute(NOW), type=EntryType.DISCLOSURE_INTENDED, agreement_id="other", purpose="research", **kept
            )
        )
        yield opened


def indexes(ledger: Ledger, sought: Sought, before: int | None = None, limit: int = 50) -> tuple[list[int], int | None]:
    found, older = newest(ledger, sought, before=before, limit=limit)
    return [each.index for each in found], older


def test_the_newest_come_first(node: Node) -> None:
    assert indexes(node.ledger, Sought(CROSSED)) == ([4, 2], None)
    assert indexes(node.ledger, Sought(REFUSED)) == ([5], None)
    assert [each.index for each in backwards(node.ledger)] == [6, 5, 4, 3, 2, 1, 0]


def test_a_page_says_where_the_next_begins(node: Node) -> None:
    assert indexes(node.ledger, Sought(CROSSED), limit=1) == ([4], 4)
    assert indexes(node.ledger, Sought(CROSSED), before=4, limit=1) == ([2], 2)
    assert indexes(node.ledger, Sought(CROSSED), before=2, limit=1) == ([], None)


def test_an_intent_shows_only_while_nothing_came_of_it(node: Node) -> None:
    assert indexes(node.ledger, Sought({EntryType.DISCLOSURE_INTENDED})) == ([6], None)
    assert indexes(node.ledger, Sought({EntryType.DISCLOSURE_INTENDED}), before=4) == ([], None)


@pytest.mark.parametrize(("narrowed", "found"), [
    ({"agreement": "school-meals"}, [5, 4, 3, 2, 1]),
    ({"agreement": "nothing"}, []),
    ({"organisation": "northtown"}, [6, 5, 4, 3, 2, 1]),
    ({"organisation": "westtown"}, []),
    ({"since": "2026-11-22"}, []),
    ({"until": "2026-11-20"}, []),
    ({"since": "2026-11-21", "until": "2026-11-21", "agreement": "other"}, [6]),
])  # fmt: skip
def test_what_is_looked_for_is_narrowed(node: Node, narrowed: dict[str, str], found: list[int]) -> None:
    kinds = CROSSED | REFUSED | {EntryType.DISCLOSURE_INTENDED}
    shown = [index for index in found if index not in (1, 3)]  # they came to an end
    assert indexes(node.ledger, Sought(kinds, **narrowed)) == (shown, None)


def test_nobody_sees_what_they_may_not(node: Node) -> None:
    assert indexes(node.ledger, Sought(CROSSED, may=lambda agreement: agreement == "other")) == ([], None)


def test_a_page_of_a_long_log_ends_in_time_and_goes_on_where_it_ended(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disclosures, "MOST_LOOKED_AT", 3)
    monkeypatch.setattr(disclosures, "AT_ONCE", 2)
    assert indexes(node.ledger, Sought(CROSSED)) == ([4], 4)
    assert indexes(node.ledger, Sought(CROSSED), before=4) == ([2], 1)
    assert indexes(node.ledger, Sought(CROSSED), before=1) == ([], None)
