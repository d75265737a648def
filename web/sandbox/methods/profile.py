"""The bot's name and descriptions by language."""

import re

from web.sandbox.call import Call, method
from web.sandbox.errors import bad_request
from web.sandbox.model import Json

LIMITS = {"name": 64, "description": 512, "short_description": 120}
TOO_LONG = {
    "name": "BOT_TITLE_INVALID",
    "description": "BOT_DESCRIPTION_INVALID",
    "short_description": "BOT_ABOUT_INVALID",
}
LANGUAGE = re.compile(r"[a-z]{2}|")


@method("setMyName")
def set_my_name(call: Call) -> bool:
    return _set(call, "name")


@method("setMyDescription")
def set_my_description(call: Call) -> bool:
    return _set(call, "description")


@method("setMyShortDescription")
def set_my_short_description(call: Call) -> bool:
    return _set(call, "short_description")


@method("getMyName")
def get_my_name(call: Call) -> Json:
    return {"name": _get(call, "name") or call.bot.first_name}


@method("getMyDescription")
def get_my_description(call: Call) -> Json:
    return {"description": _get(call, "description")}


@method("getMyShortDescription")
def get_my_short_description(call: Call) -> Json:
    return {"short_description": _get(call, "short_description")}


def _set(call: Call, what: str) -> bool:
    text = call.text(what)
    if len(text) > LIMITS[what]:
        raise bad_request(TOO_LONG[what])
    key = f"{what}:{_language(call)}"
    if text:
        call.bot.texts[key] = text
    else:
        call.bot.texts.pop(key, None)
    call.world.save_bot(call.bot)
    return True


def _get(call: Call, what: str) -> str:
    """In the asked language, or the text for all."""
    return call.bot.texts.get(f"{what}:{_language(call)}") or call.bot.texts.get(f"{what}:", "")


def _language(call: Call) -> str:
    language = call.text("language_code")
    if not LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    return language
