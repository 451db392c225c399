"""Where a deployed stack is and who may call it, as its deployment wrote it down."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Keys:
    """An access key of the cloud."""

    access_key_id: str
    secret_access_key: str


@dataclass(frozen=True)
class Stack:
    """One deployed copy of the software."""

    name: str
    """The stage: `demo` or `test` here; part of every resource's name."""
    api_url: str
    """Base of the public API, without a slash at the end."""
    endpoint_url: str
    region: str
    user_pool_id: str
    user_pool_client_id: str
    operator: Keys
    """May invoke the functions that only an operator uses."""
    administrator: Keys
    """Owns the cloud; the demonstration uses it only to choose a password for an invited member."""

    @property
    def folder(self) -> Path:
        """Where the stack keeps its state on this machine."""
        return ROOT / ".local" / self.name

    def client(self, service: str, keys: Keys) -> Any:
        """A boto3 client of this stack's cloud. Creating a tenant may take a minute, hence the long read."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint_url,
            region_name=self.region,
            aws_access_key_id=keys.access_key_id,
            aws_secret_access_key=keys.secret_access_key,
            config=Config(retries={"max_attempts": 1}, read_timeout=180),
        )


def load(name: str) -> Stack:
    """The deployed stack of this name; raises `RuntimeError` with what to do when there is none."""
    file = ROOT / ".local" / name / "stack.json"
    if not file.exists():
        raise RuntimeError(f"The stack {name} is not deployed on this machine: run `make demo`.")
    return from_file(file)


def from_file(file: Path) -> Stack:
    """Reads what a deployment writes down about itself, and the keys it names."""
    told = json.loads(file.read_text())
    return Stack(
        name=told["stage"],
        api_url=told["api_url"].rstrip("/"),
        endpoint_url=told["endpoint_url"],
        region=told["region"],
        user_pool_id=told["user_pool_id"],
        user_pool_client_id=told["user_pool_client_id"],
        operator=_keys(told["operator_file"]),
        administrator=_keys(told["administrator_file"]),
    )


def _keys(file: str) -> Keys:
    return Keys(**json.loads(Path(file).read_text()))
