"""What the node, its staff, the gate, the API, the pages and the witness keep."""

import sqlalchemy as sa
from alembic import op

__all__ = ["upgrade"]

revision = "0003"
down_revision = "0002"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    _api_answers()
    _gate_answers()
    _gate_suspensions()
    _ledger_witnessed()
    _node_facts()
    _staff_accounts()
    _staff_attempts()
    _staff_grants()
    _staff_program_keys()
    _staff_trail()
    _staff_training()
    _web_states()
    _staff_enrolments()
    _staff_external_identities()
    _staff_recovery_codes()
    _staff_sessions()


def _api_answers() -> None:
    op.create_table(
        "api_answers",
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("lease", WHOLE, nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("expires", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("holder", "idempotency_key"),
    )
    op.create_index("api_answers_by_expiry", "api_answers", ["expires"])


def _gate_answers() -> None:
    op.create_table(
        "gate_answers",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("lease", WHOLE, nullable=False),
        sa.Column("intent", WHOLE),
        sa.Column("outcome", WHOLE),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("expires", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "message"),
    )
    op.create_index("gate_answers_by_expiry", "gate_answers", ["expires"])
    op.create_index("gate_answers_by_state", "gate_answers", ["state", "lease"])


def _gate_suspensions() -> None:
    op.create_table(
        "gate_suspensions",
        sa.Column("agreement_id", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("entry", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("agreement_id"),
    )


def _ledger_witnessed() -> None:
    op.create_table(
        "ledger_witnessed",
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("size", WHOLE, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("checkpoint", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("origin"),
    )


def _node_facts() -> None:
    op.create_table(
        "node_facts",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _staff_accounts() -> None:
    op.create_table(
        "staff_accounts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name_index", sa.String(), nullable=False),
        sa.Column("person", sa.LargeBinary(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("password", sa.LargeBinary()),
        sa.Column("factor", sa.LargeBinary()),
        sa.Column("factor_step", WHOLE, nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created", WHOLE, nullable=False),
        sa.Column("signed_in", WHOLE),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name_index", name=op.f("staff_accounts_name_index_key")),
    )


def _staff_attempts() -> None:
    op.create_table(
        "staff_attempts",
        sa.Column("bucket", sa.String(), nullable=False),
        sa.Column("failures", WHOLE, nullable=False),
        sa.Column("until", WHOLE, nullable=False),
        sa.Column("known", WHOLE, nullable=False),
        sa.Column("expires", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("bucket"),
    )
    op.create_index(op.f("staff_attempts_by_expires"), "staff_attempts", ["expires"])


def _staff_grants() -> None:
    op.create_table(
        "staff_grants",
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("agreement_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("granted", WHOLE, nullable=False),
        sa.Column("expires", WHOLE),
        sa.PrimaryKeyConstraint("holder", "agreement_id", "role"),
    )
    op.create_index("staff_grants_by_agreement", "staff_grants", ["agreement_id"])


def _staff_program_keys() -> None:
    op.create_table(
        "staff_program_keys",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("program", sa.LargeBinary(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("made", WHOLE, nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("expires", WHOLE, nullable=False),
        sa.Column("used", WHOLE),
        sa.Column("revoked", WHOLE),
        sa.PrimaryKeyConstraint("id"),
    )


def _staff_trail() -> None:
    op.create_table(
        "staff_trail",
        sa.Column("number", WHOLE, autoincrement=False, nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("seal", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(op.f("staff_trail_by_about"), "staff_trail", ["about"])


def _staff_training() -> None:
    op.create_table(
        "staff_training",
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("passed", sa.String(), nullable=False),
        sa.Column("expires", sa.String()),
        sa.PrimaryKeyConstraint("holder", "code"),
    )


def _web_states() -> None:
    op.create_table(
        "web_states",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("claimed", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("web_states_by_expiry", "web_states", ["expires"])
    op.create_index("web_states_by_owner", "web_states", ["owner"])


def _staff_enrolments() -> None:
    op.create_table(
        "staff_enrolments",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("factor", sa.LargeBinary(), nullable=False),
        sa.Column("expires", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["staff_accounts.id"], name=op.f("staff_enrolments_account_id_fkey")),
        sa.PrimaryKeyConstraint("token_hash"),
        sa.UniqueConstraint("account_id", name=op.f("staff_enrolments_account_id_key")),
    )


def _staff_external_identities() -> None:
    op.create_table(
        "staff_external_identities",
        sa.Column("subject_index", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("linked", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_accounts.id"], name=op.f("staff_external_identities_account_id_fkey")
        ),
        sa.PrimaryKeyConstraint("subject_index"),
    )
    op.create_index(op.f("staff_external_identities_by_account_id"), "staff_external_identities", ["account_id"])


def _staff_recovery_codes() -> None:
    op.create_table(
        "staff_recovery_codes",
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("code_index", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_accounts.id"], name=op.f("staff_recovery_codes_account_id_fkey")
        ),
        sa.PrimaryKeyConstraint("account_id", "code_index"),
    )


def _staff_sessions() -> None:
    op.create_table(
        "staff_sessions",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("opened", WHOLE, nullable=False),
        sa.Column("seen", WHOLE, nullable=False),
        sa.Column("ends", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["staff_accounts.id"], name=op.f("staff_sessions_account_id_fkey")),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index(op.f("staff_sessions_by_account_id"), "staff_sessions", ["account_id"])
    op.create_index(op.f("staff_sessions_by_ends"), "staff_sessions", ["ends"])
