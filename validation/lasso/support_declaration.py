"""Declaration of the certified support for the registry."""

from __future__ import annotations

from validation.lasso.support import lasso_support, support_cases
from validation.relations import support as relations
from validation.statistic import Statistic, bits, register, solution

__all__ = ["LASSO_SUPPORT"]

LASSO_SUPPORT = register(
    Statistic(
        name="lasso_support",
        compute=lasso_support,
        r=None,
        no_r="glmnet reports no duality gap and proves nothing of its selection; relations with tighter fits stand in",
        package="glmnet",
        title="What is proved about the LASSO's selection",
        cases=support_cases,
        quantities={
            "lambdas": solution("value"),
            **dict.fromkeys(("selected", "certified_zero", "undecided", "wrongly_selected"), bits()),
        },
        relations=(
            relations.certified_zeros_are_zero,
            relations.every_column_is_zero_or_undecided,
            relations.support_does_not_depend_on_column_order,
        ),
    )
)
