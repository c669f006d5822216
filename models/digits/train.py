"""Trains the digits classifier and writes `digits.otm`, `test.csv` and `seven.csv` beside this file.

    python train.py           train and write the three files
    python train.py --check   train and compare with the three files; exit with 1 when one differs
    python train.py --tune    cross-validate inside the training split and print the mean accuracies

What is guaranteed: with the versions in requirements.txt the files come out equal bit for bit, on any machine with IEEE
754 doubles and with any number of BLAS threads (`network.py` says how). The hyperparameters were chosen with `--tune`;
the test split only measures.
"""

import sys
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedKFold, train_test_split

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import otm  # noqa: E402  (found through the path above)
from network import CLASSES, INPUT_SCALE, PIXEL_MAX, PIXELS, forward, train  # noqa: E402
from quantise import quantise  # noqa: E402

SPLIT_SEED, FOLD_SEED = 0, 1
TEST_SAMPLES, FOLDS = 360, 4


def split(pixels, labels, count):
    """(pixels, labels, held-out pixels, held-out labels), `count` samples held out, stratified by label."""
    parts = train_test_split(pixels, labels, test_size=count, stratify=labels, random_state=SPLIT_SEED)
    return parts[0], parts[2], parts[1], parts[3]


def quantised_input(pixels):
    """The int7 input: floor((2 x 63 + 16) / (2 * 16)) of pixels 0 .. 16, as models/FORMAT.md defines it."""
    whole = pixels.astype(np.int64)
    return (2 * whole * INPUT_SCALE + PIXEL_MAX) // (2 * PIXEL_MAX)


def accuracy(logits, labels):
    """The fraction of rows whose largest logit is at the label; of equal logits the first counts."""
    return float(np.mean(np.argmax(logits, axis=1) == labels))


def evaluate(weights, model, params, pixels, labels):
    """(float accuracy, int8 accuracy)."""
    real = accuracy(forward(weights, pixels / PIXEL_MAX)["logits"], labels)
    return real, accuracy(model.run(params, quantised_input(pixels))[-1], labels)


def metadata_of(real, quantised):
    """The metadata of the model file."""
    return {
        "name": "digits",
        "description": "Handwritten digits, 8x8 grey values: two hidden layers and a residual tanh, 26,122 parameters",
        "licence": "MIT OR Apache-2.0",
        "dataset": {
            "name": "Optical Recognition of Handwritten Digits (E. Alpaydin, C. Kaynak, 1998)",
            "source": "scikit-learn 1.9.1, sklearn.datasets.load_digits",
            "test_samples": TEST_SAMPLES,
        },
        "classes": [str(digit) for digit in range(CLASSES)],
        "input": {"shape": [8, 8], "numerator": INPUT_SCALE, "denominator": PIXEL_MAX, "min": 0, "max": PIXEL_MAX},
        "accuracy": {"float": round(real, 6), "int8": round(quantised, 6)},
    }


def csv_of(pixels, labels):
    """The test samples as text, with one header line."""
    names = [f"p{row}{col}" for row in range(8) for col in range(8)]
    rows = [",".join(str(int(v)) for v in (*image, label)) for image, label in zip(pixels, labels, strict=True)]
    return "\n".join([",".join([*names, "label"]), *rows]) + "\n"


def first_seven(model, params, pixels, labels):
    """The first test sample of a 7 that the int8 model recognises, as one line of text."""
    guesses = np.argmax(model.run(params, quantised_input(pixels))[-1], axis=1)
    index = np.flatnonzero((labels == 7) & (guesses == 7))[0]
    return ",".join(str(int(v)) for v in pixels[index]) + "\n"


def build(pixels, labels):
    """The three files as a dict of name and bytes, and (float accuracy, int8 accuracy)."""
    known, known_labels, test, test_labels = split(pixels, labels, TEST_SAMPLES)
    weights = train(known, known_labels)
    model, params = quantise(weights, known / PIXEL_MAX)
    scores = evaluate(weights, model, params, test, test_labels)
    texts = {"test.csv": csv_of(test, test_labels), "seven.csv": first_seven(model, params, test, test_labels)}
    files = {name: text.encode("ascii") for name, text in texts.items()}
    return files | {"digits.otm": otm.pack(model, params, metadata_of(*scores))}, scores


def tune(pixels, labels):
    """Mean (float accuracy, int8 accuracy) of a stratified cross-validation inside the training split."""
    known, known_labels, _, _ = split(pixels, labels, TEST_SAMPLES)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=FOLD_SEED).split(known, known_labels)
    scores = []
    for inner, held in folds:
        weights = train(known[inner], known_labels[inner])
        model, params = quantise(weights, known[inner] / PIXEL_MAX)
        scores.append(evaluate(weights, model, params, known[held], known_labels[held]))
    return np.mean(scores, axis=0)


def main(arguments):
    """Runs one of the three commands; returns the exit status."""
    pixels, labels = load_digits(return_X_y=True)
    assert pixels.shape[1] == PIXELS, "the bundled images are 8 x 8"
    if arguments == ["--tune"]:
        print("float {:.4f}, int8 {:.4f} in cross-validation".format(*tune(pixels, labels)))
        return 0
    files, scores = build(pixels, labels)
    print("float {:.4f}, int8 {:.4f} on the test split".format(*scores))
    if arguments == ["--check"]:
        different = [name for name, data in files.items() if (HERE / name).read_bytes() != data]
        print(f"different files: {different}" if different else "all files are equal")
        return 1 if different else 0
    for name, data in files.items():
        (HERE / name).write_bytes(data)
        print(f"{name}: {len(data)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
