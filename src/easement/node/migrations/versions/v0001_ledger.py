"""The ledger's tables, as the first nodes had them."""

import sqlalchemy as sa
from alembic import op

__all__ = ["upgrade"]

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make them."""
    whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "ledger_entries",
        sa.Column("index", whole, primary_key=True, autoincrement=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("agreement", sa.String),
        sa.Column("intent", whole),
    )
    op.create_index("ledger_entries_by_agreement", "ledger_entries", ["agreement", "index"])
    op.create_index("ledger_entries_by_intent", "ledger_entries", ["intent", "index"])
    op.create_table(
        "ledger_private_records",
        sa.Column("index", whole, primary_key=True, autoincrement=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "ledger_private_keys",
        sa.Column("index", whole, primary_key=True, autoincrement=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "ledger_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("size", whole, nullable=False),
    )
    op.create_table(
        "ledger_day_counts",
        sa.Column("agreement_id", sa.String, primary_key=True),
        sa.Column("share", sa.String, primary_key=True),
        sa.Column("day", sa.String, primary_key=True),
        sa.Column("count", whole, nullable=False),
    )
