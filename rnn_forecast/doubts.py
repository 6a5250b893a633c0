"""Of the lines that a person is told while a verb runs, those that say that prices may be wrong."""


class Doubt(str):
    """A warning: not to be lost among notices."""

    __slots__ = ()
