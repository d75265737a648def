"""All tables in one place, for migrations: importing this fills `Base.metadata`."""

from core.accounts import models as accounts
from core.analyses import models as analyses
from core.approvals import models as approvals
from core.billing import models as billing
from core.billing import stripe_models as stripe
from core.brands import models as brands
from core.broadcasts import models as broadcasts
from core.channels import models as channels
from core.connections import models as connections
from core.db import Base
from core.deliveries import models as deliveries
from core.digests import models as digests
from core.emails import models as emails
from core.evergreen import models as evergreen
from core.images import models as images
from core.podcasts import models as podcasts
from core.posts import models as posts
from core.publishing import models as publishing
from core.queues import models as queues
from core.scripts import models as scripts
from core.series import models as series
from core.sources import models as sources
from core.templates import models as templates
from core.videos import models as videos
from core.viral import models as viral
from core.voiceovers import models as voiceovers
from core.work import models as work

__all__ = [
    "Base",
    "accounts",
    "analyses",
    "approvals",
    "billing",
    "brands",
    "broadcasts",
    "channels",
    "connections",
    "deliveries",
    "digests",
    "emails",
    "evergreen",
    "images",
    "podcasts",
    "posts",
    "publishing",
    "queues",
    "scripts",
    "series",
    "sources",
    "stripe",
    "templates",
    "videos",
    "viral",
    "voiceovers",
    "work",
]
