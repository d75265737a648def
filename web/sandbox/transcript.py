"""A chat as a terminal shows it: one's own messages on the right, the bot's on the left, changes as they happen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from rich.align import Align
from rich.box import ROUNDED
from rich.console import Console, Group, RenderableType
from rich.constrain import Constrain
from rich.live import Live
from rich.markup import escape
from rich.panel import Panel
from rich.rule import Rule
from rich.text import Text

from web.sandbox.client import Person, SeenButton, SeenMessage
from web.sandbox.model import Json

COLUMNS_MOST = 100
BUBBLE_COLUMNS = 68
LINES_MOST, LAST_LINES = 12, 4
"""Of one bubble: who watches wants to see the next one, too."""
STYLES = {
    "bold": "bold",
    "italic": "italic",
    "underline": "underline",
    "strikethrough": "strike",
    "code": "cyan",
    "pre": "cyan",
    "blockquote": "dim",
    "expandable_blockquote": "dim",
    "url": "underline blue",
    "text_link": "underline blue",
    "bot_command": "blue",
    "hashtag": "blue",
    "mention": "blue",
}
ME, BOT, QUIET = "green", "cyan", "dim"


class Transcript:
    """Prints what happens in a person's private chat. Use it as a context manager."""

    def __init__(self, console: Console, person: Person) -> None:
        self._console = console
        self._person = person
        self._live: Live | None = None
        self._shown: dict[int, Json] = {}
        self._news = asyncio.Event()
        self._following: asyncio.Task[None] | None = None
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        events = await self._stack.enter_async_context(self._person.client.events(self._person.id))
        self._following = asyncio.create_task(self._follow(events))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        self._end_draft()
        await self._stack.aclose()

    def scene(self, title: str) -> None:
        """A heading between two parts of the story."""
        self._end_draft()
        self._console.print()
        rule = Rule(f"[bold]{escape(title)}[/]", align="left", style=QUIET)
        self._console.print(rule, width=self._width)

    def pressed(self, button: SeenButton) -> None:
        """What isn't a message, and yet was done by the person."""
        self._print(Text(f"presses  {button.text}", style=f"{ME} italic"), mine=True)

    async def shows(self, message: SeenMessage) -> None:
        """Return when the message stands there as it is now."""
        while self._shown.get(message.id, {}).get("text") != message.body.get("text"):
            self._news.clear()
            await self._news.wait()

    async def _follow(self, events: AsyncIterator[Json]) -> None:
        async for event in events:
            self._show(event)
            self._news.set()

    def _show(self, event: Json) -> None:
        match event["type"]:
            case "message" | "edited":
                self._end_draft()
                message = SeenMessage(event["message"])
                changed = event["type"] == "edited"
                if not (changed and _looks_same(self._shown.get(message.id, {}), message.body)):
                    self._print(bubble(message, note="changed" if changed else ""), mine=message.outgoing)
                self._shown[message.id] = message.body
            case "draft":
                self._show_draft(str(event["text"]))
            case "deleted":
                self._print(Text("a message was taken away", style=QUIET), mine=False)
            case "callback_answer" if event["text"]:
                self._print(Text(f"╰─ {event['text']}", style="yellow"), mine=False)

    def _show_draft(self, text: str) -> None:
        """A text that is being written grows in place, where the terminal can do that."""
        if not self._console.is_terminal:
            return
        if self._live is None:
            self._live = Live(console=self._console, transient=True, refresh_per_second=8)
            self._live.start()
        grown = Panel(
            _clipped(Text(text)), box=ROUNDED, border_style=QUIET, subtitle="writing…", subtitle_align="right"
        )
        self._live.update(Constrain(grown, BUBBLE_COLUMNS))

    def _end_draft(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _print(self, what: RenderableType, *, mine: bool) -> None:
        self._console.print(Align(what, "right" if mine else "left"), width=self._width)

    @property
    def _width(self) -> int:
        return min(self._console.width, COLUMNS_MOST)


def bubble(message: SeenMessage, *, note: str = "") -> RenderableType:
    """A message with its buttons."""
    colour = ME if message.outgoing else BOT
    panel = Panel(
        _clipped(formatted(message.text, message.entities)),
        box=ROUNDED,
        border_style=colour,
        title=f"[{colour}]{'you' if message.outgoing else 'Postaify'}[/]",
        title_align="right" if message.outgoing else "left",
        subtitle=f"[{QUIET}]{note}[/]" if note else None,
        subtitle_align="right",
        expand=False,
    )
    return Constrain(Group(panel, *_button_rows(message)), BUBBLE_COLUMNS)


def formatted(text: str, entities: list[Json]) -> Text:
    """Telegram's entities count in UTF-16 units."""
    shown = Text(text)
    units = text.encode("utf-16-le")
    for entity in entities:
        start = len(units[: entity["offset"] * 2].decode("utf-16-le", errors="ignore"))
        end = len(units[: (entity["offset"] + entity["length"]) * 2].decode("utf-16-le", errors="ignore"))
        shown.stylize(STYLES.get(entity["type"], ""), start, end)
    return shown


def _clipped(text: Text) -> Text:
    """A long text without its middle: it needn't fill the screen."""
    lines = text.wrap(Console(width=BUBBLE_COLUMNS), BUBBLE_COLUMNS - 4)
    left_out = len(lines) - LINES_MOST
    if left_out < 2:
        return text
    gap = Text(f"… {left_out} more lines …", style=QUIET)
    return Text("\n").join([*lines[: LINES_MOST - LAST_LINES], gap, *lines[-LAST_LINES:]])


def _button_rows(message: SeenMessage) -> list[RenderableType]:
    rows: dict[int, Text] = {}
    for button in message.buttons:
        row = rows.setdefault(button.row, Text(" "))
        row.append(f" {button.text} ", style="reverse")
        row.append(" ")
    return list(rows.values())


def _looks_same(before: Json, after: Json) -> bool:
    return all(before.get(part) == after.get(part) for part in ("text", "entities", "reply_markup"))
