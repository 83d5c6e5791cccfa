"""What is to be known of a dataset beside its columns: who answers for it, where it is, how long it is kept (R4.8)."""

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from easement.base.located import misplaced
from easement.meaning.model import Sensitivity

__all__ = ["About", "Classification", "Frequency", "Special"]

_PERIOD = re.compile(r"P(?=\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?")


class Classification(StrEnum):
    """How it must be protected (Government Security Classifications Policy; `official-sensitive` is its marking)."""

    OFFICIAL = "official"
    OFFICIAL_SENSITIVE = "official-sensitive"
    SECRET = "secret"  # noqa: S105 (a classification)
    TOP_SECRET = "top-secret"  # noqa: S105 (a classification)


class Frequency(StrEnum):
    """How often it is brought up to date, in the words of the EU's frequency list, which DCAT-AP uses."""

    CONTINUOUS = "continuous"
    DAILY = "daily"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    TERMLY = "termly"
    ANNUAL = "annual"
    IRREGULAR = "irregular"
    NEVER = "never"


class Special(StrEnum):
    """The special categories of personal data (UK GDPR art. 9(1)), and data on criminal offences (art. 10)."""

    ETHNICITY = "ethnicity"
    POLITICS = "politics"
    RELIGION = "religion"
    TRADE_UNION = "trade-union"
    GENETIC = "genetic"
    BIOMETRIC = "biometric"
    HEALTH = "health"
    SEX_LIFE = "sex-life"
    SEXUAL_ORIENTATION = "sexual-orientation"
    CRIMINAL = "criminal"

    @classmethod
    def of(cls, sensitivity: Sensitivity) -> "Special | None":
        """The category that an element of a standard is of."""
        word = sensitivity.removeprefix("special: ")
        return cls(word) if word in list(cls) else None


def _is_period(text: str) -> str:
    if _PERIOD.fullmatch(text) is None:
        raise ValueError(f"`{text}` is not a length of time\nwrite it as `P7Y`, `P18M` or `P90D`")
    return text


def _on_one_line(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("it is empty, or holds a line break or what cannot be seen\nwrite it on one line")
    return text


Line = Annotated[str, AfterValidator(_on_one_line)]


class About(BaseModel):
    """The `about:` section of a mapping; every part may be left out, and the register says which are.

    `retention` is how long records are kept (ISO 8601), `retained_until` the day on which the law lets the whole go.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    owner: Line | None = Field(default=None, description="who answers for it")
    contact: Line | None = Field(default=None, description="where to ask")
    classification: Classification | None = Field(default=None, description="how it must be protected")
    created: date | None = Field(default=None, description="when it was begun")
    location: Line | None = Field(default=None, description="where it is stored")
    transmitted: Line | None = Field(default=None, description="how it reaches others")
    updated: Frequency | None = Field(default=None, description="how often it is brought up to date")
    retention: Annotated[str, AfterValidator(_is_period)] | None = Field(
        default=None, description="how long a record is kept"
    )
    retained_until: date | Literal["indefinitely"] | None = Field(
        default=None, description="when the law lets it be destroyed"
    )
    personal_data: bool | None = Field(default=None, description="whether it is about living people")
    special_categories: tuple[Special, ...] | Literal["none"] | None = Field(
        default=None, description="which special categories of personal data it holds"
    )

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "About":
        ends = self.retained_until
        if isinstance(ends, date) and self.created is not None and ends < self.created:
            what = "it would be destroyed before it was begun"
            raise misplaced(("retained_until",), what, "mend one of the two days")
        if self.personal_data is False and self.special:
            what = "special categories are of personal data, and `personal_data` is false"
            raise misplaced(("special_categories",), what, "write `personal_data: true`, or `special_categories: none`")
        return self

    @property
    def special(self) -> tuple[Special, ...]:
        """The special categories named; none where they are not mentioned either."""
        return self.special_categories if isinstance(self.special_categories, tuple) else ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The parts that nobody has said yet."""
        return tuple(name for name in type(self).model_fields if getattr(self, name) is None)

    def contradictions(self, held: Iterable[Sensitivity]) -> list[tuple[str, str, str]]:
        """Where it says less than the elements that the mapping fills: the part, what is wrong, and its mend."""
        bears, found = set(held) - {Sensitivity.NONE}, []
        if bears and self.personal_data is False:
            what = "the mapping fills elements about people, and this says that there are none"
            found.append(("personal_data", what, "write `personal_data: true`"))
        unsaid = sorted({special for each in bears if (special := Special.of(each)) is not None} - set(self.special))
        if unsaid and self.special_categories is not None:
            what = f"the mapping fills elements of {', '.join(f'`{each}`' for each in unsaid)}, which are not named"
            found.append(("special_categories", what, f"write `special_categories: [{', '.join(unsaid)}]`"))
        return found
