"""The tables of linkage."""

import sqlalchemy as sa
from alembic import op

__all__ = ["upgrade"]

revision = "0008"
down_revision = "0007"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    _matches()
    _pairs()
    _opinions()


def _matches() -> None:
    op.create_table(
        "linkage_matches",
        sa.Column("intent", WHOLE, autoincrement=False, nullable=False),
        sa.Column("queue", sa.String(12), nullable=False),
        sa.Column("agreement_id", sa.String(200), nullable=False),
        sa.Column("share", sa.String(200), nullable=False),
        sa.Column("recipient", sa.String(200), nullable=False),
        sa.Column("made", WHOLE, nullable=False),
        sa.Column("kept", WHOLE, nullable=False),
        sa.Column("beyond", WHOLE, nullable=False),
        sa.Column("lasting", sa.Boolean(), nullable=False),
        sa.Column("reviewers", WHOLE, nullable=False),
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("tally", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("intent"),
    )
    op.create_index("linkage_matches_by_queue", "linkage_matches", ["queue", "made"])


def _pairs() -> None:
    op.create_table(
        "linkage_pairs",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("queue", sa.String(12), nullable=False),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("listed_token", sa.String(64), nullable=False),
        sa.Column("held_token", sa.String(64), nullable=False),
        sa.Column("intent", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("rule", sa.String(200), nullable=False),
        sa.Column("weight", sa.Float()),
        sa.Column("probability", sa.Float()),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("reviewers", WHOLE, nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("decision", sa.String(12)),
        sa.Column("decided", WHOLE),
        sa.Column("entry", WHOLE),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("queue", "token", name="linkage_pairs_queue_token_key"),
    )
    op.create_index("linkage_pairs_by_turn", "linkage_pairs", ["queue", "decision", "since", "number"])
    op.create_index("linkage_pairs_by_intent", "linkage_pairs", ["intent"])
    op.create_index("linkage_pairs_by_listed", "linkage_pairs", ["queue", "listed_token"])
    op.create_index("linkage_pairs_by_held", "linkage_pairs", ["queue", "held_token"])


def _opinions() -> None:
    op.create_table(
        "linkage_opinions",
        sa.Column("pair", sa.String(16), nullable=False),
        sa.Column("reviewer", sa.String(64), nullable=False),
        sa.Column("said", WHOLE, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("pair", "reviewer"),
    )
    op.create_index("linkage_opinions_by_reviewer", "linkage_opinions", ["reviewer", "said"])
