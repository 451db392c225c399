"""Everybody in these tests is a canary: what is theirs is to be where it belongs, and in no log, event, queue, metric or refusal.

There are two kinds. **Marks**: names, addresses and numbers that the tests make up hold a word or a form that nothing else has.
**Typed**: what callers write (messages, searches, CVs, addresses, passwords) is written down as it is sent, in a file beside the
stack's logs, since what a test expects hangs on the words of a question, and strange ones cannot be put in.

Every refusal is looked at as it comes (`watch`, which `api.py` calls); the rest is searched when every test has run (`last_look.py`).
"""

from __future__ import annotations

import base64
import functools
import itertools
import json
import os
import re
import secrets
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit

import requests

from demo.stack import ROOT

SURNAME = "zorvaneck"
"""The name of members and candidates, in their addresses."""
WORDS = (SURNAME, "quatrefages", "xylander", "camille", "wistelinde")
"""Names that nothing else has, as they are found in any writing: without accents, and long enough never to come up by chance."""
LENGTH = 12
"""Characters of the shortest text that counts as typed: what is shorter may stand in a log by chance."""
SECRET = frozenset({"password", "old_password", "new_password", "token", "private_key", "service_key"})
PERSONAL = SECRET | {"text", "q", "search", "query", "question", "note", "email", "phone"}
"""Fields and parameters in which callers write of themselves, or what only they may know."""
PATTERNS = {
    # 06 39 98 …: numbers that the regulator gives to nobody.
    "a telephone": re.compile(rb"(?<![0-9A-Za-z.])(?:\+|%2B)?(?:33|0)\s?6\s?39\s?98(?:\s?\d\d){2}(?![0-9A-Za-z])"),
    # `somewhere` of api.py. What listens on this machine does so at 127.0.0.1.
    "a caller's address": re.compile(rb"(?<![0-9.])127\.(?:6[4-9]|[7-9]\d|1\d\d|2[0-4]\d)(?:\.\d{1,3}){2}(?![0-9.])"),
}
_numbers = itertools.count(secrets.randbelow(10_000))


def address(house: str, who: str = "p") -> str:
    """An address that nobody had before, of somebody at a house; `who` stands before the name."""
    return f"{who}.{SURNAME}.{secrets.token_hex(6)}@{house}.example"


def phone() -> str:
    """A telephone that no message went to in this run."""
    return f"+3363998{next(_numbers) % 10_000:04}"


@dataclass(frozen=True)
class Found:
    """A canary where it is not to be."""

    place: str
    what: str
    around: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what} in …{self.around}…"


class Leak(AssertionError):
    """A canary in a refusal."""


# ---- what is looked for ----------------------------------------------------------------------------------------------
def _base64(word: str) -> Iterator[bytes]:
    """What each of the three places that a word may begin at makes of it in Base64: the part that its neighbours do not touch."""
    for case in {word, word.capitalize(), word.upper()}:
        for shift in range(3):
            whole = base64.b64encode(b"\0" * shift + case.encode()).rstrip(b"=")
            first = -(-shift * 8 // 6)
            yield whole[first : (shift + len(case)) * 8 // 6]


ENCODED = tuple((word, form) for word in WORDS for form in _base64(word))


def _forms(text: str) -> set[str]:
    """A typed text as a log could hold it: plain, in JSON, in JSON without accents, and in an address."""
    return {text, json.dumps(text, ensure_ascii=False)[1:-1], json.dumps(text)[1:-1], quote(text, safe=""), quote_plus(text)}


def _around(content: bytes, start: int, end: int) -> str:
    return content[max(0, start - 80) : end + 40].decode(errors="replace").replace("\n", "⏎")


def marks(place: str, content: bytes) -> Iterator[Found]:
    """The marks in a text, the first of each kind."""
    lower = content.lower()
    for word in WORDS:
        if (at := lower.find(word.encode())) >= 0:
            yield Found(place, word, _around(content, at, at + len(word)))
    for word, form in ENCODED:
        if (at := content.find(form)) >= 0:
            yield Found(place, f"{word} in Base64", _around(content, at, at + len(form)))
    for what, pattern in PATTERNS.items():
        if found := pattern.search(content):
            yield Found(place, what, _around(content, *found.span()))


def search(places: Iterable[tuple[str, bytes]], typed: Iterable[str]) -> list[Found]:
    """Every canary in some places: marks, and what was typed."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "typed"
        wanted.write_text("".join(f"{form}\n" for form in sorted({form for text in typed for form in _forms(text)})))
        for place, content in places:
            found += marks(place, content)
            if wanted.stat().st_size:
                # grep looks for all of them at once.
                ran = subprocess.run(
                    ["grep", "--text", "--fixed-strings", "--only-matching", "--file", wanted], input=content, capture_output=True,
                    env={"LC_ALL": "C", "PATH": os.environ["PATH"]}, check=False,
                )  # fmt: skip
                assert ran.returncode in (0, 1), ran.stderr
                for text in sorted(set(ran.stdout.split(b"\n")) - {b""}):
                    at = content.index(text)
                    found.append(Found(place, "what somebody typed", _around(content, at, at + len(text))))
    return found


# ---- what is typed ---------------------------------------------------------------------------------------------------
def typed_file() -> Path:
    """Where the stack's callers' texts are written down. It goes with the logs when a stack is reset."""
    told = os.environ.get("VIVIER_TEST_STACK_JSON")
    return (Path(told).parent if told else ROOT / ".local" / "test") / "typed.txt"


_lock, _written = threading.Lock(), set[str]()


def lines(text: str) -> Iterator[str]:
    """Those lines of a text that are a canary by themselves: long enough, and no filling of one letter."""
    for line in text.splitlines():
        if LENGTH <= len(line := line.strip()) and len(set(line)) > 4:
            yield line[:200]


def _personal(node: Any, field: str = "") -> Iterator[str]:
    if isinstance(node, str) and field in PERSONAL:
        # A sentence, an address or a secret; a word alone may be a trade or a town.
        yield from (line for line in lines(node) if field in SECRET or re.search(r"[\s@]", line))
    elif isinstance(node, dict):
        for name, value in node.items():
            yield from _personal(value, str(name))
    elif isinstance(node, list):
        for value in node:
            yield from _personal(value, field)


@functools.cache
def _tests() -> str:
    """The tests' own code."""
    return "".join(file.read_text() for file in (ROOT / "infra").rglob("*.py"))


def _said(request: requests.PreparedRequest) -> set[str]:
    """What a request holds of its caller. Where chance writes, it also draws words out of the code of the tests, such as a part of an
    address of this API: those stand in logs for reasons of their own."""
    by_chance = str(request.headers.get("User-Agent", "")).startswith("schemathesis/")
    return {text for text in _written_in(request) if not by_chance or text not in _tests()}


def _written_in(request: requests.PreparedRequest) -> Iterator[str]:
    for name, value in parse_qsl(urlsplit(request.url or "").query):
        yield from _personal(value, name)
    if isinstance(request.body, (bytes, str)):
        try:
            yield from _personal(json.loads(request.body))
        except (ValueError, RecursionError):
            return  # sent to be refused


def write_down(request: requests.PreparedRequest) -> None:
    """Keeps what somebody typed, for the last look."""
    new = _said(request) - _written
    if new:
        with _lock, typed_file().open("a", errors="replace") as file:
            file.write("".join(f"{text}\n" for text in sorted(new)))
            _written.update(new)


def typed() -> set[str]:
    """Everything that was typed since the stack was made."""
    file = typed_file()
    return set(file.read_text().splitlines()) if file.exists() else set()


# ---- refusals --------------------------------------------------------------------------------------------------------
leaks: list[str] = []
"""What refusals gave away, also where the test that was told went on: the end of each test looks here."""


def refused(place: str, content: bytes, sent: Iterable[str] = ()) -> None:
    """Raises `Leak` where a refusal says what is a person's: a mark, or a text of what it answers."""
    found = [*marks(place, content), *(Found(place, "what was sent", text) for text in sent if text.encode(errors="replace") in content)]
    if found:
        leaks.append("; ".join(map(str, found)))
        raise Leak(leaks[-1])


def look_at(answer: requests.Response) -> None:
    """Looks at an answer, body and headers, if it is a refusal."""
    if answer.status_code >= 400:
        place = f"{answer.request.method} {urlsplit(answer.request.url or '').path} answered {answer.status_code}"
        refused(place, answer.content + str(dict(answer.headers)).encode(), _said(answer.request))


def watch(api: Iterable[str] = ("/_aws/execute-api/", ".execute-api.")) -> None:
    """From now on, everything that this process sends to the API is written down, and every refusal looked at."""
    plain = requests.Session.send

    def send(session: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        ours = any(part in (request.url or "") for part in api)
        if ours:
            write_down(request)
        answer = plain(session, request, **options)
        if ours:
            look_at(answer)
        return answer

    requests.Session.send = send  # type: ignore[method-assign]
