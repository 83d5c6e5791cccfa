"""The proposals, and what was said of agreements after they were signed."""

import sqlalchemy as sa
from alembic import op

__all__ = ["upgrade"]

revision = "0006"
down_revision = "0005"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "permission_proposals",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("home", sa.String(63), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("parties", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("waiting", sa.Text(), nullable=False),
        sa.Column("opened", WHOLE, nullable=False),
        sa.Column("answer_by", sa.String(10), nullable=False),
        sa.Column("answered", WHOLE),
        sa.Column("drafted", WHOLE),
        sa.Column("in_force", WHOLE),
        sa.Column("over", WHOLE),
        sa.Column("reason", sa.String(40)),
        sa.Column("escalated", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.String(63)),
        sa.Column("version", sa.String(40)),
        sa.Column("agreed", sa.String(64)),
        sa.Column("landed", sa.String(64)),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("permission_proposals_by_state", "permission_proposals", ["state"])
    op.create_index("permission_proposals_by_agreement", "permission_proposals", ["agreement_id"])
    _of_events()
    _of_the_gate()
    _of_joining()
    _of_emergencies()


def _of_events() -> None:
    op.create_table(
        "permission_events",
        sa.Column("proposal", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("author", sa.String(63), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.Column("entry", WHOLE),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("proposal", "number"),
    )
    op.create_index("permission_events_by_id", "permission_events", ["id"], unique=True)
    op.create_table(
        "permission_acts",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "permission_letters",
        sa.Column("proposal", sa.String(32), nullable=False),
        sa.Column("organisation", sa.String(63), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("tried", WHOLE, nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("proposal", "organisation"),
    )
    op.create_table(
        "permission_drafts",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", "number"),
    )


def _of_the_gate() -> None:
    op.create_table(
        "gate_reviews",
        sa.Column("agreement", sa.String(64), nullable=False),
        sa.Column("reviewed", sa.String(10), nullable=False),
        sa.Column("entry", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("agreement"),
    )
    op.create_table(
        "gate_endings",
        sa.Column("agreement_id", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("entry", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("agreement_id"),
    )


def _of_joining() -> None:
    op.create_table(
        "permission_offers",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("agreement_id", sa.String(63), nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("entry", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "permission_joins",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("organisation", sa.String(63), nullable=False),
        sa.Column("agreement_id", sa.String(63), nullable=False),
        sa.Column("lead", sa.String(63), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.Column("entry", WHOLE, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", "organisation"),
    )
    op.create_table(
        "permission_join_letters",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("organisation", sa.String(63), nullable=False),
        sa.Column("told", WHOLE),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", "organisation"),
    )


def _of_emergencies() -> None:
    op.create_table(
        "permission_emergencies",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("direction", sa.String(10), nullable=False),
        sa.Column("other", sa.String(63), nullable=False),
        sa.Column("purpose", sa.String(63), nullable=False),
        sa.Column("agreement_id", sa.String(63)),
        sa.Column("happened", WHOLE, nullable=False),
        sa.Column("recorded", WHOLE, nullable=False),
        sa.Column("record_by", WHOLE, nullable=False),
        sa.Column("review_by", WHOLE, nullable=False),
        sa.Column("entry", WHOLE, nullable=False),
        sa.Column("reviewed", WHOLE),
        sa.Column("outcome", sa.String(20)),
        sa.Column("review_entry", WHOLE),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("review_sealed", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id"),
    )
