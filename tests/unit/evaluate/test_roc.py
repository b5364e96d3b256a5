"""The ROC of the model's check, on log-odds small enough to count by hand."""

from __future__ import annotations

from assistant.evaluate.roc import roc


def test_log_odds_that_divide_the_questions_wholly_have_an_area_of_one() -> None:
    assert roc([1.0, 2.0], [-1.0, -2.0], in_use=0.0).area == 1.0


def test_log_odds_that_tell_nothing_have_an_area_of_a_half() -> None:
    assert roc([0.5, 0.5], [0.5], in_use=0.0).area == 0.5


def test_the_area_is_the_share_of_pairs_in_the_right_order() -> None:
    assert roc([2.0, -1.0], [0.0, -2.0], in_use=0.0).area == 0.75


def test_each_threshold_tells_what_it_refuses_and_what_it_lets_through() -> None:
    found = roc([2.0, -1.0], [0.0, -2.0], in_use=-1.4)
    by = {row.threshold: (row.refused, row.passed) for row in found.thresholds}
    assert by[-1.0] == (0, 1)  # at the threshold is not under it
    assert by[0.0] == (1, 1)
    assert by[-1.4] == (0, 1)


def test_the_table_covers_the_range_of_mistakes_in_a_few_rows() -> None:
    found = roc([n / 10 for n in range(-50, 60)], [n / 10 for n in range(-60, 50)], in_use=-1.4)
    thresholds = [row.threshold for row in found.thresholds]
    assert (thresholds[0], thresholds[-1]) == (-5.0, 5.0)
    assert thresholds == sorted(thresholds)
    assert len(thresholds) <= 20


def test_without_both_sorts_there_is_no_area() -> None:
    assert roc([1.0], [], in_use=0.0).area is None
    assert roc([], [], in_use=0.0).thresholds == ()
