"""Cohort: the data of one analysis, read and checked once."""

from validation.cohort.cohort import Cohort, ColumnDescription, Marker

__all__ = ["Cohort", "ColumnDescription", "Marker"]
