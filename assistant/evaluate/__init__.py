"""Measures the coach's answers: question files, how an answer is scored, tables of figures (docs/EVALUATION.md)."""
