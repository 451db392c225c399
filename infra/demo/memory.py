"""What a walk leaves for the next one: keys, passwords, and which files went in.

A publishable key is shown once, at creation, and the figures of an import name no file: without these notes a second
run could neither search nor know what it may skip.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from pathlib import Path
from typing import Any

from .stack import Stack


class Memory:
    """A JSON file in the stack's own folder, which only its owner reads."""

    def __init__(self, stack: Stack) -> None:
        self._path: Path = stack.folder / "demo.json"
        self._notes: dict[str, Any] = json.loads(self._path.read_text()) if self._path.exists() else {}

    def of(self, tenant_id: str) -> dict[str, Any]:
        """The notes on a tenant. They go by its id: a tenant created anew begins with none."""
        return self._notes.setdefault(tenant_id, {})

    def save(self) -> None:
        """Writes the notes down."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.touch(mode=0o600)
        self._path.write_text(json.dumps(self._notes, indent=1, ensure_ascii=False) + "\n")

    def forget(self, tenant_id: str) -> None:
        """Drops the notes on a tenant that is gone."""
        self._notes.pop(tenant_id, None)
        self.save()


def digest(content: bytes) -> str:
    """What tells one file from another."""
    return hashlib.sha256(content).hexdigest()


def new_password() -> str:
    """Meets the promised rule (K6.2a): twelve characters and more, of every class."""
    return f"Vivier-{secrets.token_hex(6)}-7!"
