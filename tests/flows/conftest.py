"""Flows: real processes over real HTTP."""

import pytest

from tests.flows.house import House
from web.sandbox.client import Person


@pytest.fixture
async def person(house: House) -> Person:
    """Somebody who has never spoken to the bot."""
    return await house.sandbox.client.new_person("Ann")
