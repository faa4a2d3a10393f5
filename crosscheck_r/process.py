"""One worker process: its command, its surroundings, its pipes and its end."""

from __future__ import annotations

import contextlib
import os
import selectors
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from crosscheck_r.paths import r_root

__all__ = ["Worker", "find_rscript"]

_PREFIX = struct.Struct("<d")
_START = (
    "args <- commandArgs(TRUE); sys.source(file.path(args[1], 'worker.R'), globalenv());"
    "worker$start(args[1]); worker$serve(args[2], args[3])"
)
#: what a worker may know of its surroundings
_ENVIRONMENT = (
    "PATH", "HOME", "USER", "LOGNAME", "LD_LIBRARY_PATH", "R_HOME", "R_LIBS", "R_LIBS_USER", "R_LIBS_SITE",
    "OPENBLAS_CORETYPE", "VIRTUAL_ENV", "PYTHONPATH", "RPY2_CFFI_MODE",
)  # fmt: skip
_FIXED = {
    "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "TZ": "UTC", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1", "R_DEFAULT_PACKAGES": "datasets,utils,grDevices,graphics,stats,methods",
}  # fmt: skip
#: how often a silent worker is looked at; answers are noticed at once
_GLANCE_SECONDS = 0.1
#: bytes at the end of the worker's log that are shown
_TAIL = 4000


def find_rscript() -> str | None:
    """Path of Rscript: that of R_HOME where it is set, else the first on the PATH; None without R or without fork."""
    if os.name != "posix":
        return None
    home = os.environ.get("R_HOME")
    found = shutil.which("Rscript", path=str(Path(home) / "bin")) if home else None
    return found or shutil.which("Rscript")


class Worker:
    """One worker process in a process group of its own, with its two pipes and its temporary folder."""

    def __init__(self, backend: str) -> None:
        self.backend = backend
        self.folder = tempfile.mkdtemp(prefix="crosscheck-r-")
        self.log = Path(self.folder) / "worker.log"
        to_worker, self.writer = os.pipe()
        self.reader, from_worker = os.pipe()
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        environment |= _FIXED | {"TMPDIR": self.folder}
        try:
            with self.log.open("wb") as log:
                self.process = subprocess.Popen(
                    self._command(to_worker, from_worker),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    pass_fds=(to_worker, from_worker),
                    env=environment,
                    cwd=self.folder,
                    start_new_session=True,
                )
        finally:
            os.close(to_worker)
            os.close(from_worker)
        os.set_blocking(self.writer, False)
        os.set_blocking(self.reader, False)

    def _command(self, input_descriptor: int, output_descriptor: int) -> list[str]:
        root = str(r_root())
        if self.backend == "rpy2":
            package = Path(__file__).resolve().parent.parent
            start = f"import sys; sys.path.insert(0, {str(package)!r}); from crosscheck_r.worker import main;"
            return [sys.executable, "-c", f"{start} main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))",
                    root, str(input_descriptor), str(output_descriptor)]  # fmt: skip
        ends = [f"/dev/fd/{input_descriptor}", f"/dev/fd/{output_descriptor}"]
        return [find_rscript() or "Rscript", "--vanilla", "-e", _START, root, *ends]

    def exchange(self, message: bytes, deadline: float) -> bytes:
        """Send one message and return the answer; raises EOFError when the worker is gone, TimeoutError when late."""
        outgoing = memoryview(_PREFIX.pack(float(len(message))) + message)
        incoming = bytearray()
        expected: int | None = None
        with selectors.DefaultSelector() as selector:
            selector.register(self.reader, selectors.EVENT_READ)
            selector.register(self.writer, selectors.EVENT_WRITE)
            while expected is None or len(incoming) < expected:
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    raise TimeoutError
                events = selector.select(min(remaining, _GLANCE_SECONDS))
                if not events and self.died():
                    # a child process of R may hold the pipe open, so that its end alone would say nothing
                    raise EOFError
                for key, _ in events:
                    if key.fd == self.writer:
                        outgoing = self._send(outgoing)
                        if not outgoing:
                            selector.unregister(self.writer)
                    else:
                        incoming += self._receive()
                if expected is None and len(incoming) >= _PREFIX.size:
                    expected = _PREFIX.size + int(_PREFIX.unpack(incoming[: _PREFIX.size])[0])
        return bytes(incoming[_PREFIX.size :])

    def _send(self, outgoing: memoryview) -> memoryview:
        try:
            return outgoing[os.write(self.writer, outgoing) :]
        except BlockingIOError:
            return outgoing
        except BrokenPipeError:
            raise EOFError from None

    def _receive(self) -> bytes:
        chunk = os.read(self.reader, 1 << 20)
        if not chunk:
            raise EOFError
        return chunk

    def died(self) -> bool:
        """Whether the process has ended; it is not reaped, so that its id stays its own until `end`."""
        try:
            return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:
            return True

    def last_output(self) -> str:
        """End of what the worker and its child processes wrote outside the protocol."""
        try:
            with self.log.open("rb") as log:
                log.seek(max(log.seek(0, os.SEEK_END) - _TAIL, 0))
                return log.read().decode("utf-8", errors="replace")[-500:].strip()
        except OSError:
            return ""

    def end(self, patience: float = 0.2) -> int | None:
        """Wait a moment for the worker to leave by itself, kill its process group, remove its folder.

        Returns the exit status; None where it had to be killed.
        """
        for descriptor in (self.writer, self.reader):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        deadline = time.monotonic() + patience
        while not (left := self.died()) and time.monotonic() < deadline:
            time.sleep(0.002)
        # before the process is reaped, so that the group cannot be anybody else's
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        status = self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        return status if left else None
