"""Which names in leases belong to processes that are gone."""

import os
import socket
import subprocess
import sys

import psutil

from core.workers import claim_name, dead_workers, worker_name
from tests.patience import eventually

HOST = socket.gethostname()


def gone_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_claims_of_a_living_worker_are_alive() -> None:
    me = worker_name()
    assert dead_workers([me, claim_name(me)], me=me) == []
    assert claim_name(me) != claim_name(me)


def test_claims_die_with_their_process() -> None:
    gone = f"{HOST}:{gone_pid()}:aaaa"
    names = [gone, claim_name(gone)]
    assert dead_workers(names, me=worker_name()) == names


def test_a_former_process_with_the_same_number_is_gone() -> None:
    former = f"{HOST}:{os.getpid()}:aaaa"
    assert dead_workers([claim_name(former)], me=f"{HOST}:{os.getpid()}:bbbb")


def test_other_hosts_and_tickets_are_left_to_their_leases() -> None:
    assert dead_workers(["elsewhere:1:aaaa:bbbb", "ticket:0011"], me=worker_name()) == []


def test_a_zombie_is_gone_though_nobody_has_reaped_it() -> None:
    child = subprocess.Popen(["true"])
    process = psutil.Process(child.pid)
    eventually(lambda: process.status() == psutil.STATUS_ZOMBIE, process.status)
    name = f"{HOST}:{child.pid}:aaaa"
    assert dead_workers([name], me=worker_name()) == [name]
    child.wait()
