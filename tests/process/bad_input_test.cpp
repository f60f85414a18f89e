#include <gtest/gtest.h>

#include "bad_input.h"
#include "one_helpful_line.h"

namespace attngate::test {
namespace {

TEST_P(BadInputTest, ends_with_2_and_one_helpful_line_and_leaves_nothing_behind) {
  const BadInput& bad = GetParam();
  const TroubleFolder folder;
  const auto before = folder.contents();
  const CommandEnd end = run({.program = bad.program,
                              .arguments = bad.arguments,
                              .environment = bad.environment,
                              .folder = folder.path(),
                              .most_file_bytes = bad.most_file_bytes,
                              .forked = bad.program == attngate_command && bad.most_file_bytes == 0});
  EXPECT_EQ(end.exit_code, 2) << "signal " << end.signal << "\n" << end.output << end.errors;
  expect_one_helpful_line(end, bad.helping_words);
  EXPECT_EQ(folder.contents(), before);
}

// The case line, as `attngate replay` takes it.
// ------------------------------------------------------------------------

BadInput line(const std::string& name, const std::string& text, const std::vector<std::string>& helping_words) {
  return {name, attngate_command, {"replay", text, "--device", "cpu"}, helping_words};
}

INSTANTIATE_TEST_SUITE_P(
    case_line, BadInputTest,
    testing::Values(
        line("empty", "", {"case line is empty", "example: dtype="}),
        line("blank", " \t ", {"case line is empty", "example: dtype="}),
        line("not_key_value", "dtype=fp32 heads 1", {"'heads' is not KEY=VALUE", "keys are dtype, heads"}),
        line("unknown_key", "dtype=fp32 heads=1 head_dim=8 lenghts=1",
             {"unknown key 'lenghts'", "did you mean lengths"}),
        line("duplicate_key", "dtype=fp32 heads=1 heads=2 head_dim=8 lengths=1", {"heads is given twice", "once"}),
        line("missing_key", "dtype=fp32 heads=1 head_dim=8", {"lengths is missing", "required"}),
        line("unknown_dtype", "dtype=fp8 heads=1 head_dim=8 lengths=1", {"dtype='fp8'", "fp16, bf16 or fp32"}),
        line("no_heads", "dtype=fp32 heads=0 head_dim=8 lengths=1", {"heads='0'", "1 to 1024"}),
        line("negative_length", "dtype=fp32 heads=1 head_dim=8 lengths=4,-3", {"lengths: item '-3'", "0 to 1048576"}),
        line("two_to_the_63", "dtype=fp32 heads=1 head_dim=9223372036854775808 lengths=1", {"head_dim=", "1 to 1024"}),
        line("two_to_the_64", "dtype=fp32 heads=1 head_dim=8 lengths=1 seed=18446744073709551616",
             {"seed=", "0xffffffffffffffff"}),
        line("too_many_sequences", "dtype=fp32 heads=1 head_dim=8 lengths=1x9223372036854775808",
             {"lengths: item", "1048576"}),
        line("mask_against_lengths", "dtype=fp32 heads=1 head_dim=8 lengths=1,2 mask=none",
             {"mask=none", "mask=padding"}),
        line("unprintable", "dtype=fp32 heads=\x1b[31m\n head_dim=8 lengths=1",
             {"heads='\\x1b[31m\\x0a'", "1 to 1024"}),
        BadInput{"without_quotes",
                 attngate_command,
                 {"replay", "dtype=fp32", "heads=1", "head_dim=8", "lengths=1"},
                 {"heads=1", "one pair of quotes"}},
        BadInput{"left_out", attngate_command, {"replay"}, {"LINE is required", "attngate replay --help"}}),
    name_of);

// Flags.
// ---------------------------------------------------------------------------------------------------------------

/// A bad flag beside the shortest possible good run.
BadInput check_with(const std::string& name, std::vector<std::string> more,
                    const std::vector<std::string>& helping_words) {
  std::vector<std::string> arguments = {"check", "--device", "cpu"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return {name, attngate_command, arguments, helping_words};
}

INSTANTIATE_TEST_SUITE_P(
    flag, BadInputTest,
    testing::Values(
        BadInput{"no_subcommand",
                 attngate_command,
                 {},
                 {"a subcommand is missing", "check, replay, list, faults, gate, sweep, report"}},
        BadInput{"unknown_subcommand",
                 attngate_command,
                 {"chekc"},
                 {"'chekc' is no subcommand", "check, replay, list, faults, gate, sweep, report"}},
        check_with("unknown_flag", {"--bogus"}, {"--bogus", "attngate check --help"}),
        check_with("stray_word", {"stray"}, {"stray", "attngate check --help"}),
        check_with("unknown_property", {"--property", "agrement"},
                   {"--property 'agrement'", "agreement, agreement_math"}),
        check_with("unknown_dtype", {"--dtype", "float"}, {"--dtype='float'", "fp16, bf16 or fp32"}),
        check_with("unknown_path", {"--path", "nn_mha"}, {"--path 'nn_mha'", "nn_mha_fast.flash", "attngate list"}),
        BadInput{
            "unknown_device", attngate_command, {"check", "--device", "tpu"}, {"--device 'tpu'", "cpu, cuda or auto"}},
        BadInput{"unknown_gate", attngate_command, {"gate", "--gate", "rooflien"}, {"--gate 'rooflien'", "gate list"}},
        BadInput{"unknown_class", attngate_command, {"gate", "--class", "tall"}, {"--class 'tall'", "gate list"}},
        BadInput{"unknown_planted_mistake",
                 attngate_command,
                 {"gate", "--plant", "maths"},
                 {"--plant 'maths'", "math, padding, upcast"}},
        BadInput{"half_a_gate_of_ones_own",
                 attngate_command,
                 {"gate", "--candidate", "sdpa.flash"},
                 {"--case", "--base", "--least-speedup"}},
        BadInput{"gate_of_an_unknown_path",
                 attngate_command,
                 {"gate", "--device", "cpu", "--case", "dtype=fp32 heads=1 head_dim=8 lengths=4", "--candidate",
                  "nn_mha", "--base", "nn_mha_slow.math", "--most-ratio", "1"},
                 {"--candidate 'nn_mha'", "nn_mha_fast.flash", "sdpa."}},
        BadInput{"missing_bounds", attngate_command, {"gate", "--bounds", "nowhere.json"}, {"nowhere.json"}},
        BadInput{"plot_of_a_study", attngate_command, {"gate", "--svg", "plot.svg"}, {"--svg", "tools/plot.py"}},
        BadInput{"loosened_bounds_without_a_file",
                 attngate_command,
                 {"gate", "calibrate", "--loosen-bounds"},
                 {"--loosen-bounds requires --write-bounds"}},
        BadInput{
            "missing_study", attngate_command, {"gate", "tally", "nowhere.json"}, {"nowhere.json", "cannot be read"}},
        BadInput{"missing_baseline",
                 attngate_command,
                 {"gate", "compare", "nowhere.json", "--device", "cpu"},
                 {"nowhere.json", "cannot be read"}},
        BadInput{"comparison_with_nothing",
                 attngate_command,
                 {"gate", "compare"},
                 {"BASELINE is required", "attngate gate compare --help"}},
        BadInput{"pairs_of_its_own_against_a_baseline",
                 attngate_command,
                 {"gate", "compare", "x.json", "--process-pairs", "101"},
                 {"--process-pairs", "attngate gate compare --help"}},
        BadInput{"more_pairs_to_draw_than_a_study_takes",
                 attngate_command,
                 {"gate", "study", "--process-pairs", "301"},
                 {"--process-pairs must not be more"}},
        BadInput{"pairs_of_ones_own_for_a_stored_study",
                 attngate_command,
                 {"gate", "tally", "x.json", "--process-pairs", "21"},
                 {"--process-pairs", "attngate gate tally --help"}},
        BadInput{"two_bounds_of_a_gate",
                 attngate_command,
                 {"gate", "--least-speedup", "2", "--most-ratio", "0.5"},
                 {"--least-speedup excludes --most-ratio"}},
        BadInput{"unknown_subcommand_of_gate",
                 attngate_command,
                 {"gate", "calibrat"},
                 {"'calibrat' is no subcommand", "run, list, calibrate, compare, study, tally"}},
        BadInput{"list_as_it_was_spelled", attngate_command, {"gate", "--list"}, {"--list is now: attngate gate list"}},
        BadInput{"comparison_as_it_was_spelled",
                 attngate_command,
                 {"gate", "--against=x.json"},
                 {"--against is now: attngate gate compare"}},
        BadInput{"calibration_as_it_was_spelled",
                 attngate_command,
                 {"gate", "--calibrate", "20", "--baseline", "x.json"},
                 {"--calibrate is now: attngate gate calibrate --processes"}},
        BadInput{"too_few_processes_to_fail_a_gate",
                 attngate_command,
                 {"gate", "--confirm", "7"},
                 {"--confirm 7", "can never fail a gate", "8 can"}},
        BadInput{
            "too_few_pairs_a_process", attngate_command, {"gate", "--process-pairs", "3"}, {"--process-pairs", "3"}},
        BadInput{"too_few_processes_to_calibrate",
                 attngate_command,
                 {"gate", "calibrate", "--processes", "3"},
                 {"--processes", "19"}},
        check_with("no_cases", {"--cases", "0"}, {"--cases", "1 to"}),
        check_with("negative_cases", {"--cases", "-5"}, {"--cases", "1 to"}),
        check_with("two_to_the_64_cases", {"--cases", "18446744073709551616"}, {"--cases", "1 to"}),
        check_with("negative_seconds", {"--seconds", "-1"}, {"--seconds", "0.001 to"}),
        check_with("no_number_of_seconds", {"--seconds", "nan"}, {"--seconds", "0.001 to"}),
        check_with("seed_that_is_no_number", {"--seed", "0x"}, {"--seed '0x'", "below 2^64", "random"}),
        check_with("seed_two_to_the_64", {"--seed", "18446744073709551616"}, {"--seed", "below 2^64"}),
        check_with("empty_seed", {"--seed", ""}, {"--seed", "empty"}),
        check_with("cudnn_on_the_cpu", {"--property", "agreement", "--property", "agreement_cudnn"},
                   {"--property agreement_cudnn", "on cpu", "attngate list"}),
        check_with("cudnn_in_fp32", {"--property", "agreement_cudnn", "--dtype", "fp32"},
                   {"--property agreement_cudnn", "fp32", "attngate list"}),
        BadInput{
            "replay_of_cudnn_on_the_cpu",
            attngate_command,
            {"replay", "dtype=fp16 heads=1 head_dim=8 lengths=2", "--property", "agreement_cudnn", "--device", "cpu"},
            {"--property agreement_cudnn", "fp16 on cpu", "attngate list"}},
        BadInput{"agreement_compiled_without_modules",
                 attngate_command,
                 {"check", "--device", "cpu", "--property", "agreement_compiled"},
                 {"--property agreement_compiled", "ci/export_modules.py --device cpu"},
                 {{"ATTNGATE_MODULES", "empty_folder"}}},
        BadInput{"report_of_nothing", attngate_command, {"report"}, {"RESULTS is required", "attngate report --help"}}),
    name_of);

// Files and folders.
// ---------------------------------------------------------------------------------------------------

/// A file or folder that cannot be used, beside a run of two cases.
BadInput small_run_with(const std::string& name, std::vector<std::string> more,
                        const std::vector<std::string>& helping_words, std::uint64_t most_file_bytes = 0) {
  std::vector<std::string> arguments = {"check",   "--device", "cpu",     "--property", "agreement",
                                        "--dtype", "fp32",     "--cases", "2"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return {name, attngate_command, arguments, helping_words, {}, most_file_bytes};
}

INSTANTIATE_TEST_SUITE_P(
    file, BadInputTest,
    testing::Values(
        small_run_with("results_below_a_file", {"--results", "a_file/results"}, {"a_file/results", "writable folder"}),
        small_run_with("results_in_a_file", {"--results", "a_file"}, {"a_file", "writable folder"}),
        small_run_with("empty_results", {"--results", ""}, {"--results", "empty"}),
        small_run_with("json_is_a_folder", {"--json", "empty_folder"}, {"--json 'empty_folder'", "no regular file"}),
        small_run_with("json_in_a_missing_folder", {"--json", "missing/x.json"},
                       {"--json 'missing/x.json'", "No such file"}),
        small_run_with("json_is_a_link", {"--json", "a_link"}, {"--json 'a_link'", "no regular file"}),
        small_run_with("empty_json", {"--json", ""}, {"--json", "empty"}),
        BadInput{"list_on_a_full_disk",
                 attngate_command,
                 {"list", "--json", "x.json"},
                 {"x.json", "cannot be written"},
                 {},
                 1000},
        small_run_with("missing_corpus", {"--corpus", "missing"}, {"corpus folder 'missing'", "No such file"}),
        small_run_with("empty_corpus", {"--corpus", ""}, {"--corpus", "empty"}),
        small_run_with("corrupt_corpus", {"--corpus", "bad_corpus"},
                       {"bad_corpus/bad.case:3:", "unknown key 'length'"}),
        BadInput{
            "report_of_a_missing_folder", attngate_command, {"report", "missing"}, {"'missing'", "cannot be read"}},
        BadInput{"report_of_an_empty_folder",
                 attngate_command,
                 {"report", "empty_folder"},
                 {"'empty_folder'", "run ci/gate"}},
        BadInput{"report_of_half_a_file", attngate_command, {"report", "bad_results"}, {"torn.json", "only a part"}},
        BadInput{"report_of_another_version", attngate_command, {"report", "old_results"}, {"old.json", "version"}}),
    name_of);

// Environment variables: of the command, of the test binary, of the planted paths.
// --------------------------------------

BadInput variables(const std::string& name, const std::string& program,
                   const std::map<std::string, std::string>& environment,
                   const std::vector<std::string>& helping_words) {
  const bool is_tests = program == property_tests_command;
  const std::vector<std::string> arguments =
      is_tests ? std::vector<std::string>{"--gtest_filter=property.agreement.fp32.cpu"}
               : std::vector<std::string>{"check", "--device", "cpu"};
  return {name, program, arguments, helping_words, environment};
}

const std::string good_line = "dtype=fp32 heads=1 head_dim=8 lengths=1";

INSTANTIATE_TEST_SUITE_P(
    variable, BadInputTest,
    testing::Values(
        variables("cases_of_the_command", attngate_command, {{"ATTNGATE_CASES", "many"}},
                  {"ATTNGATE_CASES='many'", "1 to"}),
        variables("in_process_of_the_command", attngate_command, {{"ATTNGATE_IN_PROCESS", "yes"}},
                  {"ATTNGATE_IN_PROCESS='yes'", "0 or 1"}),
        variables("seed_of_the_command", attngate_command, {{"ATTNGATE_SEED", "junk"}},
                  {"ATTNGATE_SEED='junk'", "random"}),
        variables("case_and_seed", property_tests_command, {{"ATTNGATE_CASE", good_line}, {"ATTNGATE_SEED", "1"}},
                  {"ATTNGATE_SEED='1'", "not allowed together with ATTNGATE_CASE"}),
        variables("malformed_case", property_tests_command, {{"ATTNGATE_CASE", "dtype=fp32"}},
                  {"ATTNGATE_CASE=", "heads is missing"}),
        variables("empty_case", property_tests_command, {{"ATTNGATE_CASE", ""}},
                  {"ATTNGATE_CASE=''", "empty", "example"}),
        variables("seed_of_the_tests", property_tests_command, {{"ATTNGATE_SEED", "1e3"}},
                  {"ATTNGATE_SEED='1e3'", "random"}),
        variables("no_cases", property_tests_command, {{"ATTNGATE_CASES", "0"}}, {"ATTNGATE_CASES='0'", "1 to"}),
        variables("negative_seconds", property_tests_command, {{"ATTNGATE_SECONDS", "-1"}},
                  {"ATTNGATE_SECONDS='-1'", "0.001 to"}),
        variables("require_gpu_yes", property_tests_command, {{"ATTNGATE_REQUIRE_GPU", "yes"}},
                  {"ATTNGATE_REQUIRE_GPU='yes'", "0 or 1"}),
        variables("results_in_a_file", property_tests_command, {{"ATTNGATE_RESULTS", "a_file"}},
                  {"a_file", "writable folder"}),
        BadInput{"filter_without_tests",
                 property_tests_command,
                 {"--gtest_filter=nothing*"},
                 {"no test matches", "--gtest_list_tests"}},
        BadInput{"filter_with_a_test_that_does_not_exist",
                 property_tests_command,
                 {"--gtest_filter=property.status.fp32.cpu:property.statsu.fp32.cpu"},
                 {"no test matches", "property.statsu.fp32.cpu"}},
        BadInput{"no_number_of_seconds_of_the_tests",
                 property_tests_command,
                 {"--seconds", "nan"},
                 {"--seconds", "allowed is a number", "--help"}},
        BadInput{"unknown_argument_of_the_tests", property_tests_command, {"--bogus"}, {"--bogus", "--help"}},
        variables("unknown_planted_path", planted_command, {{"ATTNGATE_PLANTED", "planted_nothing"}},
                  {"ATTNGATE_PLANTED: 'planted_nothing'", "planted_healthy"})),
    name_of);

}  // namespace
}  // namespace attngate::test
