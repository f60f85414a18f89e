#!/usr/bin/env python3
"""Checks the *.md files of a repository, so that its documentation cannot rot.

  - each relative link leads to a file, and its #anchor to a heading of that file
  - each path in backticks that looks like one of the repository's (src/..., docs/..., ci/...) exists; not in
    CHANGELOG.md, which tells of the past
  - no line is longer than 120 columns
  - README.md is at most 150 lines long

Prints one line for each fault, as FILE:LINE: WHAT. Needs Python 3 alone.
"""

import argparse
import pathlib
import re
import subprocess
import sys

MOST_COLUMNS = 120
MOST_README_LINES = 150

# Folders whose names make a word in backticks a path of the repository. What a build makes is not among them.
FOLDERS = ("ci", "cmake", "data", "docs", "examples", "src", "tests", "tools")

FENCE = re.compile(r"\s*(```|~~~)")
HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*\s*$")
CODE_SPAN = re.compile(r"(`+)(.+?)\1")
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]*)>?[^)]*\)")
DEFINITION = re.compile(r"\s{0,3}\[[^\]]+\]:\s+<?([^\s>]+)>?")
PATH = re.compile(r"(?<![\w./<-])(?:%s)/[\w./*-]*[\w*/]" % "|".join(FOLDERS))


def anchor(heading):
    """The anchor that GitHub gives a heading."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def prose(text):
    """The lines outside of fenced blocks, as (number, line)."""
    fence = None
    for number, line in enumerate(text.splitlines(), 1):
        mark = FENCE.match(line)
        if mark and fence in (None, mark.group(1)):
            fence = None if fence else mark.group(1)
        elif not fence:
            yield number, line


def anchors(text):
    """All anchors of a page. Headings of the same words are numbered from the second one on."""
    found, seen = set(), {}
    for _, line in prose(text):
        if heading := HEADING.match(line):
            name = anchor(heading.group(1))
            found.add(f"{name}-{seen[name]}" if name in seen else name)
            seen[name] = seen.get(name, 0) + 1
    return found


class Checker:
    """Checks the pages of one repository."""

    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.anchors_of = {}

    def pages(self):
        """Its *.md files: those that git knows or would take; without git all but hidden ones and those of builds."""
        listing = subprocess.run(
            ["git", "-C", self.root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"],
            capture_output=True, text=True, check=False)
        if listing.returncode == 0:
            names = [name for name in listing.stdout.split("\0") if name]
        else:
            hidden = re.compile(r"(^|/)(\.|build/)")
            names = [str(page.relative_to(self.root)) for page in self.root.rglob("*.md")]
            names = [name for name in names if not hidden.search(name)]
        return sorted(name for name in set(names) if (self.root / name).is_file())

    def faults(self):
        """Yields (page, line number, what is wrong)."""
        for name in self.pages():
            text = (self.root / name).read_text(encoding="utf-8")
            for number, line in enumerate(text.splitlines(), 1):
                if len(line) > MOST_COLUMNS:
                    yield name, number, f"{len(line)} columns; at most {MOST_COLUMNS} are allowed"
            if name == "README.md" and len(text.splitlines()) > MOST_README_LINES:
                yield name, len(text.splitlines()), f"more than {MOST_README_LINES} lines: move something to docs/"
            for number, line in prose(text):
                for what in self.faults_of_line(self.root / name, line):
                    yield name, number, what

    def faults_of_line(self, page, line):
        if page.name != "CHANGELOG.md":
            for _, code in CODE_SPAN.findall(line):
                yield from self.missing_paths(code)
            if line.startswith("    "):  # a command of an indented block; a list goes on with two blanks here
                yield from self.missing_paths(line)
        targets = LINK.findall(CODE_SPAN.sub("code", line))
        if definition := DEFINITION.match(line):
            targets.append(definition.group(1))
        for target in targets:
            if what := self.broken_link(page, target):
                yield what

    def missing_paths(self, code):
        """Paths of the repository in a piece of code that are not there; a * stands for any name."""
        for path in PATH.findall(code):
            if not any(self.root.glob(path.rstrip("/"))):
                yield f"`{path}` does not exist"

    def broken_link(self, page, target):
        """What is wrong with a link, or None. Links to the web are not followed."""
        if re.match(r"[a-z][a-z+.-]*:", target):
            return None
        path, _, wanted = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists():
            return f"link to {target}: there is no {path}"
        if wanted and file.suffix == ".md":
            if file not in self.anchors_of:
                self.anchors_of[file] = anchors(file.read_text(encoding="utf-8"))
            if wanted not in self.anchors_of[file]:
                return f"link to {target}: no heading has the anchor #{wanted}"
        return None


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     epilog="exit code: 0 no fault, 1 some, or no page was found; 2 bad usage")
    parser.add_argument("root", nargs="?", default=pathlib.Path(__file__).resolve().parent.parent, type=pathlib.Path,
                        help="the repository (default: the one that this script is in)")
    root = parser.parse_args(arguments).root
    if not root.is_dir():
        parser.error(f"{root} is no folder")
    checker = Checker(root)
    count = 0
    for page, number, what in checker.faults():
        print(f"{page}:{number}: {what}")
        count += 1
    pages = len(checker.pages())
    print(f"{pages} pages, {count} faults")
    return 1 if count or not pages else 0


if __name__ == "__main__":
    sys.exit(main())
