"""Codes from an authenticator: TOTP (RFC 6238) with SHA-1, 30 seconds and 6 digits, which all of them understand."""

import hmac

import pyotp

__all__ = ["STEP_SECONDS", "fitting_step", "otpauth"]

STEP_SECONDS = 30
"""How long a code is shown (RFC 6238, section 4.1)."""

WINDOW = 1
"""Steps before and after this one whose codes are taken, for clocks that differ (RFC 6238, section 5.2)."""

NOBODYS = "A" * 32
"""Checked in place of a secret that is not there, so that the same work is done."""


def otpauth(secret: str, name: str, issuer: str) -> str:
    """The address that an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def fitting_step(secret: str | None, code: str, seconds: int) -> int | None:
    """The number of the step whose code this is, at a time in seconds since 1970; `None` where it fits none.

    Whoever calls must take each step once only: a code seen over somebody's shoulder is then of no use.
    """
    totp, now = pyotp.TOTP(secret or NOBODYS), seconds // STEP_SECONDS
    given = "".join(code.split()).encode("utf-8", "replace")
    steps = range(max(0, now - WINDOW), now + WINDOW + 1)
    fits = [step for step in steps if hmac.compare_digest(totp.generate_otp(step).encode(), given)]
    return fits[-1] if fits and secret is not None else None
