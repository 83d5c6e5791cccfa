"""Who uses a node: people and programs, what they hold, and what was done to their accounts. Frozen types, no I/O."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from easement.base.errors import UsageError
from easement.staff.permissions import NodeRole, Permission

__all__ = [
    "CONSOLE",
    "COURSE",
    "Account",
    "Act",
    "Done",
    "Enrolled",
    "Enrolment",
    "Grant",
    "Identity",
    "Invitation",
    "Kind",
    "MadeKey",
    "ProgramKey",
    "SignedIn",
    "Training",
    "checked_name",
    "matched",
]

CONSOLE = "console"
"""Who acts when a command is run on the node's own machine: the operating system's account is the boundary there."""

COURSE = "course"
"""Who records a pass when somebody passed the test of a course on the node's own pages."""

LONGEST_NAME = 100
SLUG = re.compile(r"[a-z][a-z0-9-]{0,62}")


class Kind(StrEnum):
    """Who an identity is."""

    PERSON = "person"
    PROGRAM = "program"


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody who was let in, and what they hold at this moment.

    `grants` are the roles held under agreements, by agreement id; `training` the codes of courses that still count.
    `organisation_roles` are what they are at the node; programs have none, their permissions are their key's scopes.
    """

    id: str
    name: str = field(repr=False)
    kind: Kind
    permissions: frozenset[Permission]
    organisation_roles: frozenset[NodeRole] = frozenset()
    grants: Mapping[str, frozenset[str]] = field(default_factory=dict)
    training: frozenset[str] = frozenset()

    def may(self, permission: Permission) -> bool:
        """Whether this permission is theirs."""
        return permission in self.permissions

    def roles_for(self, agreement_id: str) -> frozenset[str]:
        """The roles that they hold under an agreement; without one, nothing may be asked under it."""
        return self.grants.get(agreement_id, frozenset())

    def role_for(self, agreement_id: str) -> str | None:
        """The role held under an agreement: the first by the alphabet where there are several, `None` without one."""
        return min(self.roles_for(agreement_id), default=None)


@dataclass(frozen=True, slots=True)
class Account:
    """One person's account. `ready` says whether they can sign in yet; no secret of theirs is in it."""

    id: str
    name: str = field(repr=False)
    email: str = field(repr=False)
    roles: frozenset[NodeRole]
    disabled: bool
    has_password: bool
    has_factor: bool
    external: tuple[str, ...]
    created: datetime
    signed_in: datetime | None
    grants: tuple["Grant", ...] = ()
    training: tuple["Training", ...] = ()

    @property
    def ready(self) -> bool:
        """Whether somebody could sign in to it."""
        return not self.disabled and (self.has_password or bool(self.external))

    @property
    def state(self) -> str:
        """Where it stands, in a word: `ready`, `invited` or `disabled`."""
        return "disabled" if self.disabled else "ready" if self.ready else "invited"


@dataclass(frozen=True, slots=True)
class Grant:
    """One role under one agreement for one holder (a person or a program), until `expires` where it ends."""

    holder: str
    agreement_id: str
    role: str
    granted: datetime
    expires: datetime | None = None

    def __post_init__(self) -> None:
        matched(self.agreement_id, "the id of an agreement")
        matched(self.role, "a role")
        if self.expires is not None and self.expires <= self.granted:
            raise UsageError("the grant would end before it begins", remedy="give a later end")

    def holds(self, now: datetime) -> bool:
        """Whether it counts at a time: from the moment it was given until just before it expires."""
        return self.expires is None or now < self.expires


@dataclass(frozen=True, slots=True)
class Training:
    """A course that somebody passed, and the last day on which that counts (UTC)."""

    holder: str
    code: str
    passed: date
    expires: date | None = None

    def __post_init__(self) -> None:
        matched(self.code, "the code of a course")
        if self.expires is not None and self.expires < self.passed:
            raise UsageError("the training would expire before it was passed", remedy="give a later last day")

    def counts(self, today: date) -> bool:
        """Whether it counts on a day: from the day it was passed to its last day, both included."""
        return self.passed <= today and (self.expires is None or today <= self.expires)


@dataclass(frozen=True, slots=True)
class ProgramKey:
    """A program's key without its secret: what it may do, who made it, and when it was used last."""

    id: str
    name: str
    scopes: frozenset[Permission]
    made: datetime
    made_by: str
    expires: datetime
    used: datetime | None = None
    revoked: datetime | None = None
    grants: tuple[Grant, ...] = ()
    training: tuple[Training, ...] = ()

    def works(self, now: datetime) -> bool:
        """Whether it lets a program in at a time."""
        return self.revoked is None and now < self.expires

    def state(self, now: datetime) -> str:
        """Where it stands, in a word: `works`, `expired` or `revoked`."""
        return "revoked" if self.revoked else "works" if now < self.expires else "expired"


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A key as it was made. `secret` is the whole text that the program sends, and is never shown again."""

    key: ProgramKey
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Invitation:
    """A way in for one person, once: whoever holds the token sets the account's password. It ends at `expires`."""

    account_id: str
    token: str = field(repr=False)
    expires: datetime


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What somebody with an invitation is shown: their authenticator's secret, and the same as an `otpauth` address."""

    account_id: str
    name: str = field(repr=False)
    secret: str = field(repr=False)
    uri: str = field(repr=False)
    expires: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that was opened: `token` goes into the browser's session cookie and is kept nowhere here.

    `device` goes into another cookie, which lives ninety days and outlives the session: shown at the next sign-in, it
    keeps others who guess this name's password from making this browser wait.
    """

    token: str = field(repr=False)
    identity: Identity
    ends: datetime
    device: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Somebody who set their password: their session, and codes for the day their authenticator is lost, shown once."""

    signed_in: SignedIn
    recovery_codes: tuple[str, ...] = field(repr=False)


class Act(StrEnum):
    """What is done to accounts and keys, as `staff:subject:action`."""

    ACCOUNT_ADDED = "staff:account:added"
    ACCOUNT_DISABLED = "staff:account:disabled"
    ACCOUNT_ENABLED = "staff:account:enabled"
    ACCOUNT_ENROLLED = "staff:account:enrolled"
    ACCOUNT_LINKED = "staff:account:linked"
    ACCOUNT_PASSWORD_CHANGED = "staff:account:password-changed"  # noqa: S105 - the name of an act
    ACCOUNT_PASSWORD_RESET = "staff:account:password-reset"  # noqa: S105
    ACCOUNT_RECOVERY_USED = "staff:account:recovery-used"
    ACCOUNT_ROLES_SET = "staff:account:roles-set"
    ACCOUNT_UNLINKED = "staff:account:unlinked"
    GRANT_GIVEN = "staff:grant:given"
    GRANT_REVOKED = "staff:grant:revoked"
    KEY_MADE = "staff:key:made"
    KEY_REVOKED = "staff:key:revoked"
    TRAINING_RECORDED = "staff:training:recorded"


@dataclass(frozen=True, slots=True)
class Done:
    """One line of the trail: who did what to which account or key, and when. It holds ids, and nobody's name."""

    number: int
    at: datetime
    by: str
    act: Act
    about: str
    detail: Mapping[str, Any]


def matched(text: str, what: str) -> str:
    """A word of agreements (`free-school-meals`), as it is; raises `UsageError` for anything else."""
    if not SLUG.fullmatch(text):
        raise UsageError(f"`{_short(text)}` cannot be {what}", remedy="use small letters, digits and hyphens")
    return text


def checked_name(name: str, what: str = "a name") -> str:
    """A name as it is kept: NFKC, single blanks, at most 100 characters that can be seen; raises `UsageError`."""
    plain = " ".join(unicodedata.normalize("NFKC", name).split())
    if not plain:
        raise UsageError(f"{what} cannot be empty", remedy="write it in letters and digits")
    if len(plain) > LONGEST_NAME:
        raise UsageError(f"{what} is longer than {LONGEST_NAME} characters", remedy="use a shorter one")
    if any(unicodedata.category(each).startswith("C") for each in plain):
        raise UsageError(f"{what} holds characters that cannot be seen", remedy="type it anew instead of pasting it")
    return plain


def _short(text: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in text[:40])
