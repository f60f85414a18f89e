#!/usr/bin/env python3
"""Tests of tests/in_shards."""

import pathlib
import subprocess
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[1] / "in_shards"


def run(count, shell):
    """in_shards over a shell line that sees its shard's number; exit code and output."""
    command = [str(SCRIPT), str(count), "bash", "-c", shell]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
    return done.returncode, done.stdout


class InShards(unittest.TestCase):
    def test_runs_each_shard_once_and_prints_one_behind_the_other(self):
        code, output = run(3, "sleep 0.$((3 - GTEST_SHARD_INDEX)); echo $GTEST_SHARD_INDEX of $GTEST_TOTAL_SHARDS")
        self.assertEqual((code, output), (0, "0 of 3\n1 of 3\n2 of 3\n"))

    def test_fails_where_one_shard_fails(self):
        self.assertEqual(run(2, "exit $GTEST_SHARD_INDEX")[0], 1)
        self.assertEqual(run(2, "exit $((77 + GTEST_SHARD_INDEX))")[0], 78)
        self.assertEqual(run(2, "[[ $GTEST_SHARD_INDEX == 1 ]] || kill -SEGV $$")[0], 139)

    def test_is_skipped_where_all_are_and_holds_where_one_does(self):
        self.assertEqual(run(2, "exit 77")[0], 77)
        self.assertEqual(run(2, "exit $((77 * GTEST_SHARD_INDEX))")[0], 0)

    def test_leaves_control_c_to_the_tests(self):
        code, output = run(2, "python3 -c 'import signal; print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)'")
        self.assertEqual((code, output), (0, "False\nFalse\n"))

    def test_refuses_what_is_no_number_of_shards(self):
        for wrong in ("0", "two", "-1"):
            code, output = run(wrong, "true")
            self.assertEqual(code, 2, output)
            self.assertIn("usage: tests/in_shards N COMMAND...", output)


if __name__ == "__main__":
    unittest.main()
