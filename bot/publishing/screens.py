"""One video on its way to its networks, before it goes: which video, which accounts, what is still to choose."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from markupsafe import Markup

from bot.connections.actions import ShowConnections
from bot.deliveries.phrases import NO_ZONE, first_words
from bot.keyboards import pager, ticked
from bot.posts.labels import platform_label
from bot.publishing.actions import (
    ChooseAccounts,
    ChooseCaptionDraft,
    ChooseVideo,
    DeleteVideoPost,
    ListVideoPosts,
    Preview,
    PublishDraft,
    PublishVideo,
    PublishVideoWithDraft,
    ShowPublication,
    ShowReport,
    ShowVideoPost,
    TakeDraft,
    UseAccount,
    UseByHand,
)
from bot.publishing.labels import LETTERS, POST_ICONS, network_label, place_label, seconds_label
from bot.publishing.sentences import lack_sentence
from bot.screens import Button, Screen, clipped, lines
from bot.texts import Texts
from bot.videos.actions import ListVideos
from core import ids
from core.connections.models import Connection
from core.connections.queries import works
from core.db import Paged
from core.posts.models import Post
from core.providers.discovery import Network
from core.publishing.models import Manner, VideoPost, VideoPostStatus
from core.publishing.queries import PublicationView, VideoPostView
from core.publishing.readiness import open_choices
from core.videos.models import OwnVideo, OwnVideoStatus
from core.when.formats import format_local

NAME_CHARACTERS, WORDS_UNITS = 60, 400
BUTTON_CHARACTERS = 36


def no_video(t: Texts) -> Screen:
    """There is nothing to publish yet."""
    text = lines(
        [
            t("📹 <b>Which video?</b>"),
            "",
            t("Send me one here, or upload a bigger one in the browser. Then press Publish below it."),
        ]
    )
    return Screen(text, [[Button(t("📹 My videos"), ListVideos(1))], [Button(t("🔌 Accounts"), ShowConnections())]])


def choose_video(videos: Paged[OwnVideo], t: Texts, *, words_of: Post | None = None) -> Screen:
    """Which one; with the words of a draft, if there is one."""
    text = [t("📹 <b>Which video should be published?</b>")]
    if words_of is not None:
        shown = first_words(words_of.title, words_of.text, WORDS_UNITS)
        text += [Markup(), t("With these words: <i>{words}</i>", words=shown)]

    def begin(video: OwnVideo) -> PublishVideo | PublishVideoWithDraft:
        return PublishVideo(video.id) if words_of is None else PublishVideoWithDraft(words_of.id, video.id)

    def turn(page: int) -> ChooseVideo | PublishDraft:
        return ChooseVideo(page) if words_of is None else PublishDraft(words_of.id, page)

    ready = [video for video in videos.items if video.status == OwnVideoStatus.READY]
    entries = [
        [Button(f"🎬 {clipped(video.name, BUTTON_CHARACTERS)}{_length(video)}", begin(video))] for video in ready
    ]
    ways = [Button(t("📹 My videos"), ListVideos(1)), Button(t("📤 Published"), ListVideoPosts(1))]
    return Screen(lines(text), [*entries, pager(videos.number, videos.pages, turn), ways])


def _length(video: OwnVideo) -> str:
    return f" · {seconds_label(video.duration_s)}" if video.duration_s else ""


def accounts(view: VideoPostView, connections: Sequence[Connection], t: Texts) -> Screen:
    """Where it goes: connected accounts, and networks to which its owner publishes by hand."""
    chosen = {each.connection_id for each in view.publications if each.manner is Manner.API}
    by_hand = {each.network for each in view.publications if each.manner is Manner.BY_HAND}
    usable = [each for each in connections if works(each)]
    text = [t("📍 <b>Where should it go?</b>"), clipped(view.video_name, NAME_CHARACTERS), ""]
    if not usable:
        text.append(t("No account is connected yet. Connect one, and I publish there."))
    text.append(t("✋ By hand: at the time you choose, I send you file and words, and you publish."))
    if len(usable) < len(connections):
        text.append(t("⚠️ Some accounts have to be connected again before anything can go there."))
    rows = [[_account(view.id, each, on=each.id in chosen, t=t)] for each in usable]
    rows += [[_hand(view.id, network, on=network in by_hand, t=t) for network in Network]]
    connect = Button(t("🔌 Connect an account"), ShowConnections())
    go_on = [Button(t("Go on ›"), ShowVideoPost(view.id))] if view.publications else []
    return Screen(lines(text), [*rows, [connect], go_on])


def _account(video_post_id: ids.VideoPostId, connection: Connection, *, on: bool, t: Texts) -> Button:
    label = ticked(place_label(connection.network, connection.username), on)
    return Button(label, UseAccount(video_post_id, connection.id, not on))


def _hand(video_post_id: ids.VideoPostId, network: Network, *, on: bool, t: Texts) -> Button:
    return Button(ticked(f"✋ {network_label(network)}", on), UseByHand(video_post_id, LETTERS[network], not on))


def draft(view: VideoPostView, t: Texts) -> Screen:
    """What is chosen so far, and what each network still wants to know."""
    length = seconds_label(view.duration_s)
    text = [t("🎬 <b>{name}</b> · {length}", name=clipped(view.video_name, NAME_CHARACTERS), length=length), ""]
    text += [_place_line(each, t) for each in view.publications]
    if not view.publications:
        text.append(t("It isn't chosen yet where it goes."))
    places = [[Button(_place_label(each, t), ShowPublication(each.id))] for each in view.publications]
    look = [Button(t("👁 Preview and publish"), Preview(view.id))] if view.publications else []
    last = [Button(t("📍 Accounts"), ChooseAccounts(view.id)), Button(t("🗑 Delete"), DeleteVideoPost(view.id))]
    return Screen(lines(text), [*places, look, last])


def _place_line(one: PublicationView, t: Texts) -> Markup:
    place = place_label(one.network, one.account)
    hand = t(" (by hand)") if one.manner is Manner.BY_HAND else Markup()
    lacking = open_choices(one.network, one.wanted) if one.manner is Manner.API else []
    if not lacking:
        return t("✅ <b>{place}</b>{hand}", place=place, hand=hand)
    missing = Markup(" ").join(lack_sentence(lack, t) for lack in lacking)
    return t("✏️ <b>{place}</b>{hand}: {missing}", place=place, hand=hand, missing=missing)


def _place_label(one: PublicationView, t: Texts) -> str:
    sign = "✋" if one.manner is Manner.BY_HAND else "✏️"
    return f"{sign} {place_label(one.network, one.account)}"


def deleted(t: Texts) -> Screen:
    return Screen(t("🗑 The plan is deleted. The video is still there."), [[Button(t("📹 My videos"), ListVideos(1))]])


def video_posts(posts: Paged[VideoPost], names: Mapping[ids.OwnVideoId, str], zone: str | None, t: Texts) -> Screen:
    """What was published, is on its way, or was begun; newest first."""
    if not posts.total:
        return Screen(
            t("📤 <b>No video was published yet.</b>\nSend me one, or choose one of yours."),
            [[Button(t("📹 My videos"), ListVideos(1)), Button(t("🔌 Accounts"), ShowConnections())]],
        )
    heading = t.plural(
        "📤 <b>{n} video</b>, out or on its way", "📤 <b>{n} videos</b>, out or on their way", posts.total
    )
    entries = [[Button(_entry(post, names, zone, t), ShowVideoPost(post.id))] for post in posts.items]
    ways = [Button(t("📹 My videos"), ListVideos(1)), Button(t("📊 Weekly report"), ShowReport())]
    return Screen(heading, [*entries, pager(posts.number, posts.pages, ListVideoPosts), ways])


def _entry(post: VideoPost, names: Mapping[ids.OwnVideoId, str], zone: str | None, t: Texts) -> str:
    name = clipped(names[post.video_id], BUTTON_CHARACTERS)
    at: datetime | None = post.due_at if post.status == VideoPostStatus.SCHEDULED else None
    time = f" · {format_local(at, zone or NO_ZONE, t.language)}" if at else ""
    return f"{POST_ICONS[VideoPostStatus(post.status)]} {name}{time}"


def choose_words(publication_id: ids.PublicationId, posts: Paged[Post], t: Texts) -> Screen:
    """Drafts whose words can be taken."""
    back = [Button(t("‹ Back"), ShowPublication(publication_id))]
    if not posts.total:
        return Screen(t("You have no drafts yet. Send me a text or a link to make some."), [back])
    labels = {
        post.id: f"{platform_label(post.platform)} · {first_words(post.title, post.text, 40)}" for post in posts.items
    }
    entries = [[Button(label, TakeDraft(publication_id, post_id))] for post_id, label in labels.items()]
    pages = pager(posts.number, posts.pages, lambda page: ChooseCaptionDraft(publication_id, page))
    return Screen(t("📚 <b>Whose words should it get?</b>"), [*entries, pages, back])
