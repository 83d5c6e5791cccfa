"""The assessments."""

import sqlalchemy as sa
from alembic import op

__all__ = ["upgrade"]

revision = "0005"
down_revision = "0004"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "assessment_cases",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("saved", WHOLE, nullable=False),
        sa.Column("saved_by", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("concluded", WHOLE),
        sa.Column("entry", WHOLE),
        sa.PrimaryKeyConstraint("id", "version"),
    )
    op.create_index("assessment_cases_by_saved", "assessment_cases", ["saved"])
    op.create_table(
        "assessment_impacts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("saved", WHOLE, nullable=False),
        sa.Column("saved_by", sa.String(), nullable=False),
        sa.Column("terms", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", "version"),
    )
    op.create_table(
        "assessment_impact_signatures",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("signed", WHOLE, nullable=False),
        sa.Column("entry", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["id", "version"], ["assessment_impacts.id", "assessment_impacts.version"]),
        sa.PrimaryKeyConstraint("id", "version", "role"),
    )
