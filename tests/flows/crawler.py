"""Presses every button that it can find, breadth first, as several people at once, and says what was wrong.

Wrong is: no answer, nothing to see, an error with a reference, a screen that Telegram or people can't take, words that
weren't filled in, a screen without a way on.
"""

import asyncio
import re
import time
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from redis.asyncio import Redis

from bot.prompts import Prompts
from core.limits import ACTIONS
from core.posts.buttons import BUTTONS_LIMIT, ROW_LIMIT
from tests.flows.house import House
from tests.patience import PATIENCE_S
from web.sandbox.client import Answer, Person, SandboxRefusal, SeenButton, SeenMessage

CRASHED = ("Something went wrong", "That didn't work", "Telegram didn't take")
UNFILLED = re.compile(r"\{[a-z_]*\}|&(amp|lt|gt|quot|#\d+);|</?(b|i|code|a|blockquote)\b|[:(·→] None\b|Markup\(")
ID = re.compile(r"^[A-Za-z0-9_-]{22}$")
SAYS_ALL = re.compile(r"^\d+/\d+$|^✓ |^\s*$")
"""Where somebody is in a list, what is chosen, an empty cell: pressed, they have no more to say."""
TROUBLE = re.compile(
    r"Traceback|\[error +\]|\[critical|telegram_failed|error_not_told|\"level\": ?\"(error|critical)\""
)
LABEL_MOST = 64
"""What a phone still shows of a label, in two lines."""
ANSWER_S = PATIENCE_S
"""Only what never comes is waited for so long."""
MOMENT_S = 0.5
"""After the press of an old button, which may have nothing to say."""
HISTORY = 60
MARGIN = 60
"""Actions that people took before the crawl, and those of one step."""
ENDS = {
    "po.del", "sc.del", "vs.del", "ch.off", "se.stop", "im.undo", "unsch", "ms.none", "ms.all", "q.rm",
    "dg.del", "dg.unsub", "dw.stop", "an.del", "bi.try.end", "bi.card.end", "bi.star.end",
}  # fmt: skip
"""What takes things away is pressed after all else."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was wrong, and how to get there."""

    what: str
    where: str

    def __str__(self) -> str:
        return f"{self.what}\n      {self.where}"


@dataclass(frozen=True, slots=True)
class Step:
    """A button to press: where it stands and how it was reached, at last by pressing `came_from` there."""

    message: SeenMessage
    button: SeenButton
    path: tuple[str, ...]
    came_from: str | None

    @property
    def data(self) -> str:
        return self.button.data or ""

    @property
    def kind(self) -> str:
        """The action without what it is about."""
        name, *values = self.data.split(":")
        return ":".join([name, *("" if ID.match(value) or value.lstrip("-").isdigit() else value for value in values)])

    @property
    def name(self) -> str:
        return self.data.split(":")[0]

    def __str__(self) -> str:
        return " > ".join([*self.path, f"[{self.button.text}] {self.data}"])


@dataclass(slots=True)
class Report:
    """What all people together have seen."""

    pressed: int = 0
    screens: set[str] = field(default_factory=set)
    done: set[tuple[str, str]] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    questions: set[str] = field(default_factory=set)
    findings: dict[str, Finding] = field(default_factory=dict)

    def note(self, what: str, where: object) -> None:
        """The first of a kind is enough."""
        self.findings.setdefault(re.sub(r"\d+", "#", what)[:90], Finding(what, str(where)))

    def __str__(self) -> str:
        head = f"{self.pressed} presses, {len(self.screens)} screens, {len(self.kinds)} kinds of buttons"
        return "\n".join(
            [f"{head}, {len(self.questions)} questions", *(f"  - {each}" for each in self.findings.values())]
        )


@dataclass(slots=True)
class Crawler:
    """One person who presses everything. `report` is shared; `answers` are what they type when they are asked."""

    person: Person
    report: Report
    prompts: Prompts
    answers: Sequence[str]
    until: float
    most: int
    waiting: deque[Step] = field(default_factory=deque)
    last: deque[Step] = field(default_factory=deque)
    old: dict[str, Step] = field(default_factory=dict)
    pressed: int = 0
    acted: int = 0
    """Presses and texts: who goes above the limit of an hour isn't answered any more."""

    async def crawl(self, commands: Iterable[str]) -> None:
        """All commands, then all buttons, then those that take something away, then old ones."""
        for message in await self._history():
            self._look_at(message, ("chat",), None)
        for command in commands:
            await self._say(f"/{command}", (f"/{command}",))
        await self._press_all(self.waiting)
        while self.last and self._goes_on():
            await self._press_all(self.last, one=True)
            await self._press_all(self.waiting)
        for step in list(self.old.values()):
            if self._goes_on():
                await self._press(step, again=True)

    def _goes_on(self) -> bool:
        may = self.pressed < self.most and self.acted < ACTIONS.most - MARGIN
        return may and time.monotonic() < self.until

    async def _press_all(self, steps: deque[Step], *, one: bool = False) -> None:
        while steps and self._goes_on():
            step = steps.popleft()
            shape = shape_of(step.message)
            if (shape, step.kind) in self.report.done:
                continue
            self.report.done.add((shape, step.kind))
            self.old.setdefault(step.kind, step)
            await self._press(step)
            if self.pressed % 4 == 0 and self._goes_on():
                await self._press(step, again=True)
            if one:
                return

    async def _press(self, step: Step, *, again: bool = False) -> None:
        """`again`: an old button may have nothing new to say."""
        self.pressed += 1
        self.report.pressed += 1
        self.report.kinds.add(step.kind)
        shown = again or await self._is_shown(step)
        before = versions(await self._history(step.message))
        try:
            answer = await self._press_data(step.message, step.data)
        except SandboxRefusal as refusal:
            if refusal.code not in {"message_deleted", "message_not_found", "not_found"}:
                self.report.note(f"the press was refused: {refusal}", step)
            return
        if answer is None:
            self.report.note("no answer to a press", step)
            return
        self._judge_answer(answer, step)
        owes_a_change = not answer.text and not answer.url and not again and not SAYS_ALL.match(step.button.text)
        within_s = (ANSWER_S if shown else MOMENT_S) if owes_a_change else 0.0
        changed = await self._changed(before, within_s=within_s, pressed=step.message)
        silent = owes_a_change and not changed and shown
        if silent and await self._shows(step):
            self.report.note(f"nothing happened: {step.kind}", step)
        path = (*step.path, step.button.text)
        for message in changed:
            self._look_at(message, path, step)
        await self._answer_question(step, path)

    async def _press_data(self, message: SeenMessage, data: str) -> Answer | None:
        self.acted += 1
        return await self.person.press_data(message, data, timeout_s=ANSWER_S)

    async def _is_shown(self, step: Step) -> bool:
        """Whether people see this button, after the way to it was gone once more."""
        if step.came_from is not None and not await self._shows(step):
            with suppress(SandboxRefusal):
                await self._press_data(step.message, step.came_from)
        return await self._shows(step)

    async def _shows(self, step: Step) -> bool:
        """The button is there now. The work of a job may have changed the screen, or another press removed it."""
        with suppress(SandboxRefusal):
            now = await self.person.refresh(step.message)
            return any(button.data == step.data for button in now.buttons)
        return False

    def _judge_answer(self, answer: Answer, step: Step) -> None:
        if any(words in answer.text for words in CRASHED) or UNFILLED.search(answer.text):
            self.report.note(f"bad toast: {answer.text!r}", step)

    async def _answer_question(self, step: Step, path: tuple[str, ...]) -> None:
        """Each question is asked until all answers were given once."""
        asked = await self.prompts.waiting(self.person.id)
        if asked is None:
            return
        if asked.name not in self.report.questions:
            self.report.questions.add(asked.name)
            for words in self.answers:
                await self._say(words, (*path, repr(words)))
                with suppress(SandboxRefusal):
                    await self._press_data(step.message, step.data)
        await self.prompts.forget(self.person.id)

    async def _say(self, words: str, path: tuple[str, ...]) -> None:
        before = versions(await self._history())
        self.acted += 1
        sent = await self.person.send_text(words)
        changed = [message for message in await self._changed(before, within_s=ANSWER_S) if message.id != sent.id]
        if not changed:
            self.report.note(f"no answer to a text: {words!r}", " > ".join(path))
        for message in changed:
            self._look_at(message, path, None)

    async def _history(self, pressed: SeenMessage | None = None) -> list[SeenMessage]:
        """The end of the chat, after the pressed message if that is further up."""
        seen = await self.person.history(limit=HISTORY)
        if pressed is not None and seen and pressed.id < seen[0].id:
            with suppress(SandboxRefusal):
                seen.insert(0, await self.person.refresh(pressed))
        return [each for each in seen if not each.outgoing and not each.deleted]

    async def _changed(
        self, before: dict[int, str], *, within_s: float, pressed: SeenMessage | None = None
    ) -> list[SeenMessage]:
        """What is new or other in the chat; waits so long for the first change."""
        end = time.monotonic() + within_s
        while True:
            now = await self._history(pressed)
            changed = [seen for seen in now if before.get(seen.id) != version(seen)]
            gone = pressed is not None and pressed.id in before and all(pressed.id != seen.id for seen in now)
            if changed or gone or time.monotonic() >= end:
                return changed or (now[-1:] if gone else [])
            await asyncio.sleep(0.05)

    def _look_at(self, message: SeenMessage, path: tuple[str, ...], step: Step | None) -> None:
        """Judge a screen, and keep its buttons."""
        where = " > ".join(path)
        self.report.screens.add(shape_of(message))
        for problem in problems_of(message, self.answers):
            self.report.note(problem, f"{where}: {message.text[:300]!r}")
        if step is not None and message.id == step.message.id and not leads_on(message):
            self.report.note(f"a dead end: {message.text[:80]!r}", where)
        for button in message.buttons:
            if button.data:
                there = step is not None and step.message.id == message.id
                found = Step(message, button, path, step.data if step is not None and there else None)
                (self.last if found.name in ENDS else self.waiting).append(found)


def problems_of(message: SeenMessage, own_words: Iterable[str]) -> list[str]:
    """What is wrong with a message by itself. What the person has typed may look as it likes."""
    said = [message.text, *(button.text for button in message.buttons)]
    for words in own_words:
        said = [as_shown(words).sub("…", text) for text in said]
    found = [f"an error was told: {text[:120]!r}" for text in said for words in CRASHED if words in text]
    found += [f"not filled in: {hit.group()!r} in {text[:80]!r}" for text in said if (hit := UNFILLED.search(text))]
    rows = [button.row for button in message.buttons]
    widest = max((rows.count(row) for row in set(rows)), default=0)
    if widest > ROW_LIMIT:
        found.append(f"{widest} buttons in a row")
    if len(rows) > BUTTONS_LIMIT:
        found.append(f"{len(rows)} buttons")
    found += [f"a label of {len(b.text)} characters: {b.text!r}" for b in message.buttons if len(b.text) > LABEL_MOST]
    return found


def as_shown(words: str) -> re.Pattern[str]:
    """What somebody has typed, as screens and captions show it: in another case, without spaces, or clipped."""
    letters = [re.escape(letter) for letter in words if not letter.isspace()]
    whole, *shorter = (r"\s*".join(letters[:count]) for count in range(len(letters), 2, -1))
    return re.compile(rf"{whole}|(?:{'|'.join(shorter)})(?=\s*(?:…|$))", re.IGNORECASE | re.MULTILINE)


def leads_on(message: SeenMessage) -> bool:
    """There is something to press, a command to tap, a question to answer, or the work goes on by itself."""
    return bool(message.buttons) or bool(re.search(r"/[a-z]+|[Ss]end me|[Rr]eply|…|\?", message.text))


def shape_of(message: SeenMessage) -> str:
    """The kind of a screen: the first words of its first line without numbers, and what can be pressed."""
    first = re.sub(r"[\d:]+|[“\"].*|→.*", "#", message.text.split("\n")[0])[:24]
    return f"{first}|{'|'.join(sorted({(button.data or 'url').split(':')[0] for button in message.buttons}))}"


def version(message: SeenMessage) -> str:
    return repr((message.text, message.body.get("reply_markup"), message.body.get("photo"), message.entities))


def versions(history: Iterable[SeenMessage]) -> dict[int, str]:
    return {message.id: version(message) for message in history}


async def crawl(
    house: House, people: Sequence[tuple[Person, Sequence[str]]], *, seconds: float, presses: int
) -> Report:
    """As all these people at once, each with their answers to questions, for so long or so many presses over all."""
    report, said = Report(), len(house.log)
    async with Redis.from_url(house.environment["REDIS_URL"]) as store:
        crawlers = [
            Crawler(person, report, Prompts(store), answers, time.monotonic() + seconds, presses // len(people))
            for person, answers in people
        ]
        menus = [[command["command"] for command in await person.commands()] for person, _ in people]
        await asyncio.gather(*(crawler.crawl(menu) for crawler, menu in zip(crawlers, menus, strict=True)))
    log = house.log[said:]
    for hit in TROUBLE.finditer(log):
        report.note(f"in a log: {hit.group()}", log[max(0, hit.start() - 200) : hit.end() + 6000])
    return report
