"""Everything that can be done with people and programs, one function for each; doors import it from here.

Each takes the node first (or whatever fits `Keeper`) and the time as `now`, and is one transaction with its line in
the trail.
"""

from easement.staff.entering import (
    NOT_LET_IN,
    begin_enrolment,
    change_password,
    finish_enrolment,
    identity_of_session,
    open_session,
    sign_in_local,
    sign_out,
)
from easement.staff.keys import identity_of_key, list_keys, make_key, revoke_key
from easement.staff.people import (
    add_person,
    disable,
    enable,
    find_person,
    grant,
    link_external,
    list_people,
    record_training,
    reset_password,
    revoke_grant,
    set_roles,
    unlink_external,
)
from easement.staff.trail import check_trail, trail

__all__ = [
    "NOT_LET_IN",
    "add_person",
    "begin_enrolment",
    "change_password",
    "check_trail",
    "disable",
    "enable",
    "find_person",
    "finish_enrolment",
    "grant",
    "identity_of_key",
    "identity_of_session",
    "link_external",
    "list_keys",
    "list_people",
    "make_key",
    "open_session",
    "record_training",
    "reset_password",
    "revoke_grant",
    "revoke_key",
    "set_roles",
    "sign_in_local",
    "sign_out",
    "trail",
    "unlink_external",
]
