"""What can go wrong with podcasts, as sentences: what happened and what to do."""

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from bot.posts.labels import language_label
from bot.posts.problems import note_sentence, problem_sentence
from bot.router import Router
from bot.texts import Texts
from core.languages import UNKNOWN

Params = Mapping[str, Any]


def register(router: Router) -> None:
    router.errors(SENTENCES)


def podcast_problem(error: Mapping[str, Any], t: Texts) -> Markup:
    """A stored error (`{"code", "params"}`) in words."""
    code = str(error["code"])
    sentence = WRITING.get(code) or SENTENCES.get(code)
    return sentence(t, error.get("params", {})) if sentence is not None else problem_sentence(error, t)


def script_note(note: Mapping[str, Any], t: Texts) -> Markup | None:
    """What the writer wants said about a script; None for what has no words here."""
    sentence = NOTES.get(str(note["code"]))
    return sentence(t, note.get("params", {})) if sentence is not None else note_sentence(note, t)


def _source_length(t: Texts, params: Params) -> Markup:
    if int(params["characters"]) < int(params["least"]):
        return t(
            "That is too little for an episode: {characters} of at least {least} characters. Add another source.",
            characters=params["characters"],
            least=params["least"],
        )
    return t(
        "That is too much for one episode: {characters} of at most {most} characters. Take a source out.",
        characters=params["characters"],
        most=params["most"],
    )


def _line_too_long(t: Texts, params: Params) -> Markup:
    return t(
        "That is too long for one line: {characters} of {most} characters. Make it two.",
        characters=params["characters"],
        most=params["most"],
    )


def _no_line(t: Texts, params: Params) -> Markup:
    return t("There is no line {line}: the script has {most}.", line=params["line"], most=params["most"])


def _voice_unknown(t: Texts, params: Params) -> Markup:
    return t("The voice “{voice}” isn't there any more. Choose another one.", voice=params.get("voice", "?"))


def _language_unknown(t: Texts, params: Params) -> Markup:
    language = str(params.get("language", ""))
    if language in ("", UNKNOWN):
        return t("I can't tell which language that is, so no voice can read it. Choose the language.")
    return t("These voices don't speak {language}. Choose others.", language=language_label(language, t))


def _no_credit(t: Texts, params: Params) -> Markup:
    return t("The speech service's credit is used up. We have to mend that; or choose other voices.")


SENTENCES: dict[str, Callable[[Texts, Params], Markup]] = {
    "podcasts.not_found": lambda t, _: t("That podcast isn't there any more, or it isn't yours."),
    "podcasts.not_now": lambda t, _: t("It isn't at rest right now: it is being worked on, or done already."),
    "podcasts.script_changed": lambda t, _: t("The script has changed since. This is how it is now."),
    "podcasts.no_voices": lambda t, params: _language_unknown(t, params),
    "podcasts.voice_gone": lambda t, _: t("The list of voices has changed. Open it anew."),
    "podcasts.provider_gone": lambda t, _: t("Those voices aren't offered any more. Choose others."),
    "podcasts.focus_too_long": lambda t, params: t(
        "That is too long: {most} characters are enough.", most=params["most"]
    ),
    "podcasts.too_many_sources": lambda t, params: t("At most {most} sources go into an episode.", most=params["most"]),
    "podcasts.last_source": lambda t, _: t("One source has to stay. Choose another one first."),
    "podcasts.needs_model": lambda t, _: t("Only a language model can do that, and there is none here at the moment."),
    "podcasts.wish_missing": lambda t, _: t("Please say in words what should be different, or /cancel."),
    "podcasts.wish_too_long": lambda t, params: t(
        "That is too long: {most} characters are enough.", most=params["most"]
    ),
    "podcasts.title_length": lambda t, params: t("A title has 1 to {most} characters.", most=params["most"]),
    "podcasts.no_script": lambda t, _: t("There is no script yet."),
    "podcasts.line_number_missing": lambda t, _: t(
        "Begin with the line's number, for example: <code>3 What the line should say</code>"
    ),
    "podcasts.segment_broken": lambda t, _: t("A recording came back broken, again and again. Please try once more."),
    "podcasts.encoding_failed": lambda t, _: t("The audio couldn't be put together. Please try again."),
    "podcasts.encoding_timeout": lambda t, _: t("Putting the audio together took too long. Please try again."),
    "podcasts.no_encoder": lambda t, _: t(
        "The audio can't be made here: the program that makes audio files (ffmpeg) can't be started. We have to mend "
        "that; please tell us."
    ),
    "storage.failed": lambda t, _: t("Files can't be stored right now. Please try again in a few minutes."),
    "podcasts.music_broken": lambda t, _: t(
        "I can't play that music. Send it as an MP3: /podcasts, then Music. You can also remove it there."
    ),
    "asking.not_found": lambda t, _: t("That question isn't there any more."),
    "asking.no_words": lambda t, _: t("Please ask in words: reply with your question."),
    "asking.too_long": lambda t, params: t("Please ask shorter: {most} characters are enough.", most=params["most"]),
    "asking.too_vague": lambda t, _: t(
        "There is no word in it that I could look for. Please name what you want to know about."
    ),
    "asking.no_audio": lambda t, _: t("There is no audio to ask about yet."),
    "asking.nothing_to_hear": lambda t, _: t("There is no answer that could be read to you."),
    "script.source_length": _source_length,
    "script.line_too_long": _line_too_long,
    "script.no_line": _no_line,
    "script.no_section": lambda t, _: t("That section isn't there any more."),
    "script.nothing_left": lambda t, _: t("Something has to be said: this is the last one."),
    "script.one_speaker": lambda t, _: t(
        "There is too little in it for two people to talk about. Add a source, or send a longer text."
    ),
    "script.empty": lambda t, _: t("There is nothing in it that can be said. Please send words."),
    "speech.rate_limited": lambda t, _: t("The speech service has too much to do. Please try again in a minute."),
    "speech.unavailable": lambda t, _: t("The speech service doesn't answer right now. Please try again in a minute."),
    "speech.timeout": lambda t, _: t("The speech service took too long. Please try again."),
    "speech.empty": lambda t, _: t("The speech service sent no sound. Please try again."),
    "speech.truncated": lambda t, _: t("The speech service broke off in the middle. Please try again."),
    "speech.wrong_content_type": lambda t, _: t(
        "The speech service sent something that is no sound. Please try again."
    ),
    "speech.key_refused": lambda t, _: t("The speech service refuses our key. We have to mend that; please tell us."),
    "speech.no_credit": _no_credit,
    "speech.voice_unknown": _voice_unknown,
    "speech.language_unknown": _language_unknown,
    "speech.too_long": lambda t, _: t("A line is too long for that voice. Shorten it in the script."),
    "speech.nothing_to_say": lambda t, _: t("A line has nothing in it that can be said. Change it in the script."),
    "speech.refused": lambda t, _: t("The speech service doesn't want to say this. Change the script, or the voices."),
    "speech.bad_request": lambda t, _: t("The speech service can't do that as it is set up here. Please tell us."),
}

WRITING: dict[str, Callable[[Texts, Params], Markup]] = {
    "work.attempts_exhausted": lambda t, _: t(
        "Trouble on our side cut this off in the middle again and again, so I stopped. Nothing that was made is lost."
    ),
    "text.not_able": lambda t, _: t(
        "The offline writer can't do that. Change the lines yourself: reply with a number."
    ),
    "text.instruction_not_understood": lambda t, _: t(
        "The offline writer didn't understand that. It knows: shorter, remove “…”, replace “old” with “new”, add “…”. "
        "Or give the line other words."
    ),
}
"""Said otherwise of podcasts than of posts."""

NOTES: dict[str, Callable[[Texts, Params], Markup]] = {
    "script.shorter": lambda t, _: t("Your text holds no more without saying things twice, so it is shorter."),
    "script.longer": lambda t, _: t("It came out a little longer than you chose."),
    "script.kept_language": lambda t, params: t(
        "The offline writer doesn't translate: this is in {language}.",
        language=language_label(str(params.get("language", "")), t),
    ),
    "script.plain_questions": lambda t, _: t("In this language the host only names what comes next."),
    "script.no_new_material": lambda t, _: t("Your text holds nothing new for this section: it is arranged anew."),
    "script.focus_not_found": lambda t, params: t(
        "Your text has none of these words, so they changed nothing: “{focus}”", focus=params.get("focus", "")
    ),
    "script.check_figures": lambda t, params: t(
        "Please check these figures, they aren't in your source: {figures}",
        figures=", ".join(params.get("figures", ())),
    ),
}
