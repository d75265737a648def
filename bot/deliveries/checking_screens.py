"""Before it goes out: what speaks against it, in sentences, each with what mends it at one press."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from markupsafe import Markup

from bot.actions import Action
from bot.channels.labels import chat_label, state_sentence
from bot.deliveries.actions import Back, ChooseLayout, ChooseTarget, ChooseTime, ScheduleAt, SendToMe, ShowOther
from bot.deliveries.phrases import moment
from bot.deliveries.target_screens import place_label
from bot.posts.actions import EditPost, RewritePost, ShowCard
from bot.posts.details_actions import AskMedia
from bot.posts.labels import platform_label
from bot.posts.problems import problem_sentence
from bot.queues.actions import AddToQueue
from bot.screens import Button, Screen, clipped, lines
from bot.series.actions import ChooseRepeat, LayOutRepeat, RepeatToMe, ShowChoice
from bot.texts import Texts
from core import ids
from core.posts.checks import Finding, FindingCode, Fix
from core.posts.models import Layout, Post
from core.providers.text import RewriteKind
from core.when.formats import format_local

Params = Mapping[str, Any]

MOVES = frozenset({Fix.LATER, Fix.NEXT_SLOT})
PASSAGE_CHARACTERS = 160
ABOUT_TIME = frozenset({FindingCode.CROWDED, FindingCode.QUIET})


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: `at` None is now, or no single time. `anyway` does it, `target` is
    core.posts.targets.target_data."""

    at: datetime | None
    anyway: Action
    target: Params | None
    repeat: "Repeat | None" = None
    """Again and again, not once."""
    able: bool = True
    """Whether the writer follows any instruction."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """A repetition that doesn't count yet: the key of its choice, and how often in words."""

    key: str
    words: Markup


@dataclass(frozen=True, slots=True)
class _Told:
    """What the sentences and buttons of one screen share."""

    post: Post
    asked: Asked
    zone: str
    t: Texts
    now: datetime

    @property
    def place(self) -> str:
        return place_label(self.asked.target, self.t)

    @property
    def seconds(self) -> int | None:
        """The moment as buttons carry it: never before the one that was asked for."""
        at = self.asked.at
        return None if at is None else -int(-at.timestamp() // 1)


def before_it_goes_out(
    post: Post, found: Sequence[Finding], asked: Asked, *, zone: str, t: Texts, now: datetime
) -> Screen:
    """What speaks against it. Where nothing stops it, it can be sent anyway."""
    told = _Told(post, asked, zone, t, now)
    heading = [t("🔎 <b>Before it goes out</b>"), _when(told), ""]
    said = [
        Markup("{} {}").format("⛔" if each.stops else "⚠️", _SENTENCES[each.code](told, each.params)) for each in found
    ]
    return Screen(lines([*heading, *said]), [*([button] for button in _fixes(told, found)), *_ends(told, found)])


def _when(told: _Told) -> Markup:
    at = told.asked.at
    if told.asked.repeat is not None:
        return told.t("🔁 <b>{words}</b> → {place}", words=told.asked.repeat.words, place=told.place)
    time = moment(at, told.zone, told.t, told.now) if at is not None else told.t("<b>Now</b>")
    return told.t("{time} → {place}", time=time, place=told.place)


def _fixes(told: _Told, found: Sequence[Finding]) -> Iterator[Button]:
    """Each once, in the order of the findings. What repeats can't be moved for one of its times: it gets others."""
    repeats = told.asked.repeat is not None
    left_out = {*(MOVES if repeats else ()), *(() if told.asked.able else (Fix.OWN_WORDS,))}
    buttons = [_BUTTONS[fix](told, each.params) for each in found for fix in each.fixes if fix not in left_out]
    yield from {(button.action, button.text): button for button in buttons}.values()
    if repeats and any(each.code in ABOUT_TIME for each in found):
        yield Button(told.t("🕘 Other times"), ChooseRepeat(told.post.id))


def _ends(told: _Told, found: Sequence[Finding]) -> Iterator[list[Button]]:
    t = told.t
    if told.asked.repeat is not None:
        if not any(each.stops for each in found):
            yield [Button(t("🔁 Repeat it anyway"), told.asked.anyway)]
        yield [Button(t("‹ Back"), ShowChoice(told.asked.repeat.key))]
        return
    if not any(each.stops for each in found):
        label = t("🚀 Post it anyway") if told.asked.at is None else t("⏰ Schedule anyway")
        yield [Button(label, told.asked.anyway)]
    yield [Button(t("‹ Back"), ShowCard(told.post.id) if told.asked.at is None else ChooseTime(told.post.id))]


def _not_ready(told: _Told, params: Params) -> Markup:
    t, chat = told.t, chat_label(params["kind"], params["title"])
    if not params["connected"]:
        return t("{chat} isn't connected any more.", chat=chat)
    return t("{chat} takes nothing now: {state}.", chat=chat, state=state_sentence(params["state"], t))


def _too_long(told: _Told, params: Params) -> Markup:
    if params["media"]:
        return told.t(
            "{length} characters don't fit under a picture, video or file: {limit} do.",
            length=params["length"],
            limit=params["limit"],
        )
    return told.t(
        "{length} characters don't fit into one message: {limit} do.", length=params["length"], limit=params["limit"]
    )


def _too_formatted(told: _Told, params: Params) -> Markup:
    return told.t(
        "Telegram keeps {limit} pieces of formatting in one message: bold words, links and so on. Here are {pieces}.",
        limit=params["limit"],
        pieces=params["pieces"],
    )


def _platform(told: _Told, params: Params) -> Markup:
    problem = {"code": params["problem"], "params": {"platform": params["platform"], **params["params"]}}
    return problem_sentence(problem, told.t)


def _no_media(told: _Told, params: Params) -> Markup:
    return told.t(
        "{platform} publishes nothing without a picture or a video.", platform=platform_label(params["platform"])
    )


def _duplicate(told: _Told, params: Params) -> Markup:
    at = datetime.fromisoformat(params["at"])
    time = moment(at, told.zone, told.t, told.now)
    if at > told.now:
        return told.t("The same text goes to {place} already: {time}.", place=told.place, time=time)
    return told.t("The same text went to {place} before: {time}.", place=told.place, time=time)


def _crowded(told: _Told, params: Params) -> Markup:
    at = datetime.fromisoformat(params["at"])
    time = moment(at, told.zone, told.t, told.now)
    if at > told.now:
        return told.t("Another post goes to {place} within the hour: {time}.", place=told.place, time=time)
    return told.t("Another post went to {place} within the hour: {time}.", place=told.place, time=time)


def _unoriginal(told: _Told, params: Params) -> Markup:
    quoted = [told.t("“{passage}”", passage=clipped(passage, PASSAGE_CHARACTERS)) for passage in params["passages"]]
    return told.t(
        "{percent} % of it stands in the video in the same words: {passages}. What you post should be your own.",
        percent=max(1, params["percent"]),
        passages=Markup(", ").join(quoted),
    )


def _variable(told: _Told, params: Params) -> Markup:
    return told.t(
        "{variable} stands in it, and would go out like that: the day is filled in only where a post recurs.",
        variable=f"{{{params['name']}}}",
    )


def _quiet(told: _Told, params: Params) -> Markup:
    until = datetime.fromisoformat(params["free_at"])
    return told.t(
        "These are quiet hours for {place}: until {time}.",
        place=told.place,
        time=moment(until, told.zone, told.t, told.now),
    )


_SENTENCES: dict[FindingCode, Callable[[_Told, Params], Markup]] = {
    FindingCode.EMPTY: lambda told, _: told.t("There is nothing in it to be read or seen."),
    FindingCode.NOT_READY: _not_ready,
    FindingCode.TOO_LONG: _too_long,
    FindingCode.TOO_FORMATTED: _too_formatted,
    FindingCode.PLATFORM: _platform,
    FindingCode.NO_MEDIA: _no_media,
    FindingCode.DUPLICATE: _duplicate,
    FindingCode.CROWDED: _crowded,
    FindingCode.UNORIGINAL: _unoriginal,
    FindingCode.VARIABLE: _variable,
    FindingCode.QUIET: _quiet,
}


def _later(told: _Told, params: Params) -> Button:
    free_at = datetime.fromisoformat(params["free_at"])
    whole = free_at + timedelta(microseconds=-free_at.microsecond % 1_000_000)
    time = format_local(whole, told.zone, told.t.language, now=told.now)
    return Button(told.t("🕐 At {time}", time=time), ScheduleAt(told.post.id, int(whole.timestamp())))


def _next_slot(told: _Told, params: Params) -> Button:
    time = format_local(datetime.fromisoformat(params["next_slot"]), told.zone, told.t.language, now=told.now)
    return Button(told.t("📥 Next slot · {time}", time=time), AddToQueue(told.post.id))


def _elsewhere(told: _Told, _: Params) -> Button:
    back = Back.CARD if told.asked.at is None else Back.TIME
    return Button(told.t("📍 Another place"), ChooseTarget(told.post.id, back, 1))


def _split(told: _Told, params: Params) -> Button:
    label = told.t("📄 As {n} messages", n=params["messages"])
    return Button(label, _laid_out(told, Layout.SPLIT))


def _laid_out(told: _Told, layout: Layout) -> Action:
    if told.asked.repeat is not None:
        return LayOutRepeat(told.asked.repeat.key, layout)
    return ChooseLayout(told.post.id, told.seconds, layout)


def _to_me(told: _Told, _: Params) -> Button:
    repeat = told.asked.repeat
    return Button(
        told.t("👤 To me instead"),
        RepeatToMe(repeat.key) if repeat is not None else SendToMe(told.post.id, told.seconds),
    )


def _other(told: _Told, params: Params) -> Button:
    return Button(told.t("👀 The other post"), ShowOther(ids.PostId(UUID(params["post_id"]))))


_BUTTONS: dict[Fix, Callable[[_Told, Params], Button]] = {
    Fix.EDIT: lambda told, _: Button(told.t("✏️ Change the text"), EditPost(told.post.id)),
    Fix.SHORTER: lambda told, _: Button(
        told.t("✂️ Make it shorter"), RewritePost(told.post.id, RewriteKind.SHORTER, None)
    ),
    Fix.OWN_WORDS: lambda told, _: Button(
        told.t("✍️ Rewrite it in other words"), RewritePost(told.post.id, RewriteKind.OWN_WORDS, None)
    ),
    Fix.SPLIT: _split,
    Fix.TEXT_FIRST: lambda told, _: Button(told.t("📝 All of the text first"), _laid_out(told, Layout.TEXT_FIRST)),
    Fix.ADD_MEDIA: lambda told, _: Button(told.t("🖼 Add a picture or video"), AskMedia(told.post.id, replace=False)),
    Fix.OPEN_OTHER: _other,
    Fix.LATER: _later,
    Fix.NEXT_SLOT: _next_slot,
    Fix.ELSEWHERE: _elsewhere,
    Fix.TO_ME: _to_me,
}
