"""What an analysis has found, in words. Pure."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from markupsafe import Markup

from bot.posts.labels import language_label
from bot.screens import clipped
from bot.texts import Texts
from core.db import Json
from core.providers.critique import GOOD, POOR, Critique, Judged, Part, Sign
from core.scripts.measures import Measures
from core.scripts.readability import LIX, Level
from core.scripts.results import counted, critique_of

Data = Mapping[str, Any]
REASON_CHARACTERS, QUOTE_CHARACTERS, LISTED_CHARACTERS, OUTLINE_CHARACTERS = 300, 120, 200, 500


def measured_lines(measures: Measures, t: Texts) -> Iterator[Markup]:
    """What was counted, whoever judges."""
    length = clock(measures.spoken_s)
    if measures.timed:
        yield t(
            "⏱ {n} words in {length}: <b>{speed} words a minute</b>",
            n=measures.words,
            length=length,
            speed=round(measures.words_per_minute),
        )
    else:
        yield t("⏱ {n} words, about <b>{length}</b> when spoken", n=measures.words, length=length)
    if measures.unspaced:
        yield t("<i>Two characters are counted as one word.</i>")
    if measures.pace:
        quarters = " → ".join(str(round(each)) for each in measures.pace)
        yield t("📈 Words a minute, quarter by quarter: {quarters}", quarters=quarters)
    if measures.starts_s is not None and measures.starts_s >= 1:
        yield t("🔇 The first word comes after {n} seconds", n=round(measures.starts_s))
    if measures.sentences is None:
        yield t("📏 No marks show where its sentences end, so they can't be counted.")
    else:
        yield t(
            "📏 {n} sentences of {words} words; the longest has {longest}",
            n=measures.sentences,
            words=round(measures.sentence_words or 0),
            longest=measures.longest_words,
        )
    yield _readability(measures, t)


def _readability(measures: Measures, t: Texts) -> Markup:
    read = measures.readability
    if read is None:
        return t("👂 Readability: there is no formula for this text.")
    level = {
        Level.EASY: t("easy to follow"),
        Level.MEDIUM: t("takes some attention"),
        Level.HARD: t("hard to follow by ear"),
    }[read.level]
    better = t("less is easier") if read.formula == LIX else t("more is easier")
    return t(
        "👂 <b>{level}</b> ({formula} {score}; {better})",
        level=level,
        formula=read.formula,
        score=round(read.score),
        better=better,
    )


def critique_lines(data: Json, t: Texts, *, language: str) -> Iterator[Markup]:
    """What the engine said of it."""
    critique = critique_of(data)
    yield _headline(critique, t)
    for judged in critique.judged:
        yield _part(judged, t) if judged.score is not None else _signs(judged, t, language)
    if critique.outline:
        yield t("🧱 {outline}", outline=clipped(" → ".join(critique.outline), OUTLINE_CHARACTERS))
    if critique.suggestions:
        yield t("<b>What to change</b>")
        for each in critique.suggestions:
            yield t("• {suggestion}", suggestion=clipped(each, LISTED_CHARACTERS))
    if critique.score is None:
        yield t(
            "<i>That is what can be counted. How strong its hook is, a score and a rewrite take a language model.</i>"
        )


def _headline(critique: Critique, t: Texts) -> Markup:
    if critique.score is not None:
        return t("🎯 <b>Score: {score} of 100</b>", score=critique.score)
    good, of = counted(critique)
    return t("🎯 <b>Measured: {good} of {of} good</b>", good=good, of=of)


def _part(judged: Judged, t: Texts) -> Markup:
    quote = t(" <i>“{quote}”</i>", quote=clipped(judged.quote, QUOTE_CHARACTERS)) if judged.quote else ""
    return t(
        "<b>{part}: {score}/10</b> {reason}{quote}",
        part=part_label(judged.part, t),
        score=judged.score,
        reason=clipped(judged.reason, REASON_CHARACTERS),
        quote=quote,
    )


def _signs(judged: Judged, t: Texts, language: str) -> Markup:
    told = Markup(" ").join(
        Markup("{} {}").format(_mark(found.sign), SIGNS[found.sign](t, {**found.params, "language": language}))
        for found in judged.found
    )
    return t("<b>{part}</b> {told}", part=part_label(judged.part, t), told=told)


def _mark(sign: Sign) -> str:
    return "✅" if sign in GOOD else "⚠️" if sign in POOR else "❔"


def part_label(part: Part, t: Texts) -> Markup:
    return {
        Part.HOOK: t("Hook"),
        Part.STRUCTURE: t("Structure"),
        Part.PACING: t("Pacing"),
        Part.CALL_TO_ACTION: t("Call to action"),
    }[part]


def _striking(t: Texts, params: Data) -> Markup:
    names = {
        "question": t("asks a question"),
        "number": t("gives a number"),
        "viewer": t("speaks to people directly"),
        "contrast": t("contradicts something"),
    }
    return t("It {signs}.", signs=Markup(", ").join(names[kind] for kind in params["kinds"]))


SIGNS: dict[Sign, Callable[[Texts, Data], Markup]] = {
    Sign.SHORT_HOOK: lambda t, params: t.plural(
        "The opening is brief: {n} word.", "The opening is brief: {n} words.", params["words"]
    ),
    Sign.LONG_HOOK: lambda t, params: t(
        "The opening takes {n} words; {most} are said in six seconds.", n=params["words"], most=params["most"]
    ),
    Sign.STRIKING_HOOK: _striking,
    Sign.PLAIN_HOOK: lambda t, _: t("No question, number, contrast or address in it."),
    Sign.TURNS: lambda t, params: t.plural(
        "{n} turn against what one expects.", "{n} turns against what one expects.", params["turns"]
    ),
    Sign.NO_TURNS: lambda t, _: t("No turn (“but”, “instead”, “never”) keeps the tension."),
    Sign.STEADY: lambda t, params: t("{n} words a minute are easy to follow.", n=params["words_per_minute"]),
    Sign.QUICK: lambda t, params: t(
        "{n} words a minute are hard to follow; up to {most} are usual.",
        n=params["words_per_minute"],
        most=params["most"],
    ),
    Sign.SLOW: lambda t, params: t(
        "{n} words a minute are slow; from {least} on it flows.", n=params["words_per_minute"], least=params["least"]
    ),
    Sign.SHORT_SENTENCES: lambda t, params: t.plural(
        "Sentences of {n} word can be said in one breath.",
        "Sentences of {n} words can be said in one breath.",
        params["words"],
    ),
    Sign.LONG_SENTENCES: lambda t, params: t(
        "Sentences of {n} words are long for speech; up to {most} are easy to say.",
        n=params["words"],
        most=params["most"],
    ),
    Sign.ASKS: lambda t, params: t("Viewers are asked for something, last after {n} % of it.", n=params["percent"]),
    Sign.ASKS_NOTHING: lambda t, _: t("Viewers are asked for nothing. Say what they should do next."),
    Sign.UNMARKED: lambda t, _: t("Too few marked sentences to tell."),
    Sign.LANGUAGE: lambda t, params: t(
        "I know no rules for {language}.", language=language_label(params["language"], t)
    ),
}


def clock(seconds: float) -> str:
    """0:07, 12:30."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"
