"""The last thing a process of ours does."""

import logging
import os
import sys
from typing import NoReturn


def end_process(status: int) -> NoReturn:
    """Ends this process with what it has written, and without taking the interpreter apart first.

    The threads of `obstore` hand each result over to Python, and let go of it a moment later. One that does so while
    the interpreter is being taken apart aborts the process (exit status 134, pyo3-async-runtimes issue 40): seen at
    every third end right after a call. Nothing of ours waits for the interpreter's end.
    """
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status)
