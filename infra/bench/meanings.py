"""Vectors for the peers that compare meaning: the plain model's, [texts, 384], of length 1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from local.space import embedded

from . import offers

NOISE = 0.1
"""How far from its text's vector an offer's lies. The offers are composed of few texts, and no graph is made for equal vectors."""


def of_offers(count: int) -> np.ndarray:
    """What offers are called, in the order of `offers.rows`."""
    texts = [f"{row['title']} {row['occupation']}" for row in offers.rows(count)]
    place = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    vectors = embedded(list(place))[[place[text] for text in texts]]
    vectors = vectors + NOISE / vectors.shape[1] ** 0.5 * np.random.default_rng(0).standard_normal(vectors.shape, np.float32)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype("<f4")


def of_searches(texts: Sequence[str]) -> dict[str, list[float]]:
    """Each with its vector: a peer's time has no model in it."""
    return dict(zip(texts, embedded(list(texts)).tolist(), strict=True))
