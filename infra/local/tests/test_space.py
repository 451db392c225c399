"""What `space.py` learns: names of one occupation come together."""

import struct

import numpy as np

from local import space
from local.model import SPACE
from local.settings import REFERENCE


def _cosines(rows: np.ndarray, groups: np.ndarray) -> tuple[float, float]:
    """The mean cosine of two of one group, and of two groups."""
    cosines = space.unit(rows) @ space.unit(rows).T
    same = groups[:, None] == groups
    return float(cosines[same & ~np.eye(len(rows), dtype=bool)].mean()), float(cosines[~same].mean())


def test_what_was_not_learned_from_is_parted_as_well() -> None:
    random = np.random.default_rng(1)
    groups, names, figures = 30, 20, 384
    middles = random.normal(size=(groups, figures)) * np.where(np.arange(figures) < 40, 0.5, 0)
    x = np.repeat(middles, names, axis=0) + random.normal(size=(groups * names, figures))
    occupation = np.repeat(np.arange(groups), names)
    learned = np.arange(len(x)) % 2 == 0
    matrix = space.learned(space.unit(x[learned]), occupation[learned], occupation[learned] // 5)
    same, other = _cosines(x[~learned], occupation[~learned])
    same_after, other_after = _cosines(x[~learned] @ matrix, occupation[~learned])
    assert same_after - other_after > 1.5 * (same - other)


def test_a_matrix_keeps_its_figures_in_bytes() -> None:
    matrix = np.random.default_rng(1).normal(size=(6, 9)) * np.arange(1, 7)[:, None]
    error = np.abs(space.restored(space.quantised(matrix)) - matrix)
    assert (error <= np.abs(matrix).max(1, keepdims=True) / 254 + 1e-6).all()


def test_what_is_like_no_occupation_gets_little_of_each() -> None:
    like, unlike = space.likeness(np.array([[0.9, 0.1], [0.1, 0.1]]))
    assert like[0] > 0.95
    assert unlike.max() < 0.05


def test_an_occupation_is_as_near_as_its_nearest_name() -> None:
    cosines = np.array([[0.1, 0.7, 0.3], [0.5, 0.2, -0.4]])
    assert space.nearest(cosines, np.array([0, 1, 0])).tolist() == [[0.3, 0.7], [0.5, 0.2]]


def test_it_was_learned_from_the_names_that_there_are() -> None:
    names = [line for path in (REFERENCE / "occupations.tsv", space.USUAL) for line in path.read_text().splitlines()]
    _, _, inner, learned, _, outer = struct.unpack_from("<4s5I", SPACE.read_bytes())
    assert (inner, learned, outer) == (space.INNER, len(names), space.OUTER)
