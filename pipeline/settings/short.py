"""Show in a sentence what somebody sent, however long it is."""

LONGEST = 60


def short(value: object) -> str:
    """Return a value as Python writes it, cut where it is longer than a sentence takes."""
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
