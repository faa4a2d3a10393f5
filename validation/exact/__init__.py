"""Certified values: exact fractions, 50-digit arithmetic and optimality residuals; one module per family."""
