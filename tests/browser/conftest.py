"""The chat page in Chromium: one browser for the session; for each test its own sandbox, bot and page."""

import os
import shutil
from collections.abc import AsyncIterator, Generator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, FormData
from aiohttp.test_utils import unused_port
from aiohttp.web import AppRunner, TCPSite
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, async_playwright, expect

from tests.patience import PATIENCE_S
from web.sandbox import SANDBOX_TOKEN
from web.sandbox.app import build_app

ARTIFACTS = Path(__file__).parents[2] / "artifacts" / "browser"
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
FAILED = pytest.StashKey[bool]()
UNHURRIED = """
const { setTimeout: later } = window;
window.setTimeout = (run, ms, ...given) => later(run, ms >= 3000 ? 60 * ms : ms, ...given);
"""
"""What the page takes away by itself after seconds, a toast or who is typing, is there for minutes: whoever stood still
in between would never have seen it."""
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Sandbox:
    """A running sandbox, its bot (`call`) and its person (`client`)."""

    def __init__(self, runner: AppRunner, port: int, session: ClientSession) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._runner = runner
        self._port = port
        self._session = session
        self._offset = 0

    async def listen(self) -> None:
        await TCPSite(self._runner, "127.0.0.1", self._port).start()

    async def cut(self) -> None:
        """Nobody reaches the sandbox until `listen`; open connections break."""
        for site in list(self._runner.sites):
            await site.stop()
        assert self._runner.server is not None
        for connection in self._runner.server.connections:
            if connection.transport is not None:
                connection.transport.abort()

    async def call(self, method: str, **params: Any) -> Any:
        """A Bot API call as the default bot. Files are given as (name, bytes)."""
        files = {name: value for name, value in params.items() if isinstance(value, tuple)}
        sent: dict[str, Any] = {"json": params}
        if files:
            form = FormData()
            for name, value in params.items():
                if name in files:
                    form.add_field(name, value[1], filename=value[0])
                else:
                    form.add_field(name, str(value))
            sent = {"data": form}
        async with self._session.post(f"{self.url}/bot{SANDBOX_TOKEN}/{method}", **sent) as response:
            answer = await response.json()
        assert answer["ok"], answer
        return answer["result"]

    async def update(self, kind: str) -> Any:
        """The next update of that kind; others before it are dropped."""
        while True:
            for update in await self.call("getUpdates", offset=self._offset, timeout=5, limit=1):
                self._offset = update["update_id"] + 1
                if kind in update:
                    return update[kind]

    async def client(self, method: str, path: str, **body: Any) -> Any:
        """A client API call."""
        async with self._session.request(method, f"{self.url}/client{path}", json=body or None) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def me(self) -> int:
        """The person's id, which is also the id of the private chat."""
        identity = await self.client("GET", "/me")
        return int(identity["user"]["id"])

    async def start(self) -> int:
        """The person has pressed Start, and the bot knows; gives the private chat's id."""
        chat_id = await self.me()
        await self.client("POST", f"/chats/{chat_id}/messages", user_id=chat_id, text="/start")
        await self.update("message")
        return chat_id


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


async def rest(page: Page) -> None:
    """Wait until nothing moves but what never ends."""
    moving = "document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime !== Infinity)"
    await page.evaluate(f"Promise.allSettled({moving}.map((one) => one.finished)).then(() => null)")


async def keep_screenshot(page: Page, name: str) -> None:
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=ARTIFACTS / f"{name}.png")


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium; Playwright gives it a fresh profile."""
    expect.set_options(timeout=PATIENCE_S * 1000)
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if executable is None:
        pytest.skip("no Chromium: install Debian's chromium, or name one in CHROMIUM")
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield launched
        await launched.close()


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    runner = AppRunner(build_app(), shutdown_timeout=0.1)
    await runner.setup()
    async with ClientSession() as session:
        made = Sandbox(runner, unused_port(), session)
        await made.listen()
        async with session.post(f"{made.url}/control/limits", json={"enabled": False}) as response:
            assert response.status == 200
        yield made
    await runner.cleanup()


@pytest.fixture
def viewport() -> ViewportSize:
    return DESKTOP


@pytest.fixture
async def context(browser: Browser, viewport: ViewportSize) -> AsyncIterator[BrowserContext]:
    made = await browser.new_context(viewport=viewport, locale="en-GB", color_scheme="light", accept_downloads=True)
    await made.grant_permissions(["clipboard-read", "clipboard-write"])
    made.set_default_timeout(PATIENCE_S * 1000)
    yield made
    await made.close()


@pytest.fixture
async def page(context: BrowserContext, sandbox: Sandbox, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    """The sandbox person's blank page. An error on its console fails the test; a failed test leaves a screenshot."""
    made = await context.new_page()
    await made.add_init_script(UNHURRIED)
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(f"{message.text} {message.location['url']}")

    made.on("console", note)
    made.on("pageerror", lambda error: errors.append(str(error)))
    yield made
    if request.node.stash.get(FAILED, False):
        await keep_screenshot(made, request.node.name)
    await made.close()
    expected = request.node.get_closest_marker("expects_console_errors")
    assert expected or errors == [], errors
