"""JavaScript by which the browser remembers a text, where it may remember anything."""


def remember(place: str) -> str:
    """Return what puts a component's text there: `localStorage.x`, or `sessionStorage.x`."""
    return f"text => {{ try {{ {place} = text; }} catch {{}} return text; }}"


def remembered(place: str) -> str:
    """Return what takes it from there; empty where there is none."""
    return f"() => {{ try {{ return {place} || ''; }} catch {{ return ''; }} }}"
