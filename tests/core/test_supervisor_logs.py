from pathlib import Path

from core.supervisor import logs
from core.supervisor.logs import LogFile, rotate

CONSOLE = "2026-11-21T12:00:00Z [error    ] provider.failed   provider=openrouter"
JSON = '{"event": "provider.failed", "level": "error"}'


def append(path: Path, *lines: str, end: str = "\n") -> None:
    with path.open("a") as file:
        file.write("\n".join(lines) + end)


def test_errors_are_found_once_in_both_renderings(tmp_path: Path) -> None:
    path = tmp_path / "bot.log"
    append(path, "[error    ] from an earlier run")
    log = LogFile(path)
    append(path, CONSOLE, "2026-11-21T12:00:00Z [info     ] fine", JSON)
    assert log.new_errors() == [CONSOLE, JSON]
    assert log.new_errors() == []


def test_a_line_is_read_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "bot.log"
    log = LogFile(path)
    append(path, CONSOLE[:30], end="")
    assert log.new_errors() == []
    append(path, CONSOLE[30:])
    assert log.new_errors() == [CONSOLE]


def test_a_flood_of_errors_is_shown_in_part(tmp_path: Path) -> None:
    path = tmp_path / "bot.log"
    log = LogFile(path)
    append(path, *[CONSOLE + "x" * 1000] * 1000)
    shown = log.new_errors()
    assert [len(line) for line in shown] == [logs.SHOWN_LENGTH] * logs.SHOWN_AT_ONCE


def test_a_line_that_never_ends_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "bot.log"
    log = LogFile(path)
    append(path, "x" * (logs.READ_BYTES + 10))
    append(path, CONSOLE)
    assert log.new_errors() + log.new_errors() == [CONSOLE]


def test_large_logs_are_kept_once_and_go_on_empty(tmp_path: Path) -> None:
    path = tmp_path / "bot.log"
    log = LogFile(path)
    with path.open("a") as writer:
        writer.write("x" * (logs.LARGEST_BYTES + 1) + "\n")
        writer.flush()
        log.new_errors()
        rotate(tmp_path)
        assert (path.stat().st_size, path.with_suffix(".log.1").stat().st_size) == (0, logs.LARGEST_BYTES + 2)
        writer.write(CONSOLE + "\n")
        writer.flush()
        assert log.new_errors() == [CONSOLE]
        rotate(tmp_path)
    assert log.last_words(1) == CONSOLE
