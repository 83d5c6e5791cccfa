"""What an organisation does next about a proposal: the act, the role that it waits for, and the command. Pure."""

from dataclasses import dataclass

from easement.permission.actor import NEEDED
from easement.permission.dossier import Dossier, Stage
from easement.permission.model import Kind
from easement.staff.permissions import BUNDLES

__all__ = ["Turn", "still_to_hear", "turn_of"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One act that waits for an organisation, and the roles in which somebody could do it (one of them is enough).

    `command` is what is typed after `easement proposal`; words in capitals stand for what only people know.
    """

    kind: Kind
    roles: tuple[str, ...]
    command: str

    def as_dict(self) -> dict[str, object]:
        """The turn as `--json` shows it."""
        return {"act": self.kind.value, "roles": list(self.roles), "command": f"easement proposal {self.command}"}


def still_to_hear(dossier: Dossier, organisation: str, needs: tuple[str, ...]) -> tuple[str, ...]:
    """The roles of an organisation that have yet to approve the text, of those it `needs`; none where it is not asked.

    What it said that it needs when it first approved counts more than what its settings say now.
    """
    if dossier.stage is not Stage.REVIEW or organisation not in dossier.signing:
        return ()
    given = dossier.approvals.get(organisation)
    return given.missing if given else needs


def turn_of(dossier: Dossier, organisation: str, needs: tuple[str, ...] = ()) -> tuple[Turn, ...]:
    """What waits for an organisation: an approval for each role of `needs` that was not heard, else one act."""
    if organisation not in dossier.waiting_for:
        return ()
    id_ = dossier.id[:8]
    match dossier.stage:
        case Stage.PROPOSED:
            return (_turn(Kind.AGREE, f"agree {id_} --by NAME"),)
        case Stage.DRAFT if dossier.text is None:
            return (_turn(Kind.DRAFT, f"draft {id_} FILE"),)
        case Stage.DRAFT:
            return (_turn(Kind.SUBMIT, f"submit {id_}"),)
        case Stage.REVIEW:
            left = still_to_hear(dossier, organisation, needs)
            return tuple(Turn(Kind.APPROVE, (role,), f"approve {id_} --role {role} --by NAME") for role in left)
    return (_turn(Kind.SIGN, f"sign {id_} --by NAME"),)


def _turn(kind: Kind, command: str) -> Turn:
    return Turn(kind, tuple(sorted(role.value for role, may in BUNDLES.items() if NEEDED[kind] in may)), command)
