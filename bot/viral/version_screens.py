"""Writing one's own version of a video. Pure."""

from collections.abc import Sequence

from bot.screens import Button, Screen, lines
from bot.texts import Texts
from bot.viral.actions import WriteVersion
from bot.viral.labels import hook_label
from core.sources.queries import SourceTitle
from core.viral.patterns import BRIEF_WORDS, Pattern
from core.viral.queries import Seen

LABEL_CHARACTERS = 40


def ask(seen: Seen, pattern: Pattern, sources: Sequence[SourceTitle], t: Texts, *, offline: bool) -> Screen:
    """What is taken over, and what is wanted: never the video's own words."""
    short = pattern.words <= BRIEF_WORDS
    text = lines(
        [
            t("✍️ <b>Your version</b>"),
            t("From this video I take how it is built, not its words:"),
            t("• {fact}", fact=hook_label(pattern.hook, t)),
            t("• A very short opening line.") if short else t("• An opening line that takes its time."),
            "",
            t(
                "<b>What is yours about?</b> Send me your text or a link, or choose what you have sent before. "
                "/cancel ends it."
            ),
            *(
                [t("<i>The offline writer shortens your own sentences; only a language model can follow a hook.</i>")]
                if offline
                else []
            ),
            *([t("🧪 The video is sample data.")] if seen.video.sample else []),
        ]
    )
    return Screen(
        text,
        [
            [Button(source.title[:LABEL_CHARACTERS], WriteVersion(seen.video.id, source.id))]
            for source in sources
            if source.title
        ],
    )
