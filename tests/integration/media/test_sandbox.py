"""What the sandbox keeps out, what it ends, and what outlives a killed worker: nothing."""

import asyncio
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edgecode.core.process_start import process_start
from edgecode.workers.media.leftovers import reap_leftovers, record
from edgecode.workers.media.run_child import Answer, collect
from edgecode.workers.media.sandbox import ChildLimits, Sandbox
from edgecode.workers.media.tools import MediaTools
from tests.integration.media.sources import H264, LONG

ROOMY = ChildLimits(cpu_seconds=60, memory_bytes=2**31, file_bytes=2**30)


def ends_within(pid: int, seconds: float) -> bool:
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([process], [], [], seconds)[0])
    finally:
        os.close(process)


async def run_python(sandbox: Sandbox, scratch: Path, code: str, limits: ChildLimits = ROOMY) -> Answer:
    argv = [sys.executable, "-P", "-c", code]
    return await collect(await sandbox.start(argv, cwd=scratch, limits=limits), 30)


async def test_this_machine_enforces_the_whole_sandbox(tools: MediaTools) -> None:
    assert tools.sandbox.enforced() == (
        "clean-environment",
        "codec-allowlist",
        "dies-with-worker",
        "format-allowlist",
        "no-ipc",
        "no-network",
        "no-new-privileges",
        "own-session",
        "rlimit-core",
        "rlimit-cpu",
        "rlimit-file-size",
        "rlimit-memory",
        "rlimit-open-files",
    )


def test_the_worker_process_loads_no_decoder() -> None:
    """It never opens media: of the two libraries that could, PyAV stays unloaded and ffmpeg is a program."""
    code = "import sys, edgecode.workers.app, edgecode.workers.media.inspect_file; print('av' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout == "False\n"


async def test_a_child_reaches_no_network(tools: MediaTools, scratch: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        answer = await run_python(tools.sandbox, scratch, f"import socket; socket.create_connection({address}, 5)")
    assert not answer.ok
    assert "Network is unreachable" in answer.stderr


async def test_a_child_sees_no_environment_of_the_worker(
    tools: MediaTools, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDGECODE_S3_SECRET", "hunter2")
    monkeypatch.setenv("FFREPORT", "file=report.log")
    answer = await run_python(tools.sandbox, scratch, "import os, json; print(json.dumps(dict(os.environ)))")
    seen = json.loads(answer.output)
    assert set(seen) <= {"PATH", "PYTHONPATH", "LC_ALL", "HOME", "TMPDIR", "MALLOC_ARENA_MAX"}
    assert seen["HOME"] == str(scratch)


async def test_a_child_never_imports_what_lies_in_the_scratch_folder(tools: MediaTools, scratch: Path) -> None:
    (scratch / "av.py").write_text("raise SystemExit('imported from scratch')")
    child = await tools.sandbox.start_python("edgecode.workers.media.verify_child", [], cwd=scratch, limits=ROOMY)
    answer = await collect(child, 30)
    assert answer.ok, answer.stderr


async def test_a_child_cannot_gain_privileges(tools: MediaTools, scratch: Path) -> None:
    answer = await run_python(tools.sandbox, scratch, "print(open('/proc/self/status').read())")
    assert b"NoNewPrivs:\t1" in answer.output


LIMITS = [
    ("cpu", ChildLimits(1, 2**31, 2**30), "while True: pass", -signal.SIGXCPU),
    ("memory", ChildLimits(60, 100 * 2**20, 2**30), "bytearray(200 * 2**20)", 1),
    (
        "file",
        ChildLimits(60, 2**31, 4096),
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_DFL);open('big', 'wb').write(bytes(8192))",
        -signal.SIGXFSZ,
    ),
    ("open files", ROOMY, "import os; [os.dup(0) for _ in range(300)]", 1),
]


@pytest.mark.parametrize(("name", "limits", "code", "code_at_end"), LIMITS, ids=[row[0] for row in LIMITS])
async def test_a_child_beyond_a_limit_is_ended(  # noqa: PLR0917 - a row of the table
    tools: MediaTools, scratch: Path, name: str, limits: ChildLimits, code: str, code_at_end: int
) -> None:
    answer = await run_python(tools.sandbox, scratch, code, limits)
    assert answer.exit is not None
    assert answer.exit.code == code_at_end, answer.stderr


async def test_an_exit_tells_what_the_child_cost(tools: MediaTools, scratch: Path) -> None:
    answer = await run_python(tools.sandbox, scratch, "block = bytearray(50 * 2**20); sum(range(5_000_000))")
    assert answer.exit is not None
    assert answer.exit.cpu_seconds > 0.02
    assert answer.exit.peak_rss_bytes > 50 * 2**20


async def test_only_the_last_words_of_a_chatty_child_are_kept(tools: MediaTools, scratch: Path) -> None:
    answer = await run_python(tools.sandbox, scratch, "import sys; sys.stderr.write('x' * 10**7 + 'the end')")
    assert answer.exit is not None
    assert len(answer.exit.stderr) == 16 * 1024
    assert answer.exit.stderr.endswith("the end")


async def test_a_child_that_ignores_sigterm_is_killed_within_a_second(tools: MediaTools, scratch: Path) -> None:
    code = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"
    child = await tools.sandbox.start([sys.executable, "-P", "-c", code], cwd=scratch, limits=ROOMY)
    async with asyncio.timeout(10), child:
        assert await child.stdout.readline() == b"deaf\n"
        async with asyncio.timeout(1):
            await child.stop()
    assert (await child.wait()).code == -signal.SIGKILL


async def test_what_a_child_started_itself_ends_with_it(tools: MediaTools, scratch: Path) -> None:
    code = "import subprocess; print(subprocess.Popen(['sleep', '600']).pid, flush=True)"
    answer = await run_python(tools.sandbox, scratch, code)
    assert answer.ok
    assert ends_within(int(answer.output), 2)


async def test_a_child_whose_end_cannot_be_noted_is_an_error_and_no_wait(tmp_path: Path, scratch: Path) -> None:
    pipe = scratch / "pipe"
    os.mkfifo(pipe)
    child = await Sandbox(tmp_path / "state").start(["cat", "pipe"], cwd=scratch, limits=ROOMY)
    entry = tmp_path / "state" / f"{child.pid}.child"
    entry.unlink()
    entry.mkdir()
    async with asyncio.timeout(10), child:
        await asyncio.to_thread(pipe.write_bytes, b"")
        with pytest.raises(OSError, match="directory"):
            await child.wait()


async def test_a_second_cancellation_while_stopping_leaves_nothing(tools: MediaTools, scratch: Path) -> None:
    code = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"
    child = await tools.sandbox.start([sys.executable, "-P", "-c", code], cwd=scratch, limits=ROOMY)
    entered = asyncio.Event()

    async def hold() -> None:
        async with child:
            await child.stdout.readline()
            entered.set()
            await child.wait()

    task = asyncio.create_task(hold())
    await entered.wait()
    task.cancel()
    # One turn of the loop: the task is now inside `stop`.
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(1):
        assert (await child.wait()).code == -signal.SIGKILL


# A worker in miniature: says the pid of its ffmpeg once that is at work, then goes on.
WORKER = """
import asyncio, json, pathlib, sys
from edgecode.workers.media.tools import find_tools
from edgecode.workers.media.probe import probe
from edgecode.workers.media.transcode import transcode
from tests.integration.media.sources import rung, tags_for
source, scratch, state, orphaning = sys.argv[1:]
tools = find_tools(pathlib.Path(state))
if orphaning == "orphaning":
    tools.sandbox._death = ()
def say(*_):
    print([json.loads(e.read_text())["pid"] for e in pathlib.Path(state).glob("*.child")][0], flush=True)
async def main():
    path, folder = pathlib.Path(source), pathlib.Path(scratch)
    info = await probe(path, folder, tools)
    await transcode(path, info, [rung(720), rung(360)], folder, tags_for(tools, path), tools, say)
asyncio.run(main())
"""


class Worker:
    def __init__(self, source: Path, scratch: Path, state: Path, mode: str) -> None:
        command = [sys.executable, "-c", WORKER, str(source), str(scratch), str(state), mode]
        # In the tests' own root, so that it finds the tests' sources as well.
        root = Path(__file__).parents[3]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)
        assert self.process.stdout is not None
        self.ffmpeg = int(self.process.stdout.readline())
        self._ffmpeg_end = os.pidfd_open(self.ffmpeg)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def ffmpeg_ends_within(self, seconds: float) -> bool:
        return bool(select.select([self._ffmpeg_end], [], [], seconds)[0])

    def close(self) -> None:
        self.kill()
        assert self.process.stdout is not None
        self.process.stdout.close()
        if not self.ffmpeg_ends_within(0):
            signal.pidfd_send_signal(self._ffmpeg_end, signal.SIGKILL)
        os.close(self._ffmpeg_end)


@pytest.fixture
def worker(made: Callable[..., Path], scratch: Path, tmp_path: Path) -> Iterator[Callable[[str], Worker]]:
    workers: list[Worker] = []

    def start(mode: str) -> Worker:
        workers.append(Worker(made("long.mp4", *LONG, *H264), scratch, tmp_path / "state", mode))
        return workers[-1]

    yield start
    for one in workers:
        one.close()


def test_kill_9_of_the_worker_leaves_no_ffmpeg_two_seconds_later(worker: Callable[[str], Worker]) -> None:
    one = worker("dying")
    assert process_start(one.ffmpeg) is not None
    one.kill()
    assert one.ffmpeg_ends_within(2)


def test_where_children_outlive_a_killed_worker_the_next_start_kills_them(
    worker: Callable[[str], Worker], tmp_path: Path
) -> None:
    one = worker("orphaning")
    # Not those of a worker that lives and shares the folder.
    assert reap_leftovers(tmp_path / "state") == []
    one.kill()
    assert not one.ffmpeg_ends_within(0)
    assert reap_leftovers(tmp_path / "state") == [one.ffmpeg]
    assert one.ffmpeg_ends_within(2)
    assert list((tmp_path / "state").iterdir()) == []


def test_a_process_that_merely_got_an_old_pid_is_let_be(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as other:
        entry = record(tmp_path, other.pid)
        facts = json.loads(entry.read_text())
        entry.write_text(json.dumps(facts | {"start": "another boot:1", "owner_start": "another boot:1"}))
        (tmp_path / "cut.child").write_text('{"pid": ')
        assert reap_leftovers(tmp_path) == []
        assert process_start(other.pid) == facts["start"]
        assert list(tmp_path.iterdir()) == []
        other.kill()


async def test_without_setpriv_unshare_and_prlimit_limits_still_stand_and_the_rest_is_not_claimed(
    tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    sandbox = Sandbox(tmp_path / "state")
    assert sandbox.enforced() == (
        "clean-environment",
        "codec-allowlist",
        "format-allowlist",
        "own-session",
        "rlimit-core",
        "rlimit-cpu",
        "rlimit-file-size",
    )
    answer = await run_python(sandbox, scratch, "while True: pass", ChildLimits(1, 2**31, 2**30))
    assert answer.exit is not None
    assert answer.exit.code in (-signal.SIGXCPU, -signal.SIGKILL)
