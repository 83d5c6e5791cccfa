"""Codes from an authenticator (RFC 6238)."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.staff.second_factor import STEP_SECONDS, fitting_step, otpauth

SECRET = base64.b32encode(b"12345678901234567890").decode()
"""The secret of RFC 6238, appendix B."""


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_the_vectors_of_the_rfc_hold(seconds: int, code: str):
    """Appendix B, the last six of its eight digits."""
    assert fitting_step(SECRET, code, seconds) == seconds // STEP_SECONDS


@given(st.integers(120, 4_000_000_000), st.integers(-3, 3))
def test_a_code_is_taken_one_step_early_or_late_and_no_more(seconds: int, off: int):
    import pyotp

    step = seconds // STEP_SECONDS + off
    code = pyotp.TOTP(SECRET).generate_otp(step)
    found = fitting_step(SECRET, code, seconds)
    assert (found == step) == (abs(off) <= 1) or found is not None  # one code in a million fits another step too


@pytest.mark.parametrize("code", ["", "28708", "2870820", "28708a", "２８７０８２", "\0" * 6, "\ud800", "28-70-82"])
def test_what_is_no_code_fits_nothing(code: str):
    assert fitting_step(SECRET, code, 59) is None


def test_blanks_that_authenticators_show_do_not_matter():
    assert fitting_step(SECRET, " 287 082 ", 59) == 1


def test_without_a_secret_no_code_fits_though_the_same_work_is_done():
    import pyotp

    assert fitting_step(None, pyotp.TOTP("A" * 32).generate_otp(1), 59) is None


def test_the_address_for_the_authenticator_names_whose_it_is():
    address = otpauth(SECRET, "Amina Patel", "northtown")
    assert address.startswith("otpauth://totp/northtown:Amina%20Patel?")
    assert f"secret={SECRET}" in address
