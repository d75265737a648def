"""A small broadcast of `python -m tests.faults.broadcasts`."""

import pytest

from tests.faults.broadcasts import play

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]


async def test_killed_paused_and_resumed_it_reaches_everybody_and_cancelled_it_stops() -> None:
    outcome = await play(200, rate_per_s=60)
    assert outcome.wrong == []
