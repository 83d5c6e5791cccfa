"""What may be done at a node, and the roles that bundle it. What crosses is decided elsewhere: by agreements.

A permission is written `scope:resource:action`. People hold permissions through the roles they have at the node;
programs' keys hold them one by one, as scopes.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

__all__ = ["BUNDLES", "EXPLAINED", "ROLES_EXPLAINED", "NodeRole", "Permission", "permissions_of"]


class Permission(StrEnum):
    """One thing that may be done at a node, as `scope:resource:action`."""

    AUDIT_EVIDENCE_READ = "audit:evidence:read"
    AUDIT_LEDGER_READ = "audit:ledger:read"
    DATA_DATASET_MANAGE = "data:dataset:manage"
    DATA_DATASET_READ = "data:dataset:read"
    DATA_JOB_RUN = "data:job:run"
    DISCLOSURE_PERSON_ASK = "disclosure:person:ask"
    DISCLOSURE_RECORD_READ = "disclosure:record:read"
    EXCHANGE_MEMBER_READ = "exchange:member:read"
    EXCHANGE_PEER_AUDIT = "exchange:peer:audit"
    NODE_HEALTH_READ = "node:health:read"
    NODE_METRICS_READ = "node:metrics:read"
    STAFF_ACCOUNT_MANAGE = "staff:account:manage"
    STAFF_KEY_MANAGE = "staff:key:manage"


EXPLAINED: Mapping[Permission, str] = {
    Permission.AUDIT_EVIDENCE_READ: "Pack the proof of disclosures for an auditor.",
    Permission.AUDIT_LEDGER_READ: "Read the ledger and its proofs.",
    Permission.DATA_DATASET_MANAGE: "Register datasets, and say whose they are and how long they are kept.",
    Permission.DATA_DATASET_READ: "See which datasets there are.",
    Permission.DATA_JOB_RUN: "Start bulk disclosures and follow them.",
    Permission.DISCLOSURE_PERSON_ASK: "Ask about a person, within an agreement and a role held under it.",
    Permission.DISCLOSURE_RECORD_READ: "See what was disclosed and what was refused.",
    Permission.EXCHANGE_MEMBER_READ: "See which organisations belong to the cluster.",
    Permission.EXCHANGE_PEER_AUDIT: "Compare this node's ledger with another organisation's.",
    Permission.NODE_HEALTH_READ: "See whether the node is well, and what it lacks.",
    Permission.NODE_METRICS_READ: "Read the node's counters.",
    Permission.STAFF_ACCOUNT_MANAGE: "Let people in, give and take their roles, record their training.",
    Permission.STAFF_KEY_MANAGE: "Make and revoke the keys of programs.",
}
"""Each permission in a sentence."""


class NodeRole(StrEnum):
    """What somebody is at the node. A role under an agreement is another thing, and is granted by itself."""

    ADMINISTRATOR = "administrator"
    ANALYST = "analyst"
    AUDITOR = "auditor"
    CASEWORKER = "caseworker"
    DATA_STEWARD = "data-steward"
    GOVERNANCE_LEAD = "governance-lead"


ROLES_EXPLAINED: Mapping[NodeRole, str] = {
    NodeRole.ADMINISTRATOR: "Lets people and programs in and keeps the node running; asks about nobody.",
    NodeRole.ANALYST: "Runs bulk disclosures and counts under agreements that give them a role.",
    NodeRole.AUDITOR: "Reads the ledger and packs evidence; changes nothing and asks about nobody.",
    NodeRole.CASEWORKER: "Asks about one person at a time, under agreements that give them a role.",
    NodeRole.DATA_STEWARD: "Keeps the register of datasets and where they come from.",
    NodeRole.GOVERNANCE_LEAD: "Answers for what is shared: sees all disclosures, and compares ledgers with partners.",
}
"""Each role in a sentence."""

BUNDLES: Mapping[NodeRole, frozenset[Permission]] = {
    NodeRole.ADMINISTRATOR: frozenset(
        {
            Permission.EXCHANGE_MEMBER_READ,
            Permission.NODE_HEALTH_READ,
            Permission.NODE_METRICS_READ,
            Permission.STAFF_ACCOUNT_MANAGE,
            Permission.STAFF_KEY_MANAGE,
        }
    ),
    NodeRole.ANALYST: frozenset(
        {
            Permission.DATA_DATASET_READ,
            Permission.DATA_JOB_RUN,
            Permission.DISCLOSURE_RECORD_READ,
            Permission.EXCHANGE_MEMBER_READ,
        }
    ),
    NodeRole.AUDITOR: frozenset(
        {
            Permission.AUDIT_EVIDENCE_READ,
            Permission.AUDIT_LEDGER_READ,
            Permission.DATA_DATASET_READ,
            Permission.DISCLOSURE_RECORD_READ,
            Permission.EXCHANGE_MEMBER_READ,
        }
    ),
    NodeRole.CASEWORKER: frozenset(
        {
            Permission.DISCLOSURE_PERSON_ASK,
            Permission.DISCLOSURE_RECORD_READ,
            Permission.EXCHANGE_MEMBER_READ,
        }
    ),
    NodeRole.DATA_STEWARD: frozenset(
        {
            Permission.DATA_DATASET_MANAGE,
            Permission.DATA_DATASET_READ,
            Permission.DATA_JOB_RUN,
            Permission.EXCHANGE_MEMBER_READ,
            Permission.NODE_HEALTH_READ,
        }
    ),
    NodeRole.GOVERNANCE_LEAD: frozenset(
        {
            Permission.AUDIT_EVIDENCE_READ,
            Permission.AUDIT_LEDGER_READ,
            Permission.DATA_DATASET_READ,
            Permission.DISCLOSURE_RECORD_READ,
            Permission.EXCHANGE_MEMBER_READ,
            Permission.EXCHANGE_PEER_AUDIT,
            Permission.NODE_HEALTH_READ,
        }
    ),
}
"""What each role may do. Nobody who lets people in may ask about people, unless somebody else gives them that too."""


def permissions_of(roles: Iterable[NodeRole]) -> frozenset[Permission]:
    """What several roles may do together."""
    return frozenset().union(*(BUNDLES[role] for role in roles))
