"""Learns the space in which job offers are compared, and writes `occupations.space` beside this file, and beside the tests of shared/text what
they compare theirs with.

    PYTHONPATH=infra .venv/bin/python -m local.space --rome FILE

FILE is ROME with parents (columns code_rome and code_rome_parent; France Travail, Licence Ouverte 2.0); the names are those of
`.local/reference`, as set-up makes it. Run it when the model, ROME's names or `usual_titles.tsv` change, measure with `bench hits`, and commit
what it wrote: vectors of another file cannot be compared, so every tenant's are then made anew.

The model alone knows what a title says, not which titles are of one trade. Two steps add that:

1. a matrix (384 to 192) that draws together the names of one occupation, and more weakly those of a family, and parts all others: the
   contrastive loss InfoNCE (A. van den Oord et al. 2018, arXiv:1807.03748) over the names, held near the names' own principal axes;
2. how much a text is like each occupation by the nearest of its names, sharpened and projected on 192 axes (landmarks, as in C. Williams and
   M. Seeger 2001). What is like none, such as letters typed at random, gets less of it.

shared/text/src/embed/space.rs reads the file and computes as `Space` here.
"""

import argparse
import csv
import json
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from bench import examples
from local.model import SPACE
from local.settings import MODEL, REFERENCE, ROOT

USUAL = ROOT / "shared" / "reference" / "src" / "occupations" / "usual_titles.tsv"
GOLDEN = ROOT / "shared" / "text" / "tests" / "space_golden.json"
INNER, OUTER = 192, 192
SHARPNESS, WEIGHT, UNLIKE = 0.07, 0.5, 0.5
"""Of likenesses to occupations: cosines that differ by this differ e times; the weight beside the first step's vector; and the cosine at
which a text is as much like none. Random letters reach 0.36 in the median, job titles 0.47 to 0.92."""
STEPS, BATCH, RATE, TEMPERATURE, KIN, DROPPED, HELD = 600, 1024, 1e-3, 0.1, 0.03, 0.1, 10.0
"""Adam's steps, names at a time, its rate; of the loss; what a name of the same family counts beside one of the same occupation; the share
of figures left out of each vector; and how strongly the matrix is held where it began."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rome", type=Path, required=True, help="ROME with parents")
    names = read_names(parser.parse_args().rome)
    vectors = embedded([name for _, name in names])
    space = Space.learned(vectors, [code for code, _ in names])
    SPACE.write_bytes(space.written())
    some = range(0, len(names), len(names) // 6)
    golden = [{"text": names[at][1], "vector": [round(float(figure), 4) for figure in space.map(vectors[at])]} for at in some]
    GOLDEN.write_text(json.dumps(golden, ensure_ascii=False) + "\n")
    print(f"{SPACE}: {len(names)} names of {space.occupation.max() + 1} occupations, {SPACE.stat().st_size / 1e3:.0f} kB")
    return 0


@dataclass
class Space:
    """What the file holds; matrices as `quantised` makes them."""

    mean: np.ndarray
    occupation: np.ndarray
    """Of each name."""
    linear: tuple[np.ndarray, np.ndarray]
    places: tuple[np.ndarray, np.ndarray]
    """Of the names after the first step, a column each."""
    projection: tuple[np.ndarray, np.ndarray]

    @classmethod
    def learned(cls, vectors: np.ndarray, codes: list[str]) -> Self:
        mean = vectors.mean(0)
        _, occupation = np.unique(codes, return_inverse=True)
        _, family = np.unique([code[:3] for code in codes], return_inverse=True)
        # Vectors are compared by the signs of their figures first, so that each figure is to say as much as another: both parts are turned at
        # random, which leaves cosines alone.
        linear = quantised(learned(vectors - mean, occupation, family) @ turn(INNER))
        inner = unit((vectors - mean) @ restored(linear))
        places = quantised(inner.T)
        likely = likeness(nearest(inner @ restored(places), occupation))
        # Each occupation counts once, however many names it has.
        _, _, axes = np.linalg.svd(likely / np.sqrt(np.bincount(occupation)[occupation])[:, None], full_matrices=False)
        return cls(mean, occupation, linear, places, quantised(axes[:OUTER].T @ turn(OUTER)))

    def written(self) -> bytes:
        matrices = (self.linear, self.places, self.projection)
        sizes = (len(self.mean), INNER, len(self.occupation), int(self.occupation.max()) + 1, OUTER)
        head = struct.pack("<4s5I3f", b"VOS1", *sizes, SHARPNESS, WEIGHT, UNLIKE)
        return head + self.mean.astype("<f4").tobytes() + self.occupation.astype("<u2").tobytes() + b"".join(
            part.tobytes() for matrix in matrices for part in matrix)

    def map(self, vector: np.ndarray) -> np.ndarray:
        """A vector of the model, [384], as one of this space, [INNER + OUTER]."""
        inner = unit((vector - self.mean) @ restored(self.linear))
        likely = likeness(nearest((inner @ restored(self.places))[None], self.occupation))[0]
        return unit(np.concatenate([inner, np.sqrt(WEIGHT) * likely @ restored(self.projection)]))


def read_names(rome: Path) -> list[tuple[str, str]]:
    """Each name with the occupation it had before release 4 split some: its code there."""
    with rome.open(encoding="utf-8-sig", newline="") as file:
        parents = {row["code_rome"]: row["code_rome_parent"] or row["code_rome"] for row in csv.DictReader(file)}
    rows = [line.split("\t") for path in (REFERENCE / "occupations.tsv", USUAL) for line in path.read_text().splitlines() if line]
    return [(parents[code], name) for code, name, *_ in rows]


def embedded(texts: list[str]) -> np.ndarray:
    """[texts, 384], by the program that embeds in operation."""
    program = examples.built("embed_lines")
    done = subprocess.run([program, MODEL], input="\n".join(texts).encode(), stdout=subprocess.PIPE, check=True)
    return unit(np.frombuffer(done.stdout, "<f4").reshape(len(texts), -1))


def unit(rows: np.ndarray) -> np.ndarray:
    return lengths(rows)[0]


def nearest(cosines: np.ndarray, occupation: np.ndarray) -> np.ndarray:
    """From cosines to names [texts, names] to those of each occupation's nearest name [texts, occupations]."""
    return np.stack([cosines[:, occupation == one].max(1) for one in range(occupation.max() + 1)], axis=1)


def likeness(cosines: np.ndarray) -> np.ndarray:
    """[texts, occupations] of length 1, or less where a text is like none."""
    likely = np.exp((cosines - 1) / SHARPNESS)
    return likely / np.sqrt((likely**2).sum(-1, keepdims=True) + np.exp(2 * (UNLIKE - 1) / SHARPNESS))


def learned(x: np.ndarray, occupation: np.ndarray, family: np.ndarray) -> np.ndarray:
    """The matrix [384, INNER] of the first step."""
    random = np.random.default_rng(0)
    begun = np.linalg.svd(x, full_matrices=False)[2][:INNER].T.astype(np.float32)
    matrix = begun.copy()
    first, second = np.zeros_like(matrix), np.zeros_like(matrix)
    for step in range(1, STEPS + 1):
        some = random.permutation(len(x))[:BATCH]
        wanted = np.where(occupation[some][:, None] == occupation[some], 1, KIN * (family[some][:, None] == family[some]))
        np.fill_diagonal(wanted, 0)
        sums = wanted.sum(1, keepdims=True)
        ones, others = (x[some] * (random.random((len(some), x.shape[1])) >= DROPPED) / (1 - DROPPED) for _ in range(2))
        a, a_length = lengths(ones @ matrix)
        b, b_length = lengths(others @ matrix)
        logits = a @ b.T / TEMPERATURE
        np.fill_diagonal(logits, -np.inf)
        likely = np.exp(logits - logits.max(1, keepdims=True))
        likely /= likely.sum(1, keepdims=True)
        # Of the mean, over names that have another to be drawn to, of −Σ wanted · log likely / Σ wanted.
        slope = np.where(sums > 0, likely - wanted / np.maximum(sums, 1e-9), 0) / (TEMPERATURE * max((sums > 0).sum(), 1))
        gradient = ones.T @ through(slope @ b, a, a_length) + others.T @ through(slope.T @ a, b, b_length)
        gradient += 2 * HELD / len(matrix) * (matrix - begun)
        first, second = 0.9 * first + 0.1 * gradient, 0.999 * second + 0.001 * gradient**2
        matrix -= RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return matrix


def turn(size: int) -> np.ndarray:
    """An orthogonal matrix as any other."""
    return np.linalg.qr(np.random.default_rng(size).normal(size=(size, size)))[0]


def lengths(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of length 1, and how long they were."""
    length = np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9)
    return rows / length, length


def through(slope: np.ndarray, rows: np.ndarray, length: np.ndarray) -> np.ndarray:
    """A slope by rows of length 1 as one by the rows before that."""
    return (slope - rows * (slope * rows).sum(1, keepdims=True)) / length


def quantised(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A scale a row, then a byte a figure."""
    scales = np.maximum(np.abs(matrix).max(1), 1e-12) / 127
    return scales.astype("<f4"), np.rint(matrix / scales[:, None]).astype(np.int8)


def restored(parts: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    scales, figures = parts
    return figures * scales[:, None]


if __name__ == "__main__":
    sys.exit(main())
