from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easement.base.moments import instant_of, instant_text


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(9999, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_moment_is_read_back_to_the_second(at: datetime) -> None:
    assert instant_of(instant_text(at)) == at.replace(microsecond=0)
    assert instant_text(int(at.timestamp())) == instant_text(at)


def test_a_moment_elsewhere_is_told_in_utc() -> None:
    assert instant_text(datetime(2026, 7, 1, 9, 0, tzinfo=timezone(timedelta(hours=1)))) == "2026-07-01T08:00:00Z"


@pytest.mark.parametrize("text", ["", "2026-07-01", "2026-07-01T08:00:00", "2026-07-01T08:00Z", "2026-07-01 08:00:00Z"])
def test_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="does not match format"):
        instant_of(text)
