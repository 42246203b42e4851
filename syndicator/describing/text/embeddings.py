"""Turn texts into vectors: the mean of the vectors of their pieces of words.

A table has a vector of 256 numbers for each of 32,000 pieces (data/vectors/provenance.toml), which
byte-pair encoding found."""

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import heappop, heappush
from itertools import accumulate, chain
from pathlib import Path

from syndicator.describing.resources import Floats, np

BLANK = "▁"  # how the vocabulary writes a blank
FIRST_BYTE = 3  # row of byte 0; rows 0 to 2 are control tokens, which no text may name
FIRST_PIECE = FIRST_BYTE + 256
ROWS = 32_000
# the table rows of the pieces of a chunk, and for each piece the character at which it begins
Pieces = tuple[tuple[int, ...], tuple[int, ...]]
DATA = Path(__file__).parent.parent / "data" / "vectors"
SAMPLE = 4000  # characters of a text that make its vector
REMEMBERED = 40_000  # chunks whose pieces are kept, about 15 MB
LONGEST = 40  # characters of a chunk that is kept: words recur, lines of Chinese do not
# Chunks that no piece crosses: pieces end at line ends, before blanks after other characters, and
# between a letter and a non-letter (² is one, as three pieces begin with it).
_CHUNK = re.compile(r"\n| *(?:[^\w \n]|[\d_²])*[^\W\d_²]+| *(?:[^\w \n]|[\d_²])+| +")


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """Splits words into pieces by byte-pair encoding. `rows`: by piece, its row in the table of
    vectors."""

    rows: Mapping[str, int]

    def encode(self, chunk: str) -> Pieces:
        """Split `chunk`, a short text, into pieces of words that have a vector. Return the rows of
        these pieces in the table of vectors, and the positions at which they begin in `chunk`. For
        a character that no piece has, each byte of its UTF-8 is a piece."""
        chunk = chunk.replace(" ", BLANK)
        whole = self.rows.get(chunk)
        if whole is not None:  # merges always join the characters of a known piece to this piece
            return (whole,), (0,)

        # begin with single characters, and merge neighbours to longer pieces
        parts: list[str] = []
        begins: list[int] = []
        for index, character in enumerate(chunk):
            if character in self.rows:
                parts.append(character)
                begins.append(index)
                continue
            octets = character.encode("utf-8", "replace")
            parts += [f"\0{byte:02x}" for byte in octets]  # never merged: no piece holds NUL
            begins += [index] * len(octets)
        self._merge(parts)

        rows: list[int] = []
        starts: list[int] = []
        for begin, part in zip(begins, parts, strict=True):
            if not part:  # merged into the part before
                continue
            is_piece = part in self.rows
            rows.append(self.rows[part] if is_piece else FIRST_BYTE + int(part[1:], 16))
            starts.append(begin)
        return tuple(rows), tuple(starts)

    def _merge(self, parts: list[str]) -> None:
        """Merge neighbouring `parts` in place, until no two of them make a piece. A merged part is
        written at the index of its left half, and "" at the index of its right half.

        The pair that makes the piece with the lowest row in the table is merged first. Of equal
        pairs, the one whose left part has the lowest row is first, then the leftmost one."""
        end = len(parts)
        after = list(range(1, end + 1))  # the index of the part after each part
        before = list(range(-1, end - 1))  # the index of the part before each part
        # the pairs, the next one first: (rank, row of the left part, its index, merged part)
        heap: list[tuple[int, int, int, str]] = []

        def offer(left: int, right: int) -> None:
            """Put two neighbours on the heap if together they are a piece."""
            merged = parts[left] + parts[right]
            rank = self.rows.get(merged)
            if rank is None:
                return
            if merged[-1] == BLANK:
                rank += ROWS  # pieces that end in a blank are last
            heappush(heap, (rank, self.rows[parts[left]], left, merged))

        for right in range(1, end):
            offer(right - 1, right)
        while heap:
            _, _, left, merged = heappop(heap)
            right = after[left]
            if not parts[left] or right == end or parts[left] + parts[right] != merged:
                continue  # stale: one of the two was merged already
            parts[left] = merged
            parts[right] = ""
            next_part = after[right]
            after[left] = next_part
            if next_part != end:
                before[next_part] = left
                offer(left, next_part)
            previous_part = before[left]
            if previous_part >= 0:
                offer(previous_part, left)


@dataclass(frozen=True, slots=True)
class SplitText:
    """A text in pieces, so that the vector of any part of it can be summed. The text is split into
    chunks (about words), and these into pieces.

    `starts`: for each chunk, the character of the text at which it begins. `before`: for each
    chunk, the number of pieces in all chunks before it. `offsets`: for each chunk, the characters
    at which its pieces begin, counted from the start of the chunk."""

    starts: list[int]
    before: list[int]
    offsets: list[tuple[int, ...]]
    rows: Floats  # piece x 256
    total: Floats  # their sum

    def find_piece(self, character: int) -> int:
        """Return the number of the first piece that begins at the position `character` of the text,
        or after it."""
        if character <= 0:
            return 0
        chunk = bisect_right(self.starts, character) - 1
        offset = character - self.starts[chunk]
        return self.before[chunk] + bisect_left(self.offsets[chunk], offset)


@dataclass(frozen=True, slots=True)
class Embedder:
    """Turns texts into vectors of length one. `cache`: the pieces of chunks that were split before,
    by chunk."""

    tokenizer: Tokenizer
    table: Floats  # piece x 256
    cache: dict[str, Pieces] = field(default_factory=dict)

    def split(self, text: str) -> SplitText:
        """Return `text` split into pieces of words, with the vector of each piece."""
        chunks = split_chunks(text)
        encoded = self._encode_chunks(chunks)
        rows_by_chunk = [rows for rows, _ in encoded]
        offsets_by_chunk = [offsets for _, offsets in encoded]
        # the first chunk begins with an added blank, so that it starts before the text
        *starts, _end = accumulate(map(len, chunks), initial=-1)
        *pieces_before, _all_pieces = accumulate(map(len, rows_by_chunk), initial=0)
        all_rows = list(chain.from_iterable(rows_by_chunk))
        vectors = self.table[np.array(all_rows, dtype=np.int64)]
        return SplitText(
            starts=starts,
            before=pieces_before,
            offsets=offsets_by_chunk,
            rows=vectors,
            total=vectors.sum(axis=0),
        )

    def _encode_chunks(self, chunks: Sequence[str]) -> list[Pieces]:
        """Return the pieces of each of `chunks`, which are short texts. The pieces of chunks up to
        LONGEST characters are cached. If the cache has more than REMEMBERED chunks, it is emptied
        before new ones are added."""
        cached = dict(zip(chunks, map(self.cache.get, chunks), strict=True))
        new = {}
        for chunk, pieces in cached.items():
            if pieces is None:
                new[chunk] = self.tokenizer.encode(chunk)
        if len(self.cache) > REMEMBERED:
            self.cache.clear()
        for chunk, pieces in new.items():
            if len(chunk) <= LONGEST:
                self.cache[chunk] = pieces
        return [cached[chunk] or new[chunk] for chunk in chunks]

    def embed(self, text: str) -> Floats:
        """Return the vector of `text`, of length one; zeros for an empty text."""
        return normalise(self.split(text).total) if text else self._make_zeros()

    def embed_article(self, title: str, text: str, times: int = 2) -> Floats:
        """Return one vector of the length 1 for the meaning of an article; zeros if title and text
        are empty. Only the first SAMPLE characters of `text` are used. `times`: how often the title
        counts."""
        total = self._make_zeros()
        if title:
            total = total + times * _split_cached(title).total
        if text:
            total = total + _split_cached(text[:SAMPLE]).total
        return normalise(total)

    def _make_zeros(self) -> Floats:
        return np.zeros(self.table.shape[1], dtype=np.float32)

    def embed_parts(self, text: str, parts: Sequence[str]) -> Floats:
        """Return an array with a row for each of `parts`: its vector, of the length 1. `parts`:
        sentences of `text`, in the order of the text. As the text is split only once, this is
        faster than a call of `embed` for each part."""
        text = text[:SAMPLE]
        split_text = _split_cached(text)
        vectors = np.zeros((len(parts), self.table.shape[1]), dtype=np.float32)

        # find the parts in the text
        found_rows = []
        bounds = []  # first piece of a part and the piece after its last, for each of found_rows
        search_from = 0
        for row, part in enumerate(parts):
            begin = text.find(part, search_from)
            if begin < 0:
                vectors[row] = self.embed(part)
                continue
            search_from = begin + len(part)
            first = split_text.find_piece(begin)
            last = split_text.find_piece(search_from)
            if first < last:
                found_rows.append(row)
                bounds += [first, last]

        # a vector is the sum of the vectors of the pieces, divided by its length
        if found_rows:
            if bounds[-1] == len(split_text.rows):
                bounds.pop()  # reduceat goes to the end by itself
            # reduceat sums the pieces between parts, too: every second sum
            sums = np.add.reduceat(split_text.rows, bounds, axis=0)[::2]
            lengths = np.linalg.norm(sums, axis=1, keepdims=True) + np.float32(1e-9)
            vectors[found_rows] = sums / lengths
        return vectors


def split_chunks(text: str) -> list[str]:
    """Split `text` into chunks that no piece crosses. A blank is added in front, as the vocabulary
    expects."""
    return _CHUNK.findall(" " + text)


@lru_cache(maxsize=8)
def _split_cached(text: str) -> SplitText:
    """Split a text. The results of the last eight texts are kept, as the same title and text are
    asked for several times."""
    return load_embedder().split(text)


def normalise(vector: Floats) -> Floats:
    """Return `vector` with length one; zeros stay zeros."""
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length else vector


@lru_cache(maxsize=1)
def load_embedder() -> Embedder:
    """Load table and tokenizer, once a process (0.03 s, 50 MB)."""
    table = np.load(DATA / "table.npy").astype(np.float32)
    pieces = json.loads((DATA / "pieces.json").read_text(encoding="utf-8"))
    return Embedder(Tokenizer({piece: row for row, piece in enumerate(pieces, FIRST_PIECE)}), table)
