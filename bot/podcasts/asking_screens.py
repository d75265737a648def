"""What was asked of an episode, and the answer with where it is said. Pure."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from markupsafe import Markup

from bot.podcasts.actions import HearAnswer, SendTranscript, ShowPodcast
from bot.podcasts.labels import duration_label
from bot.podcasts.sentences import podcast_problem
from bot.posts.labels import engine_label
from bot.screens import Button, Keyboard, Screen, lines
from bot.texts import Texts
from core import ids
from core.podcasts.models import EpisodeQuestion
from core.providers.offline.dialogue import ENGINE

Data = Mapping[str, Any]
CAPTION_CHARACTERS = 200


def looking(data: Data, t: Texts) -> Screen:
    return Screen(lines([_question(data, t), t("<i>Looking it up in “{title}” …</i>", title=data["title"])]))


def answered(data: Data, t: Texts) -> Screen:
    """The model's words, or the passages themselves; or that there is nothing."""
    answer = data["answer"]
    if not answer["text"] and not answer["quoted"]:
        return Screen(lines([_question(data, t), *_nothing(data, answer, t)]), _to_episode(data, t))
    text = lines(
        [
            _question(data, t),
            "",
            *_said(answer, t),
            *(_quotation(one, data, t) for one in answer["quoted"]),
            *_doubts(answer, t),
            _by(answer, t),
        ]
    )
    question_id = ids.QuestionId(UUID(data["question_id"]))
    return Screen(text, [[Button(t("🔊 Hear it"), HearAnswer(question_id))], *_to_episode(data, t)])


def _said(answer: Data, t: Texts) -> list[str]:
    if answer["text"]:
        return [t("{text}", text=answer["text"]), "", t("Said at:")]
    return [t("What comes nearest to it:")]


def _doubts(answer: Data, t: Texts) -> list[Markup]:
    figures = ", ".join(answer["figures"])
    if not figures:
        return []
    return [t("⚠️ Please check these figures, they aren't in the episode: {figures}", figures=figures)]


def not_answered(data: Data, t: Texts) -> Screen:
    return Screen(lines([_question(data, t), podcast_problem(data["error"], t)]), _to_episode(data, t))


def heard(asked: EpisodeQuestion, t: Texts) -> Markup:
    """Under the voice message."""
    return t("❓ {question}", question=asked.question[:CAPTION_CHARACTERS])


def _question(data: Data, t: Texts) -> Markup:
    return t("❓ <b>{question}</b>", question=data["question"])


def _nothing(data: Data, answer: Data, t: Texts) -> list[Markup]:
    nothing = t("“{title}” doesn't say, and neither do its sources.", title=data["title"])
    if answer["engine"] != ENGINE:
        return [nothing]
    return [
        nothing,
        t("<i>I looked for the words of your question. Try others, in the episode's language.</i>"),
    ]


def _quotation(quoted: Data, data: Data, t: Texts) -> Markup:
    """A model has said it in its own words: then only where it is said is told."""
    place = _place(quoted, data, t)
    if data["answer"]["text"]:
        return t("• {place}", place=place)
    return Markup("<blockquote>{}\n<i>{}</i></blockquote>").format(quoted["text"], place)


def _place(quoted: Data, data: Data, t: Texts) -> Markup:
    if quoted["start_ms"] is None:
        number = int(quoted["source"]) + 1
        if data["answer"]["text"]:
            return t("in your source {n}", n=number)
        return t("in your source {n}, not in the episode", n=number)
    at = duration_label(int(quoted["start_ms"]))
    if data["several_parts"]:
        return t("{speaker}, part {part}, {at}", speaker=quoted["speaker"], part=quoted["part"], at=at)
    return t("{speaker}, {at}", speaker=quoted["speaker"], at=at)


def _by(answer: Data, t: Texts) -> Markup:
    if answer["engine"] == ENGINE:
        return t("<i>Found offline by your words; the words are the episode's own. Reply to ask on.</i>")
    return t("<i>Answered by: {engine}. Reply to ask on.</i>", engine=engine_label(answer["engine"], t))


def _to_episode(data: Data, t: Texts) -> Keyboard:
    podcast_id = ids.PodcastId(UUID(data["podcast_id"]))
    return [
        [Button(t("📄 Transcript"), SendTranscript(podcast_id)), Button(t("🎧 The episode"), ShowPodcast(podcast_id))]
    ]
