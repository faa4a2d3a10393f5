"""Ratios of running times against R and other packages, contenders side by side in one run."""
