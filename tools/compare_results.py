#!/usr/bin/env python3
"""Compares what two builds of attngate say of the same cases: same cases, same verdicts, same margins."""

import argparse
import itertools
import json
import math
import pathlib
import struct
import sys

SAME, DIFFERENT, BAD_INPUT = 0, 1, 2

HELP = """\
Each folder holds a file <test>.cases.jsonl for each test, one line of JSON for each checked case. attngate writes them
where it is asked to record cases, and the default seed gives the same cases in every build:

  old/attngate check --device cpu --cases 200 --record-cases --results results/old
  new/attngate check --device cpu --cases 200 --record-cases --results results/new
  tools/compare_results.py results/old results/new

With CTest: ATTNGATE_RECORD_CASES=1 ATTNGATE_CASES=200 ATTNGATE_RESULTS=<folder> ctest -L cpu. Give both builds a
number of cases (ATTNGATE_CASES), as a time (ATTNGATE_SECONDS) ends them at different cases.

Compared are the cases in their order, the verdicts (whether the property applies and holds, and each path with its
backend, its status and its count of exact pairs) and the margins with the errors and bounds behind them. By default
each number must be the same to its last bit. Two builds whose kernels round differently need a tolerance.

Exit code: 0 all the same, 1 something differs, 2 there is nothing to compare or a file cannot be read.
"""

VERDICT_FIELDS = ("applicable", "holds", "worst_path", "exact_pairs", "exact_equal")
CASE_FIELDS = ("origin", "index", "case")
PATH_FIELDS = ("path", "backend", "status")
MARGIN_FIELDS = ("margin", "error", "bound")
SUFFIX = ".cases.jsonl"


class BadInput(Exception):
    """What keeps the folders from being compared; told in one line."""


# --- What is in the folders


def refuse_constant(name):
    raise ValueError(f"{name} is no JSON; a number that is not finite is written as null")


def is_number(value):
    return value is None or isinstance(value, float)


def problem_of(record):
    """Why this is not the record of a case; None where it is."""
    if not isinstance(record, dict):
        return "it is no JSON object"
    for field in (*CASE_FIELDS, *VERDICT_FIELDS, "worst_margin", "paths"):
        if field not in record:
            return f"the field {field!r} is missing"
    if not is_number(record["worst_margin"]):
        return "'worst_margin' is no number"
    if not isinstance(record["paths"], list):
        return "'paths' is no list"
    for number, path in enumerate(record["paths"]):
        if not isinstance(path, dict):
            return f"paths[{number}] is no JSON object"
        for field in (*PATH_FIELDS, *MARGIN_FIELDS):
            if field not in path:
                return f"the field {field!r} of paths[{number}] is missing"
            if field in MARGIN_FIELDS and not is_number(path[field]):
                return f"{field!r} of paths[{number}] is no number"
    return None


def records_of(file):
    """The records of one file, one after the other: a run of many hours need not fit into memory."""
    try:
        with open(file, encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    # All numbers as floats: -0, which some write without a point, keeps its sign.
                    record = json.loads(line, parse_int=float, parse_constant=refuse_constant)
                except (ValueError, RecursionError) as error:
                    raise BadInput(f"{file}, line {number}: is no JSON ({error}); did the run end before its time? "
                                   "Record the cases again") from error
                if (problem := problem_of(record)) is not None:
                    raise BadInput(f"{file}, line {number}: is no record of a case: {problem}; record the cases again "
                                   "with a build that has --record-cases")
                yield record
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file}: cannot be read: {error}") from error


def tests_of(folder):
    """The files of a folder by the names of their tests."""
    if not folder.is_dir():
        raise BadInput(f"{folder}: is no folder; give the --results folders of two runs with --record-cases")
    files = {file.name[:-len(SUFFIX)]: file for file in sorted(folder.glob("*" + SUFFIX))}
    if not files:
        raise BadInput(f"{folder}: holds no file *{SUFFIX}; run with --record-cases or ATTNGATE_RECORD_CASES=1")
    return files


# --- The comparison


def ordinal(number):
    """Place of a float among all floats: neighbours differ by 1, and 0.0 and -0.0 too."""
    bits = struct.unpack("<q", struct.pack("<d", number))[0]
    return bits if bits >= 0 else -(bits & 0x7FFFFFFFFFFFFFFF) - 1


class Tolerance:
    """Which two numbers count as the same."""

    def __init__(self, ulps, absolute):
        self.ulps = ulps
        self.absolute = absolute

    def same(self, a, b):
        if a is None or b is None:
            return a is b
        return abs(ordinal(a) - ordinal(b)) <= self.ulps or abs(a - b) <= self.absolute > 0


def values_of(record, fields, path_fields):
    """The record's values by name; a path's are 'path.field', of which a record may have two of the same name."""
    values = [(field, record[field]) for field in fields]
    for path in record["paths"]:
        values += [(f"{path['path']}.{field}", path[field]) for field in path_fields]
    return values


def first_difference(a, b, same):
    """The first value that differs, as text; None where all are the same."""
    for left, right in itertools.zip_longest(a, b):
        if left is None or right is None or left[0] != right[0]:
            names = " / ".join("nothing" if value is None else value[0] for value in (left, right))
            return f"other paths: {names}"
        if not same(left[1], right[1]):
            return f"{left[0]}: {json.dumps(left[1])} / {json.dumps(right[1])}"
    return None


class TestComparison:
    """What two files of a test come to."""

    def __init__(self, name):
        self.name = name
        self.cases = 0
        self.verdicts = 0
        self.margins = 0
        self.differing = 0
        self.other_cases = None  # where the cases themselves part
        self.examples = []

    @property
    def differs(self):
        return self.differing > 0 or self.other_cases is not None

    def add(self, record, other, tolerance):
        self.cases += 1
        verdict = first_difference(values_of(record, VERDICT_FIELDS, PATH_FIELDS),
                                   values_of(other, VERDICT_FIELDS, PATH_FIELDS), lambda a, b: a == b)
        margin = first_difference(values_of(record, ("worst_margin",), MARGIN_FIELDS),
                                  values_of(other, ("worst_margin",), MARGIN_FIELDS), tolerance.same)
        self.verdicts += verdict is not None
        self.margins += margin is not None
        if verdict is not None or margin is not None:
            self.differing += 1
            self.examples.append((record["case"], verdict or margin))


def name_of(record):
    return "no more cases" if record is None else f"{record['origin']} {record['index']:g}: {record['case']}"


def compare_test(name, file, other_file, tolerance, shown):
    comparison = TestComparison(name)
    for record, other in itertools.zip_longest(records_of(file), records_of(other_file)):
        if record is None or other is None or any(record[field] != other[field] for field in CASE_FIELDS):
            # What follows belongs to other cases, and has nothing to be compared with.
            comparison.other_cases = (name_of(record), name_of(other))
            break
        comparison.add(record, other, tolerance)
        del comparison.examples[shown:]
    if comparison.cases == 0 and comparison.other_cases is None:
        raise BadInput(f"{file} and {other_file}: hold no case; nothing is compared")
    return comparison


# --- What people see


def shortened(text, width):
    return text if len(text) <= width else text[:max(width - 3, 1)] + "..."


def print_table(comparisons, out):
    head = ("test", "cases", "verdicts differ", "margins differ")
    rows = [(comparison.name, f"{comparison.cases:,}", f"{comparison.verdicts:,}", f"{comparison.margins:,}")
            for comparison in comparisons]
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    widths[0] = min(widths[0], 79 - sum(widths[1:]) - 6)
    for row in [head, *rows]:
        cells = [shortened(row[0], widths[0]).ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  ".join(cells).rstrip(), file=out)


def print_examples(comparison, out):
    for case, difference in comparison.examples:
        print(f"\n{comparison.name}\n  {case}\n    {difference}", file=out)
    more = comparison.differing - len(comparison.examples)
    if more > 0:
        text = f"  and {more:,} more" if comparison.examples else f"\n{comparison.name}: {more:,} cases differ"
        print(text, file=out)
    if comparison.other_cases is not None:
        print(f"\n{comparison.name}: other cases from case {comparison.cases + 1:,} on (was the seed the same, and the "
              "number of cases?)", file=out)
        for name in comparison.other_cases:
            print(f"  {name}", file=out)


def compare(folder, other_folder, tolerance, shown, out):
    files, other_files = tests_of(folder), tests_of(other_folder)
    alone = [(test, folder) for test in files if test not in other_files]
    alone += [(test, other_folder) for test in other_files if test not in files]
    both = [test for test in files if test in other_files]
    comparisons = [compare_test(test, files[test], other_files[test], tolerance, shown) for test in both]
    if comparisons:
        print_table(comparisons, out)
    for comparison in comparisons:
        print_examples(comparison, out)
    for test, only in alone:
        print(f"\n{test}: recorded only in {only}", file=out)
    different = sum(comparison.differs for comparison in comparisons) + len(alone)
    cases = sum(comparison.cases for comparison in comparisons)
    if different == 0:
        print(f"\nsame: {cases:,} cases of {len(comparisons):,} tests", file=out)
        return SAME
    print(f"\ndifferent: {different:,} of {len(comparisons) + len(alone):,} tests", file=out)
    return DIFFERENT


# --- The command


def natural(text):
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0 on")
    return int(text)


def difference(text):
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 on")
    return number


def parser():
    command = argparse.ArgumentParser(description=__doc__, epilog=HELP,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument("folder", type=pathlib.Path, help="results of the one build")
    command.add_argument("other_folder", type=pathlib.Path, help="results of the other")
    command.add_argument("--tolerance-ulps", type=natural, default=0, metavar="N",
                         help="numbers up to N floating-point neighbours apart are the same (default: 0)")
    command.add_argument("--tolerance", type=difference, default=0.0, metavar="X",
                         help="numbers that differ by X at most are the same (default: 0)")
    command.add_argument("--show", type=natural, default=3, metavar="N",
                         help="differing cases to show of each test (default: 3)")
    return command


def main(arguments=None, out=sys.stdout, errors=sys.stderr):
    options = parser().parse_args(arguments)
    try:
        return compare(options.folder, options.other_folder, Tolerance(options.tolerance_ulps, options.tolerance),
                       options.show, out)
    except BadInput as error:
        print(f"compare_results.py: {error}", file=errors)
        return BAD_INPUT


if __name__ == "__main__":
    sys.exit(main())
