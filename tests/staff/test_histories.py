"""Any history of sign-ins, grants, resets and lapses of time, held against a model simple enough to be seen right."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pyotp
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from easement.base.database import open_database
from easement.base.errors import UsageError
from easement.staff import service, tables
from easement.staff.model import CONSOLE
from easement.staff.permissions import NodeRole, permissions_of
from tests.often import often

from .keeper import CHEAP, NOW, FakeKeeper, Person, enrolled

HOURS, IDLE, SLACK = 8 * 3600, 30 * 60, 60
NAMES = ("Amina Patel", "Ben Okafor")
who = st.integers(0, len(NAMES) - 1)
a_role = st.sampled_from(["clerk", "officer"])
node_roles = st.frozensets(st.sampled_from(list(NodeRole)), max_size=2)


class Held:
    """What the model says of one person."""

    def __init__(self, person: Person, now) -> None:
        self.person, self.disabled, self.password = person, False, person.password
        self.roles, self.grants = frozenset(), {}
        self.sessions = {person.first.signed_in.token: (now, now)}


class Histories(RuleBasedStateMachine):
    """One organisation, two people, and whatever may happen to them."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.engine = open_database(Path(self.folder.name) / "node.db", b"k" * 32)
        everybodys = tables.accounts.metadata
        ours = [table for table in everybodys.sorted_tables if table.name.startswith("staff_")]
        everybodys.create_all(self.engine, tables=ours)
        self.keeper = FakeKeeper(self.engine)
        self.now = NOW
        self.people = [Held(enrolled(self.keeper, name), NOW - timedelta(minutes=1)) for name in NAMES]
        self.ended: set[str] = set()

    def teardown(self) -> None:
        self.engine.dispose()
        self.folder.cleanup()

    @rule(seconds=st.sampled_from([30, 61, 600, 1739, 1800, 7200, 30_000]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(number=who, right=st.booleans())
    def sign_in(self, number: int, right: bool) -> None:
        held = self.people[number]
        self.now += timedelta(hours=2)  # past every wait, and to a code that was not used
        found = held.person.sign_in(self.now, password=held.password if right else "something else")
        assert (found is not None) == (right and not held.disabled and held.password is not None)
        if found is not None:
            held.sessions[found.token] = (self.now, self.now)

    @rule(number=who)
    def sign_out(self, number: int) -> None:
        held = self.people[number]
        for token in list(held.sessions)[:1]:
            service.sign_out(self.keeper, token)
            self.ended.add(token)
            del held.sessions[token]

    @rule(number=who)
    def disable(self, number: int) -> None:
        service.disable(self.keeper, self.people[number].person.id, by=CONSOLE, now=self.now)
        self.people[number].disabled = True
        self._end_all(number)

    @rule(number=who)
    def enable(self, number: int) -> None:
        service.enable(self.keeper, self.people[number].person.id, by=CONSOLE, now=self.now)
        self.people[number].disabled = False

    @rule(number=who, roles=node_roles)
    def set_roles(self, number: int, roles: frozenset[NodeRole]) -> None:
        held = self.people[number]
        service.set_roles(self.keeper, held.person.id, roles, by=CONSOLE, now=self.now)
        if roles != held.roles:
            self._end_all(number)
        held.roles = roles

    @rule(number=who, role=a_role, hours=st.sampled_from([None, 1, 5, 1000]))
    def grant(self, number: int, role: str, hours: int | None) -> None:
        held, end = self.people[number], self.now + timedelta(hours=hours) if hours else None
        service.grant(self.keeper, held.person.id, "meals", role, by=CONSOLE, now=self.now, expires=end)
        held.grants[role] = end

    @rule(number=who, role=a_role)
    def revoke(self, number: int, role: str) -> None:
        held = self.people[number]
        try:
            service.revoke_grant(self.keeper, held.person.id, "meals", role, by=CONSOLE, now=self.now)
        except UsageError:
            assert role not in held.grants
            return
        del held.grants[role]
        self._end_all(number)

    @precondition(lambda self: any(not held.disabled for held in self.people))
    @rule(number=who, enrol=st.booleans())
    def reset(self, number: int, enrol: bool) -> None:
        held = self.people[number]
        if held.disabled:
            return
        invitation = service.reset_password(self.keeper, held.person.id, by=CONSOLE, now=self.now)
        self._end_all(number)
        held.password = None
        if enrol:
            secret = service.begin_enrolment(self.keeper, invitation.token, self.now).secret
            held.password, held.person.secret = f"a new one by the sea {len(self.ended)}", secret
            code = pyotp.TOTP(secret).at(self.now)
            given = {"now": self.now, "hashing": CHEAP}
            done = service.finish_enrolment(self.keeper, invitation.token, held.password, code, **given)
            held.sessions[done.signed_in.token] = (self.now, self.now)
        held.person.password = held.password or "nothing fits"

    def _end_all(self, number: int) -> None:
        self.ended |= set(self.people[number].sessions)
        self.people[number].sessions.clear()

    @invariant()
    def sessions_open_what_they_should_and_for_no_longer(self) -> None:
        for held in self.people:
            for token, (opened, used) in list(held.sessions.items()):
                self._look(held, token, opened, used)

    def _look(self, held: Held, token: str, opened, used) -> None:
        identity = service.identity_of_session(self.keeper, token, self.now)
        open_for, idle = (self.now - opened).total_seconds(), (self.now - used).total_seconds()
        if identity is None:
            assert open_for >= HOURS or idle > IDLE - SLACK
            del held.sessions[token]
            self.ended.add(token)
            return
        assert open_for < HOURS
        assert idle < IDLE
        assert identity.id == held.person.id
        assert identity.permissions == permissions_of(held.roles)
        assert identity.roles_for("meals") == {
            role for role, end in held.grants.items() if end is None or self.now < end
        }
        held.sessions[token] = (opened, self.now)

    @invariant()
    def what_ended_stays_ended(self) -> None:
        assert not any(service.identity_of_session(self.keeper, token, self.now) for token in self.ended)

    @invariant()
    def the_trail_is_whole(self) -> None:
        assert service.check_trail(self.keeper) is None


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=often(15), stateful_step_count=25, deadline=None)
