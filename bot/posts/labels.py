"""Names of platforms, styles, states and rewrites, as people call them."""

from markupsafe import Markup

from bot.texts import Texts
from core.posts.models import PostStatus
from core.posts.platforms import Platform
from core.providers.text import RewriteKind, Style

PLATFORMS = {
    Platform.TELEGRAM: "Telegram",
    Platform.TWITTER: "X",
    Platform.LINKEDIN: "LinkedIn",
    Platform.INSTAGRAM: "Instagram",
    Platform.TIKTOK: "TikTok",
    Platform.YOUTUBE: "YouTube",
}
"""Brand names are the same in every language."""

OUTPUT_LANGUAGES = ("en", "es", "pt", "de", "fr", "it", "ru", "uk", "ar", "hi", "id", "tr", "pl", "ja", "zh")
"""What a model is offered to write in, beside the source's own language."""

STATUS_ICONS = {
    PostStatus.DRAFT: "📝",
    PostStatus.SCHEDULED: "⏰",
    PostStatus.ON_HOLD: "⏸",
    PostStatus.PUBLISHING: "📤",
    PostStatus.PUBLISHED: "✅",
    PostStatus.PARTIALLY_PUBLISHED: "⚠️",
    PostStatus.UNCONFIRMED: "❓",
    PostStatus.FAILED: "❌",
    PostStatus.CANCELLED: "🚫",
    PostStatus.RECURRING: "🔁",
}


def platform_label(platform: str) -> str:
    return PLATFORMS[Platform(platform)]


def style_label(style: Style, t: Texts) -> Markup:
    return {
        Style.PROFESSIONAL: t("Professional"),
        Style.CASUAL: t("Casual"),
        Style.WITTY: t("Witty"),
    }[style]


def status_label(status: PostStatus, t: Texts) -> Markup:
    return {
        PostStatus.DRAFT: t("Draft"),
        PostStatus.SCHEDULED: t("Scheduled"),
        PostStatus.ON_HOLD: t("On hold"),
        PostStatus.PUBLISHING: t("Being sent"),
        PostStatus.PUBLISHED: t("Published"),
        PostStatus.PARTIALLY_PUBLISHED: t("Partly published"),
        PostStatus.UNCONFIRMED: t("Perhaps published"),
        PostStatus.FAILED: t("Failed"),
        PostStatus.CANCELLED: t("Cancelled"),
        PostStatus.RECURRING: t("Recurring"),
    }[status]


def rewrite_label(kind: RewriteKind, t: Texts) -> Markup:
    return {
        RewriteKind.TONE: t("Tone"),
        RewriteKind.SHORTER: t("Shorter"),
        RewriteKind.LONGER: t("Longer"),
        RewriteKind.HOOK_FIRST: t("Hook first"),
        RewriteKind.TRANSLATE: t("Translate"),
        RewriteKind.VOICEOVER: t("Voiceover text"),
        RewriteKind.OWN_WORDS: t("In other words"),
        RewriteKind.INSTRUCTION: t("Your words"),
    }[kind]


def engine_label(engine: str, t: Texts) -> Markup:
    """Who wrote it, as stored: our own names are translated, a model's name isn't."""
    return {"you": t("your words"), "offline draft": t("offline draft")}.get(engine, Markup.escape(engine))


def language_label(code: str, t: Texts) -> str:
    """A language's name in the reader's language."""
    return str(t.locale.languages.get(code.partition("-")[0], code))
