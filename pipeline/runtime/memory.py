"""Recognize errors that are caused by too little memory."""

# Parts of such errors' messages, in lower case.
PHRASES = ("allocate memory", "out of memory", "not enough memory", "bad_alloc", "bad allocation")


def is_memory(error: BaseException) -> bool:
    """Tell whether an error is caused by too little memory, by its class or its message."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or any(phrase in text for phrase in PHRASES)
