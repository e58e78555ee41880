"""Becomes another program, one that the kernel kills when this one's parent dies: `PARENT_PID PROGRAM ARGUMENT…`.

Run by path in a bare interpreter (12 ms): it imports the standard library only. Elsewhere than on Linux the kernel has
no such service, and the next `edgecode up` on the folder kills what is left.
"""

import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Asks the kernel, then executes the program in place of this one."""
    parent, *argv = sys.argv[1:]
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - Linux only

        if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
        # It may have died before it was asked for.
        if os.getppid() != int(parent):
            raise SystemExit("the parent is gone")
    os.execv(argv[0], argv)  # noqa: S606 - no shell is what is wanted


if __name__ == "__main__":
    main()
