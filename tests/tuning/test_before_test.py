"""The rows that a search sees, and that all trials are scored at the same origins."""

import numpy as np
import pytest
from toys import small_recipe, walk

from rnn_forecast.errors import DataError
from rnn_forecast.recipe import with_choices
from rnn_forecast.tuning.before_test import before_test, for_all, grounds
from rnn_forecast.windows.dataset import make_dataset

OLD, YOUNG = walk(500, seed=1, ticker="OLD"), walk(150, seed=2, ticker="YOUNG", start="2020-12-16")
RECIPE = small_recipe(lookback=4, horizon=2)


@pytest.mark.parametrize("split", ["date", "rows", "series"])
@pytest.mark.parametrize("fraction", [0.7, 0.9])
def test_what_is_seen_is_what_train_does_not_test(split: str, fraction: float) -> None:
    recipe = with_choices(RECIPE, {"split": split, "train_fraction": fraction})
    cut = make_dataset([OLD, YOUNG], recipe).split.train
    seen = {s.ticker: s for s in before_test([OLD, YOUNG], recipe)}
    for whole, rows in zip((OLD, YOUNG), cut.tolist(), strict=True):
        assert rows or whole.ticker not in seen
        assert not rows or seen[whole.ticker].prices.tolist() == whole.prices[:rows].tolist()


def test_every_target_of_every_origin_is_before_the_test_part() -> None:
    ground = grounds([OLD, YOUNG], RECIPE, 5)
    lengths = np.array([len(s) for s in ground.series])
    known, included = ground.rolling.known, ground.rolling.included
    assert (known + 2 <= lengths)[included].all()
    assert (known[-1] + 2 == lengths)[included[-1]].all()


def test_a_short_lookback_waits_for_a_long_one() -> None:
    """YOUNG begins a little before the blocks end: lookback 4 could forecast it from its fourth day on."""
    young = walk(70, seed=2, ticker="YOUNG", start=str(OLD.dates[360])[:10])
    recipes = [with_choices(RECIPE, {"lookback": lookback}) for lookback in (4, 30, 12)]
    each = [for_all(grounds([OLD, young], RECIPE, 5), [recipe]).rolling.included for recipe in recipes]
    together = for_all(grounds([OLD, young], RECIPE, 5), recipes).rolling
    assert (together.included == np.logical_and.reduce(each)).all()
    assert each[0].sum() > together.included.sum()
    assert len(together.blocks()) == 5


@pytest.mark.parametrize(("rows", "blocks", "fits"), [(24, 5, False), (25, 5, True), (29, 6, False)])
def test_each_block_needs_an_origin_in_the_last_fifth(rows: int, blocks: int, *, fits: bool) -> None:
    recipe = with_choices(RECIPE, {"train_fraction": 1.0})
    if fits:
        assert len(grounds([walk(rows)], recipe, blocks).rolling.fits) == blocks
    else:
        with pytest.raises(DataError, match=f"{rows} rows before the test part are too few") as caught:
            grounds([walk(rows)], recipe, blocks)
        assert ("lower --origins" in caught.value.remedy) == (blocks > 5)
