"""Logging: static dotted events with fields, ids bound once, secrets never."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

BOT_TOKEN = re.compile(r"\b\d{3,}:[A-Za-z0-9_-]{20,}")
"""A Bot API token, as it stands in URLs. https://core.telegram.org/bots/api#authorizing-your-bot"""

QUIET_LOGGERS = ("httpx", "httpcore", "telegram", "aiohttp.access", "asyncio", "rq", "rq.worker", "alembic", "boto3")


def configure(*, level: str, as_json: bool, process: str) -> None:
    """Set up structlog and the standard library's logging for this process, to standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        hide_tokens,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(process=process)


def hide_tokens(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank out anything that looks like a bot token, wherever a library put it."""
    for key, value in event.items():
        if isinstance(value, str) and ":" in value:
            event[key] = BOT_TOKEN.sub("<token>", value)
    return event
