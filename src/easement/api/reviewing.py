"""Who may look at which pairs in doubt, the same on pages and for programs."""

from easement.linkage.review import Scope
from easement.linkage.review_desk import Reviewer
from easement.staff.model import Identity, Kind
from easement.staff.permissions import Permission

__all__ = ["reviewer_of", "sees_pairs"]


def sees_pairs(identity: Identity, scope: Scope) -> bool:
    """Whether somebody who may review sees a queue: all of them where they keep the datasets or lead the review, else
    those of agreements under which they hold a role."""
    everything = identity.may(Permission.DATA_DATASET_MANAGE) or identity.may(Permission.LINKAGE_PAIR_LEAD)
    return everything or bool(identity.roles_for(scope.agreement_id))


def reviewer_of(identity: Identity) -> Reviewer:
    """Somebody who was let in, a person or a program, as whoever looks at pairs."""
    leads = identity.may(Permission.LINKAGE_PAIR_LEAD)
    return Reviewer(f"staff:{identity.id}", identity.name, leads=leads, program=identity.kind is Kind.PROGRAM)
