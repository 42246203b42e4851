"""QR codes (ISO/IEC 18004) of short texts such as addresses: bytes, error correction L, versions 1 to 5. Pure."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Final

Matrix = Sequence[Sequence[bool]]  # rows of modules, dark ones True, without the quiet zone
_Fixed = dict[tuple[int, int], bool]  # modules by row and column

QUIET: Final = 4  # light modules that have to be around a code
_ROOM: Final = ((19, 7), (34, 10), (55, 15), (80, 20), (108, 26))  # bytes of text and of checks by version: one block
_PAD: Final = (0xEC, 0x11)
_MASKS: Final[Sequence[Callable[[int, int], int]]] = (
    lambda row, column: (row + column) % 2,
    lambda row, column: row % 2,
    lambda row, column: column % 3,
    lambda row, column: (row + column) % 3,
    lambda row, column: (row // 2 + column // 3) % 2,
    lambda row, column: row * column % 2 + row * column % 3,
    lambda row, column: (row * column % 2 + row * column % 3) % 2,
    lambda row, column: ((row + column) % 2 + row * column % 3) % 2,
)


def qr_code(text: str) -> Matrix | None:
    """The code of `text`, None if it has more than 106 bytes."""
    data = text.encode()
    version = next((number for number, (room, _) in enumerate(_ROOM, 1) if len(data) + 2 <= room), 0)
    if not version:
        return None
    room, checks = _ROOM[version - 1]
    bits = "0100" + "".join(f"{byte:08b}" for byte in (len(data), *data)) + "0000"
    words = [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]
    words += [_PAD[number % 2] for number in range(room - len(words))]
    coded = "".join(f"{word:08b}" for word in (*words, *_checks(words, checks)))
    return min((_masked(version, coded, mask) for mask in range(len(_MASKS))), key=_penalty)


def svg(matrix: Matrix) -> str:
    """The code as an svg element, black on white."""
    size = len(matrix) + 2 * QUIET
    dark = ((row, column) for row, line in enumerate(matrix) for column, module in enumerate(line) if module)
    path = "".join(f"M{column + QUIET} {row + QUIET}h1v1h-1z" for row, column in dark)
    white = f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
    return (
        f'<svg class="qr" viewBox="0 0 {size} {size}" role="img" aria-label="QR code">{white}<path d="{path}"/></svg>'
    )


def blocks(matrix: Matrix) -> Iterator[str]:
    """The code as lines of half blocks, for a terminal: dark modules are drawn."""
    quiet, edge = [False] * (len(matrix) + 2 * QUIET), [False] * QUIET
    rows = [*[quiet] * QUIET, *([*edge, *row, *edge] for row in matrix), *[quiet] * (QUIET + 1)]
    for above, below in zip(rows[::2], rows[1::2], strict=False):
        yield "".join(" ▀▄█"[upper + 2 * lower] for upper, lower in zip(above, below, strict=True))


def _masked(version: int, coded: str, mask: int) -> Matrix:
    fixed, size = _patterns(version) | _format(version, mask), 17 + 4 * version
    free = [place for place in _places(size) if place not in fixed]
    bits = coded.ljust(len(free), "0")
    data = {
        (row, column): (bit == "1") != (not _MASKS[mask](row, column))
        for (row, column), bit in zip(free, bits, strict=True)
    }
    return [[(fixed | data)[row, column] for column in range(size)] for row in range(size)]


def _patterns(version: int) -> _Fixed:
    """The modules that are the same in every code of a version."""
    size = 17 + 4 * version
    modules = {place: at % 2 == 0 for at in range(size) for place in ((6, at), (at, 6))}
    if version > 1:
        modules |= _square(size - 7, size - 7, 2, light=(1,))
    for row, column in ((3, 3), (3, size - 4), (size - 4, 3)):
        modules |= _square(row, column, 4, light=(2, 4))
    inside = range(size)
    return {place: dark for place, dark in modules.items() if place[0] in inside and place[1] in inside}


def _square(row: int, column: int, radius: int, light: Sequence[int]) -> _Fixed:
    """Rings round a module, dark but for those at the distances `light`."""
    steps = range(-radius, radius + 1)
    return {(row + y, column + x): max(abs(y), abs(x)) not in light for y in steps for x in steps}


def _format(version: int, mask: int) -> _Fixed:
    """Level and mask, twice, with their checks (BCH), and the module that is always dark."""
    size, rest = 17 + 4 * version, (8 | mask) << 10
    for bit in range(14, 9, -1):
        rest ^= (0x537 << bit - 10) * (rest >> bit & 1)
    bits = ((8 | mask) << 10 | rest) ^ 0x5412
    down = [*range(6), 7, 8, *range(size - 7, size)]
    across = [*range(size - 1, size - 9, -1), 7, *range(5, -1, -1)]
    first, second = [(row, 8) for row in down], [(8, column) for column in across]
    lines = (first, second)
    return {line[at]: bool(bits >> at & 1) for line in lines for at in range(15)} | {(size - 8, 8): True}


def _places(size: int) -> Iterator[tuple[int, int]]:
    """The modules in the order of the data: pairs of columns from the right, up and down in turn."""
    for number, right in enumerate((*range(size - 1, 6, -2), 5, 3, 1)):
        rows = range(size) if number % 2 else range(size - 1, -1, -1)
        yield from ((row, column) for row in rows for column in (right, right - 1))


def _checks(words: Sequence[int], count: int) -> list[int]:
    """The check bytes of Reed and Solomon."""
    generator, root = [1], 1
    for _ in range(count):
        times = [_product(factor, root) for factor in generator]
        generator = [one ^ other for one, other in zip([*generator, 0], [0, *times], strict=True)]
        root = _product(root, 2)
    rest = [*words, *[0] * count]
    for at in range(len(words)):
        for step, factor in enumerate(generator[1:], at + 1):
            rest[step] ^= _product(rest[at], factor)
    return rest[-count:]


def _product(one: int, other: int) -> int:
    """In the field of 256 elements modulo x^8 + x^4 + x^3 + x^2 + 1."""
    result = 0
    while other:
        result ^= one * (other & 1)
        one, other = one << 1 ^ 0x11D * (one >> 7), other >> 1
    return result


def _penalty(matrix: Matrix) -> int:
    """How hard a code is to read: long runs, blocks, what looks like a finder, more of one colour (section 7.8.3)."""
    lines = ["".join("01"[module] for module in line) for line in (*matrix, *zip(*matrix, strict=True))]
    size, half = len(matrix), lines[: len(matrix)]
    runs = sum(len(run[0]) - 2 for line in lines for run in re.finditer("0{5,}|1{5,}", line))
    finders = sum(len(re.findall("(?=00001011101|10111010000)", line)) for line in lines)
    squares = (above[at : at + 2] + below[at : at + 2] for above, below in pairwise(half) for at in range(size - 1))
    blocks = sum(square in ("0000", "1111") for square in squares)
    dark = "".join(half).count("1") / size**2
    return runs + 40 * finders + 3 * blocks + 10 * int(abs(dark - 0.5) * 20)
