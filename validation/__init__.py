"""Statistics of a clinical prediction-model paper, each checked against R."""
