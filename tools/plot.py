#!/usr/bin/env python3
"""Draws what attngate measured: the rows of a sweep, or the study of a gate's error rates.

The command writes the numbers and this script the picture, so that a figure can be drawn again, of several files or
in another format, without measuring anything again.

It needs matplotlib. ci/setup installs it where it installs LibTorch: .venv/bin/python3 tools/plot.py ...
"""

import argparse
import csv
import json
import math
import pathlib
import statistics
import sys

# Eight colours that people who confuse red and green can tell apart. Source: Okabe, Ito, "Color Universal Design",
# 2008.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#999999", "#000000")
PIXEL = 1 / 100  # of an inch: places below are pixels of an SVG file that nobody scales

# Which columns the plots of a sweep take (docs/sweep.md). A file is of the sweep whose speedup it has.
SWEEPS = {
    "fastpath": {
        "speedup": "speedup flash_mha v native_mha",
        "speedup_label": "time of slow / time of fast",
        "length": "sequence_length",
        "times": {
            "time_native_mha_slow(\u00b5s)": "slow",
            "time_native_mha_fast (\u00b5s)": "fast",
            "time_composite_sdpa (\u00b5s)": "composite",
        },
    },
    "sdp": {
        "speedup": "composite_speedup",
        "speedup_label": "time of nn_mha / time of composite",
        "length": "max_sequence_len",
        "times": {
            "nn_mha_time (\u00b5s)": "nn_mha",
            "nn_mha_no_weights_time (\u00b5s)": "nn_mha, no weights",
            "composite_mha_time (\u00b5s)": "composite",
            "compiled_nn_mha_time (\u00b5s)": "compiled nn_mha",
            "compiled_composite_mha_time (\u00b5s)": "compiled composite",
        },
    },
}


class UsageError(Exception):
    """What the user can put right; told in one line, exit code 2."""


# --- What is in the files


def read_text(file):
    try:
        return pathlib.Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: cannot be read: {error}") from error


def read_json(file, text, schema, version):
    """The object in the text of a JSON file of that schema."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"{file}: is no JSON: {error}") from error
    found = (document.get("schema"), document.get("version")) if isinstance(document, dict) else None
    if found != (schema, version):
        raise UsageError(f"{file}: is no file of schema {schema}, version {version}")
    return document


def read_rows(file):
    """The rows of a sweep by column, and the device's name; a CSV file does not have the name."""
    text = read_text(file)
    if text.lstrip().startswith("{"):
        document = read_json(file, text, "attngate.sweep", 1)
        return document["rows"], document["device"]
    return list(csv.DictReader(text.splitlines())), ""


def sweep_of(file, rows):
    """The name of the sweep that the rows are of."""
    for name, columns in SWEEPS.items():
        if columns["speedup"] in rows[0]:
            return name
    raise UsageError(f"{file}: has none of the columns {[columns['speedup'] for columns in SWEEPS.values()]}: "
                     "is it what `attngate sweep` wrote by --save-path or --json?")


def read_sweep(files):
    """Name, devices and rows of all the files, which must be of one sweep."""
    names, devices, rows = [], [], []
    for file in files:
        of_file, device = read_rows(file)
        if not of_file:
            continue
        names.append(sweep_of(file, of_file))
        if names[-1] != names[0]:
            raise UsageError(f"{file}: is of `sweep {names[-1]}`, the files before it are of `sweep {names[0]}`")
        if device and device not in devices:
            devices.append(device)
        rows += of_file
    if not rows:
        raise UsageError(f"{', '.join(files)}: no rows to draw")
    return names[0], devices, rows


def read_study(file):
    """The study, in which every curve has what the plot draws."""
    study = read_json(file, read_text(file), "attngate.gate_study", 2)
    if len(study["curves"]) > len(COLOURS):
        raise UsageError(f"{file}: {len(study['curves'])} curves; there are colours for {len(COLOURS)}")
    for curve in study["curves"]:
        if "computed" not in curve or any(arm["decisions"] == 0 for arm in curve["arms"]):
            raise UsageError(f"{file}: was interrupted, or is of an older attngate: its decisions are not tallied. "
                             "Tally them first, and draw what that writes: "
                             f"attngate gate tally {file} --json TALLIED.json")
    return study


# --- From numbers to points


def number_in(cell):
    """The number in a cell of CSV or JSON; None where there is none: 'skipped', say."""
    try:
        return float(cell)
    except (TypeError, ValueError):
        return None


def points_of(rows, x, y):
    """The points of two columns, of rows that have both numbers."""
    points = ((number_in(row.get(x)), number_in(row.get(y))) for row in rows)
    return [point for point in points if None not in point]


def speedup_panel(name, rows):
    """Speedup against padding, a series a length; lengths for which there is no colour join the last one."""
    columns = SWEEPS[name]
    by_length = {}
    for row in rows:
        by_length.setdefault(number_in(row[columns["length"]]) or 0, []).append(row)
    series = []
    for length in sorted(by_length):
        points = points_of(by_length[length], "padding", columns["speedup"])
        if len(series) < len(COLOURS):
            series.append((f"length {length:g}", points))
        else:
            label, earlier = series[-1]
            series[-1] = (label.removesuffix(" and more") + " and more", earlier + points)
    return {
        "title": "speedup by length (lines: medians)",
        "x": {"label": "padding", "percent": True},
        "y": {"label": columns["speedup_label"], "logarithmic": True},
        "series": series,
        "marks_one": True,  # as fast as the other
    }


def time_panel(name, rows):
    """Time against tokens, a series an operator that was timed."""
    series = [(label, points_of(rows, "tokens", column)) for column, label in SWEEPS[name]["times"].items()]
    return {
        "title": "time by operator (lines: medians)",
        "x": {"label": "tokens in the batch, padding left out", "logarithmic": True},
        "y": {"label": "time in \u00b5s", "logarithmic": True},
        "series": [(label, points) for label, points in series if points],
        "marks_one": False,
    }


def takes(axis, value):
    return math.isfinite(value) and (value > 0 or not axis.get("logarithmic"))


def drawable(panel):
    """The series without the points that have no place on the axes."""
    return [(label, [point for point in points if takes(panel["x"], point[0]) and takes(panel["y"], point[1])])
            for label, points in panel["series"]]


def limits(axis, values):
    """Ends of an axis, with some air around the values."""
    logarithmic = axis.get("logarithmic", False)
    places = [math.log10(value) if logarithmic else value for value in values]
    air = max(0.05 * (max(places) - min(places)), 0.03 if logarithmic else 1e-3)
    low, high = min(places) - air, max(places) + air
    if axis.get("percent"):
        low, high = max(low, -0.02), min(high, 1.02)
    return (10**low, 10**high) if logarithmic else (low, high)


def medians(points, axis, ends):
    """A line to follow: the medians of the points in each tenth of the x axis."""
    at = math.log10 if axis.get("logarithmic") else float
    low, high = at(ends[0]), at(ends[1])
    tenths = {}
    for x, y in points:
        tenth = min(max(int(10 * (at(x) - low) / (high - low)), 0), 9)
        tenths.setdefault(tenth, []).append((x, y))
    return [tuple(statistics.median(values) for values in zip(*tenths[tenth])) for tenth in sorted(tenths)]


def log_ticks(low, high):
    """1, 2 and 5 of each decade; whole decades alone where there are more than three, more steps in less than one."""
    decades = math.log10(high / low)
    steps = (1,) if decades > 3 else (1, 2, 5) if decades >= 0.7 else (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8)
    powers = range(math.floor(math.log10(low)), math.floor(math.log10(high)) + 1)
    return [step * 10.0**power for power in powers for step in steps if low <= step * 10.0**power <= high]


def short_text(value):
    for unit, name in ((1e6, "M"), (1e3, "k")):
        if value >= unit:
            return f"{value / unit:g}{name}"
    return f"{value:g}"


def percent_text(share):
    return f"{round(100 * share, 4) + 0:g} %"  # + 0: no "-0"


# --- Drawing


def matplotlib_figure(width, height):
    """A figure of that many pixels. matplotlib is loaded here, so that --help and bad files need none."""
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ImportError as error:
        raise UsageError("matplotlib is missing: run this script by .venv/bin/python3, into which ci/setup "
                         "installs it, or "
                         f"install it: {sys.executable} -m pip install matplotlib") from error
    # Letters stay letters in SVG, and the same numbers make the same file.
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "attngate", "font.size": 9})
    return Figure(figsize=(width * PIXEL, height * PIXEL), dpi=100)


def axes_at(figure, left, top, right, bottom):
    """Axes between these pixels, counted from the top left corner; without the frame's top and right."""
    width, height = figure.get_size_inches() / PIXEL
    axes = figure.add_axes([left / width, 1 - bottom / height, (right - left) / width, (bottom - top) / height])
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#dddddd")
    axes.set_axisbelow(True)
    return axes


def text_at(figure, x, y, words, **style):
    width, height = figure.get_size_inches() / PIXEL
    figure.text(x / width, 1 - y / height, words, ha="center", **style)


def set_axis(axes, which, axis, ends):
    """Scale, ends, ticks and label of `which`, "x" or "y"."""
    axes.set(**{f"{which}label": axis["label"]})
    matplotlib_axis = getattr(axes, f"{which}axis")
    if axis.get("logarithmic"):
        axes.set(**{f"{which}scale": "log"})
        matplotlib_axis.set_ticks([], minor=True)
        matplotlib_axis.set_ticks(log_ticks(*ends))
    matplotlib_axis.set_major_formatter(lambda value, _: (percent_text if axis.get("percent") else short_text)(value))
    axes.set(**{f"{which}lim": ends})


def draw_panel(figure, left, panel):
    series = drawable(panel)
    columns = 4 if all(len(label) <= 13 for label, _ in series) else 3  # so many labels fit beside one another
    top = 84 + 18 * math.ceil(len(series) / columns)
    middle = left + (72 + 576) / 2
    text_at(figure, middle, 62, panel["title"], fontsize=10)
    points = [point for _, points in series for point in points]
    if not points:
        text_at(figure, middle, (top + 500) / 2, "no row has both numbers")
        return
    axes = axes_at(figure, left + 72, top, left + 576, 442)
    ends = limits(panel["x"], [x for x, _ in points])
    set_axis(axes, "x", panel["x"], ends)
    set_axis(axes, "y", panel["y"], limits(panel["y"], [y for _, y in points] + [1] * panel["marks_one"]))
    if panel["marks_one"]:
        axes.axhline(1, color="#555555", linestyle=(0, (5, 4)), linewidth=1)
    for (label, points), colour in zip(series, COLOURS):
        faint = 0.3 if len(points) > 60 else 0.8  # shows where many points are dense
        axes.plot(*zip(*points) if points else ([], []), ".", color=colour, alpha=faint, markersize=4,
                  markeredgewidth=0)
        line = medians(points, panel["x"], ends)
        axes.plot(*zip(*line) if line else ([], []), "-", color=colour, linewidth=1.6)
        axes.plot([], [], "o", color=colour, markersize=6, label=label)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1, 1, 0.1), mode="expand", ncol=columns, frameon=False,
                borderaxespad=0, handletextpad=0.1)


def sweep_figure(files, title):
    name, devices, rows = read_sweep(files)
    figure = matplotlib_figure(1200, 500)
    title = title or f"attngate sweep {name}" + (" on " + ", ".join(devices) if devices else "")
    text_at(figure, 600, 24, title, fontsize=12)
    draw_panel(figure, 0, speedup_panel(name, rows))
    draw_panel(figure, 600, time_panel(name, rows))
    return figure


def draw_curve(axes, index, curve):
    """Shares of failed decisions with their intervals, the computed curve behind them, and the bound."""
    colour = COLOURS[index]
    arms = sorted(curve["arms"], key=lambda arm: arm["achieved"])
    slowdowns = [arm["achieved"] for arm in arms]
    shares = [arm["failed"] / arm["decisions"] for arm in arms]
    below = [share - arm["failed_from"] for share, arm in zip(shares, arms)]
    above = [arm["failed_to"] - share for share, arm in zip(shares, arms)]
    bound = curve["value"] - 1
    axes.axvline(bound, color=colour, linestyle=(0, (5, 4)), linewidth=1)
    # Left of it, where a curve still is at the bottom; each a line lower, should two bounds be the same.
    axes.annotate(f"bound {percent_text(bound)}", (bound, 0.9), (-5, -14 * index), textcoords="offset points",
                  ha="right", color=colour)
    axes.plot(*zip(*curve["computed"]), color=colour, linewidth=1, alpha=0.6)
    axes.errorbar(slowdowns, shares, yerr=[below, above], fmt="o", color=colour, markersize=5, capsize=3, clip_on=False,
                  label=f"{curve['us']:.0f} us, bound {curve['value']:g} (line: computed from its spreads)")


def study_figure(file, title):
    study = read_study(file)
    figure = matplotlib_figure(760, 480)
    text_at(figure, 380, 24, title or "Gates that fail, against the slowdown", fontsize=12)
    text_at(figure, 380, 43, study["device"], color="#555555")
    axes = axes_at(figure, 76, 64 + 18 * len(study["curves"]), 740, 424)
    axes.set(xlabel="slowdown of the candidate", ylabel="decisions that failed", ylim=(0, 1))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: percent_text(value))
    for index, curve in enumerate(study["curves"]):
        draw_curve(axes, index, curve)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), frameon=False, borderaxespad=0)
    return figure


# --- The command


EXAMPLES = """examples:
  attngate sweep fastpath --save-path rows.csv
  tools/plot.py sweep rows.csv -o rows.svg          speedup against padding, time against tokens
  attngate gate study --gate self --json study.json
  tools/plot.py gate study.json -o detection.svg    share of failed decisions against the slowdown

exit code: 0 the file is written, 2 it is not: the message says why"""


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True, metavar="sweep|gate")
    sweep = commands.add_parser("sweep", help="speedup against padding by length, and time against tokens by operator",
                                description="Draws the rows of `attngate sweep`: a point a row, lines through medians.")
    sweep.add_argument("files", nargs="+", metavar="ROWS",
                       help="CSV file of --save-path, or JSON file of --json, which knows the device's name; several "
                       "files of one sweep are drawn as one")
    gate = commands.add_parser("gate", help="share of failed decisions against the slowdown",
                               description="Draws what `attngate gate study` measured: rates with 95 % intervals, and "
                                           "the curve that its spreads make one expect.")
    gate.add_argument("file", metavar="STUDY.json", help="the study's --json file")
    for command in (sweep, gate):
        command.add_argument("-o", "--output", required=True, metavar="FILE",
                             help="what to write; its ending names the format: .svg, .png, .pdf")
        command.add_argument("--title", help="another title than the sweep's or the study's")
    return parser.parse_args(arguments)


def main(arguments=None):
    options = parse(arguments)
    try:
        if options.command == "sweep":
            figure = sweep_figure(options.files, options.title)
        else:
            figure = study_figure(options.file, options.title)
        try:
            figure.savefig(options.output, metadata={"Date": None} if options.output.endswith(".svg") else None)
        except (OSError, ValueError) as error:
            raise UsageError(f"{options.output}: cannot be written: {error}") from error
    except (UsageError, KeyError) as error:
        reason = f"{error} is missing in what is to be drawn" if isinstance(error, KeyError) else error
        print(f"plot.py: {reason}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
