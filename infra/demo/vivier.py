"""The command line `vivier`, as operators and members type it: the binary of this checkout, answering in JSON."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path
from typing import Any

from .client import ApiError, Json
from .stack import ROOT, Stack

BINARY = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug" / "vivier"
#: Longer than any command takes: removing a tenant, or reading its largest document.
TIMEOUT = 600


class Refused(ApiError):
    """What a command ended with, other than well. `status` is 0 where no answer of the API is behind it."""

    def __init__(self, words: tuple[str, ...], problem: Json, told: str) -> None:
        super().__init__("vivier", " ".join(words[:2]), problem.get("status", 0), problem)
        self.args = (f"`vivier {' '.join(words[:2])}` ended with: {told or problem.get('title', '')}",)

    @property
    def code(self) -> str:
        """The stable word of the problem."""
        return str(self.problem.get("type", "")).rsplit(":", 1)[-1]


class Vivier:
    """The command with one caller's environment."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment

    @classmethod
    def operator(cls, stack: Stack) -> Vivier:
        """With the operator's keys of the cloud."""
        return cls({
            "VIVIER_STAGE": stack.name,
            "AWS_ENDPOINT_URL": stack.endpoint_url,
            "AWS_REGION": stack.region,
            "AWS_ACCESS_KEY_ID": stack.operator.access_key_id,
            "AWS_SECRET_ACCESS_KEY": stack.operator.secret_access_key,
        })

    @classmethod
    def member(cls, stack: Stack, email: str) -> Vivier:
        """With a session of one member's own, apart from everybody else's on this machine."""
        state = stack.folder / "members" / email
        return cls({"VIVIER_API_URL": stack.api_url, "XDG_STATE_HOME": str(state)})

    def __call__(self, *words: object, answers: tuple[str, ...] = ()) -> Any:
        """Runs a command; what it answered. `answers` are the lines that it reads, such as passwords."""
        typed = tuple(str(word) for word in words)
        try:
            done = subprocess.run(
                [BINARY, "--json", *typed],
                env={"PATH": os.environ.get("PATH", ""), "HOME": str(Path.home()), **self.environment},
                input="".join(f"{line}\n" for line in answers),
                capture_output=True,
                text=True,
                timeout=TIMEOUT,
            )
        except FileNotFoundError:
            raise RuntimeError(f"{BINARY} is not built: run `make demo`.") from None
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"`vivier {' '.join(typed[:2])}` did not end within {TIMEOUT} s") from None
        content = _parsed(done.stdout)
        # Ended with 1 a command may also have done what it was told, and tell of work that failed afterwards.
        is_problem = isinstance(content, dict) and "type" in content and "title" in content
        if done.returncode and (is_problem or content is None or done.returncode != 1):
            raise Refused(typed, content if is_problem else {}, done.stderr.strip())
        return content

    def login(self, email: str, *answers: str) -> None:
        """Opens a session with a password, and a new one where the service asks for it."""
        self("login", "--email", email, "--password-stdin", answers=answers)


def settings_file(stack: Stack) -> Path:
    """Writes what a shell needs to type commands as operator and as member of this stack; only its owner reads it."""
    file = stack.folder / "vivier.env"
    settings = Vivier.operator(stack).environment | {"VIVIER_API_URL": stack.api_url}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in settings.items()))
    return file


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def line(*words: object, **environment: str) -> str:
    """A command as it is typed into a shell."""
    binary = BINARY.relative_to(ROOT) if BINARY.is_relative_to(ROOT) else BINARY
    settings = [f"{name}={shlex.quote(value)}" for name, value in environment.items()]
    return " ".join([*settings, str(binary), *(shlex.quote(str(word)) for word in words)])
