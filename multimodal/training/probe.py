"""A linear probe on the frozen ViT: what its states tell of a label at all, the ceiling of any projector on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

if TYPE_CHECKING:
    from numpy.typing import NDArray

PENALTY = 1e-2
"""Of the squared weights, on standardised features; fixed, so that nothing is tuned on what is scored."""
_STEPS = 200


def probe_probabilities(
    known: NDArray[np.float64], labels: NDArray[np.int64], asked: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the probability of each class `(asked, classes)`, by multinomial logistic regression (L-BFGS).

    `known` `(pictures, features)` have the `labels` `(pictures,)`, from 0 on.
    """
    centre, spread = known.mean(axis=0), known.std(axis=0) + 1e-6
    features, others = (torch.from_numpy((rows - centre) / spread) for rows in (known, asked))
    targets = torch.from_numpy(labels)
    layer = nn.Linear(features.shape[1], int(labels.max()) + 1, dtype=torch.float64)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    optimizer = torch.optim.LBFGS(layer.parameters(), max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        entropy = nn.functional.cross_entropy(layer(features), targets) + PENALTY * layer.weight.pow(2).sum()
        entropy.backward()  # type: ignore[no-untyped-call] # torch's own signature is untyped
        return entropy

    optimizer.step(loss)  # type: ignore[no-untyped-call] # as above
    with torch.no_grad():
        found: NDArray[np.float64] = layer(others).softmax(-1).numpy()
    return found


def ridge_predictions(
    known: NDArray[np.float64], values: NDArray[np.float64], asked: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return a number for each row of `asked` by ridge regression on standardised features."""
    centre, spread = known.mean(axis=0), known.std(axis=0) + 1e-6
    features, others = (known - centre) / spread, (asked - centre) / spread
    gram = features.T @ features + PENALTY * len(known) * len(centre) * np.eye(len(centre))
    weights = np.linalg.solve(gram, features.T @ (values - values.mean()))
    predicted: NDArray[np.float64] = others @ weights + values.mean()
    return predicted
