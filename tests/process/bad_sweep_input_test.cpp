// Of sweeps everything is told before anything is measured.
#include <gtest/gtest.h>

#include "bad_input.h"

namespace attngate::test {
namespace {

/// Something wrong with a sweep of one row.
BadInput sweep_with(const std::string& name, const std::string& sweep, std::vector<std::string> more,
                    const std::vector<std::string>& helping_words, std::uint64_t most_file_bytes = 0) {
  std::vector<std::string> arguments = {"sweep", sweep, "--device", "cpu"};
  if (sweep == "fastpath") arguments.insert(arguments.end(), {"--sequence-lengths", "8", "--embed-dims", "32"});
  arguments.insert(arguments.end(), more.begin(), more.end());
  return {name, attngate_command, arguments, helping_words, {}, most_file_bytes};
}

INSTANTIATE_TEST_SUITE_P(
    sweep, BadInputTest,
    testing::Values(
        BadInput{"sweep_of_nothing",
                 attngate_command,
                 {"sweep"},
                 {"a subcommand is missing", "fastpath, sdp", "attngate sweep --help"}},
        sweep_with("unknown_dtype", "fastpath", {"--dtype", "fp8"}, {"--dtype='fp8'", "fp16, bf16 or fp32"}),
        sweep_with("unknown_dtype_of_sdp", "sdp", {"--dtype", "fp16,float"}, {"--dtype='float'", "fp16, bf16 or fp32"}),
        sweep_with("no_configurations", "fastpath", {"--b-values", ""},
                   {"--b-values", "attngate sweep fastpath --help"}),
        sweep_with("no_experiments", "sdp", {"--no-single", "--no-grid"},
                   {"--no-single --no-grid", "without configurations"}),
        sweep_with("batch_of_zero", "fastpath", {"--batch-sizes", "16,0"}, {"--batch-sizes", "'0'", "1 to 1048576"}),
        sweep_with("value_given_twice", "fastpath", {"--batch-sizes", "16,32,16"},
                   {"--batch-sizes", "16 is given twice"}),
        sweep_with("dtype_given_twice", "sdp", {"--dtype", "fp16", "--dtype", "fp16"},
                   {"--dtype", "fp16 is given twice"}),
        sweep_with("no_number", "fastpath", {"--batch-sizes", "16,many"}, {"--batch-sizes", "many"}),
        sweep_with("b_beyond_the_distribution", "fastpath", {"--b-values", "81"}, {"--b-values", "'81'", "1 to 80"}),
        sweep_with("heads_that_do_not_divide", "fastpath", {"--n-heads", "5"}, {"embed_dim 32", "5 heads"}),
        sweep_with("padding_of_two", "sdp", {"--pad-percentages", "2"}, {"--pad-percentages '2'", "0 to 0.95"}),
        sweep_with("unknown_path", "fastpath", {"--fast", "nn_mha_fats"},
                   {"--fast 'nn_mha_fats'", "nn_mha_fast.flash"}),
        sweep_with("unknown_further_path", "sdp", {"--also", "mine"}, {"--also 'mine'", "no such path or family"}),
        sweep_with("more_pairs_than_an_estimate_takes", "fastpath", {"--most-pairs", "502"},
                   {"--most-pairs", "1 to 501"}),
        sweep_with("most_below_least", "fastpath", {"--least-pairs", "9", "--most-pairs", "3"},
                   {"--most-pairs 3", "--least-pairs, 9"}),
        sweep_with("seed", "sdp", {"--seed", "x"}, {"--seed 'x'", "random"}),
        sweep_with("save_path_in_a_missing_folder", "fastpath", {"--save-path", "missing/x.csv"},
                   {"--save-path 'missing/x.csv'", "No such file"}),
        sweep_with("save_path_below_a_file", "fastpath", {"--save-path", "a_file/x.csv"},
                   {"--save-path 'a_file/x.csv'", "Not a directory"}),
        sweep_with("save_path_that_is_always_full", "sdp", {"--save_path", "/dev/full"},
                   {"--save-path '/dev/full'", "no regular file"}),
        sweep_with("save_path_on_a_full_disk", "fastpath", {"--save-path", "x.csv"},
                   {"--save-path 'x.csv'", "File too large"}, 200),
        sweep_with("error_save_path_is_a_folder", "fastpath", {"--error-save-path", "empty_folder"},
                   {"--error-save-path 'empty_folder'"}),
        sweep_with("json_of_a_sweep_is_a_folder", "sdp", {"--json", "empty_folder"}, {"--json 'empty_folder'"}),
        sweep_with("plot_of_a_sweep", "sdp", {"--plot", "x.svg"}, {"--plot", "tools/plot.py"}),
        sweep_with("two_files_in_one", "sdp", {"--save-path", "x", "--json", "x"},
                   {"--save-path and --json name the same file"}),
        sweep_with("resume_of_nothing", "sdp", {"--resume"}, {"--resume requires --save-path"}),
        sweep_with("resume_of_another_sweep", "fastpath", {"--resume", "--save-path", "other_rows.csv"},
                   {"--save-path 'other_rows.csv'", "not what a sweep writes"}),
        sweep_with("rows_over_a_file_of_others", "fastpath", {"--overwrite", "--save-path", "other_rows.csv"},
                   {"--save-path 'other_rows.csv'", "not what a sweep writes"}),
        sweep_with("counts_over_a_file_of_others", "sdp", {"--overwrite", "--error-save-path", "a_file"},
                   {"--error-save-path 'a_file'", "not what a sweep writes"}),
        sweep_with("json_over_a_file_of_others", "sdp", {"--overwrite", "--json", "old_results/old.json"},
                   {"--json 'old_results/old.json'", "not what a sweep writes"}),
        sweep_with("more_rows_than_are_allowed", "sdp", {"--most-rows", "6"}, {"--most-rows 6", "7 rows", "--dry-run"}),
        sweep_with("two_spellings_of_one_file", "sdp", {"--save-path", "x", "--json", "empty_folder/../x"},
                   {"--save-path and --json name the same file"}),
        sweep_with("resumed_and_overwritten", "sdp", {"--resume", "--overwrite", "--save-path", "x"},
                   {"--resume excludes --overwrite"})),
    name_of);

}  // namespace
}  // namespace attngate::test
