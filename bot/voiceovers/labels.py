"""Names of steps, states and settings of voiceovers."""

from markupsafe import Markup

from bot.texts import Texts
from core.providers.speech import Control, SpeechSettings
from core.voiceovers.models import VoiceoverStatus

STATUS_ICONS = {
    VoiceoverStatus.CHOOSING: "📝",
    VoiceoverStatus.MAKING: "⏳",
    VoiceoverStatus.READY: "🔊",
    VoiceoverStatus.FAILED: "❌",
    VoiceoverStatus.CANCELLED: "🚫",
}


def step_label(step: str, t: Texts) -> Markup:
    return {
        "queued": t("Waiting for its turn"),
        "voices": t("Reading it aloud"),
        "combine": t("Putting the recording together"),
        "upload": t("Storing the recording"),
        "sending": t("Sending it to you"),
    }.get(step, t("Working"))


def status_label(status: VoiceoverStatus, t: Texts) -> Markup:
    return {
        VoiceoverStatus.CHOOSING: t("Not started"),
        VoiceoverStatus.MAKING: t("Being made"),
        VoiceoverStatus.READY: t("Ready"),
        VoiceoverStatus.FAILED: t("Failed"),
        VoiceoverStatus.CANCELLED: t("Stopped"),
    }[status]


def control_label(control: Control, t: Texts) -> Markup:
    return {
        Control.SPEED: t("Speed"),
        Control.STABILITY: t("Stability"),
        Control.SIMILARITY: t("Similarity"),
        Control.STYLE: t("Style"),
        Control.BOOST: t("Speaker boost"),
    }[control]


def control_help(control: Control, t: Texts) -> Markup:
    return {
        Control.SPEED: t("how fast it speaks"),
        Control.STABILITY: t("low is lively, high is even"),
        Control.SIMILARITY: t("how close to the original voice"),
        Control.STYLE: t("how much the voice's manner is exaggerated"),
        Control.BOOST: t("stays closer to the speaker, and takes a little longer"),
    }[control]


def value_label(control: Control, value: float | bool | None, t: Texts) -> str:
    """As it is set, or could be."""
    if value is None:
        return str(t("Voice's own"))
    if control is Control.BOOST:
        return str(t("On") if value else t("Off"))
    if control is Control.SPEED:
        return f"{value:g}×"
    return f"{round(value * 100)} %"


def setting_of(settings: SpeechSettings, control: Control) -> float | bool | None:
    value: float | bool | None = getattr(settings, control)
    return value
