"""The card of a source: what was understood, and what can be made of it."""

from collections import Counter
from collections.abc import Mapping

from markupsafe import Markup

from bot.accounts.actions import ShowExample
from bot.deliveries.phrases import BEFORE_ELLIPSIS
from bot.podcasts.actions import NewPodcast
from bot.posts.actions import PostAsItIs, WritePosts
from bot.posts.labels import language_label
from bot.posts.makeup_labels import media_label
from bot.screens import Button, Screen, lines
from bot.texts import Texts
from bot.videos.actions import TakeVideo
from core.languages import UNKNOWN
from core.providers.scripts import SOURCES_MIN_CHARACTERS
from core.sources.files import FILE_BYTES_LIMIT, accepted_extensions
from core.sources.models import Source
from core.sources.reading import MAX_CHARACTERS, MIN_CHARACTERS, WORDS_PER_MINUTE, SourceKind, is_title
from core.telegram.content import Media
from core.videos.taking import video_among

ICONS = {SourceKind.TEXT: "📝", SourceKind.FORWARD: "↪️", SourceKind.FILE: "📄", SourceKind.LINK: "🔗"}
EXCERPT_CHARACTERS = 400
NAMES_CHARACTERS = 200


def source_card(source: Source, t: Texts, *, caption: str = "") -> Screen:
    """What was understood, and the ways on that fit. `caption`: of a text file."""
    kinds = Counter(medium["kind"] for medium in source.media)
    files = [medium["filename"] for medium in source.media if medium.get("filename")]
    text = lines(
        [
            *_heading(source, kinds, t),
            *([t("{names}", names=", ".join(files)[:NAMES_CHARACTERS])] if files else []),
            *([_facts(source, t)] if source.text else []),
            *(["", Markup("<blockquote expandable>{}</blockquote>").format(_excerpt(source))] if source.text else []),
            *([_media_line(source, t)] if kinds else []),
            *([_caption_line(caption, t)] if caption else []),
        ]
    )
    row = [Button(t("📌 Use as it is"), PostAsItIs(source.id))]
    if len(source.text) >= MIN_CHARACTERS:
        row.insert(0, Button(t("✍️ Write posts"), WritePosts(source.id)))
    talk = [Button(t("🎙 Podcast"), NewPodcast(source.id))] if len(source.text) >= SOURCES_MIN_CHARACTERS else []
    video = video_among(Media.model_validate(each) for each in source.media)
    keep = [Button(t("🎬 TikTok, Instagram, YouTube"), TakeVideo(source.id))] if video is not None else []
    return Screen(text, [row, talk, keep])


def _heading(source: Source, kinds: Mapping[str, int], t: Texts) -> list[Markup]:
    title = t("{icon} <b>{title}</b>", icon=ICONS[SourceKind(source.kind)], title=source.title)
    media = Markup("<b>{}</b>").format(media_label(kinds, t))
    return [*([media] if kinds else []), *([title] if source.title else [])]


def _media_line(source: Source, t: Texts) -> Markup:
    if source.text:
        return t("<i>I write from the words; as it is, it goes out with the media.</i>")
    return t("<i>What it shows or says I can't read yet. I can post it as it is.</i>")


def _facts(source: Source, t: Texts) -> Markup:
    minutes = max(1, -(-source.words // WORDS_PER_MINUTE))
    return Markup(" · ").join(
        [
            *([Markup.escape(language_label(source.language, t))] if source.language != UNKNOWN else []),
            t.plural("{n} word", "{n} words", source.words),
            t.plural("{n} min to read", "{n} min to read", minutes),
        ]
    )


def reading_link(url: str, t: Texts) -> Screen:
    """While the page behind a link is fetched."""
    return Screen(t("🔗 Reading {url} …", url=url if len(url) <= 80 else url[:79] + "…"))


def link_not_read(t: Texts) -> Screen:
    """The message has words of its own: they follow as a card."""
    return Screen(t("I couldn't read the page behind that link, so I take your message as it is."))


def _caption_line(caption: str, t: Texts) -> Markup:
    if is_title(caption):
        return t("<i>What you wrote under the file is its title.</i>")
    return t("<i>What you wrote under the file stands before its text.</i>")


def _excerpt(source: Source) -> str:
    """The beginning, without a first line that is the title."""
    first_line, _, rest = source.text.partition("\n")
    text = rest.strip() if rest.strip() and first_line == source.title else source.text
    if len(text) <= EXCERPT_CHARACTERS:
        return text
    cut = text[:EXCERPT_CHARACTERS].rpartition(" ")[0] or text[:EXCERPT_CHARACTERS]
    return cut.rstrip(BEFORE_ELLIPSIS) + "…"


def what_to_send(t: Texts) -> Screen:
    """The way into the story, with what is accepted, and what isn't yet."""
    text = lines(
        [
            t("✍️ <b>Send me anything to write from:</b>"),
            t("• a text of {least} to {most} characters", least=MIN_CHARACTERS, most=MAX_CHARACTERS),
            t("• a link to an article"),
            t("• a forwarded post"),
            t("• a {kinds} file of up to {limit} MB", kinds=_kinds(t), limit=FILE_BYTES_LIMIT // (1024 * 1024)),
            t("• pictures, videos, audio or any file, also as an album: to post them as they are, or their words"),
            "",
            t("Not yet: voice messages, and what PDF and Word files, pictures, audio and videos hold."),
        ]
    )
    return Screen(text, [[Button(t("✨ Show me"), ShowExample())]])


def _kinds(t: Texts) -> Markup:
    *first, last = accepted_extensions()
    return t("{kinds} or {last}", kinds=", ".join(first), last=last)
