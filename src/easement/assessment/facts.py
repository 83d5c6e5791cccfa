"""What the answers amount to, held against the law and the standards: what the questions and the findings both ask."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from easement.assessment.answers import Answers
from easement.assessment.powers import Candidate, candidates
from easement.assessment.result import Standing
from easement.law.entry import Jurisdiction
from easement.law.model import BodyClass, Purpose
from easement.law.shelves import Catalogue
from easement.meaning.model import Element, Standard

__all__ = ["Facts"]

_IN_LAW = {"trade-union": "union", "sexual-orientation": "orientation"}
"""Where the catalogue's word for a special category is shorter than the standards' word."""

CARE = frozenset({"direct-care", "adult-social-care"})
"""The purposes for which whoever is cared for expects those who care to know."""


@dataclass(frozen=True)
class Facts:
    """The answers with the law and the standards they are held against, and what follows from them."""

    answers: Answers
    catalogue: Catalogue
    on: date
    standards: Mapping[str, Standard] = field(default_factory=dict)

    @cached_property
    def giver(self) -> BodyClass | None:
        """The giver's kind of body."""
        return self.catalogue.find_body_class(self.answers.giver) if self.answers.giver else None

    @cached_property
    def receiver(self) -> BodyClass | None:
        """The receiver's kind of body."""
        return self.catalogue.find_body_class(self.answers.receiver) if self.answers.receiver else None

    @cached_property
    def purpose(self) -> Purpose | None:
        """What it is for."""
        return self.catalogue.find_purpose(self.answers.purpose) if self.answers.purpose else None

    @cached_property
    def collected_for(self) -> Purpose | None:
        """What the giver collected it for."""
        return self.catalogue.find_purpose(self.answers.collected_for) if self.answers.collected_for else None

    @property
    def where(self) -> tuple[Jurisdiction, ...]:
        """The places that the sharing touches."""
        return tuple(map(Jurisdiction, self.answers.where or ()))

    @cached_property
    def standard(self) -> Standard | None:
        """The kind of record, where one was chosen and is known."""
        return self.standards.get(self.answers.standard) if self.answers.standard else None

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """The fields chosen, those that the standard has."""
        known = self.standard.elements if self.standard else {}
        return tuple(known[name] for name in dict.fromkeys(self.answers.elements or ()) if name in known)

    @cached_property
    def carried(self) -> Mapping[str, tuple[str, ...]]:
        """The sensitivities that the fields carry, by the catalogue's word, each with the fields that carry it."""
        found: dict[str, tuple[str, ...]] = {}
        for element in self.elements:
            word = "criminal" if element.criminal else element.special_category
            if word is not None:
                word = _IN_LAW.get(word, word)
                found[word] = (*found.get(word, ()), element.name)
        return found

    @cached_property
    def sensitive(self) -> tuple[str, ...]:
        """Every sensitivity that was answered or that a field carries."""
        return tuple(dict.fromkeys((*(self.answers.sensitive or ()), *self.carried)))

    @cached_property
    def confidential(self) -> tuple[str, ...]:
        """The fields that are given in confidence."""
        return tuple(element.name for element in self.elements if element.confidential)

    @property
    def in_confidence(self) -> bool:
        """Whether a duty of confidence is engaged: answered so, or gone with a field."""
        guarded = {"patient-information", "social-care"} & set(self.answers.protected or ())
        return bool(self.answers.confidence or self.confidential or guarded)

    @property
    def nameless(self) -> bool:
        """Whether nobody can be told from what crosses."""
        return self.answers.level in ("anonymised", "aggregate")

    @property
    def one_off(self) -> bool:
        """Whether this is a single disclosure about one person."""
        return self.answers.often == "once" and self.answers.how_many == "one"

    @property
    def vital(self) -> bool:
        """Whether a life is at risk and cannot wait."""
        return bool(self.answers.emergency and self.answers.life_at_risk)

    @cached_property
    def candidates(self) -> tuple[Candidate, ...]:
        """The powers that fit or may fit, the surest first; none before giver, receiver and purpose are known."""
        if not (self.giver and self.receiver and self.purpose):
            return ()
        return candidates(
            self.answers, self.giver.id, self.receiver.id, self.purpose.id, self.catalogue, self.on, self.where
        )

    @cached_property
    def chosen(self) -> Candidate | None:
        """The power relied on: the surest of them.

        A body that is no public authority, and one that shares only counts, relies on none but one that fits.
        """
        best = self.candidates[0] if self.candidates else None
        needed = self.giver is not None and self.giver.public_authority and not self.nameless
        return best if best is not None and (needed or best.standing <= Standing.TO_DO) else None
