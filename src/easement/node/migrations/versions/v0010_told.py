"""Who has yet to hear of an emergency, and the hours that people spent on a proposal."""

import sqlalchemy as sa
from alembic import op

__all__ = ["upgrade"]

revision = "0010"
down_revision = "0009"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "permission_emergency_letters",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organisation", sa.String(63), nullable=False),
        sa.Column("tried", WHOLE, nullable=False),
        sa.Column("told", WHOLE),
        sa.Column("peer_entry", WHOLE),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "permission_effort",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("proposal", sa.String(32), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(63), nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("permission_effort_by_proposal", "permission_effort", ["proposal"])
