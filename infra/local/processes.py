"""Starting, finding and stopping the local cloud's own processes, and nobody else's.

A process is known by its number and the moment it started: a number alone may have been given to another since.
Each server leads a group of its own, so that stopping it leaves no orphan behind.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time

from local.settings import HOST, SetupError


def start_time(pid):
    """When the process started, in clock ticks since boot; None when there is no such (living) process."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[19])


class Server:
    """One background process of a stack, remembered in `<stack>/<name>.pid`."""

    def __init__(self, stack, name):
        self.name = name
        self._record = stack.folder / f"{name}.pid"
        self.log = stack.logs / f"{name}.log"

    def pid(self):
        """The number of the running process; None when it does not run."""
        try:
            record = json.loads(self._record.read_text())
        except (OSError, ValueError):
            return None
        return record["pid"] if start_time(record["pid"]) == record["started"] else None

    def start(self, command, **options):
        """Starts the process in a session of its own, its output appended to its log."""
        self._sweep_group()
        with open(self.log, "ab") as log:
            process = subprocess.Popen(
                [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True, **options)
        self._record.write_text(json.dumps({"pid": process.pid, "started": start_time(process.pid)}))
        return process

    def stop(self, request=signal.SIGTERM, patience=20.0):
        """Asks the process to end and, after `patience` seconds, ends it and whatever it started."""
        pid = self.pid()
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, request)
            deadline = time.monotonic() + patience
            while self.pid() is not None and time.monotonic() < deadline:
                with contextlib.suppress(ChildProcessError, OSError):
                    os.waitpid(pid, os.WNOHANG)
                time.sleep(0.05)
        self._sweep_group()
        self._record.unlink(missing_ok=True)
        return pid is not None

    def kill(self):
        """Ends the process and its group at once, as a power cut would; its record stays for `start` to sweep."""
        self._sweep_group()

    def tail(self, lines=15):
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""

    def _sweep_group(self):
        """Ends what is left of the group that the recorded process led."""
        try:
            record = json.loads(self._record.read_text())
        except (OSError, ValueError):
            return
        leader = start_time(record["pid"])
        if leader is not None and leader != record["started"]:
            return  # the number belongs to somebody else now
        deadline = time.monotonic() + 5
        while any(members(record["pid"])) and time.monotonic() < deadline:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(record["pid"], signal.SIGKILL)
            with contextlib.suppress(ChildProcessError, OSError):
                os.waitpid(record["pid"], os.WNOHANG)
            time.sleep(0.01)


def members(group):
    """The numbers of the processes of a group that have not ended."""
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with contextlib.suppress(OSError), open(f"/proc/{entry.name}/stat", encoding="utf-8", errors="replace") as file:
                fields = file.read().rpartition(")")[2].split()
                # A leader that has ended is a zombie while its other threads still hold its sockets.
                if int(fields[2]) == group and (fields[0] not in "ZX" or int(fields[17]) > 1):
                    yield int(entry.name)


def ended(pid):
    """Whether nothing of a process runs any more: a killed one with much memory takes a moment, thread by thread."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return True
    return fields[0] in "ZX" and int(fields[17]) <= 1


def require_free(port, variable, what):
    """SetupError, naming the port and the variable that moves it, when somebody listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise SetupError(
                f"Port {port}, wanted for {what}, is in use by another program: stop it, or choose another port with {variable}=…"
            ) from error


def wait_until(ready, server, seconds, what):
    """Polls `ready` until it holds; SetupError with the end of the log when the process ends or time is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return
        if server.pid() is None:
            break
        time.sleep(0.05)
    raise SetupError(f"{what} did not start. The end of {server.log}:\n{server.tail()}")
