"""Values that were put right beside links that were broken, and whom each correction concerns at its recipient."""

import sqlalchemy as sa
from alembic import op

__all__ = ["upgrade"]

revision = "0011"
down_revision = "0010"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns; what stood there before was about links."""
    for table in ("exchange_links_broken", "exchange_corrections"):
        op.add_column(table, sa.Column("about", sa.String(10), nullable=False, server_default="link"))
        op.add_column(table, sa.Column("element", sa.String(100)))
    op.add_column("exchange_links_broken", sa.Column("looked", WHOLE))
    op.add_column("exchange_correction_letters", sa.Column("sealed", sa.LargeBinary()))
