"""What came to the exchange after the first nodes."""

import sqlalchemy as sa
from alembic import op

__all__ = ["upgrade"]

revision = "0004"
down_revision = "0003"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "exchange_refusals",
        sa.Column("organisation", sa.String(63), nullable=False),
        sa.Column("minute", WHOLE, nullable=False),
        sa.Column("logged", sa.Integer(), nullable=False),
        sa.Column("unsaid", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("organisation"),
    )
