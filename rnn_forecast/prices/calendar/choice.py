"""On which days there is trade, as a person says it."""

from dataclasses import dataclass

LEARN, NONE, ALWAYS = "learn", "none", "24/7"


@dataclass(frozen=True)
class Calendar:
    """`learn` takes weekdays and holidays from the file's own dates, `none` weekdays alone, `24/7` every day;
    else an exchange's code, as `exchange.code_of` gives it."""

    name: str = LEARN
    holidays: tuple[int, ...] = ()  # further days without trade, since 1970

    @property
    def is_exchange(self) -> bool:
        return self.name not in (LEARN, NONE, ALWAYS)


LEARNT = Calendar()
