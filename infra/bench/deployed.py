"""Release builds in place of the deployed ones: the local cloud is given debug builds, which are made in a fraction of the time."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from demo.stack import Stack
from local.deploy import PACKAGES

from .runtime_api import binary


@contextmanager
def release_builds(stack: Stack, *functions: str) -> Iterator[None]:
    """Has the stack run these functions' release builds, where there are any, until the block is left. Says which builds run."""
    with ExitStack() as afterwards:
        afterwards.callback(restore, stack)
        for function in functions:
            program, profile = binary(function)
            print(f"{function}: {profile} build")
            if profile == "release":
                with _note(stack).open("a") as note:
                    note.write(f"{function}\n")
                _run(stack, function, program)
        yield


def restore(stack: Stack) -> None:
    """Has the stack run what was deployed, where this or an interrupted run put something else in its place."""
    if _note(stack).exists():
        for function in set(_note(stack).read_text().split()):
            _run(stack, function, PACKAGES / function / "bootstrap")
        _note(stack).unlink()


def _note(stack: Stack) -> Path:
    """Which functions run something else than what was deployed."""
    return stack.folder / "release-builds"


def _run(stack: Stack, function: str, program: Path) -> None:
    client, name = stack.client("lambda", stack.administrator), f"vivier-{stack.name}-{function}"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = (stat.S_IFREG | 0o755) << 16
        archive.writestr(entry, program.read_bytes())
    client.update_function_code(FunctionName=name, ZipFile=packed.getvalue())
    client.get_waiter("function_updated_v2").wait(FunctionName=name)
