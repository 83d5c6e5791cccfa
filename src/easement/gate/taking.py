"""What a body that joined an agreement takes of it: all, or less by its own choice (R2.5). Pure.

It stands in `FILE.joins` beside the agreement, at each node that gives under it, and is only ever cut out of what the
terms allow: a choice can make nothing wider.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from easement.agreement.model import Agreement, Level, Mode
from easement.gate.prepare import Offer

__all__ = ["EVERYTHING", "Taken", "Taking", "narrowed", "takings", "wider"]


@dataclass(frozen=True, slots=True)
class Taken:
    """What is taken of one share: its modes and fields; empty for all that is agreed."""

    modes: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Taking:
    """What one joiner takes: shares by id and roles that may ask; empty for all that is agreed.

    `parts` says whether it joined as `provider`, `recipient` or both; empty for a recipient.
    """

    shares: Mapping[str, Taken]
    roles: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()

    def plays(self, part: str) -> bool:
        """Whether it joined as a provider, or as a recipient."""
        return part in (self.parts or {"recipient"})

    def as_dict(self) -> dict[str, Any]:
        """The choice as it stands in the file."""
        shares = {
            id_: {"modes": sorted(taken.modes), "fields": sorted(taken.fields)} for id_, taken in self.shares.items()
        }
        return {"shares": shares, "roles": sorted(self.roles), "parts": sorted(self.parts)}

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Taking":
        """A choice from its dictionary; raises `KeyError`, `TypeError` or `AttributeError` for what is none."""
        shares = {
            id_: Taken(frozenset(each["modes"]), frozenset(each["fields"])) for id_, each in said["shares"].items()
        }
        return cls(shares, frozenset(said["roles"]), frozenset(said["parts"]))


EVERYTHING = Taking({})
"""All that is agreed."""


def takings(text: str | None) -> Mapping[str, Taking] | None:
    """Every joiner's choice, by its id, from what stands beside an agreement; `None` where that cannot be read.

    Who is not in it takes everything.
    """
    if text is None:
        return {}
    try:
        return {id_: Taking.of(said) for id_, said in json.loads(text).items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def narrowed(offer: Offer, taking: Taking) -> Offer | None:
    """A share as somebody takes it; `None` where they do not. Only what is agreed is ever in it."""
    if not taking.shares:
        return offer
    taken = taking.shares.get(offer.id)
    if taken is None:
        return None
    modes = frozenset(mode for mode in offer.modes if not taken.modes or mode.value in taken.modes)
    if not taken.fields or offer.level in (Level.AGGREGATE, Level.ANONYMISED):
        return replace(offer, modes=modes)
    why = "it was not taken when the agreement was joined"
    forms, withheld = dict(offer.forms), dict(offer.withheld)
    for mode, agreed in offer.forms.items():
        if mode is not Mode.AGGREGATE:
            forms[mode] = {name: form for name, form in agreed.items() if name in taken.fields}
            withheld[mode] = {**withheld[mode], **{name: why for name in agreed if name not in taken.fields}}
    return replace(offer, modes=modes, forms=forms, withheld=withheld)


def wider(taking: Taking, terms: Agreement, roles: frozenset[str]) -> tuple[str, ...]:
    """What a choice wants that the terms do not give, in words; `roles` are those that joiners may have."""
    found = [f"the role `{each}`" for each in sorted(taking.roles - roles)]
    for id_, taken in taking.shares.items():
        share = terms.shares.get(id_)
        if share is None:
            found.append(f"the share `{id_}`")
            continue
        found += [f"`{id_}` by `{mode}`" for mode in sorted(taken.modes - {mode.value for mode in share.modes})]
        found += [f"the field `{each}` of `{id_}`" for each in sorted(taken.fields - share.fields.keys())]
        if taken.fields and share.level in (Level.AGGREGATE, Level.ANONYMISED):
            found.append(f"`{id_}` with fewer fields: small groups are hidden in it as a whole")
    return tuple(found)
