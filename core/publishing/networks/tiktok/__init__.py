"""TikTok: Login Kit, the Content Posting API, and the numbers of the Display API."""

from core.publishing.networks.tiktok.consent import TikTokConsent
from core.publishing.networks.tiktok.publisher import TikTokPublisher

__all__ = ["TikTokConsent", "TikTokPublisher"]
