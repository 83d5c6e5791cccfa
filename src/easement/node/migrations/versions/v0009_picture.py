"""The tables of what is wrong: cases, links broken, and corrections told and made."""

import sqlalchemy as sa
from alembic import op

__all__ = ["upgrade"]

revision = "0009"
down_revision = "0008"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    _disputes()
    _links()
    _letters()
    _corrections()


def _disputes() -> None:
    op.create_table(
        "exchange_disputes",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("mine", sa.Integer(), nullable=False),
        sa.Column("organisation", sa.String(63), nullable=False),
        sa.Column("message", sa.String(32), nullable=False),
        sa.Column("disclosure", WHOLE, nullable=False),
        sa.Column("agreement_id", sa.String(200), nullable=False),
        sa.Column("share", sa.String(200), nullable=False),
        sa.Column("element", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("opened", WHOLE, nullable=False),
        sa.Column("due", WHOLE, nullable=False),
        sa.Column("entry", WHOLE, nullable=False),
        sa.Column("peer_entry", WHOLE),
        sa.Column("outcome", sa.String(20)),
        sa.Column("answered", WHOLE),
        sa.Column("answer_entry", WHOLE),
        sa.Column("told", WHOLE),
        sa.Column("closed", WHOLE),
        sa.Column("tried", WHOLE, nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_answer", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("exchange_disputes_by_message", "exchange_disputes", ["message"])


def _links() -> None:
    op.create_table(
        "exchange_links_broken",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("link", sa.String(64), nullable=False),
        sa.Column("through", sa.String(10), nullable=False),
        sa.Column("agreement_id", sa.String(200), nullable=False),
        sa.Column("share", sa.String(200), nullable=False),
        sa.Column("opened", WHOLE, nullable=False),
        sa.Column("entry", WHOLE, nullable=False),
        sa.Column("intent", WHOLE, nullable=False),
        sa.Column("decided", WHOLE),
        sa.Column("outside", sa.Integer(), nullable=False),
        sa.Column("dispute", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("exchange_links_broken_by_link", "exchange_links_broken", ["link"], unique=True)


def _letters() -> None:
    op.create_table(
        "exchange_correction_letters",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("message", sa.String(32), nullable=False),
        sa.Column("organisation", sa.String(63), nullable=False),
        sa.Column("released", WHOLE, nullable=False),
        sa.Column("agreement_id", sa.String(200), nullable=False),
        sa.Column("told", WHOLE),
        sa.Column("due", WHOLE),
        sa.Column("peer_entry", WHOLE),
        sa.Column("told_entry", WHOLE),
        sa.Column("made", WHOLE),
        sa.Column("made_entry", WHOLE),
        sa.Column("closed", WHOLE),
        sa.Column("tried", WHOLE, nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", "message"),
    )
    op.create_index("exchange_correction_letters_by_message", "exchange_correction_letters", ["message"])


def _corrections() -> None:
    op.create_table(
        "exchange_corrections",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("message", sa.String(32), nullable=False),
        sa.Column("provider", sa.String(63), nullable=False),
        sa.Column("received", WHOLE, nullable=False),
        sa.Column("agreement_id", sa.String(200), nullable=False),
        sa.Column("share", sa.String(200), nullable=False),
        sa.Column("through", sa.String(10), nullable=False),
        sa.Column("came", WHOLE, nullable=False),
        sa.Column("due", WHOLE, nullable=False),
        sa.Column("entry", WHOLE, nullable=False),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.Column("met", WHOLE),
        sa.Column("certified", WHOLE),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", "message"),
    )
