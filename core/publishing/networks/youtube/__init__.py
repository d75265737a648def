"""YouTube: Google's OAuth and the YouTube Data API v3."""

from core.publishing.networks.youtube.consent import YouTubeConsent
from core.publishing.networks.youtube.publisher import YouTubePublisher

__all__ = ["YouTubeConsent", "YouTubePublisher"]
