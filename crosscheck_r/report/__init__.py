"""Report of a run: one self-contained page, JSON lines, tables, figures and a reproducer in R."""

from crosscheck_r.report.write import write_report

__all__ = ["write_report"]
