"""Names of lengths, formats, providers, steps and states of podcasts."""

from markupsafe import Markup

from bot.podcasts.actions import Shelf
from bot.texts import Texts
from core.podcasts.models import PodcastStatus
from core.podcasts.options import Length
from core.podcasts.script import Format
from core.providers.speech import Engine

STATUS_ICONS = {
    PodcastStatus.DRAFT: "📝",
    PodcastStatus.SCRIPTING: "✍️",
    PodcastStatus.SCRIPT_READY: "📜",
    PodcastStatus.RENDERING: "⏳",
    PodcastStatus.READY: "🎧",
    PodcastStatus.FAILED: "❌",
    PodcastStatus.CANCELLED: "🚫",
}


def length_label(length: Length, t: Texts) -> Markup:
    if length is Length.SHORT:
        return t("Short · {n} min", n=length.minutes)
    return t("Long · {n} min", n=length.minutes)


def format_label(chosen: Format, t: Texts) -> Markup:
    return {
        Format.CONVERSATION: t("Conversation"),
        Format.BRIEF: t("Brief"),
        Format.DEBATE: t("Debate"),
        Format.CRITIQUE: t("Critique"),
    }[chosen]


def provider_label(provider: Engine, t: Texts) -> Markup:
    """Brand names are the same in every language."""
    return {
        Engine.ESPEAK: t("Offline voices"),
        Engine.ELEVENLABS: Markup("ElevenLabs"),
        Engine.UNREAL: Markup("Unreal Speech"),
        Engine.OPENAI: t("Speech server"),
    }[provider]


def step_label(step: str, t: Texts) -> Markup:
    return {
        "queued": t("Waiting for its turn"),
        "outline": t("Planning the episode"),
        "script": t("Writing the script"),
        "section": t("Writing the section anew"),
        "line": t("Writing the line anew"),
        "voices": t("Recording the voices"),
        "combine": t("Putting the episode together"),
        "upload": t("Storing the episode"),
        "sending": t("Sending it to you"),
    }.get(step, t("Working"))


def status_label(status: PodcastStatus, t: Texts) -> Markup:
    return {
        PodcastStatus.DRAFT: t("Not started"),
        PodcastStatus.SCRIPTING: t("The script is being written"),
        PodcastStatus.SCRIPT_READY: t("The script is ready"),
        PodcastStatus.RENDERING: t("The audio is being made"),
        PodcastStatus.READY: t("Ready"),
        PodcastStatus.FAILED: t("Failed"),
        PodcastStatus.CANCELLED: t("Stopped"),
    }[status]


def shelf_label(shelf: Shelf, t: Texts) -> Markup:
    return {
        Shelf.ALL: t("All"),
        Shelf.READY: t("Ready"),
        Shelf.SCRIPTS: t("Scripts"),
        Shelf.WORKING: t("At work"),
        Shelf.FAILED: t("Not finished"),
    }[shelf]


def duration_label(milliseconds: int) -> str:
    """4:58, or 1:02:07."""
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
