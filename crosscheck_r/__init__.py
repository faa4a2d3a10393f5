"""Agreement of `validation` with R: bridge, recorded results, comparison, report, command line."""
