"""What the exchange keeps: the directory, messages, sets, duties and witnesses."""

import sqlalchemy as sa
from alembic import op

__all__ = ["upgrade"]

revision = "0002"
down_revision = "0001"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    _exchange_bulk()
    _exchange_certificates()
    _exchange_clusters()
    _exchange_concerned()
    _exchange_concerns()
    _exchange_cosigned()
    _exchange_directory_versions()
    _exchange_duties()
    _exchange_invitations()
    _exchange_jobs()
    _exchange_nonces()
    _exchange_outbox()
    _exchange_peers()
    _exchange_readers()
    _exchange_revoked_keys()
    _exchange_sets()
    _exchange_statements()
    _exchange_witnesses()


def _exchange_bulk() -> None:
    op.create_table(
        "exchange_bulk",
        sa.Column("message", sa.String(length=32), nullable=False),
        sa.Column("provider", sa.String(length=63), nullable=False),
        sa.Column("agreement", sa.String(length=64), nullable=False),
        sa.Column("agreement_id", sa.String(length=200), nullable=False),
        sa.Column("share", sa.String(length=200), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("changed", WHOLE, nullable=False),
        sa.Column("rows", WHOLE, nullable=False),
        sa.Column("entry", WHOLE),
        sa.Column("peer_entry", WHOLE),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("message"),
    )
    op.create_index("exchange_bulk_by_entry", "exchange_bulk", ["entry"])
    op.create_index("exchange_bulk_by_state", "exchange_bulk", ["state", "since"])


def _exchange_certificates() -> None:
    op.create_table(
        "exchange_certificates",
        sa.Column("entry", WHOLE, autoincrement=False, nullable=False),
        sa.Column("met", WHOLE, nullable=False),
        sa.Column("provider", sa.String(length=63), nullable=False),
        sa.Column("message", sa.String(length=32), nullable=False),
        sa.Column("certified", WHOLE),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_index("exchange_certificates_by_certified", "exchange_certificates", ["certified", "provider"])


def _exchange_clusters() -> None:
    op.create_table(
        "exchange_clusters",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cluster", sa.String(length=63), nullable=False),
        sa.Column("life", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _exchange_concerned() -> None:
    op.create_table(
        "exchange_concerned",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("upto", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _exchange_concerns() -> None:
    op.create_table(
        "exchange_concerns",
        sa.Column("organisation", sa.String(length=63), nullable=False),
        sa.Column("entry", WHOLE, autoincrement=False, nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("message", sa.String(length=32)),
        sa.PrimaryKeyConstraint("organisation", "entry"),
        sqlite_with_rowid=False,
    )
    op.create_index("exchange_concerns_by_message", "exchange_concerns", ["message"])


def _exchange_cosigned() -> None:
    op.create_table(
        "exchange_cosigned",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", WHOLE, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _exchange_directory_versions() -> None:
    op.create_table(
        "exchange_directory_versions",
        sa.Column("sequence", WHOLE, autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("entry", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
    )


def _exchange_duties() -> None:
    op.create_table(
        "exchange_duties",
        sa.Column("entry", WHOLE, autoincrement=False, nullable=False),
        sa.Column("duty", sa.String(length=20), nullable=False),
        sa.Column("provider", sa.String(length=63), nullable=False),
        sa.Column("agreement_id", sa.String(length=200), nullable=False),
        sa.Column("due", WHOLE),
        sa.Column("within_hours", WHOLE),
        sa.Column("met", WHOLE),
        sa.PrimaryKeyConstraint("entry", "duty"),
    )
    op.create_index("exchange_duties_by_due", "exchange_duties", ["due"])


def _exchange_invitations() -> None:
    op.create_table(
        "exchange_invitations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=63), nullable=False),
        sa.Column("body_class", sa.String(length=100), nullable=False),
        sa.Column("made", WHOLE, nullable=False),
        sa.Column("expires", WHOLE, nullable=False),
        sa.Column("used", WHOLE),
        sa.Column("used_key", sa.String(length=400)),
        sa.PrimaryKeyConstraint("id"),
    )


def _exchange_jobs() -> None:
    op.create_table(
        "exchange_jobs",
        sa.Column("organisation", sa.String(length=63), nullable=False),
        sa.Column("message", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("agreement", sa.String(length=64), nullable=False),
        sa.Column("share", sa.String(length=200), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("changed", WHOLE, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("run", sa.String(length=32), nullable=False),
        sa.Column("lease", WHOLE, nullable=False),
        sa.Column("rows", WHOLE, nullable=False),
        sa.Column("intent", WHOLE),
        sa.Column("entry", WHOLE),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "message"),
    )
    op.create_index("exchange_jobs_by_state", "exchange_jobs", ["state", "lease"])


def _exchange_nonces() -> None:
    op.create_table(
        "exchange_nonces",
        sa.Column("keyid", sa.String(length=200), nullable=False),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("expires", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("keyid", "nonce"),
        sqlite_with_rowid=False,
    )


def _exchange_outbox() -> None:
    op.create_table(
        "exchange_outbox",
        sa.Column("message", sa.String(length=32), nullable=False),
        sa.Column("provider", sa.String(length=63), nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("tried", WHOLE, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("message"),
    )


def _exchange_peers() -> None:
    op.create_table(
        "exchange_peers",
        sa.Column("organisation", sa.String(length=63), nullable=False),
        sa.Column("origin", sa.String(length=200), nullable=False),
        sa.Column("size", WHOLE, nullable=False),
        sa.Column("checkpoint", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "origin"),
    )


def _exchange_readers() -> None:
    op.create_table(
        "exchange_readers",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("recipient", sa.String(length=63), nullable=False),
        sa.Column("agreement", sa.String(length=64), nullable=False),
        sa.Column("agreement_id", sa.String(length=200), nullable=False),
        sa.Column("share", sa.String(length=200), nullable=False),
        sa.Column("expires", WHOLE, nullable=False),
        sa.Column("ended", WHOLE),
        sa.PrimaryKeyConstraint("token"),
    )


def _exchange_revoked_keys() -> None:
    op.create_table(
        "exchange_revoked_keys",
        sa.Column("public", sa.String(length=64), nullable=False),
        sa.Column("organisation", sa.String(length=63), nullable=False),
        sa.PrimaryKeyConstraint("public"),
    )


def _exchange_sets() -> None:
    op.create_table(
        "exchange_sets",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("agreement", sa.String(length=64), nullable=False),
        sa.Column("agreement_id", sa.String(length=200), nullable=False),
        sa.Column("share", sa.String(length=200), nullable=False),
        sa.Column("recipient", sa.String(length=63), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.Column("schema", sa.Text(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("intent", WHOLE, nullable=False),
        sa.Column("dropped", WHOLE),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "exchange_sets_by_table", "exchange_sets", ["recipient", "agreement_id", "share", "version"], unique=True
    )


def _exchange_statements() -> None:
    op.create_table(
        "exchange_statements",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )


def _exchange_witnesses() -> None:
    op.create_table(
        "exchange_witnesses",
        sa.Column("organisation", sa.String(length=63), nullable=False),
        sa.Column("size", WHOLE, nullable=False),
        sa.Column("at", WHOLE),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organisation"),
    )
