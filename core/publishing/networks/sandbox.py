"""Where the local sandbox plays the networks, and the app that it has registered with each. Worth nothing anywhere."""

from typing import Final

from core.providers.discovery import Network

SANDBOX_CLIENT_ID: Final = "sandbox-postaify"
SANDBOX_CLIENT_SECRET: Final = "sandbox-postaify-secret"  # noqa: S105 - it opens nothing but the local sandbox
SANDBOX_PATHS: Final = {Network.TIKTOK: "/tiktok", Network.INSTAGRAM: "/instagram", Network.YOUTUBE: "/youtube"}
"""Behind the sandbox's address; each stands for all addresses of its network (consent, tokens, API)."""
