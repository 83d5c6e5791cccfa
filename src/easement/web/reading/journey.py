"""What a journey of asking has gathered, and its answers once they are in: kept sealed from one page to the next."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from easement.exchange.message_body import DecisionSaid
from easement.exchange.model import Answered, Line, Picture, Silent, picture_lines

__all__ = ["Came", "Journey"]


@dataclass(frozen=True, slots=True)
class Came:
    """What came of an ask: every answer, yes or no, in an order that stays; and of whom nothing came."""

    answers: tuple[Answered, ...]
    silent: tuple[Silent, ...]

    @classmethod
    def of(cls, picture: Picture) -> "Came":
        """What a picture holds: its answers, then its refusals, then the rest."""
        refused = tuple(each.refusal for each in picture.silent if each.refusal is not None)
        return cls((*picture.answers, *refused), tuple(each for each in picture.silent if each.refusal is None))

    @property
    def lines(self) -> tuple[Line, ...]:
        """The picture of what was answered, by element."""
        return picture_lines([each for each in self.answers if each.allowed])


@dataclass(frozen=True, slots=True)
class Journey:
    """One ask as far as it has come. `wanted` are the shares to ask for; `asked` says that it was sent, and when."""

    purpose: str
    wanted: tuple[str, ...] = ()
    person: Mapping[str, str] = field(default_factory=dict, repr=False)
    why: str = field(default="", repr=False)
    asked: datetime | None = None
    came: Came | None = field(default=None, repr=False)

    def with_(self, **changed: Any) -> "Journey":
        """The journey one step on."""
        return replace(self, **changed)

    def as_state(self) -> dict[str, Any]:
        """The journey as it is kept."""
        return {
            "purpose": self.purpose,
            "wanted": list(self.wanted),
            "person": dict(self.person),
            "why": self.why,
            "asked": self.asked.isoformat() if self.asked else None,
            "came": _kept(self.came) if self.came else None,
        }

    @classmethod
    def of_state(cls, state: Mapping[str, Any]) -> "Journey":
        """The journey as it was kept."""
        return cls(
            purpose=state["purpose"],
            wanted=tuple(state["wanted"]),
            person=state["person"],
            why=state["why"],
            asked=datetime.fromisoformat(state["asked"]) if state["asked"] else None,
            came=_restored(state["came"]) if state["came"] else None,
        )


def _kept(came: Came) -> dict[str, Any]:
    return {
        "answers": [
            {
                "provider": each.provider,
                "message": each.message,
                "decision": each.decision.model_dump(mode="json"),
                "entry": each.entry,
                "at": each.at.isoformat(),
                "peer_entry": each.peer_entry,
                "answer": each.answer.decode(),
                "receipt": each.receipt,
            }
            for each in came.answers
        ],
        "silent": [each.as_dict() for each in came.silent],
    }


def _restored(kept: Mapping[str, Any]) -> Came:
    answers = tuple(
        Answered(
            provider=each["provider"],
            message=each["message"],
            decision=DecisionSaid.model_validate(each["decision"]),
            entry=each["entry"],
            at=datetime.fromisoformat(each["at"]),
            peer_entry=each["peer_entry"],
            answer=each["answer"].encode(),
            receipt=each["receipt"],
        )
        for each in kept["answers"]
    )
    silent = (Silent(each["provider"], each["why"], each["text"], each["remedy"]) for each in kept["silent"])
    return Came(answers, tuple(silent))
