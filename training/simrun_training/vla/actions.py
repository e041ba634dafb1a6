"""Actions as tokens: 256 bins a dimension over the 1st to the 99th percentile; two-valued dimensions have two bins.

A dimension of n > 2 bins spans [low, high] and its bins mean their centres; of 2 bins, they mean low and high; of
one bin, low. Values outside are clipped.
"""

from dataclasses import dataclass

import numpy as np

BINS = 256


@dataclass
class Binning:
    low: np.ndarray
    high: np.ndarray
    bins: np.ndarray

    @staticmethod
    def of(actions: np.ndarray) -> "Binning":
        low = np.quantile(actions, 0.01, axis=0)
        high = np.quantile(actions, 0.99, axis=0)
        bins = np.full(actions.shape[1], BINS)
        for d in range(actions.shape[1]):
            values = np.unique(actions[:, d])
            if len(values) <= 2:
                low[d], high[d], bins[d] = values[0], values[-1], len(values)
            elif high[d] - low[d] < 1e-4:
                low[d] = high[d] = np.median(actions[:, d])
                bins[d] = 1
        return Binning(low.astype(np.float32), high.astype(np.float32), bins)

    def encode(self, actions: np.ndarray) -> np.ndarray:
        """[..., D] to bins, of the nearest value."""
        span = np.where(self.high > self.low, self.high - self.low, 1)
        share = (actions - self.low) / span
        index = np.where(self.bins == 2, np.floor(share + 0.5), np.floor(share * self.bins))
        return np.clip(np.where(self.bins == 1, 0, index), 0, self.bins - 1).astype(np.int64)

    def values(self) -> np.ndarray:
        """What each bin means, [D, BINS]; 0 where there is none."""
        table = np.zeros((len(self.bins), BINS), np.float32)
        for d, n in enumerate(self.bins):
            span = self.high[d] - self.low[d]
            if n == 1:
                table[d, 0] = self.low[d]
            elif n == 2:
                table[d, :2] = (self.low[d], self.high[d])
            else:
                table[d, :n] = self.low[d] + span * (2 * np.arange(n) + 1) / (2 * n)
        return table

    def legal(self) -> np.ndarray:
        """[D, BINS]"""
        return np.arange(BINS) < self.bins[:, None]

    def as_dict(self) -> dict:
        return {"low": [float(x) for x in self.low], "high": [float(x) for x in self.high],
                "bins": [int(x) for x in self.bins]}

    @staticmethod
    def from_dict(d: dict) -> "Binning":
        return Binning(np.asarray(d["low"], np.float32), np.asarray(d["high"], np.float32), np.asarray(d["bins"]))
