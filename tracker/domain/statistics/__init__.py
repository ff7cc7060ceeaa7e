"""Statistics of one patient's series: exact definitions with sources, one module a subject.

Every function takes plain numbers; a missing value is None and is left out, never zero and never
carried forward. Too short a series gives None, which callers have to say in words.
"""

from tracker.domain.statistics.control import (
    EWMA_LAMBDA,
    Limits,
    ewma,
    ewma_limits,
    moving_range_limits,
)
from tracker.domain.statistics.means import (
    BETWEEN_PERSON_SD,
    DAY_RELIABILITY,
    VERDICT_LEAST_DAYS,
    Amount,
    Change,
    Mean,
    change_between,
    mdc95,
    mean_of,
    reliability,
    week_amount,
)
from tracker.domain.statistics.overlap import (
    PHASE_LEAST,
    Corrected,
    Overlap,
    corrected_tau,
    kendall_tau_b,
    nap,
    tau_u,
)
from tracker.domain.statistics.recovery import (
    AREA_GAP_DAYS,
    RETURN_MARGIN,
    Area,
    Return,
    area_under,
    return_to,
)
from tracker.domain.statistics.trend import Trend, kendall_s, theil_sen, trend_p

__all__ = [
    "AREA_GAP_DAYS", "BETWEEN_PERSON_SD", "DAY_RELIABILITY", "EWMA_LAMBDA", "PHASE_LEAST",
    "RETURN_MARGIN", "VERDICT_LEAST_DAYS", "Amount", "Area", "Change", "Corrected", "Limits",
    "Mean", "Overlap", "Return", "Trend", "area_under", "change_between", "corrected_tau", "ewma",
    "ewma_limits", "kendall_s", "kendall_tau_b", "mdc95", "mean_of", "moving_range_limits", "nap",
    "reliability", "return_to", "tau_u", "theil_sen", "trend_p", "week_amount",
]  # fmt: skip
