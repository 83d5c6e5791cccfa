"""Staff, their roles and training, and the keys of programs."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from easement.web.views.page import View

__all__ = [
    "Course",
    "Grant",
    "KeyLine",
    "KeyMade",
    "KeyPage",
    "Keys",
    "NewKey",
    "NewPerson",
    "PersonInvited",
    "PersonLine",
    "PersonPage",
    "Picked",
    "Staff",
]


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One account: `state` is `ready`, `invited` or `disabled`."""

    id: str
    name: str
    state: str
    roles: tuple[str, ...]
    under: int
    signed_in: datetime | None

    def as_row(self) -> dict[str, Any]:
        """The line as files of the list have it."""
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "roles": list(self.roles),
            "agreements": self.under,
            "signed_in": self.signed_in,
        }


@dataclass(frozen=True, slots=True)
class Picked:
    """One thing to choose in a form: its code, its name, what it means, and whether it is chosen."""

    code: str
    name: str
    meaning: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """One role under one agreement; `over` says that its time has run out."""

    agreement_id: str
    agreement: str
    role: str
    expires: datetime | None
    over: bool


@dataclass(frozen=True, slots=True)
class Course:
    """One course that was passed; `over` says that it counts no more."""

    code: str
    passed: date
    expires: date | None
    over: bool


@dataclass(frozen=True, kw_only=True)
class Staff(View):
    """Everybody who has an account."""

    template: ClassVar[str] = "staff/list.html"
    section: ClassVar[str] = "staff"
    lines: tuple[PersonLine, ...]
    keys: bool


@dataclass(frozen=True, kw_only=True)
class NewPerson(View):
    """The form to let somebody in."""

    template: ClassVar[str] = "staff/new.html"
    section: ClassVar[str] = "staff"
    roles: tuple[Picked, ...]
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class PersonInvited(View):
    """The way in for somebody, shown this once."""

    template: ClassVar[str] = "staff/invited.html"
    section: ClassVar[str] = "staff"
    id: str
    name: str
    code: str
    expires: datetime


@dataclass(frozen=True, kw_only=True)
class PersonPage(View):
    """One account with what they are, may ask, and have learned. `oneself` may not change one's own."""

    template: ClassVar[str] = "staff/person.html"
    section: ClassVar[str] = "staff"
    line: PersonLine
    roles: tuple[Picked, ...]
    grants: tuple[Grant, ...]
    courses: tuple[Course, ...]
    offers: tuple[Picked, ...]
    oneself: bool
    has_factor: bool
    known_courses: tuple[str, ...] = ()
    done: str = ""


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One key of a program: `state` is `works`, `expired` or `revoked`. Its secret is nowhere."""

    id: str
    name: str
    state: str
    scopes: tuple[str, ...]
    made: datetime
    expires: datetime
    used: datetime | None

    def as_row(self) -> dict[str, Any]:
        """The line as files of the list have it."""
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "scopes": list(self.scopes),
            "made": self.made,
            "expires": self.expires,
            "used": self.used,
        }


@dataclass(frozen=True, kw_only=True)
class Keys(View):
    """Every key that was ever made."""

    template: ClassVar[str] = "staff/keys.html"
    section: ClassVar[str] = "staff"
    lines: tuple[KeyLine, ...]


@dataclass(frozen=True, kw_only=True)
class NewKey(View):
    """The form to make a key."""

    template: ClassVar[str] = "staff/new_key.html"
    section: ClassVar[str] = "staff"
    scopes: tuple[Picked, ...]
    name: str = ""
    days: str = "90"


@dataclass(frozen=True, kw_only=True)
class KeyMade(View):
    """A key's whole text, shown this once."""

    template: ClassVar[str] = "staff/key_made.html"
    section: ClassVar[str] = "staff"
    line: KeyLine
    secret: str


@dataclass(frozen=True, kw_only=True)
class KeyPage(View):
    """One key, the roles that it holds under agreements, and the way to revoke it."""

    template: ClassVar[str] = "staff/key.html"
    section: ClassVar[str] = "staff"
    line: KeyLine
    scopes: tuple[Picked, ...]
    grants: tuple[Grant, ...]
    courses: tuple[Course, ...]
    offers: tuple[Picked, ...]
    made_by: str
    done: str = ""
