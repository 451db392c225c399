"""Checks questions.jsonl against documents/ and prints statistics; exits with an error when anything is wrong."""

from __future__ import annotations

import html
import json
import re
import sys
import unicodedata
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent
FRENCH = re.compile(
    r"\b(le|la|les|des|du|de|un|une|est|et|je|vous|on|que|qui|quel|quelle|pour|dans|combien|pas|avec|ou|en|y|au|mon"
    r"|fait|faut|ma|tu|il|se|ca|ça|va|bonjour|moi|chez|ongles|combien)\b",
    re.IGNORECASE,
)
ENGLISH = re.compile(
    r"\b(the|of|is|are|do|does|how|what|when|where|which|who|can|could|my|to|for|in|you|your|will|there|a|an|i|if|it)\b",
    re.IGNORECASE,
)
faults: list[str] = []


def lines(path: Path) -> list[str]:
    """The visible lines of a document; in HTML, the text between tags; in CSV, the lines with their separators."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".html":
        return text.splitlines()
    body = re.sub(r"(?s)<head>.*?</head>", "", text)
    return [html.unescape(re.sub(r"<[^>]+>", " ", line)) for line in body.splitlines()]


def plain(text: str) -> str:
    """A question without case, accents and punctuation."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", bare))


def language(text: str) -> str:
    return "en" if len(ENGLISH.findall(text)) > len(FRENCH.findall(text)) else "fr"


documents = {path.name: lines(path) for path in sorted((ROOT / "documents").iterdir())}
tongue = {name: language(" ".join(content)) for name, content in documents.items()}


def found(words: str, name: str) -> bool:
    return any(words in line for line in documents[name])


questions = [json.loads(line) for line in (ROOT / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
answered = [q for q in questions if q["id"].startswith("a")]
unanswered = [q for q in questions if q["id"].startswith("u")]


def expect(truth: bool, fault: str) -> None:
    if not truth:
        faults.append(fault)


expect(len(questions) == 400, f"{len(questions)} questions")
for letter in "au":
    ids = [q["id"] for q in questions if q["id"].startswith(letter)]
    expect(ids == [f"{letter}{n:03}" for n in range(1, 201)], f"ids of {letter}")
for part in (answered, unanswered):
    expect(Counter(q["language"] for q in part) == {"fr": 150, "en": 50}, "languages, counts")
    expect(Counter(q["part"] for q in part) == {"test": 100, "calibration": 100}, "parts, counts")
texts = Counter(plain(q["text"]) for q in questions)
expect(max(texts.values()) == 1, f"repeated: {[t for t, n in texts.items() if n > 1]}")
copies = Counter()
for q in questions:
    known = {"id", "text", "language", "document", "quote", "also", "part", "why"}
    expect(set(q) <= known, f"{q['id']}: fields")
    expect(q["part"] == ("calibration" if int(q["id"][1:]) % 2 else "test"), f"{q['id']}: part")
    expect(q["language"] == language(q["text"]), f"{q['id']}: language of {q['text']!r}")
    if q["id"].startswith("u"):
        expect(q["document"] is None and q["quote"] is None and bool(q.get("why")), f"{q['id']}: unanswered")
        continue
    expect(q["document"] in documents, f"{q['id']}: document {q['document']}")
    expect(15 <= len(q["quote"]) <= 160, f"{q['id']}: length of the quote")
    expect(found(q["quote"], q["document"]), f"{q['id']}: {q['quote']!r} is not in {q['document']}")
    for also in q.get("also", []):
        expect(10 <= len(also) <= 160, f"{q['id']}: length of {also!r}")
        places = [name for name in documents if found(also, name)]
        expect(bool(places), f"{q['id']}: {also!r} is nowhere")
        copies["here" if q["document"] in places else "elsewhere"] += 1
names = Counter(tongue.values())
expect(names["fr"] >= 30 and names["en"] == 10, f"documents: {names}")
for name, content in documents.items():
    words = sum(len(line.split()) for line in content)
    expect(250 <= words <= 900, f"{name}: {words} words")
crossed = Counter((q["language"], tongue[q["document"]]) for q in answered if q["document"] in tongue)
expect(crossed["en", "fr"] == 10 and crossed["fr", "en"] == 5, f"across languages: {crossed}")
shared = Counter(
    q["id"]
    for q in answered
    for name in documents
    if name != q["document"] and any(q["quote"] in line for line in documents[name])
)

total = sum(len(line.split()) for content in documents.values() for line in content)
print(f"documents {dict(names)}, {total} words")
print("kinds", dict(Counter(Path(name).suffix for name in documents)))
print("question language / document language", {f"{a}/{b}": n for (a, b), n in crossed.items()})
print("with also", sum("also" in q for q in answered), dict(copies))
print("quotes that occur in a second document", dict(shared))
uses = Counter(q["document"] for q in answered)
print("documents without a question", [name for name in documents if name not in uses])
print("questions by document", dict(uses.most_common()))
length = [len(q["text"].split()) for q in questions]
print(f"words in a question: {min(length)} to {max(length)}, {sum(length) / len(length):.1f} in the mean")


def stems(text: str) -> set[str]:
    return {word[:5] for word in plain(text).split() if len(word) > 3}


overlap = [len(stems(q["text"]) & stems(q["quote"])) for q in answered if q["language"] == tongue[q["document"]]]
print("stems shared by question and quote:", dict(sorted(Counter(overlap).items())))
for fault in faults:
    print("FAULT", fault)
sys.exit(bool(faults))
