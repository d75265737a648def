"""From *Make audio* to the audio in the chat, offline, in a running `up`: of its first episode, and of later ones."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

from core.home import temporary_home
from tests.bench.figures import Figure
from tests.bench.processes import ended
from tests.bench.startup import sandbox_address
from tests.flows.steps import card_of
from web.sandbox.client import Person, SandboxClient

NOTES = Path(__file__).parents[1] / "core/providers/sources/long/en.txt"
EPISODES = 3
PATIENCE_S = 120.0
"""Only who waits in vain waits so long."""
GOAL = "<= 10 s"


async def measure() -> list[Figure]:
    """SHORT episodes, one after the other; each says other words, so that nothing of it is there already."""
    with temporary_home() as home:
        environment = {"PATH": os.environ["PATH"], "POSTAIFY_HOME": str(home), "WEB_PORT": "0", "SANDBOX_PORT": "0"}
        process = subprocess.Popen(  # noqa: ASYNC220  starting it takes a moment, and nothing else runs meanwhile
            [sys.executable, "-m", "postaify", "up"], env=environment, cwd=home, stdout=subprocess.DEVNULL
        )
        with ended(process):
            async with asyncio.timeout(PATIENCE_S):
                address = await sandbox_address(home)
            async with SandboxClient(address) as client:
                person = await client.new_person("Ann")
                await person.send_text("/start")
                took = [await _episode(person, number) for number in range(EPISODES)]
    length_s = min(length_s for _, length_s in took)
    return [
        Figure("length of the shortest", length_s / 60, "min"),
        Figure("from Make audio to the message, first episode", took[0][0], "s", goal=GOAL),
        Figure("the same, the slowest of later ones", max(took_s for took_s, _ in took[1:]), "s", goal=GOAL),
    ]


async def _episode(person: Person, number: int) -> tuple[float, float]:
    """The seconds until it is there, and its length."""
    words = NOTES.read_text()
    card = await card_of(person, f"Edition {number}. {words.replace('the ', f'the {number} ')}")
    await person.press(card, "🎙 Podcast")
    options = await person.wait_until_edited(card, "of 5 episodes", timeout_s=PATIENCE_S)
    await person.press(options, "✍️ Write the script")
    script = await person.wait_until_edited(options, "To change a line", timeout_s=PATIENCE_S)
    began_at = time.perf_counter()
    await person.press(script, "Make audio", timeout_s=PATIENCE_S)
    audio = await person.wait_for_message(
        lambda message: "audio" in message.body, after=script.id, timeout_s=PATIENCE_S
    )
    return time.perf_counter() - began_at, float(audio.body["audio"]["duration"])


def main() -> list[Figure]:
    return asyncio.run(measure())
