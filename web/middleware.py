"""Around every request: an id for the logs, errors as statuses, and a limit per address."""

import secrets
import time

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from core.errors import AppError, Conflict, InvalidInput, LimitReached, NotAllowed, NotFound, ProviderError
from core.limits import RateLimit, hit
from core.settings import RESEND_WEBHOOK_PATH, STRIPE_WEBHOOK_PATH
from web.context import DEPS, METER
from web.troubles import crashed, is_looking, refused

log = structlog.get_logger()

REQUESTS = RateLimit("requests", most=100, window_s=60)
UNLIMITED = frozenset({"/healthz", "/readyz", "/metrics", STRIPE_WEBHOOK_PATH, RESEND_WEBHOOK_PATH})
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""A client may send any word."""
STATUSES: tuple[tuple[type[AppError], int], ...] = (
    (InvalidInput, 400),
    (NotAllowed, 403),
    (NotFound, 404),
    (Conflict, 409),
    (LimitReached, 429),
    (ProviderError, 502),
)


@web.middleware
async def measure_requests(request: web.Request, handler: Handler) -> web.StreamResponse:
    """How many, how long, and with which status, by route: addresses that lead nowhere are one."""
    began, status = time.monotonic(), 500
    try:
        response = await handler(request)
        status = response.status
        return response
    except web.HTTPException as exc:
        status = exc.status
        raise
    finally:
        request.app[METER].observe(
            "request_seconds",
            time.monotonic() - began,
            method=request.method if request.method in METHODS else "other",
            route=route_of(request),
            status=str(status),
        )


def route_of(request: web.Request) -> str:
    """The address as its handler knows it: what stands in its place may be a secret."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "none"


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """An AppError becomes its kind's status with its code; anything unknown is logged and becomes a 500. Whoever looks
    with a browser gets a page."""
    with structlog.contextvars.bound_contextvars(request_id=f"web:{secrets.token_hex(6)}"):
        try:
            return await handler(request)
        except web.HTTPException:
            raise
        except AppError as error:
            return await _refusal(request, error)
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("web.crashed", reference=reference, route=route_of(request))
            return await _crash(request, reference)


async def _refusal(request: web.Request, error: AppError) -> web.Response:
    status = next((status for kind, status in STATUSES if isinstance(error, kind)), 400)
    if is_looking(request):
        answer = await refused(request.app[DEPS], request, error, status=status)
    else:
        answer = web.json_response({"error": {"code": error.error_code, "params": error.params}}, status=status)
    if "retry_after_s" in error.params:
        answer.headers["Retry-After"] = str(error.params["retry_after_s"])
    return answer


async def _crash(request: web.Request, reference: str) -> web.Response:
    if is_looking(request):
        return await crashed(request.app[DEPS], request, reference=reference)
    return web.json_response({"error": {"code": "internal", "reference": reference}}, status=500)


@web.middleware
async def limit_requests(request: web.Request, handler: Handler) -> web.StreamResponse:
    """100 requests a minute from one address."""
    if request.path not in UNLIMITED:
        await hit(request.app[DEPS].redis, REQUESTS, request.remote or "unknown")
    return await handler(request)
