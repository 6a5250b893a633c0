"""What was found, in sentences: for one line, and for what stands below a table."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rnn_forecast.cli.terminal.words import counted, figure

if TYPE_CHECKING:
    from rnn_forecast.model.model import Model


def audit_sentence(metrics: Mapping[str, Any]) -> str:
    """`leak audit: all prices after 100 origins changed, 0 of 24,310 forecasts moved`."""
    found = metrics["audit"]
    origins = counted(found["origins"], "origin")
    return (
        f"leak audit: all prices after {origins} changed, {found['changed']} of "
        f"{counted(found['compared'], 'forecast')} moved"
    )


def verdict_sentence(metrics: Mapping[str, Any] | None) -> str:
    """The verdict, or that there was nothing to score."""
    if not metrics or not metrics.get("scores"):
        return "no test rows to score"
    from rnn_forecast.scores.scores import verdict_line

    return verdict_line(metrics)


def without_network(found: "Mapping[str, Any] | Model") -> str | None:
    """The sentence for metrics or a model whose shrinkage left nothing of the network, else None."""
    target = _target(found)
    return (
        f"validation found nothing to trust in this network, so its forecast is {target}" if target else None
    )


def idle(metrics: Mapping[str, Any]) -> str:
    """The same in short, for the end of a line; else empty."""
    target = _target(metrics)
    return f" (validation found nothing to trust; the forecast is {target})" if target else ""


def _target(found: "Mapping[str, Any] | Model") -> str | None:
    """What the forecast is where nothing is left of the network, else None."""
    get = found.get if isinstance(found, Mapping) else lambda name: getattr(found, name)
    shares, drift = get("shrinkage"), get("drift")
    if shares is None or not len(shares) or any(shares):
        return None
    return "the last value and the drift" if drift is not None and any(drift) else "the last value"


def epoch_line(epoch: Any) -> str:
    """`member 1 epoch 12/100 loss 0.913 validation 0.942`."""
    which = f"model {epoch.model + 1}/{epoch.models} " if hasattr(epoch, "models") else ""
    validation = "" if epoch.val_loss is None else f" validation {figure(epoch.val_loss)}"
    place = f"{which}member {epoch.member + 1} epoch {epoch.epoch}/{epoch.epochs}"
    return f"{place} loss {figure(epoch.loss)}{validation}"
