"""R2.3: what may happen to a proposal, and what may not: every stage, every act, by everybody, on both databases.

The table below is written by hand, apart from the code: it is the specification.
"""

from itertools import count, product

import pytest
from sqlalchemy import Engine

from easement.permission.chain import note_of
from easement.permission.keeping import keep, read
from easement.permission.model import Kind
from easement.permission.transitions import Illegal, possible, why_not

from .makers import HOME, LATER, NOW, PARTY, SIGNERS, STAGES, STRANGER, THIRD, event, host_of, kept, said_of, walked

EVERYBODY = (HOME, PARTY, THIRD, STRANGER)
BOUND, ALL, OTHERS = {HOME, PARTY}, {HOME, PARTY, THIRD}, {PARTY, THIRD}

MAY: dict[Kind, dict[str, set[str]]] = {
    Kind.PROPOSE: {},
    Kind.AGREE: {"proposed": OTHERS},
    Kind.REFUSE: {
        "proposed": OTHERS,
        "draft": {PARTY},
        "review": {PARTY},
        "approved": {PARTY},
        "varying": {HOME},
        "varying-review": {HOME},
        "varying-approved": {HOME},
    },
    Kind.ESCALATE: {"proposed": BOUND},
    Kind.WITHDRAW: {
        "proposed": {HOME},
        "draft": {HOME},
        "review": {HOME},
        "approved": {HOME},
        "varying": {PARTY},
        "varying-review": {PARTY},
        "varying-approved": {PARTY},
    },
    Kind.DRAFT: {
        "draft": ALL,
        "review": ALL,
        "approved": ALL,
        "varying": BOUND,
        "varying-review": BOUND,
        "varying-approved": BOUND,
    },
    Kind.SUBMIT: {"draft": ALL, "varying": BOUND},
    Kind.COMMENT: dict.fromkeys(
        (
            *("proposed", "draft", "review", "approved", "in-force", "suspended"),
            *("varying", "varying-review", "varying-approved"),
        ),
        ALL,
    ),
    Kind.REQUEST_CHANGES: dict.fromkeys(("review", "approved", "varying-review", "varying-approved"), BOUND),
    Kind.APPROVE: {"review": BOUND, "varying-review": BOUND},
    Kind.SIGN: {"approved": BOUND, "varying-approved": BOUND},
    Kind.VARY: {"in-force": BOUND, "suspended": BOUND},
    Kind.SUSPEND: {
        "in-force": BOUND,
        "suspended": {HOME},
        "varying": BOUND,
        "varying-review": BOUND,
        "varying-approved": BOUND,
    },
    Kind.RESUME: {"suspended": {PARTY}},
    Kind.REVIEW: dict.fromkeys(("in-force", "suspended", "varying", "varying-review", "varying-approved"), BOUND),
    Kind.END: dict.fromkeys(("in-force", "suspended", "varying", "varying-review", "varying-approved"), BOUND),
}
"""Who may do what, and when, if they say nothing wrong and the day to answer by is over."""


def asked(dossier, kind, author):
    """The act, done right, long after the day to answer by."""
    return event(dossier, author, said_of(kind, dossier, author), at=NOW + LATER)


@pytest.mark.parametrize("stage", STAGES)
def test_every_act_in_every_stage_by_everybody_is_as_the_table_says(stage: str):
    dossier = walked(STAGES[stage])
    found = {(kind, who) for kind, who in product(Kind, EVERYBODY) if not why_not(dossier, asked(dossier, kind, who))}
    wanted = {(kind, who) for kind in Kind for who in MAY[kind].get(stage, ())}
    assert found == wanted


@pytest.mark.parametrize("stage", STAGES)
def test_what_is_shown_as_possible_is_what_the_table_allows(stage: str):
    """What hangs on the day alone, escalation, is done by the clock and offered to nobody."""
    dossier = walked(STAGES[stage])
    for who in EVERYBODY:
        allowed = {kind for kind in Kind if who in MAY[kind].get(stage, ())} - {Kind.ESCALATE}
        assert set(possible(dossier, who)) == allowed, who


@pytest.mark.parametrize("stage", STAGES)
def test_the_database_takes_every_legal_act_and_no_other(stage: str, engine: Engine, tmp_path):
    host, numbers = host_of(tmp_path, engine), count(1)

    def made():
        return kept(host, STAGES[stage], f"{next(numbers) << 40:032x}")

    standing = made()
    for kind, who in product(Kind, EVERYBODY):
        legal = who in MAY[kind].get(stage, ())
        dossier = made() if legal else standing
        act = asked(dossier, kind, who).model_copy(update={"id": f"{next(numbers):032x}"})
        size = host.ledger.size
        if legal:
            told = keep(host, dossier, act, note_of(act, SIGNERS[who]), now=NOW + LATER)
            assert told == read(host, dossier.id)
            assert told.number == dossier.number + 1
        else:
            with pytest.raises(Illegal) as refused:
                keep(host, dossier, act, note_of(act, SIGNERS[who]), now=NOW + LATER)
            assert refused.value.reasons[0].remedy
            assert (read(host, dossier.id), host.ledger.size) == (dossier, size)
