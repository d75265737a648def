"""The bot's own account: getMe, log out, close."""

from web.sandbox.call import Call, method
from web.sandbox.model import Json

ABILITIES = {
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": True,
    "can_connect_to_business": False,
    "has_main_web_app": False,
    "has_topics_enabled": False,
    "allows_users_to_create_topics": False,
}


@method("getMe")
def get_me(call: Call) -> Json:
    return {**call.bot.public(), **ABILITIES}


@method("logOut", "close")
def log_out(call: Call) -> bool:
    """Nothing to leave: the sandbox is the only server there is."""
    return True
