"""Names of columns, in many languages → what the column is."""


def role(name: str) -> str | None:
    """What a column of that name is; None where the name is not known."""
    return None
