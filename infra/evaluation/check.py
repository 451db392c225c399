"""Checks questions/ against documents/ and prints statistics; exits with an error when anything is wrong."""

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
# How many questions are asked of documents in the other language: English ones of French documents, French of English.
CROSSED = {"hard": (10, 5), "plain": (0, 0), "fresh": (0, 0)}
# Sets that only measure: half as large, and all of their questions belong to the part "test".
MEASURING = {"fresh"}
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


def expect(truth: bool, fault: str) -> None:
    if not truth:
        faults.append(fault)


def stems(text: str) -> set[str]:
    return {word[:5] for word in plain(text).split() if len(word) > 3}


def check(title: str, questions: list[dict]) -> None:
    """Checks a set of questions and prints its statistics."""
    answered = [q for q in questions if q["id"].startswith("a")]
    unanswered = [q for q in questions if q["id"].startswith("u")]
    measuring = title in MEASURING
    count = 100 if measuring else 200
    parts = {"test": count} if measuring else {"test": count // 2, "calibration": count // 2}
    expect(len(questions) == 2 * count, f"{title}: {len(questions)} questions")
    for letter, part in (("a", answered), ("u", unanswered)):
        expect([q["id"] for q in part] == [f"{letter}{n:03}" for n in range(1, count + 1)], f"{title}: ids of {letter}")
        tongues = {"fr": count * 3 // 4, "en": count // 4}
        expect(Counter(q["language"] for q in part) == tongues, f"{title}: languages, counts")
        expect(Counter(q["part"] for q in part) == parts, f"{title}: parts, counts")
    copies = Counter()
    for q in questions:
        name = f"{title} {q['id']}"
        known = {"id", "text", "language", "document", "quote", "also", "part", "why"}
        expect(set(q) <= known, f"{name}: fields")
        odd = int(q["id"][1:]) % 2
        expect(q["part"] == ("calibration" if odd and not measuring else "test"), f"{name}: part")
        expect(q["language"] == language(q["text"]), f"{name}: language of {q['text']!r}")
        if q["id"].startswith("u"):
            expect(q["document"] is None and q["quote"] is None and bool(q.get("why")), f"{name}: unanswered")
            continue
        expect(q["document"] in documents, f"{name}: document {q['document']}")
        expect(15 <= len(q["quote"]) <= 160, f"{name}: length of the quote")
        expect(found(q["quote"], q["document"]), f"{name}: {q['quote']!r} is not in {q['document']}")
        for also in q.get("also", []):
            expect(10 <= len(also) <= 160, f"{name}: length of {also!r}")
            places = [document for document in documents if found(also, document)]
            expect(bool(places), f"{name}: {also!r} is nowhere")
            copies["here" if q["document"] in places else "elsewhere"] += 1
    crossed = Counter((q["language"], tongue[q["document"]]) for q in answered if q["document"] in tongue)
    expect((crossed["en", "fr"], crossed["fr", "en"]) == CROSSED[title], f"{title}: across languages: {crossed}")
    shared = [q["id"] for q in answered if any(found(q["quote"], d) for d in documents if d != q["document"])]
    uses = Counter(q["document"] for q in answered)
    length = [len(q["text"].split()) for q in questions]
    overlap = [len(stems(q["text"]) & stems(q["quote"])) for q in answered if q["language"] == tongue[q["document"]]]
    print(f"{title}: question language / document language", {f"{a}/{b}": n for (a, b), n in crossed.items() if n})
    print("  with also", sum("also" in q for q in answered), dict(copies))
    print("  quotes that occur in a second document", shared)
    print("  documents without a question", [document for document in documents if document not in uses])
    print("  questions by document", dict(uses.most_common()))
    print(f"  words in a question: {min(length)} to {max(length)}, {sum(length) / len(length):.1f} in the mean")
    print("  stems shared by question and quote:", dict(sorted(Counter(overlap).items())))


names = Counter(tongue.values())
expect(names["fr"] >= 30 and names["en"] == 10, f"documents: {names}")
for document, content in documents.items():
    words = sum(len(line.split()) for line in content)
    expect(250 <= words <= 900, f"{document}: {words} words")
total = sum(len(line.split()) for content in documents.values() for line in content)
print(f"documents {dict(names)}, {total} words")
print("kinds", dict(Counter(Path(document).suffix for document in documents)))
sets = {
    title: [json.loads(line) for line in (ROOT / f"questions/{title}.jsonl").read_text(encoding="utf-8").splitlines()]
    for title in CROSSED
}
for title, questions in sets.items():
    check(title, questions)
texts = Counter(plain(q["text"]) for questions in sets.values() for q in questions)
expect(max(texts.values()) == 1, f"repeated: {[t for t, n in texts.items() if n > 1]}")
for fault in faults:
    print("FAULT", fault)
sys.exit(bool(faults))
