"""The supervisor against real processes that are really killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psutil
import pytest

from workers.supervisor import state_file

ROOT = Path(__file__).resolve().parents[2]

# Programs get the home folder as argv[1] and leave their process id there, as NAME.pid.
NOTE = (
    "import os, signal, sys, time\n"
    "def n(name): open(f'{sys.argv[1]}/{name}', 'a').write(f'{os.getpid()}\\n')\n"
)
SLEEPER = NOTE + "n('a.pid'); time.sleep(600)"
WITH_HORSE = NOTE + (
    "pid=os.fork()\n"
    "if pid == 0:\n"
    "    os.setpgrp(); n('horse.pid'); time.sleep(600)\n"
    "n('a.pid'); time.sleep(600)"
)
STUBBORN = NOTE + "signal.signal(signal.SIGTERM, signal.SIG_IGN); n('a.pid'); time.sleep(600)"
ON_TERM = (
    "def bye(*_):\n    open(f'{sys.argv[1]}/stopped','a').write(NAME+'\\n'); sys.exit(0)\n"
    "signal.signal(signal.SIGTERM, bye); open(f'{sys.argv[1]}/started','a').write(NAME+'\\n')\n"
    "open(f'{sys.argv[1]}/{NAME}.ready','w'); time.sleep(600)"
)


def polite(name: str) -> str:
    """A program that notes its start and its orderly stop."""
    return f"{NOTE}NAME={name!r}\n{ON_TERM}"


def eventually(check: Callable[[], object], seconds: float = 20) -> None:
    """Wait until `check` holds."""
    until = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < until, "it never became true"
        time.sleep(0.02)


def noted(path: Path) -> list[int]:
    """The process ids a program left in a file."""
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def living(pid: int) -> bool:
    """Whether the process still does something."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class Bench:
    """Starts supervisors on one home, and leaves no process behind."""

    def __init__(self, home: Path) -> None:
        self.home, self.processes = home, list[subprocess.Popen[str]]()

    def start(self, *entries: Mapping[str, object]) -> subprocess.Popen[str]:
        """A running supervisor over these programs."""
        spec = self.home / "spec.json"
        spec.write_text(json.dumps(entries))
        argv = [sys.executable, "-m", "tests.integration.supervised", str(self.home), str(spec)]
        process = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self.processes.append(process)
        return process

    def ready(self, *entries: Mapping[str, object]) -> subprocess.Popen[str]:
        """The same, once it has said that everything runs."""
        process = self.start(*entries)
        assert process.stdout is not None
        assert process.stdout.readline() == "READY\n"
        return process

    def reaper(self, supervisor: subprocess.Popen[str]) -> psutil.Process:
        """The helper that outlives its supervisor."""
        children = psutil.Process(supervisor.pid).children()
        return next(child for child in children if "workers.reaper" in child.cmdline())


@pytest.fixture
def bench(gator_home: Path) -> Iterator[Bench]:
    bench = Bench(gator_home)
    yield bench
    for process in bench.processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def test_gates_start_first_and_stop_last(bench: Bench) -> None:
    gate = {"name": "store", "code": polite("store"), "ready_file": "store.ready", "gate": True}
    rest = [
        {"name": name, "code": polite(name), "ready_file": f"{name}.ready"} for name in ("web", "w")
    ]
    supervisor = bench.ready(gate, *rest)
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(20) == 0
    assert (bench.home / "started").read_text().split()[0] == "store"
    assert (bench.home / "stopped").read_text().split()[-1] == "store"
    assert sorted((bench.home / "stopped").read_text().split()) == ["store", "w", "web"]
    assert not state_file(bench.home).exists()


def test_a_killed_part_is_restarted_and_its_work_horse_does_not_go_on(bench: Bench) -> None:
    bench.ready({"name": "a", "code": WITH_HORSE})
    pids, horses = bench.home / "a.pid", bench.home / "horse.pid"
    eventually(lambda: noted(pids) and noted(horses))
    (first,), (horse,) = noted(pids), noted(horses)
    psutil.Process(first).kill()
    eventually(lambda: len(noted(pids)) == 2 and len(noted(horses)) == 2)
    assert not living(horse)
    assert living(noted(horses)[1])
    eventually(
        lambda: json.loads(state_file(bench.home).read_text())["parts"]["a"]["restarts"] == 1
    )


def test_a_killed_supervisor_takes_its_parts_along(bench: Bench) -> None:
    supervisor = bench.ready({"name": "a", "code": WITH_HORSE}, {"name": "s", "code": STUBBORN})
    eventually(lambda: len(noted(bench.home / "a.pid")) == 2 and noted(bench.home / "horse.pid"))
    everybody = noted(bench.home / "a.pid") + noted(bench.home / "horse.pid")
    supervisor.kill()
    eventually(lambda: not any(map(living, everybody)))


def test_what_even_the_reaper_left_is_swept_at_the_next_start(bench: Bench) -> None:
    supervisor = bench.ready({"name": "a", "code": WITH_HORSE})
    eventually(lambda: noted(bench.home / "a.pid") and noted(bench.home / "horse.pid"))
    left = noted(bench.home / "a.pid") + noted(bench.home / "horse.pid")
    bench.reaper(supervisor).kill()
    supervisor.kill()
    supervisor.wait()
    assert all(map(living, left))
    bench.ready({"name": "b", "code": SLEEPER})
    assert not any(map(living, left))


def test_two_supervisors_never_share_a_home(bench: Bench) -> None:
    first = bench.ready({"name": "a", "code": SLEEPER})
    second = bench.start({"name": "a", "code": SLEEPER})
    said, _ = second.communicate(timeout=30)
    assert second.returncode == 3
    assert said.startswith("ConfigError: GATOR_HOME")
    assert f"process {first.pid}" in said
    assert first.poll() is None


def test_a_part_that_never_gets_ready_ends_the_start_with_its_last_words(bench: Bench) -> None:
    code = "import sys; sys.exit('the port is taken by a bear')"
    broken = {"name": "web", "code": code, "ready_file": "never"}
    supervisor = bench.start({"name": "a", "code": SLEEPER, "gate": True}, broken)
    said, _ = supervisor.communicate(timeout=30)
    assert supervisor.returncode == 3
    assert "Unavailable: web is unavailable" in said
    assert "the port is taken by a bear" in said
    assert "logs/web.log" in said
    assert not any(map(living, noted(bench.home / "a.pid")))


def test_a_part_that_hangs_while_starting_is_killed_and_tried_again(bench: Bench) -> None:
    supervisor = bench.start(
        {"name": "a", "code": SLEEPER, "ready_file": "never", "ready_s": 0.5},
    )
    said, _ = supervisor.communicate(timeout=30)
    assert "did not get ready in 2 tries (killed by SIGKILL)" in said
    pids = noted(bench.home / "a.pid")
    assert len(pids) <= 2
    assert not any(map(living, pids))


def test_a_part_that_ignores_the_request_is_forced_after_its_grace(bench: Bench) -> None:
    supervisor = bench.ready({"name": "s", "code": STUBBORN, "grace_s": 0.5})
    eventually(lambda: noted(bench.home / "a.pid"))
    supervisor.send_signal(signal.SIGTERM)
    assert supervisor.wait(20) == 0
    assert not any(map(living, noted(bench.home / "a.pid")))


def test_asking_twice_skips_the_grace(bench: Bench) -> None:
    supervisor = bench.ready({"name": "s", "code": STUBBORN, "grace_s": 90})
    eventually(lambda: noted(bench.home / "a.pid"))
    supervisor.send_signal(signal.SIGINT)
    time.sleep(0.8)
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(30) == 0
    assert not any(map(living, noted(bench.home / "a.pid")))


def test_a_faulty_check_ends_the_start_instead_of_hanging(bench: Bench) -> None:
    supervisor = bench.start({"name": "a", "code": SLEEPER, "broken_check": True})
    said, _ = supervisor.communicate(timeout=30)
    assert supervisor.returncode == 3
    assert "a is unavailable: nobody keeps it running" in said
    assert not any(map(living, noted(bench.home / "a.pid")))


def test_heavy_parts_leave_the_processor_to_others(bench: Bench) -> None:
    bench.ready({"name": "a", "code": SLEEPER, "nice": 7})
    eventually(lambda: noted(bench.home / "a.pid"))
    own = psutil.Process().nice()
    assert psutil.Process(noted(bench.home / "a.pid")[0]).nice() == max(own, 7)


def test_logs_carry_time_and_name(bench: Bench) -> None:
    code = "import os,time; print('home is', os.environ['GATOR_HOME']); time.sleep(600)"
    bench.ready({"name": "talker", "code": code})
    log = bench.home / "logs" / "talker.log"
    eventually(lambda: log.exists() and "home is" in log.read_text())
    assert f"Z talker | home is {bench.home}" in log.read_text()
