"""Families of processes: everything a part started, however it has regrouped itself since.

A process group is not enough. A forked RQ work-horse moves into a group of its own and goes on
working when its worker dies, so a family is found by two other signs: the session its leader
opened, and a mark in the environment that every descendant inherits.
"""

from __future__ import annotations

import os
import signal
import time

import psutil

MARK = "GATOR_SUPERVISED"


def family(mark: str, session: int | None = None) -> list[psutil.Process]:
    """Living processes with this beginning of a mark or of this session; never ourselves."""
    return [
        process
        for process in psutil.process_iter()
        if process.pid != os.getpid() and _belongs(process, mark, session)
    ]


def _belongs(process: psutil.Process, mark: str, session: int | None) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        if session is not None and os.getsid(process.pid) == session:
            return True
        return process.environ().get(MARK, "").startswith(mark)
    except (psutil.Error, OSError):
        return False  # gone meanwhile, or another user's


def kill_family(mark: str, session: int | None = None, grace_s: float = 0.0) -> int:
    """End a family and return how many there were: ask first when there is grace, then force.

    Looks again after each round, because a process may fork while its siblings are being killed.
    """
    members = family(mark, session)
    count = len(members)
    if members and grace_s > 0:
        _signal(members, signal.SIGTERM)
        _wait_gone(members, grace_s)
        members = family(mark, session)
    until = time.monotonic() + 5
    while members and time.monotonic() < until:
        _signal(members, signal.SIGKILL)
        _wait_gone(members, 0.5)
        members = family(mark, session)
    return count


def _signal(members: list[psutil.Process], number: signal.Signals) -> None:
    for process in members:
        try:
            process.send_signal(number)
        except psutil.Error:
            continue  # ended by itself


def _wait_gone(members: list[psutil.Process], seconds: float) -> None:
    """Wait without collecting exit codes: those belong to whoever started the process."""
    until = time.monotonic() + seconds
    while any(map(_is_alive, members)) and time.monotonic() < until:
        time.sleep(0.02)


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
