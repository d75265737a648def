"""Instagram with Instagram's own login, for business and creator accounts: reels through the Graph API."""

from core.publishing.networks.instagram.consent import InstagramConsent
from core.publishing.networks.instagram.publisher import InstagramPublisher

__all__ = ["InstagramConsent", "InstagramPublisher"]
