"""R's random numbers: ``set.seed``, uniform, ``sample`` and ``rnorm``, bit for bit.

R's Mersenne Twister is NumPy's with another seeding: the seed is scrambled 50 times by ``s <- 69069 s + 1 (mod 2^32)``,
then 625 more values fill the state (the first is discarded). From there NumPy produces the raw 32-bit words, and R's
rules turn them into uniforms, indices and normals.

References
----------
Matsumoto M, Nishimura T (1998). Mersenne Twister. ACM Trans Model Comput Simul 8:3-30. doi:10.1145/272991.272995
R manual, ``?RNGkind``: kinds Mersenne-Twister, Inversion, Rejection (Rounding before R 3.6.0).
"""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from validation.checks import check_choice, check_integer, check_seed
from validation.errors import InputError

__all__ = ["RRandom"]

Int64 = npt.NDArray[np.int64]
SampleKind = Literal["Rejection", "Rounding"]

_TO_UNIT = 2.3283064365386963e-10
_BIG = 134217728.0
#: R's codes of the kinds in the first entry of .Random.seed
_KIND_CODES = {"Rejection": 10403, "Rounding": 403}
#: beyond this many rows R draws a small part of them by another algorithm
_HASHED_FROM = 10_000_000
#: numbers that are drawn at once
_BLOCK = 1 << 18


class RRandom:
    """R's generator from a seed.

    Parameters
    ----------
    seed : int
        As ``set.seed(seed, kind = "Mersenne-Twister", normal.kind = "Inversion")`` takes it.
    sample_kind : {"Rejection", "Rounding"}
        ``Rounding`` is the sampler of R before 3.6.0.

    Examples
    --------
    >>> generator = RRandom(42)
    >>> [round(generator.unif_rand(), 7) for _ in range(2)]
    [0.914806, 0.9370754]
    >>> RRandom(1).permutation(5).tolist()
    [0, 3, 2, 4, 1]
    """

    def __init__(self, seed: int, sample_kind: SampleKind = "Rejection") -> None:
        check_choice(sample_kind, "sample_kind", ("Rejection", "Rounding"))
        self.sample_kind: SampleKind = sample_kind
        self._bits = np.random.MT19937()
        self._set_words(_scrambled(check_seed(seed)), 624)

    @classmethod
    def from_state(cls, state: Any) -> RRandom:
        """Generator that goes on from R's ``.Random.seed`` (626 integers)."""
        words = np.asarray(state)
        if words.shape != (626,):
            raise InputError("state", f"has shape {words.shape}, R's .Random.seed has 626 integers")
        kinds = {code: kind for kind, code in _KIND_CODES.items()}
        if int(words[0]) not in kinds:
            raise InputError("state", f"has kind code {int(words[0])}, known are {sorted(kinds)}")
        generator = cls(0, "Rounding" if kinds[int(words[0])] == "Rounding" else "Rejection")
        generator._set_words(words[2:].astype(np.int64).astype(np.uint32), int(words[1]))
        return generator

    def _set_words(self, words: npt.NDArray[np.uint32], position: int) -> None:
        self._bits.state = {"bit_generator": "MT19937", "state": {"key": words, "pos": position}}

    @property
    def state(self) -> npt.NDArray[np.int32]:
        """R's ``.Random.seed``: code of the kinds, position, 624 words, as 626 32-bit integers."""
        inner: Any = self._bits.state["state"]
        head = np.array([_KIND_CODES[self.sample_kind], inner["pos"]], dtype=np.int32)
        return np.concatenate([head, np.asarray(inner["key"], dtype=np.uint32).view(np.int32)])

    def _words(self, count: int) -> npt.NDArray[np.uint64]:
        words: npt.NDArray[np.uint64] = self._bits.random_raw(count)
        return words

    def unif_rand_array(self, count: int) -> npt.NDArray[np.float64]:
        """`count` uniforms, each strictly within (0, 1)."""
        values = self._words(check_integer(count, "count", minimum=0)).astype(np.float64) * _TO_UNIT
        half = 0.5 * _TO_UNIT
        return np.where(values <= 0.0, half, np.where(1.0 - values <= 0.0, 1.0 - half, values))

    def unif_rand(self) -> float:
        """One uniform."""
        return float(self.unif_rand_array(1)[0])

    def norm_rand(self) -> float:
        """One standard normal by inversion of 54 random bits."""
        return float(self.norm_rand_array(1)[0])

    def norm_rand_array(self, count: int) -> npt.NDArray[np.float64]:
        """`count` standard normals."""
        from validation.r_numerics import qnorm

        uniforms = self.unif_rand_array(2 * count).reshape(count, 2)
        deep = np.floor(_BIG * uniforms[:, 0]) + uniforms[:, 1]
        return qnorm(deep / _BIG)

    def _indices(self, n: int, count: int) -> Int64:
        """`count` indices in 0..n-1 as R draws them."""
        drawn = np.empty(count, dtype=np.int64)
        filled = 0
        while filled < count:
            # a rejected draw costs its words too, so never more attempts at once than are still missing
            accepted = self._attempts(n, min(count - filled, _BLOCK))
            drawn[filled : filled + accepted.size] = accepted
            filled += accepted.size
        return drawn

    def _attempts(self, n: int, attempts: int) -> Int64:
        """The accepted ones among `attempts` draws of an index."""
        if self.sample_kind == "Rounding":
            return np.floor(n * self.unif_rand_array(attempts)).astype(np.int64)
        bits = (n - 1).bit_length()
        chunks = bits // 16 + 1
        words = (self._words(attempts * chunks) >> np.uint64(16)).view(np.int64).reshape(attempts, chunks)
        values = words[:, 0]
        for chunk in range(1, chunks):
            values = (values << 16) | words[:, chunk]
        values = values & ((1 << bits) - 1)
        return values[values < n]

    def sample_int(self, n: int, size: int | None = None, replace: bool = False) -> Int64:
        """R's ``sample.int(n, size, replace)``, counted from 0.

        Raises
        ------
        InputError
            More draws without replacement than there are rows.
        """
        check_integer(n, "n", minimum=1)
        size = n if size is None else check_integer(size, "size", minimum=0)
        if replace:
            return self._indices(n, size)
        if size > n:
            raise InputError("size", f"is {size}, without replacement at most {n} can be drawn")
        if n > _HASHED_FROM and size <= n / 2:
            return self._hashed(n, size)
        return self._without_replacement(n, size)

    def _hashed(self, n: int, size: int) -> Int64:
        """R's way without replacement for a small part of many rows: draw again what has been drawn."""
        drawn: dict[int, None] = {}
        while len(drawn) < size:
            # no more attempts than are missing, so that the generator ends where R's does
            for index in self._indices(n, min(size - len(drawn), _BLOCK)).tolist():
                drawn.setdefault(index)
        return np.fromiter(drawn, dtype=np.int64, count=size)

    def _without_replacement(self, n: int, size: int) -> Int64:
        """Fisher-Yates: the last of the remaining rows takes the place of the drawn one."""
        if self.sample_kind == "Rounding":
            uniforms = self.unif_rand_array(size)
            choices: Any = np.floor((n - np.arange(size)) * uniforms).astype(np.int64).tolist()
        else:
            choices = self._shrinking_indices(n, size)
        pool = list(range(n))
        drawn = np.empty(size, dtype=np.int64)
        for i, j in enumerate(choices):
            drawn[i] = pool[j]
            last = pool.pop()
            if j < len(pool):
                pool[j] = last
        return drawn

    def _shrinking_indices(self, n: int, size: int) -> list[int]:
        """One index of each of n, n - 1, ... rows; words are taken in blocks, and what is left over is handed back."""
        start: Any = self._bits.state
        words: list[int] = []
        drawn: list[int] = []
        at, consumed = 0, 0
        for remaining in range(n, n - size, -1):
            bits = (remaining - 1).bit_length()
            mask, chunks = (1 << bits) - 1, bits // 16 + 1
            value = remaining
            while value >= remaining:
                if at + chunks > len(words):
                    consumed += at
                    fresh = self._words(min(2 * chunks * (size - len(drawn)) + 64, _BLOCK)) >> np.uint64(16)
                    words, at = words[at:] + fresh.tolist(), 0
                value = 0
                for chunk in words[at : at + chunks]:
                    value = (value << 16) | chunk
                at += chunks
                value &= mask
            drawn.append(value)
        self._bits.state = start
        self._words(consumed + at)
        return drawn

    def permutation(self, n: int) -> Int64:
        """R's ``sample(n)``, counted from 0."""
        return self.sample_int(n)

    def sample_rows(self, n: int, size: int, count: int) -> npt.NDArray[np.int32]:
        """`count` successive ``sample.int(n, size, replace = TRUE)`` as the rows of a matrix, counted from 0."""
        check_integer(n, "n", minimum=1)
        check_integer(size, "size", minimum=0)
        rows = np.empty((check_integer(count, "count", minimum=0), size), dtype=np.int32)
        flat = rows.reshape(-1)
        for begin in range(0, flat.size, _BLOCK):
            part = flat[begin : begin + _BLOCK]
            part[:] = self._indices(n, part.size)
        return rows


@cache
def _scrambling() -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """Factor and offset of the state's 624 words as functions of the seed (mod 2^32)."""
    factor, offset, found = 1, 0, []
    for step in range(50 + 625):
        factor, offset = 69069 * factor % 2**32, (69069 * offset + 1) % 2**32
        if step > 50:
            found.append((factor, offset))
    factors, offsets = zip(*found, strict=True)
    return np.array(factors, dtype=np.uint64), np.array(offsets, dtype=np.uint64)


def _scrambled(seed: int) -> npt.NDArray[np.uint32]:
    factors, offsets = _scrambling()
    return (factors * np.uint64(seed & 0xFFFFFFFF) + offsets).astype(np.uint32)
