"""The last look before a video goes out, and when it goes."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from bot.deliveries.choosing_screens import Moves, quick_label
from bot.deliveries.phrases import shortened
from bot.publishing import tiktok_texts
from bot.publishing.actions import (
    AgreeAndChooseTime,
    ChooseTime,
    PickDay,
    PickHour,
    PickMinute,
    Preview,
    PublishAt,
    PublishIn,
    PublishNow,
    PublishQuick,
    ShowPublication,
    ShowVideoPost,
    TypeTime,
    WatchVideo,
)
from bot.publishing.labels import place_label, privacy_label, seconds_label
from bot.publishing.option_screens import Looked
from bot.publishing.sentences import lack_sentence, publishing_problem
from bot.screens import Button, Screen, clipped, lines, rows_of
from bot.texts import Texts
from core import ids
from core.db import Json
from core.providers.discovery import Network
from core.publishing.models import Manner
from core.publishing.queries import PublicationView, VideoPostView
from core.telegram.content import CAPTION_LIMIT
from core.telegram.markup import utf16_length
from core.when.choices import QuickChoice

WORDS_UNITS = 110
NAME_CHARACTERS = 60


def preview(
    view: VideoPostView,
    looked: Sequence[Looked],
    problems: Mapping[ids.PublicationId, Json],
    t: Texts,
    *,
    picture: bytes | None,
) -> Screen:
    """Everything as it will appear, and what is agreed to by going on. With something missing there is no going on.

    `problems`: of networks that couldn't be asked.
    """
    length = seconds_label(view.duration_s)
    text = [t("👁 <b>{name}</b> · {length}", name=clipped(view.video_name, NAME_CHARACTERS), length=length), ""]
    for each in looked:
        text += _summary(each, t)
    troubled = [each for each in view.publications if each.id in problems]
    text += [_problem(each, problems[each.id], t) for each in troubled]
    unready = [each.one for each in looked if each.lacks] + troubled
    ready = bool(looked) and not unready
    text += _agreements(looked, t) if ready else []
    mend = [[Button(f"✏️ {place_label(each.network, each.account)}", ShowPublication(each.id))] for each in unready]
    go = [
        [Button(t("🚀 Publish now"), PublishNow(view.id)), Button(t("⏰ Choose a time"), AgreeAndChooseTime(view.id))]
    ]
    last = [Button(t("▶️ Watch it"), WatchVideo(view.id)), Button(t("‹ Back"), ShowVideoPost(view.id))]
    said = lines(text)
    fits = utf16_length(said.striptags()) <= CAPTION_LIMIT
    return Screen(said, [*(go if ready else mend), last], picture=picture if fits else None)


def _summary(seen: Looked, t: Texts) -> list[Markup]:
    wanted = seen.wanted
    place = place_label(seen.one.network, seen.one.account)
    name = seen.terms.name if seen.terms is not None else ""
    shown = [t("<b>{place}</b>{name}", place=place, name=f" ({name})" if name and name != seen.one.account else "")]
    if seen.one.manner is Manner.BY_HAND:
        shown.append(t("✋ by hand: I send you file and words"))
    if wanted.inbox:
        shown.append(t("📥 as a draft into your inbox there"))
        return [*shown, *_missing(seen, t), Markup()]
    shown += [Markup("<b>{}</b>").format(wanted.title)] if wanted.title else []
    shown += [Markup("<i>{}</i>").format(shortened(wanted.caption, WORDS_UNITS))] if wanted.caption else []
    shown += [t("👁 {who}", who=privacy_label(wanted.privacy, t))] if wanted.privacy else []
    label = tiktok_texts.disclosure_label(wanted, t) if seen.one.network is Network.TIKTOK else None
    return [*shown, *([label] if label else []), *_missing(seen, t), Markup()]


def _missing(seen: Looked, t: Texts) -> list[Markup]:
    return [t("⚠️ {what}", what=lack_sentence(lack, t)) for lack in seen.lacks]


def _problem(one: PublicationView, error: Json, t: Texts) -> Markup:
    told = {"code": error["code"], "params": {"network": str(one.network), **error["params"]}}
    return t(
        "⚠️ <b>{place}</b>: {problem}", place=place_label(one.network, one.account), problem=publishing_problem(told, t)
    )


def _agreements(looked: Sequence[Looked], t: Texts) -> list[Markup]:
    """TikTok's, which wants to be agreed to with each video."""
    direct = [each for each in looked if wants_consent(each)]
    return [tiktok_texts.consent(each.wanted, t) for each in direct]


def wants_consent(seen: Looked) -> bool:
    by_api = seen.one.manner is Manner.API
    return by_api and seen.one.network is Network.TIKTOK and not seen.wanted.inbox


def moves_of(video_post_id: ids.VideoPostId) -> Moves:
    """The buttons of choosing a time, for a video."""
    return Moves(
        choose=ChooseTime(video_post_id),
        day=lambda month: PickDay(video_post_id, month),
        hour=lambda day: PickHour(video_post_id, day),
        minute=lambda day, hour: PickMinute(video_post_id, day, hour),
        at=lambda at: PublishAt(video_post_id, at),
    )


def choose_time(video_post_id: ids.VideoPostId, choices: Sequence[QuickChoice], *, zone: str, t: Texts) -> Screen:
    quick = [Button(quick_label(choice, zone, t), PublishQuick(video_post_id, choice.key)) for choice in choices]
    ways = [
        Button(t("📅 Pick a day"), PickDay(video_post_id, None)),
        Button(t("⌨️ Type a time"), TypeTime(video_post_id)),
    ]
    return Screen(
        lines([t("⏰ <b>When should it be published?</b>"), t("Times are for {zone}.", zone=zone)]),
        [
            *rows_of([Button(t("In 10 minutes"), PublishIn(video_post_id, 10)), *quick, *ways], columns=2),
            [Button(t("‹ Back"), Preview(video_post_id))],
        ],
    )
