"""The benchmark of street-level rows: the same file each time, and ways that count alike. Times are not tested."""

import itertools

import pytest

from bench import street


@pytest.fixture
def rows(tmp_path):
    file = tmp_path / "street.csv"
    street.make(file, 3_000)
    return file


def test_the_same_rows_are_made_each_time(rows, tmp_path):
    again = tmp_path / "again.csv"
    street.make(again, 3_000)
    assert again.read_bytes() == rows.read_bytes()
    assert rows.read_bytes().count(b"\n") == 3_001


def test_each_way_counts_the_same_rows(rows):
    counted = [way(rows) for way in street.WAYS.values()]
    assert counted[0] == counted[1] == counted[2]
    assert 2_800 < counted[0] < 3_000


def test_many_rows_are_spread_over_months(tmp_path):
    file = tmp_path / "street.csv"
    street.make(file, 45_000)
    with file.open(encoding="utf-8") as lines:
        months = [line.split(",")[1] for line in itertools.islice(lines, 1, None)]
    assert sorted(set(months)) == ["2011-01", "2011-02", "2011-03"]


@pytest.mark.parametrize(
    ("way", "ratio", "megabytes", "said"),
    [
        ("pandas", 1.5, 900, "wall at most 1.5x: met"),
        ("pandas", 1.6, 900, "wall at most 1.5x: missed"),
        ("ours", 1.0, 1_001, "peak at most 1,000 MB: missed"),
        ("categories", 9.0, 9_000, ""),
    ],
)
def test_the_verdict_names_the_target(way, ratio, megabytes, said):
    assert street.verdict(way, {"megabytes": megabytes, "ours_to_this": {"wall": ratio}}) == said
