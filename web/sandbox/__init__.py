"""The local sandbox Telegram: a Bot API server, the people who chat with bots, controls for tests. See README.md."""

from core.settings import SANDBOX_TOKEN

__all__ = ["SANDBOX_TOKEN"]
