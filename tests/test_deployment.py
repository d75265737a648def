"""The container files can't be run by the tests; what can be checked without a container engine is checked here."""

import re
import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

import typer
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import postaify
from core.settings import Settings

ROOT = Path(__file__).parents[1]
COMMANDS = set(typer.main.get_command(postaify.app).list_commands(None))  # type: ignore[attr-defined]  # a group
NOT_OURS = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"}


def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return parsed


def test_every_service_of_ours_runs_a_command_that_exists() -> None:
    commands = {name: service["command"][0] for name, service in compose()["services"].items() if "build" in service}
    assert set(commands) == {"migrate", "bot", "web", "scheduler", "worker-light", "worker-heavy"}
    assert set(commands.values()) <= COMMANDS


def test_services_only_set_variables_that_somebody_reads() -> None:
    known = {str(field.alias) for field in Settings.model_fields.values()} | NOT_OURS
    for service in compose()["services"].values():
        assert set(service.get("environment", {})) <= known


def test_services_wait_for_services_that_exist_and_are_checked() -> None:
    services = compose()["services"]
    for service in services.values():
        for name, wait in service.get("depends_on", {}).items():
            assert name in services
            assert wait["condition"] != "service_healthy" or "healthcheck" in services[name]


def test_mounted_volumes_are_declared() -> None:
    parsed = compose()
    mounts = [mount for service in parsed["services"].values() for mount in service.get("volumes", [])]
    assert {mount.partition(":")[0] for mount in mounts} == set(parsed["volumes"])


def test_the_image_runs_as_an_ordinary_user_and_starts_commands_that_exist() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert re.findall(r"^USER (\w+)$", dockerfile, flags=re.MULTILINE) == ["postaify"]
    assert (
        set(re.findall(r'^(?:HEALTHCHECK .*)?CMD \[(?:"postaify", )?"(\w+)"\]$', dockerfile, flags=re.MULTILINE))
        <= COMMANDS
    )


def test_the_image_gets_every_package_that_the_project_has() -> None:
    allowed = set(re.findall(r"^!(\w+)$", (ROOT / ".dockerignore").read_text(), flags=re.MULTILINE))
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert packages <= allowed


def test_every_package_that_the_project_pulls_in_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = (ROOT / "constraints.txt").read_text().split()
    assert all("==" in line for line in lines)
    pinned = {canonicalize_name(line.partition("==")[0]) for line in lines}
    assert pulled_in([*project["dependencies"], *project["optional-dependencies"]["dev"]]) <= pinned


def pulled_in(requirements: Iterable[str]) -> set[str]:
    """The distributions that are required, and what they require, as it applies on this machine."""
    waiting = [needed for line in requirements if (needed := read(line, frozenset()))]
    seen = set(waiting)
    while waiting:
        name, extras = waiting.pop()
        found = {needed for line in metadata.requires(name) or [] if (needed := read(line, extras))}
        waiting += found - seen
        seen |= found
    return {name for name, _ in seen}


def read(line: str, extras: frozenset[str]) -> tuple[str, frozenset[str]] | None:
    """Name and extras of a requirement; None when its marker excludes it."""
    requirement = Requirement(line)
    marker = requirement.marker
    if marker is not None and not any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
        return None
    return canonicalize_name(requirement.name), frozenset(requirement.extras)
