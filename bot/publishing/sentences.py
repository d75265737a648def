"""What can go wrong with publishing, as sentences: what happened and what to do."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from markupsafe import Markup

from bot.posts.problems import problem_sentence
from bot.publishing.labels import moment_label, network_label
from bot.router import Router
from bot.texts import Texts
from bot.videos.sentences import SENTENCES as VIDEO_SENTENCES
from core.providers.discovery import Network
from core.publishing.networks.contract import NetworkErrorCode
from core.publishing.readiness import Lack, LackCode
from core.when.formats import format_local

Params = Mapping[str, Any]
Say = Callable[[Texts, Params], Markup]


def register(router: Router) -> None:
    router.errors({str(code): sentence for code, sentence in NETWORK_SENTENCES.items()})
    router.errors({str(code): sentence for code, sentence in LACK_SENTENCES.items()})
    router.errors({code: sentence for code, sentence in SENTENCES.items() if code.startswith("publishing.")})


def publishing_problem(error: Mapping[str, Any], t: Texts) -> Markup:
    """A stored error (`{"code", "params"}`) in words."""
    code, params = str(error["code"]), error.get("params", {})
    if code in NETWORK_CODES:
        return NETWORK_SENTENCES[NetworkErrorCode(code)](t, params)
    if code in LACK_CODES:
        return LACK_SENTENCES[LackCode(code)](t, params)
    sentence = SENTENCES.get(code) or VIDEO_SENTENCES.get(code)
    return sentence(t, params) if sentence is not None else problem_sentence(error, t)


def lack_sentence(lack: Lack, t: Texts) -> Markup:
    return LACK_SENTENCES[lack.code](t, lack.params)


def _network(params: Params) -> str:
    name = params.get("network")
    return network_label(name) if name in set(Network) else "The network"


def _until(params: Params, t: Texts) -> Markup:
    """ " It goes on at Fri, 27 Nov, 09:00 (UTC)." Empty when nobody says when."""
    at = params.get("resets_at")
    if not at:
        return Markup()
    moment = datetime.fromisoformat(str(at))
    return t(" It takes more after {time} (UTC).", time=format_local(moment, "UTC", t.language))


def _unavailable(t: Texts, params: Params) -> Markup:
    return t("{network} doesn't answer right now. Please try again in a few minutes.", network=_network(params))


def _daily_limit(t: Texts, params: Params) -> Markup:
    if "days" in params:
        return _limit_outlasted(t, params)
    said = t("{network} takes no more videos from this account today.", network=_network(params))
    return said + (_until(params, t) or t(" Tomorrow it does again."))


def _limit_outlasted(t: Texts, params: Params) -> Markup:
    """It was waited for, and there was always another."""
    return t.plural(
        "{network} still takes no more videos, and I wait for that {n} day at the most. Nothing was sent: try it "
        "again, or publish it by hand.",
        "{network} still takes no more videos, and I wait for that {n} days at the most. Nothing was sent: try it "
        "again, or publish it by hand.",
        int(params["days"]),
        network=_network(params),
    )


def _app_limit(t: Texts, params: Params) -> Markup:
    if "days" in params:
        return _limit_outlasted(t, params)
    said = t("{network} takes no more videos from us today: all that we may send is used up.", network=_network(params))
    return said + _until(params, t)


def _unaudited(t: Texts, params: Params) -> Markup:
    return t(
        "{network} hasn't examined this app yet, so it only takes videos of private accounts, or drafts for your "
        "inbox. Make your account private there for the moment, or send it to your inbox.",
        network=_network(params),
    )


def _video_refused(t: Texts, params: Params) -> Markup:
    said = t("{network} can't use the video", network=_network(params))
    what = VIDEO_FAULTS.get(str(params.get("what", "")))
    reason = what(t) if what is not None else t("its format, size or length doesn't suit it")
    return t("{said}: {reason}. Please send me another one.", said=said, reason=reason)


def _text_refused(t: Texts, params: Params) -> Markup:
    what = {"title": t("the title"), "caption": t("the caption"), "description": t("the description")}
    return t(
        "{network} doesn't take {what}. Please change it and try again.",
        network=_network(params),
        what=what.get(str(params.get("what", "")), t("the words or the hashtags")),
    )


def _rejected(t: Texts, params: Params) -> Markup:
    detail = params.get("detail")
    if params.get("what") == "link":
        return t(
            "{network} fetches videos from our web server, and couldn't get this one there. Whoever runs me has to "
            "make that server reachable from the internet; until then, publish it by hand.",
            network=_network(params),
        )
    if detail:
        return t(
            "{network} has refused it and only says: <i>{detail}</i>. Try again, or publish it by hand.",
            network=_network(params),
            detail=str(detail)[:200],
        )
    return t(
        "{network} has refused it and doesn't say why. Try again, or publish it by hand.", network=_network(params)
    )


VIDEO_FAULTS: Final[Mapping[str, Callable[[Texts], Markup]]] = {
    "format": lambda t: t("it can't read the format"),
    "duration": lambda t: t("it is too long or too short"),
    "size": lambda t: t("the file or the picture is too big or too small"),
    "picture_size": lambda t: t("the picture is too big or too small"),
    "frame_rate": lambda t: t("it wants 23 to 60 pictures a second"),
    "aspect": lambda t: t("it wants another shape, best is 9:16"),
    "cover": lambda t: t("the moment for the cover isn't in it"),
}

NETWORK_SENTENCES: Final[Mapping[NetworkErrorCode, Say]] = {
    NetworkErrorCode.UNAVAILABLE: _unavailable,
    NetworkErrorCode.RATE_LIMITED: lambda t, params: t(
        "{network} has too much to do right now. Please try again in a few minutes.", network=_network(params)
    ),
    NetworkErrorCode.RECONNECT: lambda t, params: t(
        "{network} doesn't know our permission any more. Please connect it again.", network=_network(params)
    ),
    NetworkErrorCode.TOKEN_EXPIRED: lambda t, params: t(
        "Our permission at {network} has run out. Try again; if it stays, connect it again.", network=_network(params)
    ),
    NetworkErrorCode.SCOPE_MISSING: lambda t, params: t(
        "{network} doesn't let me publish: something wasn't ticked when you connected it. Connect it again, and leave "
        "everything ticked.",
        network=_network(params),
    ),
    NetworkErrorCode.NOT_PROFESSIONAL: lambda t, params: t(
        "{network} lets me publish only for business and creator accounts. Change that in its app, under Settings, "
        "Account type, then connect it again.",
        network=_network(params),
    ),
    NetworkErrorCode.NO_CHANNEL: lambda t, params: t(
        "That Google account has no YouTube channel yet. Make one at youtube.com, then connect it again.",
        network=_network(params),
    ),
    NetworkErrorCode.DAILY_LIMIT: _daily_limit,
    NetworkErrorCode.APP_LIMIT: _app_limit,
    NetworkErrorCode.UNAUDITED: _unaudited,
    NetworkErrorCode.BANNED: lambda t, params: t(
        "{network} has forbidden this account to post. Its app tells why, and until when.", network=_network(params)
    ),
    NetworkErrorCode.SPAM: lambda t, params: t(
        "{network} takes this for spam. Post less often for a while, or change the words, then try again.",
        network=_network(params),
    ),
    NetworkErrorCode.PRIVACY_NOT_OFFERED: lambda t, params: t(
        "{network} doesn't offer this account the visibility that you chose. Please choose again who may see it.",
        network=_network(params),
    ),
    NetworkErrorCode.VIDEO_REFUSED: _video_refused,
    NetworkErrorCode.TEXT_REFUSED: _text_refused,
    NetworkErrorCode.COPYRIGHT: lambda t, params: t(
        "{network} has found music or pictures in it that belong to somebody else. Send me a video without them.",
        network=_network(params),
    ),
    NetworkErrorCode.UPLOAD_EXPIRED: lambda t, params: t(
        "{network} didn't wait for the whole video. Nothing was published; please try again.", network=_network(params)
    ),
    NetworkErrorCode.REJECTED: _rejected,
}


def _words(t: Texts, params: Params) -> Markup:
    problem = str(params["problem"])
    if problem == "post.title_missing":
        return t("YouTube wants a title. Press Title and write one.")
    if problem == "post.title_too_long":
        return t(
            "The title is too long: {length} of {limit} characters. Shorten it by {over}.",
            length=params["length"],
            limit=params["limit"],
            over=int(params["length"]) - int(params["limit"]),
        )
    if problem == "post.too_long":
        return _too_long_words(t, params)
    return problem_sentence({"code": problem, "params": params}, t)


def _too_long_words(t: Texts, params: Params) -> Markup:
    over = int(params["length"]) - int(params["limit"])
    if params.get("platform") == Network.YOUTUBE:
        return t(
            "The description is too long: {length} of {limit} bytes (letters like é and 字 take several). Shorten it "
            "by {over}, or press Shorten it.",
            length=params["length"],
            limit=params["limit"],
            over=over,
        )
    return t(
        "The caption is too long: {length} of {limit} characters. Shorten it by {over}, or press Shorten it.",
        length=params["length"],
        limit=params["limit"],
        over=over,
    )


def _lacking(t: Texts, params: Params) -> Markup:
    """Why the engine doesn't begin, the first thing first."""
    first = next(iter(params.get("lacks", ())), None)
    said = publishing_problem(first, t) if first is not None else t("Something is still to be chosen.")
    return t("{network}: {what}", network=_network(params), what=said)


LACK_SENTENCES: Final[Mapping[LackCode, Say]] = {
    LackCode.WORDS: _words,
    LackCode.PRIVACY_MISSING: lambda t, _: t("Choose who may see it."),
    LackCode.PRIVACY_GONE: lambda t, _: t("What you chose isn't offered any more. Choose again who may see it."),
    LackCode.BRANDED_PRIVATE: lambda t, _: t("Branded content visibility cannot be set to private."),
    LackCode.KIDS_MISSING: lambda t, _: t("Say whether it is made for kids: YouTube has to know."),
    LackCode.TOO_LONG: lambda t, params: t(
        "The video takes {length}, and this account may post at most {most}. Send me a shorter one.",
        length=moment_label(round(1000 * float(params["seconds"]))),
        most=moment_label(round(1000 * float(params["most"]))),
    ),
    LackCode.TOO_SHORT: lambda t, params: t(
        "The video takes {length}, and this network takes none under {least}. Send me a longer one.",
        length=moment_label(round(1000 * float(params["seconds"]))),
        least=moment_label(round(1000 * float(params["least"]))),
    ),
    LackCode.AT_LIMIT: lambda t, _: t("This account can't post any more for now. Please try again later."),
    LackCode.TAGS_TOO_LONG: lambda t, params: t(
        "The tags are too long together: {characters} of {most} characters. Leave some out.",
        characters=params["characters"],
        most=params["most"],
    ),
}

SENTENCES: Final[Mapping[str, Say]] = {
    "publishing.not_found": lambda t, _: t("That isn't there any more, or it isn't yours."),
    "publishing.connection_not_found": lambda t, _: t("That account isn't connected any more. Choose another one."),
    "publishing.not_now": lambda t, _: t("That can't be done with it right now: it is on its way, out, or stopped."),
    "publishing.too_late": lambda t, params: t(
        "It can't be stopped any more: {networks} has all of it.",
        networks=", ".join(network_label(name) for name in params.get("networks", ())),
    ),
    "publishing.not_changeable": lambda t, _: t("It is on its way or out, so nothing can be changed any more."),
    "publishing.video_not_ready": lambda t, _: t("The video isn't ready yet. Wait until it is looked at, then try."),
    "publishing.no_networks": lambda t, _: t("Choose at least one account that it should go to."),
    "publishing.lacking": _lacking,
    "publishing.consent_missing": lambda t, _: t(
        "TikTok wants your word for what was changed: press Publish now below."
    ),
    "publishing.no_connection": lambda t, params: t(
        "{network} isn't connected any more, or can't be reached from here. Connect it again under /connect.",
        network=_network(params),
    ),
    "publishing.unknown_outcome": lambda t, params: t(
        "perhaps published: {network} doesn't say what came of it. Please look there, then tell me below.",
        network=_network(params),
    ),
    "connections.not_found": lambda t, params: t(
        "{network} isn't connected any more. Connect it again under /connect.", network=_network(params)
    ),
    "publishing.missed": lambda t, _: t("it missed its time while I was down, and waits for your word."),
    "publishing.switched_off": lambda t, _: t("That is switched off in the account's own settings at TikTok."),
    "publishing.no_words": lambda t, _: t("Please send it as text, or /cancel."),
    "publishing.words_too_long": lambda t, params: t(
        "No network takes so much: {most} characters are more than enough.", most=params["most"]
    ),
    "publishing.no_repeats": lambda t, _: t("A video is published once. Tell me one time, for example tomorrow 18:00."),
    "publishing.no_frame": lambda t, _: t("I can't show that moment of the video. Choose another one."),
    "publishing.too_big_to_watch": lambda t, _: t("The video is too big for a message here. /videos has it."),
    "work.attempts_exhausted": lambda t, _: t(
        "Trouble on our side cut this off again and again, so I stopped. Please try again."
    ),
    "storage.failed": lambda t, _: t("The file can't be read right now. Please try again in a few minutes."),
}

NETWORK_CODES: Final = frozenset(map(str, NetworkErrorCode))
LACK_CODES: Final = frozenset(map(str, LackCode))
