"""Figures of a prediction-model paper, drawn from results on a given Matplotlib axes."""
