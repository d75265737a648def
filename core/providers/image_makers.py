"""Which engines make pictures, by configuration."""

from collections.abc import Iterator, Mapping

import httpx

from core.http import ANYWHERE, PUBLIC
from core.providers.fal import Fal
from core.providers.images import ImageEngine, ImageMaker, Quality
from core.providers.offline.typesetter import Typesetter
from core.providers.openai_images import OpenAIImages
from core.settings import Settings


def build_image_makers(settings: Settings, http: httpx.AsyncClient) -> Mapping[ImageEngine, ImageMaker]:
    """Everything that is configured, what is to be offered first at the front. The typesetter is always there."""
    makers: dict[ImageEngine, ImageMaker] = {maker.engine: maker for maker in _configured(settings, http)}
    makers[ImageEngine.TYPESET] = Typesetter()
    first = ImageEngine(settings.image_provider) if settings.image_provider else next(iter(makers))
    return {first: makers.pop(first), **makers}


def _configured(settings: Settings, http: httpx.AsyncClient) -> Iterator[ImageMaker]:
    reach = ANYWHERE if settings.allow_private_urls else PUBLIC
    if settings.fal_key:
        models = {
            Quality.FAST: settings.fal_model_fast,
            Quality.BETTER: settings.fal_model_better,
            Quality.BEST: settings.fal_model_best,
        }
        yield Fal(http, base_url=settings.fal_queue_url, key=settings.fal_key, models=models, reach=reach)
    if settings.images_base_url and settings.images_model:
        yield OpenAIImages(
            http,
            base_url=settings.images_base_url,
            model=settings.images_model,
            key=settings.images_api_key,
            reach=reach,
        )
