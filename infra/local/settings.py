"""Where the local cloud keeps its things and on which ports it listens: one place for both stacks."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
MODEL = ROOT / ".local" / "model"
REFERENCE = ROOT / ".local" / "reference"
FUNCTIONS = ROOT / "functions"

#: An EU region, as promise K4.1 wants it.
REGION = "eu-west-3"
ACCOUNT = "000000000000"
#: The cloud's address for API hosts: `{api}.execute-api.localhost:{port}`.
HOST = "127.0.0.1"

#: stack: (port of the cloud, port of PostgreSQL)
_PORTS = {"demo": (4566, 5466), "test": (4576, 5476)}
#: The stacks that end-to-end tests run on, side by side. Each lies two ports above the one before it.
TESTING = ("test", "test2", "test3")
STACKS = ("demo", *TESTING)


class SetupError(Exception):
    """Something a person has to mend; its text is all that is printed."""


@dataclass(frozen=True)
class Stack:
    """One running copy of the whole: its folder under `.local`, its ports, its names."""

    name: str
    port: int
    database_port: int

    @classmethod
    def named(cls, name):
        """The stack of this name with its ports, which VIVIER_PORT and VIVIER_DATABASE_PORT override."""
        above = 2 * TESTING.index(name) if name in TESTING else 0
        cloud, database = _PORTS[TESTING[0] if above else name]
        return cls(name, _port("VIVIER_PORT", cloud) + above, _port("VIVIER_DATABASE_PORT", database) + above)

    @property
    def folder(self):
        return ROOT / ".local" / self.name

    @property
    def logs(self):
        return self.folder / "logs"

    @property
    def outputs(self):
        """What the last deployment answered, for tests and for the demonstration."""
        return self.folder / "stack.json"

    @property
    def cloudformation(self):
        return f"vivier-{self.name}"

    @property
    def url(self):
        return f"http://{HOST}:{self.port}"

    def prepare(self):
        # Keys and passwords lie in here.
        self.folder.mkdir(parents=True, exist_ok=True)
        self.logs.mkdir(exist_ok=True)


def _port(variable, default):
    text = os.environ.get(variable, "")
    if not text:
        return default
    if not text.isdigit() or not 1024 <= int(text) <= 65535:
        raise SetupError(f"{variable}={text} is not a port: give a number between 1024 and 65535.")
    return int(text)
