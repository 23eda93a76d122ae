"""Films of large pictures, 4K say: memory goes before speed.

None of their pictures waits between two steps, decoder and encoder hold few at once, and what is
freed goes back to the system.
"""

LARGE_PX = 4_000_000


def is_large(size: tuple[int, int]) -> bool:
    """Tell whether a film's pictures, (height, width), would fill the memory."""
    return size[0] * size[1] > LARGE_PX
