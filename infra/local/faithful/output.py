"""What functions print: written to `<folder>/<function>.log` the moment it is printed, and never waited for.

The emulator collects output after each invocation, waiting up to 50 ms for a first line that may never come; and it shows
nothing of a function that hangs. CloudWatch Logs still receives the lines, a late one with the next invocation.
"""

import os

from ministack.core.lambda_runtime import ProvidedWorker


def install(folder):
    pump = ProvidedWorker._pump_output

    def pump_output(self, stream, log_queue):
        path = os.path.join(folder, f"{self.func_name}.log")
        with open(path, "ab", buffering=0) as file:
            pump(self, _Copied(stream, file), log_queue)

    def drain(self, **_waits):
        return self._drain_stderr()

    ProvidedWorker._pump_output = pump_output
    ProvidedWorker._drain_stderr_bounded = drain


class _Copied:
    """A stream whose lines also go to a file."""

    def __init__(self, stream, file):
        self._stream = stream
        self._file = file

    def readline(self):
        line = self._stream.readline()
        self._file.write(line)
        return line

    def close(self):
        self._stream.close()
