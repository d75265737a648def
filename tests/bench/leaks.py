"""Memory of the full bot over thousands of updates of mixed kinds: flat once it is warm."""

import asyncio
import subprocess
import sys
import time
from random import Random

import psutil

from core.embedded import embedded
from core.home import temporary_home
from core.migrate import upgrade_database
from core.settings import Settings
from tests.bench.figures import Figure
from tests.bench.instant_api import InstantApi, Json, command, message, person, press, reply, serving
from tests.bench.processes import ended, environment_of

USERS = 200
WARM_UP = 3_000
UPDATES = 5_000
STEP = 1_000
AT_ONCE = 50
BATCH = 250
QUIET_S = 1.0
"""Without a call, the bot has nothing more to say about what it was given."""
PATIENCE_S = 600.0
MEGABYTE = 1_000_000
ARTICLE = "Publishing every day is hard. Most creators give up after three weeks. A system helps, not talent. " * 4
COMMANDS = (
    "/start",
    "/help",
    "/posts",
    "/plan",
    "/settings",
    "/podcasts",
    "/voice",
    "/calendar",
    "/cancel",
    "/nothing",
)


class MixedApi(InstantApi):
    """Hands out updates of many kinds, a batch at a time: the next one comes when the bot is done with the last.

    A confirmed update may still be at work (bot/polling.py), and what waits isn't what leaks.
    """

    def __init__(self) -> None:
        super().__init__()
        self.handled = 0
        self._random = Random(1)
        self._wanted = 0
        self._handed_out = 0
        self._all_confirmed = asyncio.Event()
        self._last_call_at = 0.0

    async def hand_out(self, total: int) -> None:
        """Returns when so many more are handled."""
        async with asyncio.timeout(PATIENCE_S):
            for _ in range(0, total, BATCH):
                self._wanted += BATCH
                self._all_confirmed.clear()
                await self._all_confirmed.wait()
                while time.monotonic() < self._last_call_at + QUIET_S:  # noqa: ASYNC110  silence has no event
                    await asyncio.sleep(QUIET_S / 4)

    async def answer(self, method: str, values: Json) -> bytes:
        if method == "getUpdates":
            return await self._poll(int(values.get("offset") or 0))
        self._last_call_at = time.monotonic()
        if method.startswith(("send", "editMessage")) and method not in ("sendChatAction", "sendMessageDraft"):
            return self._note_answer(values)
        return await super().answer(method, values)

    async def _poll(self, offset: int) -> bytes:
        self.handled = max(self.handled, offset - 1)
        if self.handled >= self._wanted:
            self._all_confirmed.set()
            await asyncio.sleep(0.05)
        count = min(AT_ONCE, self._wanted - self._handed_out)
        first = self._handed_out + 1
        self._handed_out += count
        return reply([{**self._update(number), "update_id": number} for number in range(first, first + count)])

    def _update(self, number: int) -> Json:
        user = self._random.randrange(USERS)
        kinds = (self._command, self._press, self._text, self._odd, self._edit, self._inline)
        return kinds[number % len(kinds)](user, number)

    def _command(self, user: int, number: int) -> Json:
        return command(user, self._random.choice(COMMANDS))

    def _press(self, user: int, number: int) -> Json:
        """Whatever stands under the last message of that user; else a button that nobody knows."""
        buttons = self.last_keyboard.get(5_000_000 + user, [])
        known = [button["callback_data"] for button in buttons if "callback_data" in button]
        return press(user, self._random.choice(known) if known else "old:button")

    def _text(self, user: int, number: int) -> Json:
        return command(user, f"{ARTICLE} {number}" if number % 4 == 0 else f"A few words, number {number}.")

    def _odd(self, user: int, number: int) -> Json:
        """What isn't words: each of it has an answer, too."""
        odd: list[Json] = [
            {"location": {"latitude": 52.5, "longitude": 13.4}},
            {"contact": {"phone_number": "+15550100", "first_name": "Ann"}},
            {"dice": {"emoji": "🎲", "value": 3}},
            {
                "photo": [{"file_id": f"p{number}", "file_unique_id": "u", "width": 9, "height": 9}],
                "caption": "A photo",
            },
            {"voice": {"file_id": f"v{number}", "file_unique_id": "u", "duration": 3}},
        ]
        sent = message(5_000_000 + user, number, "", sender=person(user))
        del sent["text"]
        return {"message": {**sent, **odd[number // 6 % len(odd)]}}

    def _edit(self, user: int, number: int) -> Json:
        edited = message(5_000_000 + user, number, f"Other words, number {number}.", sender=person(user))
        return {"edited_message": {**edited, "edit_date": 1_790_000_100}}

    def _inline(self, user: int, number: int) -> Json:
        query = "words" if number % 2 else ""
        return {"inline_query": {"id": str(number), "from": person(user), "query": query, "offset": ""}}


async def measure() -> list[Figure]:
    """All figures of this bench."""
    with temporary_home() as home, embedded(home) as services:
        environment = environment_of(home, services)
        async with serving(MixedApi()) as api:
            environment |= {"TELEGRAM_API_URL": api.url, "TELEGRAM_RATE_PER_S": "0", "LOG_LEVEL": "ERROR"}
            await upgrade_database(Settings.load(DATABASE_URL=services.database_url, _env_file=None))
            process = subprocess.Popen(  # noqa: ASYNC220  starting it takes a moment, and nothing else runs meanwhile
                [sys.executable, "-m", "postaify", "bot"], env=environment, cwd=home
            )
            with ended(process):
                sizes = await _sizes(api, psutil.Process(process.pid))
    grown = sizes[-1] - sizes[0]
    return [
        Figure(f"memory after {WARM_UP:,} updates", sizes[0], "MB"),
        Figure(f"after {UPDATES:,} more", sizes[-1], "MB"),
        Figure("grown by", grown, "MB", goal="<= 10 MB"),
        Figure(f"in the last {STEP:,} of them", sizes[-1] - sizes[-2], "MB", goal="<= 3 MB"),
    ]


async def _sizes(api: MixedApi, process: psutil.Process) -> list[float]:
    """Once it is warm, and after each step."""
    await api.hand_out(WARM_UP)
    sizes = [process.memory_info().rss / MEGABYTE]
    for _ in range(UPDATES // STEP):
        await api.hand_out(STEP)
        sizes.append(process.memory_info().rss / MEGABYTE)
    return sizes


def main() -> list[Figure]:
    return asyncio.run(measure())
