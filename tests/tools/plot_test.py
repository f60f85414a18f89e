#!/usr/bin/env python3
"""Tests of tools/plot.py. What needs matplotlib is left out where there is none; the run then ends with 77, skipped."""

import contextlib
import importlib.util
import io
import json
import pathlib
import sys
import tempfile
import unittest
import unittest.mock

SKIPPED = 77  # CTest's code for a test that could not run
SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "tools" / "plot.py"
HAS_MATPLOTLIB = importlib.util.find_spec("matplotlib") is not None

sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location("plot", SCRIPT)
plot = importlib.util.module_from_spec(spec)
spec.loader.exec_module(plot)

FASTPATH_COLUMNS = ("sequence_length", "time_native_mha_slow(\u00b5s)", "time_native_mha_fast (\u00b5s)",
                    "speedup flash_mha v native_mha", "padding", "time_composite_sdpa (\u00b5s)", "tokens", "status")
FASTPATH_ROWS = (("64", "300", "100", "3.0", "0.1", "120", "900", "ok"),
                 ("64", "200", "100", "2.0", "0.5", "skipped", "500", "ok"),
                 ("128", "", "", "", "0.25", "", "700", "error"),
                 ("128", "400", "100", "4.0", "0.75", "90", "400", "ok"))


def arm(achieved, failed, **more):
    return {"achieved": achieved, "failed": failed, "decisions": 100, "failed_from": max(failed / 100 - 0.05, 0),
            "failed_to": min(failed / 100 + 0.05, 1), **more}


def study(**more):
    return {"schema": "attngate.gate_study", "version": 2, "device": "NVIDIA H100 <one>",
            "curves": [{"value": 1.01, "us": 217.3, "arms": [arm(0.02, 100), arm(0, 0), arm(0.01, 2)],
                        "computed": [[0, 0], [0.01, 0.02], [0.02, 1]]}], **more}


class PlotTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def file(self, name, content):
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(path)

    def csv(self, name="rows.csv", rows=FASTPATH_ROWS, columns=FASTPATH_COLUMNS):
        return self.file(name, "\n".join(",".join(row) for row in (columns, *rows)) + "\n")

    def run_script(self, *arguments):
        """Exit code and stderr."""
        errors = io.StringIO()
        with contextlib.redirect_stderr(errors):
            return plot.main([arguments[0], "-o", str(self.folder / "out.svg"), *arguments[1:]]), errors.getvalue()

    def svg(self, *arguments):
        self.assertEqual(self.run_script(*arguments), (0, ""))
        return (self.folder / "out.svg").read_text(encoding="utf-8")

    def assert_refused(self, words, *arguments):
        code, errors = self.run_script(*arguments)
        self.assertEqual(code, 2)
        self.assertIn(words, errors)
        self.assertFalse((self.folder / "out.svg").exists())


class SweepPoints(PlotTest):
    def test_have_a_series_for_each_length_and_leave_out_rows_without_a_speedup(self):
        name, devices, rows = plot.read_sweep([self.csv()])
        self.assertEqual((name, devices, len(rows)), ("fastpath", [], 4))
        panel = plot.speedup_panel(name, rows)
        self.assertEqual(panel["series"], [("length 64", [(0.1, 3.0), (0.5, 2.0)]), ("length 128", [(0.75, 4.0)])])
        self.assertTrue(panel["marks_one"])

    def test_have_a_series_for_each_operator_that_was_timed(self):
        name, _, rows = plot.read_sweep([self.csv()])
        self.assertEqual(plot.time_panel(name, rows)["series"], [
            ("slow", [(900, 300), (500, 200), (400, 400)]),
            ("fast", [(900, 100), (500, 100), (400, 100)]),
            ("composite", [(900, 120), (400, 90)])])
        for row in rows:
            row["time_composite_sdpa (\u00b5s)"] = "skipped"
        self.assertEqual([label for label, _ in plot.time_panel(name, rows)["series"]], ["slow", "fast"])

    def test_come_from_json_too_which_names_the_device(self):
        rows = [dict(zip(FASTPATH_COLUMNS, (64, 300.0, 100.0, 3.0, 0.1, None, 900, "ok")))]
        file = self.file("all.json", {"schema": "attngate.sweep", "version": 1, "device": "a GPU", "rows": rows})
        name, devices, read = plot.read_sweep([file, self.csv()])
        self.assertEqual((name, devices, len(read)), ("fastpath", ["a GPU"], 5))
        self.assertEqual(plot.points_of(read, "tokens", "time_composite_sdpa (\u00b5s)"), [(900, 120), (400, 90)])

    def test_of_the_other_sweep_take_its_columns(self):
        columns = ("max_sequence_len", "nn_mha_time (\u00b5s)", "nn_mha_no_weights_time (\u00b5s)",
                   "composite_mha_time (\u00b5s)", "compiled_nn_mha_time (\u00b5s)", "composite_speedup", "padding",
                   "tokens")
        name, _, rows = plot.read_sweep(
            [self.csv(columns=columns, rows=[("32", "9", "8", "3", "skipped", "3", "0", "64")])])
        self.assertEqual(name, "sdp")
        self.assertEqual(plot.speedup_panel(name, rows)["series"], [("length 32", [(0, 3)])])
        self.assertEqual([label for label, _ in plot.time_panel(name, rows)["series"]],
                         ["nn_mha", "nn_mha, no weights", "composite"])

    def test_of_more_lengths_than_colours_join_the_last_series(self):
        rows = [(str(length), "1", "1", "2", "0.5", "1", "9", "ok") for length in range(10, 0, -1)]
        name, _, read = plot.read_sweep([self.csv(rows=rows)])
        series = plot.speedup_panel(name, read)["series"]
        self.assertEqual([label for label, _ in series], [f"length {length}" for length in range(1, 8)] +
                         ["length 8 and more"])
        self.assertEqual(len(series[-1][1]), 3)

    def test_without_a_place_on_the_axes_are_left_out(self):
        points = [(1, 1), (0, 1), (-1, 1), (float("nan"), 1), (1, float("inf"))]
        panel = {"x": {"label": "x", "logarithmic": True}, "y": {"label": "y"}, "series": [("all", points)]}
        self.assertEqual(plot.drawable(panel), [("all", [(1, 1)])])


class Axes(unittest.TestCase):
    def test_end_with_some_air_around_the_points_and_where_shares_end(self):
        self.assertEqual(plot.limits({}, [0, 10]), (-0.5, 10.5))
        self.assertEqual(plot.limits({"percent": True}, [0, 1]), (-0.02, 1.02))
        low, high = plot.limits({"logarithmic": True}, [10, 1000])
        self.assertAlmostEqual(low, 10**0.9)
        self.assertAlmostEqual(high, 10**3.1)
        low, high = plot.limits({}, [3, 3])
        self.assertLess(low, high)

    def test_have_ticks_that_people_count_in(self):
        self.assertEqual(plot.log_ticks(0.9, 110), [1, 2, 5, 10, 20, 50, 100])
        self.assertEqual(plot.log_ticks(0.9, 11000), [1, 10, 100, 1000, 10000])
        self.assertEqual(plot.log_ticks(1.1, 2.6), [1.2, 1.5, 2, 2.5])
        self.assertEqual([plot.short_text(value) for value in (0.5, 20, 1000, 2500, 5e6)],
                         ["0.5", "20", "1k", "2.5k", "5M"])
        self.assertEqual([plot.percent_text(share) for share in (-1e-9, 0.0125, 1)], ["0 %", "1.25 %", "100 %"])

    def test_are_divided_into_tenths_with_a_median_each(self):
        points = [(0, 1), (0.05, 3), (0.09, 8), (0.5, 4), (1, 6)]
        self.assertEqual(plot.medians(points, {}, (0, 1)), [(0.05, 3), (0.5, 4), (1, 6)])


class BadInput(PlotTest):
    def test_is_told_in_a_line_and_nothing_is_written(self):
        self.assert_refused("cannot be read", "sweep", str(self.folder / "nowhere.csv"))
        self.assert_refused("no rows to draw", "sweep", self.csv(rows=()))
        self.assert_refused("speedup flash_mha v native_mha", "sweep", self.file("other.csv", "a,b\n1,2\n"))
        self.assert_refused("is of `sweep sdp`", "sweep", self.csv(),
                            self.csv("sdp.csv", columns=("composite_speedup", "x"), rows=[("1", "2")]))
        self.assert_refused("schema attngate.gate_study, version 2", "gate",
                            self.file("results.json", {"schema": "other"}))
        self.assert_refused("is no JSON", "gate", self.file("half.json", '{"schema": '))

    def test_of_a_study_without_tallies_says_how_to_get_them(self):
        older, interrupted = study(), study()
        del older["curves"][0]["computed"]
        interrupted["curves"][0]["arms"][0]["decisions"] = 0
        for content in (older, interrupted):
            self.assert_refused("Tally them first", "gate", self.file("study.json", content))

    def test_in_a_field_names_it(self):
        self.assert_refused("'curves' is missing", "gate",
                            self.file("study.json", {"schema": "attngate.gate_study", "version": 2}))

    def test_without_matplotlib_says_how_to_install_it(self):
        with unittest.mock.patch.dict(sys.modules, {"matplotlib": None}):
            self.assert_refused("-m pip install matplotlib", "sweep", self.csv())


@unittest.skipUnless(HAS_MATPLOTLIB, "matplotlib is missing")
class Figures(PlotTest):
    def test_of_a_sweep_show_both_panels_with_their_series(self):
        svg = self.svg("sweep", self.csv())
        for words in ("attngate sweep fastpath", "speedup by length (lines: medians)", "time of slow / time of fast",
                      "padding", "length 64", "length 128", "time by operator (lines: medians)", "time in \u00b5s",
                      "tokens in the batch, padding left out", ">slow<", ">fast<", ">composite<"):
            self.assertIn(words, svg)
        self.assertNotIn("nan", svg)

    def test_of_rows_that_all_failed_say_so(self):
        self.assertEqual(self.svg("sweep", self.csv(rows=FASTPATH_ROWS[2:3])).count("no row has both numbers"), 2)

    def test_of_a_study_show_rates_bound_and_computed_curve(self):
        svg = self.svg("gate", self.file("study.json", study()))
        for words in ("Gates that fail, against the slowdown", "NVIDIA H100 &lt;one&gt;", "decisions that failed",
                      "slowdown of the candidate", "217 us, bound 1.01 (line: computed from its spreads)", "bound 1 %"):
            self.assertIn(words, svg)

    def test_of_a_study_have_the_points_in_order_with_their_intervals(self):
        figure = plot.study_figure(self.file("study.json", study()), None)
        (bars,) = figure.axes[0].containers
        self.assertEqual([tuple(point) for point in bars.lines[0].get_xydata()], [(0, 0), (0.01, 0.02), (0.02, 1)])
        intervals = [tuple(end[1] for end in segment) for segment in bars.lines[2][0].get_segments()]
        for interval, wanted in zip(intervals, [(0, 0.05), (0, 0.07), (0.95, 1)]):
            self.assertAlmostEqual(interval[0], wanted[0])
            self.assertAlmostEqual(interval[1], wanted[1])

    def test_are_the_same_for_the_same_numbers(self):
        self.assertEqual(self.svg("sweep", self.csv()), self.svg("sweep", self.csv()))

    def test_take_another_title(self):
        self.assertIn("one &amp; other", self.svg("sweep", self.csv(), "--title", "one & other"))

    def test_that_cannot_be_written_are_told(self):
        self.assert_refused("cannot be written", "sweep", self.csv(), "-o", str(self.folder / "missing" / "out.svg"))
        self.assert_refused("cannot be written", "sweep", self.csv(), "-o", str(self.folder / "out.xyz"))


if __name__ == "__main__":
    if not unittest.main(exit=False).result.wasSuccessful():
        sys.exit(1)
    if not HAS_MATPLOTLIB:
        print("skipped: the figures, for want of matplotlib. ci/setup installs it into .venv, or: "
              f"{sys.executable} -m pip install matplotlib")
        sys.exit(SKIPPED)
