import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from core.processes import ProcessIdentity, is_running, kill_session
from tests.patience import PATIENCE_S, eventually

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
ORPHAN = """
import os, sys, time
from core.processes import watch_parent
parent = os.getpid()
if os.fork() == 0:
    watch_parent(parent, every_s=0.05)
    print(os.getpid(), flush=True)
    time.sleep(60)
time.sleep(0.5)
"""

ARENAS = """
import ctypes, os, re, sys, tempfile, threading
from core.processes import spare_memory

def arenas():
    gate = threading.Barrier(9)
    libc = ctypes.PyDLL(None)
    def hold():
        libc.malloc(100)
        gate.wait()
    threads = [threading.Thread(target=hold) for _ in range(8)]
    for thread in threads:
        thread.start()
    gate.wait()
    with tempfile.NamedTemporaryFile() as file:
        libc.fopen.restype = ctypes.c_void_p
        stream = ctypes.c_void_p(libc.fopen(file.name.encode(), b"w"))
        libc.malloc_info(0, stream)
        libc.fclose(stream)
        return len(re.findall("<heap nr=", open(file.name).read()))

child = os.fork()
if child == 0:
    print(arenas(), flush=True)
    os._exit(0)
os.waitpid(child, 0)
spare_memory()
print(arenas())
"""


def test_an_identity_means_this_process_and_no_later_one_with_its_pid() -> None:
    mine = ProcessIdentity.of(os.getpid())
    assert mine.running()
    assert not ProcessIdentity(mine.pid, mine.started_at - 60).running()


def test_a_zombie_is_not_running() -> None:
    child = subprocess.Popen(["true"])
    process = psutil.Process(child.pid)
    eventually(lambda: process.status() == psutil.STATUS_ZOMBIE, process.status)
    assert not is_running(process)
    child.wait()
    assert not is_running(process)


def test_a_session_is_killed_to_the_last_process_and_no_further() -> None:
    leader = subprocess.Popen(["sh", "-c", "sleep 60 & sleep 60"], start_new_session=True)
    other = subprocess.Popen(["sleep", "60"], start_new_session=True)
    members = [psutil.Process(leader.pid), *psutil.Process(leader.pid).children()]
    try:
        kill_session(leader.pid, not_before=time.time() + 60)
        assert leader.poll() is None, "it began before that"
        kill_session(leader.pid)
        assert leader.wait(PATIENCE_S) == -signal.SIGKILL
        psutil.wait_procs(members, timeout=PATIENCE_S)
        assert not any(is_running(member) for member in members)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_child_that_watches_its_parent_ends_after_it() -> None:
    parent = subprocess.run(
        [sys.executable, "-c", ORPHAN], capture_output=True, text=True, timeout=PATIENCE_S, cwd=ROOT
    )
    pid = int(parent.stdout)
    eventually(lambda: not psutil.pid_exists(pid) or not is_running(psutil.Process(pid)))


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's allocator")
def test_threads_share_the_allocators_arenas() -> None:
    done = subprocess.run([sys.executable, "-c", ARENAS], capture_output=True, text=True, timeout=PATIENCE_S, cwd=ROOT)
    before, after = map(int, done.stdout.split())
    assert after == 2 < before


def test_a_process_knows_its_age() -> None:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", "from core.processes import age_s; print(age_s())"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    tick_s = 0.01
    assert 0 < float(done.stdout) <= time.monotonic() - began + tick_s
