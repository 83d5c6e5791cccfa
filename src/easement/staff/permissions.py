"""What may be done at a node, and the roles that bundle it. What crosses is decided elsewhere: by agreements.

A permission is written `scope:resource:action`. People hold permissions through the roles they have at the node;
programs' keys hold them one by one, as scopes.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

__all__ = ["BUNDLES", "EXPLAINED", "ROLES_EXPLAINED", "NodeRole", "Permission", "permissions_of"]


class Permission(StrEnum):
    """One thing that may be done at a node, as `scope:resource:action`."""

    AGREEMENT_ASSESSMENT_WRITE = "agreement:assessment:write"
    AGREEMENT_DRAFT_WRITE = "agreement:draft:write"
    AGREEMENT_PROPOSAL_DECIDE = "agreement:proposal:decide"
    AGREEMENT_PROPOSAL_READ = "agreement:proposal:read"
    AGREEMENT_VERSION_APPROVE = "agreement:version:approve"
    AGREEMENT_VERSION_SIGN = "agreement:version:sign"
    AGREEMENT_VERSION_SUSPEND = "agreement:version:suspend"
    AUDIT_EVIDENCE_READ = "audit:evidence:read"
    AUDIT_LEDGER_READ = "audit:ledger:read"
    DATA_CORRECTION_MANAGE = "data:correction:manage"
    DATA_DATASET_MANAGE = "data:dataset:manage"
    DATA_DATASET_READ = "data:dataset:read"
    DATA_JOB_RUN = "data:job:run"
    DISCLOSURE_PERSON_ASK = "disclosure:person:ask"
    DISCLOSURE_RECORD_READ = "disclosure:record:read"
    EXCHANGE_MEMBER_READ = "exchange:member:read"
    EXCHANGE_PEER_AUDIT = "exchange:peer:audit"
    LINKAGE_PAIR_LEAD = "linkage:pair:lead"
    LINKAGE_PAIR_REVIEW = "linkage:pair:review"
    NODE_HEALTH_READ = "node:health:read"
    NODE_METRICS_READ = "node:metrics:read"
    REGISTER_CONCERN_ANSWER = "register:concern:answer"
    REGISTER_ENTRY_MANAGE = "register:entry:manage"
    STAFF_ACCOUNT_MANAGE = "staff:account:manage"
    STAFF_KEY_MANAGE = "staff:key:manage"


EXPLAINED: Mapping[Permission, str] = {
    Permission.AGREEMENT_ASSESSMENT_WRITE: "Ask whether something can be shared, and assess its impact.",
    Permission.AGREEMENT_DRAFT_WRITE: "Propose to share, and write and comment on drafts.",
    Permission.AGREEMENT_PROPOSAL_DECIDE: "Agree to a proposal or refuse it, with a reason.",
    Permission.AGREEMENT_PROPOSAL_READ: "See proposals and drafts, and where they wait.",
    Permission.AGREEMENT_VERSION_APPROVE: "Approve a draft within the organisation before it is signed.",
    Permission.AGREEMENT_VERSION_SIGN: "Sign an agreement with the organisation's key, and join one.",
    Permission.AGREEMENT_VERSION_SUSPEND: "Suspend an agreement, take that back, end it, and record reviews.",
    Permission.AUDIT_EVIDENCE_READ: "Pack the proof of disclosures for an auditor.",
    Permission.AUDIT_LEDGER_READ: "Read the ledger and its proofs.",
    Permission.DATA_CORRECTION_MANAGE: "Answer what others say is wrong, break wrong links, see that all is put right.",
    Permission.DATA_DATASET_MANAGE: "Register datasets, and say whose they are and how long they are kept.",
    Permission.DATA_DATASET_READ: "See which datasets there are.",
    Permission.DATA_JOB_RUN: "Start bulk disclosures and follow them.",
    Permission.DISCLOSURE_PERSON_ASK: "Ask about a person, within an agreement and a role held under it.",
    Permission.DISCLOSURE_RECORD_READ: "See what was disclosed and what was refused.",
    Permission.EXCHANGE_MEMBER_READ: "See which organisations belong to the cluster.",
    Permission.EXCHANGE_PEER_AUDIT: "Compare this node's ledger with another organisation's.",
    Permission.LINKAGE_PAIR_LEAD: "Decide on pairs of records about which two reviewers disagree.",
    Permission.LINKAGE_PAIR_REVIEW: "Say whether two records that were held in doubt are one person.",
    Permission.NODE_HEALTH_READ: "See whether the node is well, and what it lacks.",
    Permission.NODE_METRICS_READ: "Read the node's counters.",
    Permission.REGISTER_CONCERN_ANSWER: "Answer the concerns that the public raises.",
    Permission.REGISTER_ENTRY_MANAGE: "Say what the public register leaves out, and why.",
    Permission.STAFF_ACCOUNT_MANAGE: "Let people in, give and take their roles, record their training.",
    Permission.STAFF_KEY_MANAGE: "Make and revoke the keys of programs.",
}
"""Each permission in a sentence."""


class NodeRole(StrEnum):
    """What somebody is at the node. A role under an agreement is another thing, and is granted by itself."""

    ADMINISTRATOR = "administrator"
    ANALYST = "analyst"
    AUDITOR = "auditor"
    CALDICOTT_GUARDIAN = "caldicott-guardian"
    CASEWORKER = "caseworker"
    DATA_STEWARD = "data-steward"
    GOVERNANCE_LEAD = "governance-lead"
    SENIOR_RISK_OWNER = "senior-risk-owner"


ROLES_EXPLAINED: Mapping[NodeRole, str] = {
    NodeRole.ADMINISTRATOR: "Lets people and programs in and keeps the node running; asks about nobody.",
    NodeRole.ANALYST: "Runs bulk disclosures and counts under agreements that give them a role.",
    NodeRole.AUDITOR: "Reads the ledger and packs evidence; changes nothing and asks about nobody.",
    NodeRole.CALDICOTT_GUARDIAN: "Answers for confidential health and care information: approves what shares it.",
    NodeRole.CASEWORKER: "Asks about one person at a time, under agreements that give them a role.",
    NodeRole.DATA_STEWARD: "Keeps the register of datasets and where they come from.",
    NodeRole.GOVERNANCE_LEAD: "Answers for what is shared: sees all disclosures, and compares ledgers with partners.",
    NodeRole.SENIOR_RISK_OWNER: "Answers for the organisation's information risk: approves and signs agreements.",
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
            Permission.AGREEMENT_ASSESSMENT_WRITE,
            Permission.AGREEMENT_DRAFT_WRITE,
            Permission.AGREEMENT_PROPOSAL_READ,
            Permission.DATA_DATASET_READ,
            Permission.DATA_JOB_RUN,
            Permission.DISCLOSURE_RECORD_READ,
            Permission.EXCHANGE_MEMBER_READ,
        }
    ),
    NodeRole.AUDITOR: frozenset(
        {
            Permission.AGREEMENT_PROPOSAL_READ,
            Permission.AUDIT_EVIDENCE_READ,
            Permission.AUDIT_LEDGER_READ,
            Permission.DATA_DATASET_READ,
            Permission.DISCLOSURE_RECORD_READ,
            Permission.EXCHANGE_MEMBER_READ,
        }
    ),
    NodeRole.CALDICOTT_GUARDIAN: frozenset(
        {
            Permission.AGREEMENT_ASSESSMENT_WRITE,
            Permission.AGREEMENT_PROPOSAL_READ,
            Permission.AGREEMENT_VERSION_APPROVE,
            Permission.DISCLOSURE_RECORD_READ,
            Permission.EXCHANGE_MEMBER_READ,
        }
    ),
    NodeRole.CASEWORKER: frozenset(
        {
            Permission.AGREEMENT_ASSESSMENT_WRITE,
            Permission.DISCLOSURE_PERSON_ASK,
            Permission.DISCLOSURE_RECORD_READ,
            Permission.EXCHANGE_MEMBER_READ,
            Permission.LINKAGE_PAIR_REVIEW,
        }
    ),
    NodeRole.DATA_STEWARD: frozenset(
        {
            Permission.AGREEMENT_ASSESSMENT_WRITE,
            Permission.AGREEMENT_DRAFT_WRITE,
            Permission.AGREEMENT_PROPOSAL_READ,
            Permission.DATA_CORRECTION_MANAGE,
            Permission.DATA_DATASET_MANAGE,
            Permission.DATA_DATASET_READ,
            Permission.DATA_JOB_RUN,
            Permission.EXCHANGE_MEMBER_READ,
            Permission.LINKAGE_PAIR_REVIEW,
            Permission.NODE_HEALTH_READ,
        }
    ),
    NodeRole.GOVERNANCE_LEAD: frozenset(
        {
            Permission.AGREEMENT_ASSESSMENT_WRITE,
            Permission.AGREEMENT_DRAFT_WRITE,
            Permission.AGREEMENT_PROPOSAL_DECIDE,
            Permission.AGREEMENT_PROPOSAL_READ,
            Permission.AGREEMENT_VERSION_APPROVE,
            Permission.AGREEMENT_VERSION_SIGN,
            Permission.AGREEMENT_VERSION_SUSPEND,
            Permission.AUDIT_EVIDENCE_READ,
            Permission.AUDIT_LEDGER_READ,
            Permission.DATA_CORRECTION_MANAGE,
            Permission.DATA_DATASET_READ,
            Permission.DISCLOSURE_RECORD_READ,
            Permission.EXCHANGE_MEMBER_READ,
            Permission.EXCHANGE_PEER_AUDIT,
            Permission.LINKAGE_PAIR_LEAD,
            Permission.LINKAGE_PAIR_REVIEW,
            Permission.NODE_HEALTH_READ,
            Permission.REGISTER_CONCERN_ANSWER,
            Permission.REGISTER_ENTRY_MANAGE,
        }
    ),
    NodeRole.SENIOR_RISK_OWNER: frozenset(
        {
            Permission.AGREEMENT_ASSESSMENT_WRITE,
            Permission.AGREEMENT_PROPOSAL_DECIDE,
            Permission.AGREEMENT_PROPOSAL_READ,
            Permission.AGREEMENT_VERSION_APPROVE,
            Permission.AGREEMENT_VERSION_SIGN,
            Permission.AGREEMENT_VERSION_SUSPEND,
            Permission.DISCLOSURE_RECORD_READ,
            Permission.EXCHANGE_MEMBER_READ,
        }
    ),
}
"""What each role may do. Nobody who lets people in may ask about people, unless somebody else gives them that too."""


def permissions_of(roles: Iterable[NodeRole]) -> frozenset[Permission]:
    """What several roles may do together."""
    return frozenset().union(*(BUNDLES[role] for role in roles))
