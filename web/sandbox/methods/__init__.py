"""The Bot API's methods by area. Importing this package registers them all in `web.sandbox.call.METHODS`."""

from web.sandbox.methods import account, callbacks, editing, messages, receiving

__all__ = ["account", "callbacks", "editing", "messages", "receiving"]
