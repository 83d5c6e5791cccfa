"""What is asked of other nodes and what comes of it: frozen types, no I/O."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from easement.agreement.model import Mode
from easement.exchange.message_body import DecisionSaid

__all__ = ["Answered", "Asker", "Line", "Picture", "Settled", "Shown", "Silent", "Wish", "picture_lines"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of one provider, under one agreement (its id) and one of its shares.

    `fields` empty asks for all that is agreed; `person` names one person by elements of the standard (lookup).
    """

    provider: str
    agreement: str
    share: str
    purpose: str
    mode: Mode
    role: str
    fields: tuple[str, ...] = ()
    person: Mapping[str, str] = field(default_factory=dict, repr=False)
    why: str = field(default="", repr=False)
    consented: bool = False


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, by the id that this node knows them by, and the training that they have passed."""

    id: str
    training: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of one wish: allowed or refused, here or by the provider.

    `entry` is in this node's ledger and `peer_entry` in the provider's (absent where the refusal was here). `answer` is
    the disclosed JSON byte for byte and `receipt` proves it; both are empty on a refusal.
    """

    provider: str
    message: str
    decision: DecisionSaid
    entry: int
    at: datetime
    peer_entry: int | None = None
    answer: bytes = field(default=b"", repr=False)
    receipt: str = field(default="", repr=False)

    @property
    def allowed(self) -> bool:
        """Whether something crossed."""
        return self.decision.allowed

    @property
    def refused_by(self) -> str:
        """Who refused: the provider's id, `here`, or nobody (empty)."""
        if self.decision.allowed:
            return ""
        return "here" if self.peer_entry is None else self.provider

    @property
    def records(self) -> tuple[Mapping[str, Any], ...]:
        """The records that crossed; none on a refusal."""
        return tuple(json.loads(self.answer)["records"]) if self.answer else ()

    @property
    def basis(self) -> Mapping[str, str]:
        """The article 6 basis of each party."""
        return self.decision.basis

    def as_dict(self) -> dict[str, Any]:
        """The answer as `--json` shows it."""
        return {
            "provider": self.provider,
            "allowed": self.allowed,
            "refused_by": self.refused_by or None,
            "message": self.message,
            "entry": self.entry,
            "peer_entry": self.peer_entry,
            "at": self.at.isoformat(),
            "records": list(self.records),
            "decision": self.decision.model_dump(mode="json"),
        }


@dataclass(frozen=True, slots=True)
class Silent:
    """A provider from whom nothing came: why, as one code of `Silence`, in plain words, and what to do next.

    `refusal` holds the decision where the reason is that this node or the provider refused.
    """

    provider: str
    why: str
    text: str
    remedy: str = ""
    refusal: Answered | None = None

    def as_dict(self) -> dict[str, Any]:
        """The silence as `--json` shows it."""
        return {
            "provider": self.provider,
            "why": self.why,
            "text": self.text,
            "remedy": self.remedy,
            "refusal": self.refusal.as_dict() if self.refusal else None,
        }


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a question that was left without an outcome, as one word, and its entry in this node's ledger.

    `received`, `refused` and `lost` have an entry; `never-came` and `nothing-crossed` need none; `waiting` may still be
    on its way, `unknown` could not be learned now, and `ended` was settled by another process meanwhile.
    """

    message: str
    provider: str
    how: str
    entry: int | None
    text: str

    def as_dict(self) -> dict[str, Any]:
        """What `--json` shows."""
        return {
            "message": self.message,
            "provider": self.provider,
            "how": self.how,
            "entry": self.entry,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class Shown:
    """One value of a picture: what one provider's record says of one element, and what it rests on."""

    element: str
    value: Any
    provider: str
    record: int
    agreement_id: str
    version: str
    basis: str
    form: str
    at: datetime

    def as_dict(self) -> dict[str, Any]:
        """The value as `--json` shows it."""
        return {
            "value": self.value,
            "provider": self.provider,
            "record": self.record,
            "agreement": f"{self.agreement_id} {self.version}",
            "basis": self.basis,
            "form": self.form,
            "at": self.at.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Line:
    """One element of a picture with every value that was given of it; `differ` says whether providers disagree."""

    element: str
    values: tuple[Shown, ...]
    withheld: Mapping[str, str]

    @property
    def differ(self) -> bool:
        """Whether two providers give different values in the same form; nothing is merged and none is preferred."""
        said: dict[str, dict[str, set[str]]] = {}
        for each in self.values:
            text = json.dumps(each.value, sort_keys=True)
            said.setdefault(each.form, {}).setdefault(each.provider, set()).add(text)
        return any(len(set(map(frozenset, by.values()))) > 1 for by in said.values())

    def as_dict(self) -> dict[str, Any]:
        """The line as `--json` shows it."""
        values = [each.as_dict() for each in self.values]
        return {"element": self.element, "differ": self.differ, "values": values, "withheld": dict(self.withheld)}


@dataclass(frozen=True, slots=True)
class Picture:
    """What several providers said of one person, each under its own agreement, and who said nothing and why (R3.7)."""

    answers: tuple[Answered, ...]
    silent: tuple[Silent, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every element, with each value's source, agreement and basis."""
        return picture_lines(self.answers)

    def as_dict(self) -> dict[str, Any]:
        """The picture as `--json` shows it."""
        return {
            "answers": [each.as_dict() for each in self.answers],
            "silent": [each.as_dict() for each in self.silent],
            "picture": [each.as_dict() for each in self.lines],
        }


def picture_lines(answers: Sequence[Answered]) -> tuple[Line, ...]:
    """Group what was answered by element, in the order in which the answers name them."""
    values: dict[str, list[Shown]] = {}
    withheld: dict[str, dict[str, str]] = {}
    for answer in answers:
        for number, record in enumerate(answer.records, 1):
            for element, value in record.items():
                values.setdefault(element, []).append(_shown(answer, number, element, value))
        for element, why in answer.decision.withheld.items():
            withheld.setdefault(element, {})[answer.provider] = why
    return tuple(Line(each, tuple(values.get(each, ())), withheld.get(each, {})) for each in {**values, **withheld})


def _shown(answer: Answered, number: int, element: str, value: Any) -> Shown:
    said = answer.decision
    return Shown(
        element=element,
        value=value,
        provider=answer.provider,
        record=number,
        agreement_id=said.agreement.id,
        version=said.agreement.version,
        basis=said.basis.get(answer.provider, ""),
        form=said.fields.get(element) or said.measures.get(element, ""),
        at=answer.at,
    )
