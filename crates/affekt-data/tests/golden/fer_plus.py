#!/usr/bin/env python3
"""Outcomes of FER+ votes under the processing of Barsoum et al. 2016, written from its description.

    python3 fer_plus.py                     writes fer_plus.csv beside this file
    python3 fer_plus.py fer2013new.csv      prints the counts that data-manifests/fer-plus*.toml publish

Made with Python 3.11.7 (standard library only), seed 20160802. Columns of fer_plus.csv: ten counts in the order of the
vote columns; `majority`, the name of the winning column or `divided`; `probability`, the eight counts that are kept,
separated by spaces, or the reason why none is.
"""

import csv
import random
import sys
from collections import Counter
from pathlib import Path

SEED = 20160802
COLUMNS = "neutral happiness surprise sadness anger disgust fear contempt unknown NF".split()


def without_outliers(votes):
    return [0 if count == 1 else count for count in votes]


def majority(votes):
    votes = without_outliers(votes)
    winners = [name for name, count in zip(COLUMNS, votes) if 2 * count > sum(votes)]
    return winners[0] if winners else "divided"


def probability(votes):
    votes = without_outliers(votes)
    total = sum(votes)
    kept = {}
    for level in sorted(set(votes) - {0}, reverse=True):
        if 4 * sum(kept.values()) >= 3 * total or len(kept) >= 3:
            break
        tied = [k for k in range(10) if votes[k] == level]
        kept.update({k: level for k in tied if k < 8})
        no_expression = [k for k in tied if k >= 8]
        if no_expression and not kept:
            kept = {no_expression[0]: level}
        if no_expression:
            break
    if 2 * sum(kept.values()) <= total or len(kept) > 3:
        return "divided"
    if max(kept) >= 8:
        return COLUMNS[max(kept)]
    return " ".join(str(kept.get(k, 0)) for k in range(8))


def partitions(n, largest):
    if n == 0:
        yield []
    for part in range(min(n, largest), 0, -1):
        for rest in partitions(n - part, part):
            yield [part] + rest


def cases():
    draw = random.Random(SEED)
    yield [0] * 10
    yield [1] * 10
    for n in (9, 10, 12):
        for parts in partitions(n, n):
            if len(parts) > 10:
                continue
            for _ in range(6):
                votes = parts + [0] * (10 - len(parts))
                draw.shuffle(votes)
                yield votes


def write():
    with open(Path(__file__).with_suffix(".csv"), "w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow([f"v{k}" for k in range(10)] + ["majority", "probability"])
        for votes in cases():
            table.writerow(votes + [majority(votes), probability(votes)])


def top(kept):
    counts = [int(count) for count in kept.split()]
    return COLUMNS[counts.index(max(counts))]


def count(path):
    with open(path, newline="") as file:
        rows = list(csv.reader(file))[1:]
    for usage in ["Training", "PublicTest", "PrivateTest"]:
        votes = [[int(cell) for cell in row[2:]] for row in rows if row[0] == usage]
        print(usage, len(votes))
        print("  majority", dict(Counter(majority(v) for v in votes)))
        kept = [probability(v) for v in votes]
        print("  probability", dict(Counter(top(k) if k[0].isdigit() else k for k in kept)))


if __name__ == "__main__":
    count(sys.argv[1]) if len(sys.argv) > 1 else write()
