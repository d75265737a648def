"""The Bot API's methods by area. Importing this package registers them all in `web.sandbox.call.METHODS`."""

from web.sandbox.methods import (
    account,
    callbacks,
    chats,
    commands,
    deleting,
    editing,
    files,
    inline,
    media,
    messages,
    passing_on,
    payments,
    polls,
    profile,
    receiving,
    small,
)

__all__ = [
    "account",
    "callbacks",
    "chats",
    "commands",
    "deleting",
    "editing",
    "files",
    "inline",
    "media",
    "messages",
    "passing_on",
    "payments",
    "polls",
    "profile",
    "receiving",
    "small",
]
