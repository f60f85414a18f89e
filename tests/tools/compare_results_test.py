#!/usr/bin/env python3
"""Tests of tools/compare_results.py."""

import copy
import importlib.util
import io
import json
import math
import pathlib
import sys
import tempfile
import unittest
import unittest.mock

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "tools" / "compare_results.py"

sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location("compare_results", SCRIPT)
compare_results = importlib.util.module_from_spec(spec)
spec.loader.exec_module(compare_results)

TEST = "property.agreement.fp16.cpu"


def record(index=0, **more):
    paths = [{"path": "nn_mha_slow", "backend": "unfused", "status": "ok", "margin": 0.25, "error": 0.001,
              "bound": 0.004},
             {"path": "nn_mha_fast.flash", "backend": "", "status": "refused as promised", "margin": 0, "error": 0,
              "bound": 0}]
    return {"origin": "random", "index": index, "case": f"dtype=fp16 heads=1 head_dim=8 lengths=3,1 seed={index:#x}",
            "applicable": True, "holds": True, "worst_margin": 0.25, "worst_path": "nn_mha_slow", "exact_pairs": 2,
            "exact_equal": 1, "paths": paths, **more}


def with_path(index, **more):
    changed = copy.deepcopy(record(index))
    changed["paths"][0].update(more)
    return changed


class CompareResults(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folders = [pathlib.Path(scratch.name) / name for name in ("old", "new")]
        for folder in self.folders:
            folder.mkdir()

    def write(self, folder, records, test=TEST):
        lines = [line if isinstance(line, str) else json.dumps(line) for line in records]
        (self.folders[folder] / f"{test}.cases.jsonl").write_text("".join(line + "\n" for line in lines))

    def compare(self, *options):
        out, errors = io.StringIO(), io.StringIO()
        code = compare_results.main([*map(str, self.folders), *options], out, errors)
        return code, out.getvalue(), errors.getvalue()

    def compare_records(self, old, new, *options):
        self.write(0, old)
        self.write(1, new)
        return self.compare(*options)

    def assert_bad_input(self, result, *words):
        code, out, errors = result
        self.assertEqual(code, 2, out)
        self.assertNotIn("same", out)
        self.assertEqual(errors.count("\n"), 1, errors)
        for word in words:
            self.assertIn(word, errors)

    # Same and different

    def test_says_same_of_the_same_records_and_how_many_there_were(self):
        code, out, errors = self.compare_records([record(0), record(1)], [record(0), record(1)])
        self.assertEqual((code, errors), (0, ""))
        self.assertEqual(out, "test                         cases  verdicts differ  margins differ\n"
                              "property.agreement.fp16.cpu      2                0               0\n"
                              "\nsame: 2 cases of 1 tests\n")

    def test_tells_each_changed_verdict(self):
        for change in ({"applicable": False}, {"holds": False}, {"worst_path": "other"}, {"exact_pairs": 3},
                       {"exact_equal": 2}):
            code, out, _ = self.compare_records([record(0)], [record(0, **change)])
            (field, _), = change.items()
            self.assertEqual(code, 1)
            self.assertIn(f"\n    {field}: ", out)
            self.assertIn(" 1                1               0\n", out)

    def test_tells_each_changed_part_of_a_path(self):
        for change in ({"backend": "math"}, {"status": "wrong result"}):
            code, out, _ = self.compare_records([record(0)], [with_path(0, **change)])
            (field, _), = change.items()
            self.assertEqual(code, 1)
            self.assertIn(f"\n    nn_mha_slow.{field}: ", out)

    def test_tells_a_margin_whose_last_bit_changed(self):
        for field in ("margin", "error", "bound"):
            changed = math.nextafter(record()["paths"][0][field], 1)
            code, out, _ = self.compare_records([record(0)], [with_path(0, **{field: changed})])
            self.assertEqual(code, 1)
            self.assertIn(f"\n    nn_mha_slow.{field}: {record()['paths'][0][field]} / {changed}\n", out)
            self.assertIn(" 1                0               1\n", out)

    def test_tells_a_changed_worst_margin(self):
        code, out, _ = self.compare_records([record(0)], [record(0, worst_margin=0.5)])
        self.assertEqual(code, 1)
        self.assertIn("worst_margin: 0.25 / 0.5", out)

    def test_takes_the_same_number_in_another_notation_for_the_same(self):
        code, _, _ = self.compare_records([with_path(0, margin=1)], [with_path(0, margin=1.0)])
        self.assertEqual(code, 0)

    def test_tells_zero_from_minus_zero(self):
        minus = json.dumps(with_path(0, margin=-0.0))
        for line in (minus, minus.replace("-0.0", "-0")):
            code, _, _ = self.compare_records([with_path(0, margin=0.0)], [line])
            self.assertEqual(code, 1)

    def test_takes_null_for_null_only(self):
        self.assertEqual(self.compare_records([record(0, worst_margin=None)], [record(0, worst_margin=None)])[0], 0)
        self.assertEqual(self.compare_records([record(0, worst_margin=None)], [record(0, worst_margin=0)])[0], 1)
        self.assertEqual(self.compare_records([record(0)], [record(0, worst_margin=None)], "--tolerance", "9")[0], 1)

    def test_tells_a_path_more_or_less(self):
        fewer = record(0)
        fewer["paths"] = fewer["paths"][:1]
        for old, new in ((record(0), fewer), (fewer, record(0))):
            code, out, _ = self.compare_records([old], [new])
            self.assertEqual(code, 1)
            self.assertIn("other paths: ", out)

    # Other cases

    def test_tells_where_the_cases_part_and_compares_none_behind(self):
        code, out, _ = self.compare_records([record(0), record(1), record(2)], [record(0), record(7), record(2)])
        self.assertEqual(code, 1)
        self.assertIn("other cases from case 2 on", out)
        self.assertIn(f"  random 1: {record(1)['case']}\n  random 7: {record(7)['case']}\n", out)
        self.assertIn("cpu      1                0               0", out)

    def test_tells_that_one_run_has_more_cases(self):
        for old, new in (([record(0), record(1)], [record(0)]), ([record(0)], [record(0), record(1)])):
            code, out, _ = self.compare_records(old, new)
            self.assertEqual(code, 1)
            self.assertIn("no more cases", out)

    def test_tells_the_same_cases_in_another_order(self):
        self.assertEqual(self.compare_records([record(0), record(1)], [record(1), record(0)])[0], 1)

    def test_tells_a_test_that_only_one_folder_has(self):
        self.write(0, [record(0)])
        self.write(1, [record(0)])
        self.write(1, [record(0)], "property.rerun.fp32.cpu")
        code, out, _ = self.compare()
        self.assertEqual(code, 1)
        self.assertIn(f"property.rerun.fp32.cpu: recorded only in {self.folders[1]}\n", out)
        self.assertIn("different: 1 of 2 tests", out)

    def test_tells_folders_without_a_common_test_as_different(self):
        self.write(0, [record(0)], "property.status.fp32.cpu")
        self.write(1, [record(0)], "property.rerun.fp32.cpu")
        code, out, _ = self.compare()
        self.assertEqual(code, 1)
        self.assertIn("different: 2 of 2 tests", out)

    # Tolerance

    def test_lets_neighbours_pass_within_the_tolerance_in_ulps_and_not_beyond(self):
        changed = with_path(0, margin=math.nextafter(math.nextafter(0.25, 1), 1))
        for ulps, code in (("2", 0), ("1", 1)):
            self.assertEqual(self.compare_records([record(0)], [changed], "--tolerance-ulps", ulps)[0], code)

    def test_lets_differences_pass_within_the_absolute_tolerance_and_not_beyond(self):
        changed = record(0, worst_margin=0.375)
        for tolerance, code in (("0.125", 0), ("0.1", 1)):
            self.assertEqual(self.compare_records([record(0)], [changed], "--tolerance", tolerance)[0], code)

    def test_tolerates_no_changed_verdict(self):
        options = ("--tolerance", "9", "--tolerance-ulps", "9")
        code, _, _ = self.compare_records([record(0)], [record(0, holds=False)], *options)
        self.assertEqual(code, 1)

    # What is shown

    def test_shows_the_first_differing_cases_and_counts_the_others(self):
        old = [record(index) for index in range(5)]
        new = [record(index, worst_margin=0.5) for index in range(5)]
        _, out, _ = self.compare_records(old, new, "--show", "2")
        self.assertIn(record(1)["case"] + "\n", out)
        self.assertNotIn(record(2)["case"] + "\n", out)
        self.assertIn("  and 3 more\n", out)
        _, out, _ = self.compare_records(old, new, "--show", "0")
        self.assertIn(f"{TEST}: 5 cases differ\n", out)

    def test_prints_a_table_that_fits_a_terminal(self):
        for folder in (0, 1):
            self.write(folder, [record(0)], "property." + "long_name_" * 9 + ".fp16.cpu")
        _, out, _ = self.compare()
        self.assertLess(max(map(len, out.splitlines())), 80)

    # Bad input

    def test_refuses_a_missing_folder(self):
        self.folders[1] = self.folders[1] / "missing"
        self.write(0, [record(0)])
        self.assert_bad_input(self.compare(), str(self.folders[1]), "is no folder", "--record-cases")

    def test_refuses_a_folder_without_records(self):
        self.write(0, [record(0)])
        self.assert_bad_input(self.compare(), str(self.folders[1]), "ATTNGATE_RECORD_CASES=1")

    def test_refuses_two_files_without_a_case(self):
        self.assert_bad_input(self.compare_records([], []), "hold no case", TEST)

    def test_tells_a_file_without_a_case_from_one_with_cases(self):
        self.assertEqual(self.compare_records([], [record(0)])[0], 1)

    def test_refuses_a_line_that_was_cut_off_and_names_it(self):
        cut = json.dumps(record(1))[:40]
        result = self.compare_records([record(0), record(1)], [record(0), cut])
        self.assert_bad_input(result, f"{TEST}.cases.jsonl, line 2", "is no JSON")

    def test_refuses_numbers_that_are_no_json(self):
        line = json.dumps(record(0, worst_margin=math.nan))
        self.assert_bad_input(self.compare_records([line], [line]), "line 1", "NaN")

    def test_refuses_a_line_that_is_no_record_of_a_case(self):
        missing = record(0)
        del missing["holds"]
        path_missing = record(0)
        del path_missing["paths"][1]["bound"]
        for line, word in (("[]", "no JSON object"), (missing, "'holds'"), (path_missing, "'bound' of paths[1]"),
                           (record(0, worst_margin="1"), "'worst_margin' is no number"),
                           (with_path(0, error="1"), "'error' of paths[0] is no number"),
                           (record(0, paths={}), "'paths' is no list"), (record(0, paths=[1]), "paths[0] is no JSON")):
            self.assert_bad_input(self.compare_records([record(0)], [line]), "line 1", word)

    def test_refuses_a_file_that_is_no_text(self):
        self.write(0, [record(0)])
        (self.folders[1] / f"{TEST}.cases.jsonl").write_bytes(b"\xff\xfe\n")
        self.assert_bad_input(self.compare(), "cannot be read")

    def test_refuses_bad_options(self):
        for options in (["--tolerance-ulps", "-1"], ["--tolerance-ulps", "1.5"], ["--tolerance", "nan"],
                        ["--tolerance", "-1"], ["--show", "x"]):
            with self.assertRaises(SystemExit) as end, unittest.mock.patch("sys.stderr", io.StringIO()):
                self.compare(*options)
            self.assertEqual(end.exception.code, 2)

    # Help

    def test_says_in_its_help_how_to_record_and_what_the_exit_codes_mean(self):
        text = compare_results.parser().format_help()
        for word in ("--record-cases", "ATTNGATE_RECORD_CASES=1", "--tolerance-ulps", "Exit code: 0"):
            self.assertIn(word, text)


if __name__ == "__main__":
    unittest.main()
