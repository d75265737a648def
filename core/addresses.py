"""Where what runs on this machine is found, as far as the environment doesn't name it."""

from pydantic import SecretStr

from core.embedded import running_services
from core.home import make_home
from core.ports import free_port
from core.readiness import ready_processes
from core.settings import Settings


def attached(settings: Settings) -> Settings:
    """The settings with the addresses of what runs in the home, where the environment names none."""
    running = {server.name: SecretStr(server.url) for server in running_services(settings.home)}
    update: dict[str, object] = {"home": make_home(settings.home)}
    if settings.database_url is None and "postgres" in running:
        update["database_url"] = running["postgres"]
    if settings.redis_url is None and "redis" in running:
        update["redis_url"] = running["redis"]
    if settings.in_sandbox and settings.telegram_api_url is None:
        sandboxes = [process.address for process in ready_processes(settings.home) if process.name == "sandbox"]
        update["telegram_api_url"] = next(iter(sandboxes), None)
    return settings.model_copy(update=update)


def addressed(settings: Settings) -> Settings:
    """The settings with ports that are free, and with the addresses that follow from them."""
    web_port = free_port(settings.web_host, settings.web_port)
    update: dict[str, object] = {"web_port": web_port}
    if settings.web_public_url is None:
        update["web_public_url"] = f"http://{settings.web_host}:{web_port}"
    if settings.in_sandbox:
        sandbox_port = free_port("127.0.0.1", settings.sandbox_port)
        if sandbox_port == web_port:
            sandbox_port = free_port("127.0.0.1", web_port + 1)
        update |= {"sandbox_port": sandbox_port, "telegram_api_url": f"http://127.0.0.1:{sandbox_port}"}
    return settings.model_copy(update=update)
