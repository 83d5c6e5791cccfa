"""The public register's tables."""

import sqlalchemy as sa
from alembic import op

__all__ = ["upgrade"]

revision = "0007"
down_revision = "0006"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    _entries()
    _said()
    _redactions()
    _counts()
    _events()
    _concerns()


def _entries() -> None:
    op.create_table(
        "register_entries",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("agreement_id", sa.String(63), nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("not_public", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("purpose", sa.String(63), nullable=False),
        sa.Column("parties", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("supersedes", sa.String(64), nullable=False),
        sa.Column("starts", sa.String(10), nullable=False),
        sa.Column("ends", sa.String(10), nullable=False),
        sa.Column("next_review", sa.String(10), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("newest", sa.Boolean(), nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )


def _said() -> None:
    op.create_table(
        "register_cards",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("register_entries_by_agreement", "register_entries", ["agreement_id"])
    op.create_index("register_entries_by_list", "register_entries", ["newest", "public", "title"])


def _redactions() -> None:
    op.create_table(
        "register_redactions",
        sa.Column("agreement_id", sa.String(63), nullable=False),
        sa.Column("field", sa.String(63), nullable=False),
        sa.Column("reason", sa.String(63), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("role", sa.String(63), nullable=False),
        sa.Column("since", sa.String(17), nullable=False),
        sa.Column("entry", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("agreement_id", "field"),
    )


def _counts() -> None:
    parts = ("agreement_id", "share", "purpose", "mode", "provider", "recipient")
    op.create_table(
        "register_counts",
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        *(sa.Column(name, sa.String(200), nullable=False) for name in parts),
        sa.Column("times", WHOLE, nullable=False),
        sa.Column("records", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("kind", "day", *parts),
    )
    op.create_index("register_counts_by_agreement", "register_counts", ["agreement_id"])
    op.create_table(
        "register_refusals",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("agreement_id", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("times", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("day", "agreement_id", "reason"),
    )
    op.create_table(
        "register_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("upto", WHOLE, nullable=False),
        sa.Column("seen", WHOLE, nullable=False),
        sa.Column("known", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _events() -> None:
    op.create_table(
        "register_events",
        sa.Column("entry", WHOLE, autoincrement=False, nullable=False),
        sa.Column("type", sa.String(63), nullable=False),
        sa.Column("time", sa.String(17), nullable=False),
        sa.Column("agreement_id", sa.String(200), nullable=False),
        sa.Column("agreement", sa.String(64), nullable=False),
        sa.Column("version", sa.String(200), nullable=False),
        sa.Column("organisation", sa.String(200), nullable=False),
        sa.Column("proposal", sa.String(32), nullable=False),
        sa.Column("concern", sa.String(32), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_index("register_events_by_agreement", "register_events", ["agreement_id", "entry"])


def _concerns() -> None:
    op.create_table(
        "register_concerns",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("agreement_id", sa.String(63), nullable=False),
        sa.Column("raised", WHOLE, nullable=False),
        sa.Column("entry", WHOLE, nullable=False),
        sa.Column("looked", WHOLE),
        sa.Column("held_back", sa.String(63), nullable=False),
        sa.Column("looked_by", sa.String(63), nullable=False),
        sa.Column("answered", WHOLE),
        sa.Column("answered_by", sa.String(63), nullable=False),
        sa.Column("answer_entry", WHOLE),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("contact", sa.LargeBinary()),
        sa.Column("answer", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("register_concerns_by_agreement", "register_concerns", ["agreement_id", "raised"])
    op.create_index("register_concerns_by_raised", "register_concerns", ["raised"])
    op.create_table(
        "register_raising",
        sa.Column("bucket", sa.String(64), nullable=False),
        sa.Column("hour", WHOLE, nullable=False),
        sa.Column("count", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("bucket"),
    )
