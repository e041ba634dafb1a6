"""Words of an instruction as numbers: a closed list, shipped as JSON beside the weights.

A word is a run of ASCII letters (lower-cased), digits, apostrophes and bytes from 0x80 up; everything else
separates. The runtime's `Vocabulary.swift` reads the same file by the same rule.
"""

import json
import re
from pathlib import Path

FORMAT = "simrun-vocabulary-1"
UNKNOWN = 0
LIMIT = 512
WORD = re.compile(rb"[a-z0-9'\x80-\xff]+")


def split(text: str) -> list[str]:
    return [w.decode("utf-8", "replace") for w in WORD.findall(text.encode().lower())]


class Vocabulary:
    """Index 0 stands for every word that is not listed."""

    def __init__(self, words: list[str]):
        if len(words) > LIMIT - 1 or len(set(words)) != len(words):
            raise ValueError(f"a vocabulary has up to {LIMIT - 1} different words, not {len(words)}")
        self.words = words
        self.index = {w: i + 1 for i, w in enumerate(words)}

    @staticmethod
    def of(texts) -> "Vocabulary":
        return Vocabulary(sorted({w for text in texts for w in split(text)}))

    def __len__(self) -> int:
        return len(self.words) + 1

    def encode(self, text: str) -> list[int]:
        return [self.index.get(w, UNKNOWN) for w in split(text)]

    def write(self, path: Path) -> None:
        path.write_text(json.dumps({"format": FORMAT, "words": self.words}, indent=1) + "\n")
