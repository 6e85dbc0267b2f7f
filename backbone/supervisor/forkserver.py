"""Starts services out of a process that has loaded them already. `python -m backbone.supervisor.forkserver SOCKET MODULE…` is that process.

Loading a service takes about two seconds of a core, a fork a hundredth: seven services start in the time of one, a service that was
killed is back sooner, and what was loaded lies in memory once. (multiprocessing's fork server would load our caller's program too, and
gives its children neither an input, a log and a session of their own.)

A request is one message: JSON, and with it three files for the child: its input, its log, and a pipe on which we write its process
number and, when it has ended, how. Who asked and ends has its children end by their leash; when we end, who asked ends them.
"""

import gc
import importlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO

from backbone.supervisor import leash

_LARGEST = 1 << 20
_LOADED_WITHIN_S = 60.0


class Forked:
    """A child that a fork server has forked. As subprocess.Popen, as far as it goes."""

    def __init__(self, status: int) -> None:
        self._status = status
        self._said = b""
        self.returncode: int | None = None
        try:
            self.pid = int(self._word(_LOADED_WITHIN_S))
        except subprocess.TimeoutExpired:
            os.close(status)
            raise TimeoutError(
                f"the process that starts services has started none in {_LOADED_WITHIN_S:.0f} s: it is still loading; is the machine busy?"
            ) from None
        except ForkServerGone:
            os.close(status)
            raise

    def poll(self) -> int | None:
        """How it ended: its exit code, or minus the signal that ended it; None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        """The same, once it has ended. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            try:
                self.returncode = int(self._word(timeout))
            except ForkServerGone:  # nobody says how it ends any more: it ends now
                with suppress(ProcessLookupError):
                    os.killpg(self.pid, signal.SIGKILL)
                self.returncode = -signal.SIGKILL
            os.close(self._status)
        return self.returncode

    def terminate(self) -> None:
        """Ask it to end."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGTERM)

    def _word(self, timeout: float | None) -> str:
        """The next line of the pipe."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._status, selectors.EVENT_READ)
            while b"\n" not in self._said:
                if not selector.select(timeout):
                    raise subprocess.TimeoutExpired("fork server", timeout or 0)
                some = os.read(self._status, 64)
                if not some:
                    raise ForkServerGone("the process that starts services has ended; what it wrote stands above")
                self._said += some
        word, _, self._said = self._said.partition(b"\n")
        return word.decode()


class ForkServerGone(OSError):
    """The process that forks has ended: while it loaded, if it has forked none."""


class ForkServer:
    """Asks. modules: what is loaded beforehand. The process begins with `begin` or the first `start`, and anew when it has ended."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._modules = modules
        self._process: subprocess.Popen[bytes] | None = None
        self._requests: socket.socket | None = None

    def begin(self) -> None:
        """Let it load, if it does not run. Returns at once."""
        if self._process is not None and self._process.poll() is None:
            return
        self.end()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "backbone.supervisor.forkserver", str(theirs.fileno()), *self._modules],
                env={
                    name: value for name, value in os.environ.items() if not name.startswith("SCHAKEL_")
                },  # each gets its own
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C in a terminal reaches the supervisor alone
            )
        self._requests = ours

    def start(
        self, module: str, arguments: Sequence[str], environment: Mapping[str, str], stdin: int, log: IO[bytes]
    ) -> Forked:
        """Run `module` as a program in a session of its own, on a leash, in our working directory. Raises OSError when it cannot."""
        request = {
            "module": module,
            "arguments": [*arguments],
            "environment": {**environment},
            "directory": os.getcwd(),
        }
        reading, writing = os.pipe()
        try:
            self._ask(json.dumps(request).encode(), [stdin, log.fileno(), writing])
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        return Forked(reading)

    def _ask(self, request: bytes, files: list[int]) -> None:
        """Have a server and tell it. One that ended closed its end before it could be seen that it has ended."""
        self.begin()
        assert self._requests is not None
        try:
            socket.send_fds(self._requests, [request], files)
        except ConnectionError:
            self.end()
            self.begin()
            socket.send_fds(self._requests, [request], files)

    def end(self) -> None:
        """Let it end; its children are not touched. Does nothing the second time."""
        if self._requests is not None:
            self._requests.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._requests = None


# -- in the process that forks -------------------------------------------------------------------------------------------


class _Server:
    """Forks a child for each request, and says how each ended."""

    def __init__(self, requests: socket.socket) -> None:
        self._requests = requests
        self._children: dict[int, int] = {}
        """By process number the pipe on which its end is said."""
        self._woken, self._waking = socket.socketpair()
        for end in (self._woken, self._waking):
            end.setblocking(False)
        signal.set_wakeup_fd(self._waking.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def serve(self) -> bytes | None:
        """Returns in each child, with what it was asked to be; in the server itself None when nobody asks any more."""
        selector = selectors.DefaultSelector()
        for file in (self._requests, self._woken):
            selector.register(file, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is self._woken:
                    self._woken.recv(4096)
                    self._reap()
                    continue
                request, files, _, _ = socket.recv_fds(self._requests, _LARGEST, 3)
                if not request:
                    return None
                if self._fork(files):
                    selector.close()
                    return request

    def _fork(self, files: Sequence[int]) -> bool:
        """Whether we are the child."""
        stdin, log, status = files
        child = os.fork()
        if child:
            os.close(stdin)
            os.close(log)
            self._children[child] = status
            _say(status, child)
            return False
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for end in (self._requests, self._woken, self._waking):
            end.close()
        for other in (*self._children.values(), status):
            os.close(other)
        os.setsid()
        for file, number in ((stdin, 0), (log, 1), (log, 2)):
            os.dup2(file, number)
        os.close(stdin)
        os.close(log)
        return True

    def _reap(self) -> None:
        with suppress(ChildProcessError):
            while True:
                child, how = os.waitpid(-1, os.WNOHANG)
                if not child:
                    return
                status = self._children.pop(child)
                _say(status, os.waitstatus_to_exitcode(how))
                os.close(status)


def _say(status: int, number: int) -> None:
    with suppress(BrokenPipeError):  # who asked does not listen any more
        os.write(status, b"%d\n" % number)


def _become(request: bytes) -> None:
    wanted = json.loads(request)
    os.environ.clear()
    os.environ.update(wanted["environment"])
    os.chdir(wanted["directory"])
    with suppress(OSError), open("/proc/self/comm", "w") as comm:  # what ps and top call it
        comm.write(wanted["module"].removeprefix("services."))
    leash.run(wanted["module"], wanted["arguments"])


def main() -> None:
    """Load, then fork whenever asked."""
    requests = socket.socket(fileno=int(sys.argv[1]))
    gc.disable()
    for module in sys.argv[2:]:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()  # or the first look through all that lives would copy the memory that we share
    request = _Server(requests).serve()
    if request is not None:
        _become(request)


if __name__ == "__main__":
    main()
