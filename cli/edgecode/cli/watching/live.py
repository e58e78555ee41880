"""Shows a watched job: bars on a terminal, one line per event into a pipe, JSON lines for programs."""

import sys
from datetime import timedelta
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from edgecode.cli.output import message_dict, write_json_line
from edgecode.cli.session import Session
from edgecode.cli.watching.model import DONE, FAILED, RUNNING, SKIPPED, JobView, OutputView, sentence
from edgecode.v1 import job_pb2

_COLOURS = {DONE: "green", FAILED: "bold red", RUNNING: "cyan", SKIPPED: "dim"}


class Display(Protocol):
    """Shows updates; use it in `with`."""

    def show(self, update: job_pb2.WatchJobResponse) -> None:
        """Takes one update in."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def display_for(session: Session) -> Display:
    """The display that fits where results go."""
    if session.json:
        return JsonLines()
    return Bars(session.err) if session.err.is_terminal else EventLines()


class Bars:
    """One bar for the whole job, with what remains and the speed, and one per output with its own encoder's frames."""

    def __init__(self, console: Console) -> None:
        self.view = JobView()
        self._bars: dict[str, TaskID] = {}
        self._progress = Progress(
            TextColumn("{task.description:<12}"),
            BarColumn(bar_width=32),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[figures]:>13}"),
            TextColumn("[{task.fields[colour]}]{task.fields[state]}"),
            TimeElapsedColumn(),
            console=console,
        )
        self._job = self._progress.add_task("job", total=1.0, figures="", state=self.view.state, colour="none")

    def show(self, update: job_pb2.WatchJobResponse) -> None:
        """Moves the bars."""
        self.view.apply(update)
        for output_id, output in self.view.outputs.items():
            self._move(output_id, output)
        self._progress.update(
            self._job,
            completed=self.view.fraction,
            figures=speed(self.view),
            state=remaining(self.view) or self.view.state,
        )

    def _move(self, output_id: str, output: OutputView) -> None:
        if output_id not in self._bars:
            self._bars[output_id] = self._progress.add_task(
                output_id, total=1.0, start=False, figures="", state=output.state, colour="none"
            )
        bar = self._bars[output_id]
        if output.state == RUNNING:
            self._progress.start_task(bar)
        frames = f"{output.frames_done}/{output.frames_total}" if output.frames_total else ""
        state = f"{output.state}, try {output.restarts + 1}" if output.restarts else output.state
        self._progress.update(
            bar, completed=output.fraction, figures=frames, state=state, colour=_COLOURS.get(output.state, "none")
        )
        if output.state in {DONE, FAILED, SKIPPED}:
            self._progress.stop_task(bar)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()


class EventLines:
    """One line per event, and for the job and each output one at each tenth of its way."""

    def __init__(self) -> None:
        self.view = JobView()
        self._tenths: dict[str, int] = {}

    def show(self, update: job_pb2.WatchJobResponse) -> None:
        """Writes what is new."""
        self.view.apply(update)
        if update.HasField("event"):
            time = update.event.event_time.ToJsonString()
            self._write(
                f"{time} {update.event.stamp.service}@{update.event.stamp.build} {sentence(update.event.event)}"
            )
            return
        for each in update.progress.outputs:
            frames = f" ({each.frames_done}/{each.frames_total} frames)" if each.frames_total else ""
            self._tell(each.output_id, each.fraction, frames)
        more = "".join(f", {words}" for words in (remaining(self.view), speed(self.view)) if words)
        self._tell("job", self.view.fraction, more)

    def _tell(self, name: str, fraction: float, more: str) -> None:
        tenth = int(fraction * 10)
        if tenth > self._tenths.get(name, 0):
            self._tenths[name] = tenth
            self._write(f"  {name} {tenth * 10} %{more}")

    @staticmethod
    def _write(line: str) -> None:
        sys.stderr.write(line + "\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return


def remaining(view: JobView) -> str:
    """`0:01:15 left`, empty while nobody knows."""
    if view.remaining_seconds is None:
        return ""
    return f"{timedelta(seconds=round(view.remaining_seconds))} left"


def speed(view: JobView) -> str:
    """`1.8x`, empty while nothing is encoded."""
    return f"{view.speed_ratio:.1f}x" if view.speed_ratio else ""


class JsonLines:
    """Each update as one line of JSON on stdout."""

    def show(self, update: job_pb2.WatchJobResponse) -> None:
        """Writes it."""
        write_json_line(message_dict(update))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return
