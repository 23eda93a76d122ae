"""Tell apart what failed for want of memory."""

SAYINGS = ("allocate memory", "out of memory", "not enough memory", "bad_alloc", "bad allocation")


def is_memory(error: BaseException) -> bool:
    """Say whether an error says that memory does not suffice."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or any(saying in text for saying in SAYINGS)
