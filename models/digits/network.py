"""The digits network in float64 and its training, with results that do not depend on the machine.

Operands of every sum are rounded to a binary grid that is coarse enough for all partial sums to be exact in float64
(`exact_matmul` asserts it), so that their order cannot matter; exp and tanh are built from additions, multiplications and
divisions, which IEEE 754 rounds alike everywhere.

    hidden = relu(x W1 + b1), inner = hidden W2 + b2, bent = tanh(inner), joined = hidden + bent, logits = joined W3 + b3
"""

import numpy as np

SEED = 7
PIXELS, HIDDEN, CLASSES = 64, 128, 10
PIXEL_MAX = 16
INPUT_SCALE, INT7, INT8 = 63, 63, 127
EPOCHS, BATCH = 150, 64
RATE, BETA1, BETA2, EPSILON, DECAY = 0.003, 0.9, 0.999, 1e-8, 1.0
# Binary digits after the point that values keep before they enter a sum.
VALUE_BITS, WEIGHT_BITS, ERROR_BITS = 14, 20, 18
WEIGHT_LIMIT = 4.0
# Row and column at which a padded image is cut: unmoved twice, then the four moves.
SHIFTS = [(1, 1), (1, 1), (0, 1), (2, 1), (1, 0), (1, 2)]


def grid(x, bits):
    """x rounded to multiples of 2^-bits."""
    return np.rint(x * 2.0**bits) * 2.0**-bits


def exact_matmul(a, b, bits):
    """a @ b for operands whose products are multiples of 2^-bits: exact, whatever the order of the sums."""
    largest = np.abs(a).max() * np.abs(b).max() * a.shape[1]
    assert largest * 2.0**bits < 2.0**53, "the partial sums of a product must fit into 53 bits"
    return a @ b


def exp(x):
    """e^x to about 1e-15 for x in [-700, 700], from operations that IEEE 754 rounds alike everywhere."""
    x = np.clip(x, -700.0, 700.0)
    power = np.rint(x * 1.4426950408889634)
    rest = x - power * 0.6931471805599453
    total = np.ones_like(x)
    for j in range(16, 0, -1):
        total = 1.0 + total * rest / j
    return np.ldexp(total, power.astype(np.int64))


def tanh(x):
    """The hyperbolic tangent; beyond 20 it is 1 in float64."""
    return 1.0 - 2.0 / (exp(2.0 * np.clip(x, -20.0, 20.0)) + 1.0)


def softmax(logits):
    """Probabilities of each row."""
    powers = grid(exp(logits - logits.max(axis=1, keepdims=True)), 40)
    return powers / powers.sum(axis=1, keepdims=True)


def initial_weights(rng):
    """Weights and biases of the three products, uniform within sqrt(3 / inputs); biases zero."""
    weights = {}
    for name, rows, cols in (("1", PIXELS, HIDDEN), ("2", HIDDEN, HIDDEN), ("3", HIDDEN, CLASSES)):
        limit = np.sqrt(3.0 / rows)
        weights["w" + name] = rng.uniform(-limit, limit, (rows, cols))
        weights["b" + name] = np.zeros((1, cols))
    return weights


def forward(weights, x):
    """All tensors of the float network for inputs in [0, 1]: hidden, inner, bent, joined, logits."""

    def product(values, name):
        w, b = (grid(weights[kind + name], WEIGHT_BITS) for kind in "wb")
        return exact_matmul(values, w, VALUE_BITS + WEIGHT_BITS) + b

    hidden = grid(np.maximum(product(grid(x, VALUE_BITS), "1"), 0.0), VALUE_BITS)
    inner = product(hidden, "2")
    bent = grid(tanh(inner), VALUE_BITS)
    joined = hidden + bent
    return {"hidden": hidden, "inner": inner, "bent": bent, "joined": joined, "logits": product(joined, "3")}


def gradients(weights, x, labels):
    """Gradients of the mean cross-entropy."""
    out = forward(weights, x)
    error3 = softmax(out["logits"])
    error3[np.arange(len(labels)), labels] -= 1.0
    error3 = grid(error3, ERROR_BITS)

    def back(error, name):
        return exact_matmul(error, grid(weights[name], WEIGHT_BITS).T, ERROR_BITS + WEIGHT_BITS)

    joined = back(error3, "w3")
    error2 = grid(joined * (1.0 - out["bent"] * out["bent"]), ERROR_BITS)
    error1 = grid((joined + back(error2, "w2")) * (out["hidden"] > 0.0), ERROR_BITS)
    inputs = {"1": (grid(x, VALUE_BITS), error1), "2": (out["hidden"], error2), "3": (out["joined"], error3)}
    result = {}
    for name, (values, error) in inputs.items():
        result["w" + name] = exact_matmul(values.T, error, VALUE_BITS + ERROR_BITS) / len(labels)
        result["b" + name] = error.sum(axis=0, keepdims=True) / len(labels)
    return result


def adam_step(weights, moments, grads, powers, rate):
    """One step of Adam with decoupled weight decay (Kingma and Ba 2015; Loshchilov and Hutter 2019), in place.

    powers: BETA1 and BETA2 to the number of this step, as running products (`pow` differs between C libraries).
    """
    fix1, fix2 = (1.0 - power for power in powers)
    for name, grad in grads.items():
        first, second = moments[name]
        first *= BETA1
        first += (1.0 - BETA1) * grad
        second *= BETA2
        second += (1.0 - BETA2) * (grad * grad)
        move = (first / fix1) / (np.sqrt(second / fix2) + EPSILON)
        decay = DECAY if name.startswith("w") else 0.0
        weights[name] -= rate * (move + decay * weights[name])
        np.clip(weights[name], -WEIGHT_LIMIT, WEIGHT_LIMIT, out=weights[name])


def shifted(images, rng):
    """Images (n x 64), each left alone or moved by one pixel up, down, left or right; zeros enter at the edge."""
    padded = np.zeros((len(images), 10, 10))
    padded[:, 1:9, 1:9] = images.reshape(-1, 8, 8)
    starts = np.array(SHIFTS)[rng.integers(0, len(SHIFTS), len(images))]
    moved = [image[r : r + 8, c : c + 8] for image, (r, c) in zip(padded, starts, strict=True)]
    return np.stack(moved).reshape(-1, PIXELS)


def train(pixels, labels):
    """The float weights after all epochs; the rate falls linearly to zero."""
    rng = np.random.default_rng(SEED)
    weights = initial_weights(rng)
    moments = {name: (np.zeros_like(w), np.zeros_like(w)) for name, w in weights.items()}
    batches, powers = len(labels) // BATCH, (1.0, 1.0)
    for epoch in range(EPOCHS):
        order = rng.permutation(len(labels))
        images = shifted(pixels, rng)
        for batch in range(batches):
            chosen = order[batch * BATCH : (batch + 1) * BATCH]
            powers = powers[0] * BETA1, powers[1] * BETA2
            rate = RATE * (1.0 - (epoch * batches + batch) / (EPOCHS * batches))
            grads = gradients(weights, images[chosen] / PIXEL_MAX, labels[chosen])
            adam_step(weights, moments, grads, powers, rate)
    return weights
