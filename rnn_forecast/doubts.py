"""Of the lines that a person is told while a verb runs, those that say that prices may be wrong."""


class Doubt(str):
    """A warning: it is not one among many notices, and what `--strict` refuses."""

    __slots__ = ()
