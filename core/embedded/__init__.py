"""PostgreSQL and Redis for people who installed neither: servers that came with the Python packages."""

from core.embedded.place import EmbeddedUnavailable
from core.embedded.services import EmbeddedServices, RunningServer, embedded, running_services

__all__ = ["EmbeddedServices", "EmbeddedUnavailable", "RunningServer", "embedded", "running_services"]
