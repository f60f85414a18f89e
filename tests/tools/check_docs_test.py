#!/usr/bin/env python3
"""tools/check_docs.py on small repositories with one fault each, and on this one."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
SCRIPT = REPOSITORY / "tools" / "check_docs.py"


def check(root):
    """Runs the script; returns its exit code and what it printed."""
    run = subprocess.run([sys.executable, str(SCRIPT), str(root)], capture_output=True, text=True, check=False)
    return run.returncode, run.stdout + run.stderr


class CheckDocs(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        (self.root / "docs").mkdir()
        (self.root / "src").mkdir()
        (self.root / "src" / "case.h").touch()

    def write(self, name, text):
        (self.root / name).write_text(text, encoding="utf-8")

    def assert_holds(self):
        code, output = check(self.root)
        self.assertEqual(code, 0, output)

    def assert_fault(self, expected):
        code, output = check(self.root)
        self.assertEqual(code, 1, output)
        self.assertIn(expected, output)
        self.assertIn(" 1 faults", output)

    def test_holds_when_links_anchors_paths_and_lines_are_right(self):
        self.write("README.md", "# A\n[b](docs/b.md#what-does-it-say) `src/case.h` `src/*.h` [web](https://a.b/c#d)\n")
        self.write("docs/b.md", "# B\n## What *does* it say?\n[up](../README.md) [here](#b)\n" + "x" * 120 + "\n")
        self.assert_holds()

    def test_a_link_to_a_file_that_is_not_there_is_a_fault(self):
        self.write("README.md", "# A\n\n[b](docs/b.md)\n")
        self.assert_fault("README.md:3: link to docs/b.md: there is no docs/b.md")

    def test_a_link_to_a_heading_that_is_not_there_is_a_fault(self):
        self.write("README.md", "# A\n[a](#b)\n")
        self.assert_fault("README.md:2: link to #b: no heading has the anchor #b")

    def test_a_heading_within_a_fenced_block_is_no_anchor(self):
        self.write("README.md", "# A\n[a](#b)\n```\n# B\n```\n")
        self.assert_fault("no heading has the anchor #b")

    def test_headings_of_the_same_words_are_numbered(self):
        self.write("README.md", "# A\n# A\n[first](#a) [second](#a-1)\n")
        self.assert_holds()

    def test_a_link_whose_text_is_code_is_followed(self):
        self.write("README.md", "# A\n[`b`](b.md)\n")
        self.assert_fault("there is no b.md")

    def test_code_that_looks_like_a_link_is_none(self):
        self.write("README.md", "# A\n`[](PathRegistry& r)`\n```\n[x](y.md)\n```\n")
        self.assert_holds()

    def test_a_path_in_backticks_that_is_not_there_is_a_fault(self):
        self.write("docs/b.md", "see `src/cases.h`\n")
        self.assert_fault("docs/b.md:1: `src/cases.h` does not exist")

    def test_a_path_in_an_indented_command_that_is_not_there_is_a_fault(self):
        self.write("README.md", "# A\n\n    ci/gate --help\n")
        self.assert_fault("`ci/gate` does not exist")

    def test_a_changelog_may_name_what_is_gone(self):
        self.write("CHANGELOG.md", "`src/cases.h` is gone\n")
        self.assert_holds()

    def test_paths_of_a_build_and_of_elsewhere_are_not_looked_for(self):
        self.write("README.md", "`build/dev/bin/attngate` `path/to/src/x.h` `PREFIX/docs/x`\n")
        self.assert_holds()

    def test_a_line_of_121_columns_is_a_fault(self):
        self.write("README.md", "\u00e9" * 121 + "\n")
        self.assert_fault("README.md:1: 121 columns")

    def test_a_readme_of_151_lines_is_a_fault_and_another_page_is_not(self):
        self.write("docs/b.md", "x\n" * 151)
        self.assert_holds()
        self.write("README.md", "x\n" * 151)
        self.assert_fault("more than 150 lines")

    def test_pages_of_packages_and_builds_are_not_ours(self):
        self.write("README.md", "# A\n")
        for folder in ".venv", "build":
            (self.root / folder).mkdir()
            self.write(f"{folder}/b.md", "[x](y.md)\n")
        self.assert_holds()

    def test_a_folder_without_pages_fails(self):
        code, output = check(self.root)
        self.assertEqual(code, 1, output)

    def test_a_folder_that_is_not_there_is_bad_usage(self):
        code, output = check(self.root / "nowhere")
        self.assertEqual(code, 2, output)

    def test_help_is_there(self):
        run = subprocess.run([sys.executable, str(SCRIPT), "--help"], capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 0)
        self.assertIn("exit code", run.stdout)

    def test_the_ten_lines_of_readme_are_those_of_the_example(self):
        readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
        lines = readme.split("```cpp\n")[1].split("```")[0]
        self.assertEqual(len(lines.splitlines()), 10)
        self.assertIn(lines, (REPOSITORY / "examples" / "ten_lines" / "ten_lines.cpp").read_text(encoding="utf-8"))

    def test_the_pages_of_this_repository_hold(self):
        code, output = check(REPOSITORY)
        self.assertEqual(code, 0, output)


if __name__ == "__main__":
    unittest.main()
