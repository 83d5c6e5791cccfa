"""An organisation that lets people in, made by hand, and people who go through what people go through."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pyotp
from sqlalchemy import Engine

from easement.node.model import StaffSettings
from easement.staff import service
from easement.staff.model import CONSOLE, Enrolled, SignedIn
from easement.staff.passwords import Hashing
from easement.staff.permissions import NodeRole

__all__ = ["CHEAP", "NOW", "PASSWORD", "FakeKeeper", "FakeSettings", "Person", "enrolled", "later", "stricter"]

CHEAP = Hashing(memory=8, passes=1, lanes=1)
"""The least work that Argon2id can be: what is tested does not depend on how much it is."""

NOW = datetime(2026, 9, 2, 10, 0, tzinfo=UTC)
PASSWORD = "plenty of brave otters"


@dataclass(frozen=True)
class FakeSettings:
    """Settings with nothing but the staff's in them."""

    staff: StaffSettings = field(default_factory=StaffSettings)


@dataclass(frozen=True)
class FakeKeeper:
    """What the staff room needs of a node."""

    engine: Engine
    master_key: bytes = b"m" * 32
    organisation: str = "northtown"
    settings: FakeSettings = field(default_factory=FakeSettings)


def stricter(keeper: FakeKeeper, **settings: object) -> FakeKeeper:
    """The same organisation under other settings."""
    return replace(keeper, settings=FakeSettings(StaffSettings.model_validate(settings)))


def later(**span: float) -> datetime:
    """A time after `NOW`."""
    return NOW + timedelta(**span)


@dataclass
class Person:
    """Somebody with a password and an authenticator. Each code they type is of a new step, as the clock goes on."""

    keeper: FakeKeeper
    id: str
    name: str
    secret: str
    first: Enrolled
    password: str = PASSWORD

    def code(self, now: datetime) -> str:
        """What their authenticator shows."""
        return pyotp.TOTP(self.secret).at(now)

    def sign_in(self, now: datetime, *, password: str | None = None, code: str | None = None, **more: str):
        """Try to sign in, rightly unless something else is given."""
        given = self.password if password is None else password
        typed = self.code(now) if code is None else code
        return service.sign_in_local(self.keeper, self.name, given, typed, now=now, hashing=CHEAP, **more)

    def is_in(self, signed_in: SignedIn, now: datetime) -> bool:
        """Whether a session opens something at a time."""
        found = service.identity_of_session(self.keeper, signed_in.token, now)
        assert found is None or found.id == self.id
        return found is not None


def enrolled(keeper: FakeKeeper, name: str = "Amina Patel", *roles: NodeRole, source: str = "") -> Person:
    """Somebody who was let in and set their password, a minute before `NOW`."""
    before = NOW - timedelta(minutes=1)
    invitation = service.add_person(keeper, name, by=CONSOLE, now=before, roles=roles)
    shown = service.begin_enrolment(keeper, invitation.token, before)
    code = pyotp.TOTP(shown.secret).at(before)
    first = service.finish_enrolment(keeper, invitation.token, PASSWORD, code, now=before, source=source, hashing=CHEAP)
    return Person(keeper, invitation.account_id, name, shown.secret, first)
