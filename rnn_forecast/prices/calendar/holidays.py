"""Holidays, learnt from the days that are missing: fixed dates, weekdays of a month, days around Easter.

A rule says one day of each year. All rules that markets are known to have are tried at once: each date of the
year, with each way of moving it off a weekend; each first to fourth and last weekday of a month, and the day
after it; each day from nine weeks before Easter to ten weeks after. One is a holiday where the file lacks its
last days, one after another, more often than chance has it in so full a file.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rnn_forecast.prices.calendar.periods import Days, weekday_of_day

YEARS = 16  # of the past that count: there and back from a Saturday to the next takes up to eleven
LEAST = 3  # years in a row, in a file that lacks nothing else
CHANCE = 0.2  # that any day at all is taken for a holiday because rows happen to be missing
FULL = 0.7  # of its weekdays: a file that has fewer shows no holidays
NEVER = -(10**6)  # a day of no file: 29 February of most years
MOVES = np.array(  # by weekday, days: how a fixed date is moved off the weekend
    [
        [0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 1],  # off a Sunday alone: New York's New Year, Tokyo
        [0, 0, 0, 0, 0, -1, 1],  # to the nearer weekday: New York
        [0, 0, 0, 0, 0, 2, 1],  # to Monday
        [0, 0, 0, 0, 0, 2, 2],  # to Monday or Tuesday, beside another one: London's Christmas and Boxing Day
    ]
)
DATES, EASTER = 366, np.arange(-63, 71)
RULES = len(MOVES) * DATES + 2 * 5 * 12 * 7 + len(EASTER)
TRADE, LACKS, UNKNOWN = np.arange(3, dtype=np.int8)  # what a file says of a day


def easter(year: int) -> int:
    """Easter Sunday by the Gregorian computus, in days since 1970."""
    golden, century = year % 19, year // 100
    moon = (19 * golden + century - century // 4 - (8 * century + 13) // 25 + 15) % 30
    moon -= moon // 28 * (1 - 29 // (moon + 1) * ((21 - golden) // 11))
    sunday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    return int(np.datetime64(f"{year:04}-03-28").astype(np.int64)) + moon - sunday


@lru_cache(256)
def rule_days(year: int) -> Days:
    """The day that each rule says of a year: moves by dates, weekdays of months, days after, Easter."""
    months = (np.datetime64(f"{year:04}", "M") + np.arange(13)).astype("datetime64[D]").astype(np.int64)
    dates = months[0] + np.arange(months[12] - months[0])
    if len(dates) < DATES:
        dates = np.insert(dates, 59, NEVER)
    fixed = dates + MOVES[:, weekday_of_day(dates)]
    first, last = months[:12, None], months[1:, None] - 1
    own = first + (np.arange(7) - weekday_of_day(first)) % 7
    weeks = np.concatenate([own, own + 7, own + 14, own + 21, own + (last - own) // 7 * 7]).ravel()
    return np.concatenate([fixed.ravel(), weeks, weeks + 1, easter(year) + EASTER])


def learnt_rules(days: Days, weekdays: Days) -> NDArray[np.intp]:
    """The rules, as places in `rule_days`, of the holidays that rows `days` (n,), sorted and unique, show.

    Index example: rows of Monday to Friday for ten years without one 4 July or the Monday after a Sunday that
    is one → the place of that date, moved off a Sunday.
    """
    last = int(days[-1])
    first = max(int(days[0]), last - YEARS * 366)
    if last - first < LEAST * 365:
        return np.empty(0, np.intp)
    usual = np.isin(weekday_of_day(np.arange(first, last + 1)), weekdays)
    there = np.zeros(len(usual), np.bool_)
    there[days[np.searchsorted(days, first) :] - first] = True
    lacks = 1 - there[usual].mean()
    if not 0 < lacks < 1 - FULL:
        return np.empty(0, np.intp)
    state = np.pad(np.where(usual, np.where(there, TRADE, LACKS), UNKNOWN), 1, constant_values=UNKNOWN)
    table = _table(year_of(last), year_of(last) - year_of(first))
    found = state.take(table[:LEAST] - first + 1, mode="clip")
    rules = np.flatnonzero((found != TRADE).all(axis=0))  # all but a few are out by the last years
    said = table[:, rules]
    found = state.take(said - first + 1, mode="clip")
    run = (found == LACKS) & np.logical_and.accumulate(found != TRADE, axis=0)
    needed = max(LEAST, math.ceil(math.log(CHANCE / RULES) / math.log(lacks)))
    moved = (rules < len(MOVES) * DATES) & (said != table[:, rules % DATES])
    mostly = 2 * 365 * run.sum(axis=0) > last - first
    plain = said[run & ~moved.any(axis=0) & mostly]
    run &= ~(moved & np.isin(said, plain))  # a day that is one anyway shows no move
    long = run.sum(axis=0) >= needed
    return _without_copies(rules[long], np.where(run, said, NEVER)[:, long])


@lru_cache(16)
def _table(year: int, years: int) -> Days:
    """The rules' days (years + 2, rules), the next year's first and then back in time."""
    return np.stack([rule_days(one) for one in range(year + 1, year - years - 1, -1)])


def _without_copies(rules: NDArray[np.intp], run: Days) -> NDArray[np.intp]:
    """Of rules that say the same days, as the last and the fourth Monday do for years, that which says most.

    `run` (years, rules) are the days that they say and the file lacks. Where several say as many, it is the
    way of moving dates that other dates show; New Year is not moved into the old year.
    """
    count = (run != NEVER).sum(axis=0)
    is_date = rules < len(MOVES) * DATES
    move, date = np.where(is_date, rules // DATES, -1), np.where(is_date, rules % DATES, -1)
    rivals = (date[:, None] == date) & (move[:, None] != move)
    alone = is_date & (date > 0) & (count > (count * rivals).max(axis=1, initial=0))
    shown = np.bincount(move[alone], minlength=len(MOVES))
    order = np.lexsort((rules, (date == 0) & (move == 2), -shown[move], -count))
    explained, kept = {NEVER}, []
    for rule in order.tolist():
        own = set(run[:, rule].tolist())
        if not own <= explained:
            kept.append(rules[rule])
            explained |= own
    return np.array(kept, np.intp)


def year_of(day: int) -> int:
    return int(np.datetime64(day, "D").astype("datetime64[Y]").astype(np.int64)) + 1970


def closed_days(rules: NDArray[np.intp], first: int, last: int) -> Days:
    """The holidays from `first` to `last`, and some around."""
    years = range(year_of(first), year_of(last) + 2)
    return np.concatenate([rule_days(year)[rules] for year in years])
