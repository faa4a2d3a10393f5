"""Starting a worker process: commands, environment, pipes, and the end of all of it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from crosscheck_r.errors import RUnavailable
from crosscheck_r.paths import r_root

__all__ = ["WorkerProcess", "find_rscript"]

#: what a worker inherits; everything else could change R's results or leak what is none of its business
INHERITED = (
    *("PATH", "HOME", "USER", "LOGNAME", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "OPENBLAS_CORETYPE"),
    *("R_HOME", "R_LIBS", "R_LIBS_USER", "R_LIBS_SITE", "RPY2_CFFI_MODE", "VIRTUAL_ENV"),
    *("PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE", "PYENV_ROOT", "PYENV_VERSION"),
)

#: single-threaded arithmetic in a fixed locale and time zone
FIXED = {
    "LC_ALL": "C.UTF-8",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "R_DEFAULT_PACKAGES": "datasets,utils,grDevices,graphics,stats,methods",
}

#: the only R text that is not in a file: it reads worker.R into an environment that no function of ours can see
_START = (
    "local({arguments<-commandArgs(TRUE);bridge<-new.env(parent=baseenv());"
    "sys.source(file.path(arguments[[1L]],'worker.R'),envir=bridge,keep.source=FALSE);"
    "bridge$main(arguments[[1L]],arguments[-1L])})"
)
#: bytes of console output that are kept
_TAIL = 1 << 16
_INSTALL_R = "Install R (Debian and Ubuntu: apt-get install r-base-core), or use the recorded results (--mode replay)."


def find_rscript() -> str:
    """Path of ``Rscript``: that of R_HOME where it is set, else the first on the PATH.

    Raises
    ------
    RUnavailable
        There is none, or the system cannot fork.
    """
    if not hasattr(os, "fork"):
        raise RUnavailable("live R needs a POSIX system", hint="Use the recorded results, or WSL on Windows.")
    home = os.environ.get("R_HOME")
    found = shutil.which("Rscript", path=str(Path(home, "bin"))) if home else None
    found = found or shutil.which("Rscript")
    if found is None:
        raise RUnavailable("R was not found on this machine", hint=_INSTALL_R)
    return found


def command(backend: str) -> list[str]:
    """Command line of a worker, without the descriptors."""
    rscript = find_rscript()
    if backend == "rpy2":
        return [sys.executable, "-P", str(Path(__file__).with_name("worker.py")), str(r_root())]
    return [rscript, "--vanilla", "-e", _START, str(r_root())]


def environment(folder: str) -> dict[str, str]:
    """Allow-listed environment with a temporary folder of its own."""
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return kept | FIXED | {"TMPDIR": folder}


class WorkerProcess:
    """One worker in a process group of its own, with its pipes, its temporary folder and the tail of its console.

    Attributes
    ----------
    requests, answers, control : int
        Descriptors of this side: writing end of the first, reading ends of the others; all non-blocking.
    """

    def __init__(self, backend: str) -> None:
        self.backend = backend
        arguments = command(backend)
        self.folder = tempfile.mkdtemp(prefix="crosscheck-r-")
        theirs_in, self.requests = os.pipe()
        self.answers, theirs_out = os.pipe()
        self.control, theirs_control = os.pipe()
        theirs = (theirs_in, theirs_out, theirs_control)
        try:
            self._process = subprocess.Popen(
                [*arguments, *map(str, theirs)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=environment(self.folder),
                pass_fds=theirs,
                start_new_session=True,
            )
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        for descriptor in (self.requests, self.answers, self.control):
            os.set_blocking(descriptor, False)
        self._console = bytearray()
        self._console_lock = threading.Lock()
        self._drain = threading.Thread(target=self._read_console, daemon=True)
        self._drain.start()

    @property
    def pid(self) -> int:
        """Process id, which is also the id of the process group."""
        return self._process.pid

    def _read_console(self) -> None:
        # R blocks when nobody reads its console; only the tail is kept, so that endless printing fills no memory
        stream = self._process.stdout
        assert stream is not None
        with contextlib.suppress(OSError, ValueError):
            while chunk := os.read(stream.fileno(), 1 << 16):
                with self._console_lock:
                    self._console += chunk
                    del self._console[:-_TAIL]

    def last_output(self) -> str:
        """Tail of what R and its child processes wrote to the console."""
        self._drain.join(0.05)
        with self._console_lock:
            return self._console.decode("utf-8", "replace").strip()

    def forget_output(self) -> None:
        """Start a new tail."""
        with self._console_lock:
            self._console.clear()

    def died(self) -> bool:
        """Whether the process has ended; it is not reaped, so its id stays its own until `end`."""
        try:
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:
            return True

    def end(self, patience: float = 0.0) -> int | None:
        """End the process group and remove every trace; returns the exit status (negative: signal)."""
        for descriptor in (self.requests, self.answers, self.control):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and not self.died():
            time.sleep(0.005)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        status = self._process.wait()
        self._drain.join(1.0)
        if self._process.stdout is not None and not self._drain.is_alive():
            self._process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        return status
