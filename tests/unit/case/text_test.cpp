#include <cstdint>

#include "attngate/case/text.h"

#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "attngate/case/enumerators.h"
#include "attngate/case/generate.h"
#include "unit/refusal.h"

namespace attngate {
namespace {

std::string refusal_of_line(std::string_view line) {
  return test::refusal_by<CaseError>([&] { parse_line(line); });
}

/// A good line with one key added; the base has only what is required.
std::string with(const std::string& more) { return "dtype=fp16 heads=8 head_dim=64 lengths=7,1,64 " + more; }

std::string with_lengths(const std::string& lengths) { return "dtype=fp16 heads=8 head_dim=64 lengths=" + lengths; }

TEST(ToLine, leaves_defaults_out) {
  EXPECT_EQ(to_line({.dtype = DType::fp16, .num_heads = 8, .head_dim = 64, .lengths = {7, 1, 64}}),
            "dtype=fp16 heads=8 head_dim=64 lengths=7,1,64");
}

TEST(ToLine, prints_every_key_that_is_not_default) {
  EXPECT_EQ(to_line({.dtype = DType::bf16,
                     .num_heads = 1,
                     .head_dim = 2,
                     .lengths = {5, 5},
                     .mask = MaskKind::none,
                     .extra_padding = 0,
                     .padding_content = 1024,
                     .need_weights = true,
                     .seed = 0x2a}),
            "dtype=bf16 heads=1 head_dim=2 lengths=5,5 mask=none padding_content=1024 need_weights=1 seed=0x2a");
  EXPECT_EQ(to_line({.lengths = {3}, .extra_padding = 2}), "dtype=fp32 heads=1 head_dim=8 lengths=3 extra_padding=2");
}

TEST(ToLine, prints_storage_and_values_that_are_not_default) {
  EXPECT_EQ(to_line({.lengths = {0, 5},
                     .mask = MaskKind::holes,
                     .layout = StorageLayout::sliced,
                     .nested = NestedForm::gaps,
                     .values = ValueProfile::negative_logits,
                     .storage_offset = 1,
                     .parameter_offset = 3}),
            "dtype=fp32 heads=1 head_dim=8 lengths=0,5 mask=holes layout=sliced nested=gaps values=negative_logits "
            "storage_offset=1 parameter_offset=3");
}

TEST(ToLine, writes_an_empty_batch_as_none) {
  EXPECT_EQ(to_line({.lengths = {}}), "dtype=fp32 heads=1 head_dim=8 lengths=none");
  EXPECT_TRUE(parse_line("dtype=fp32 heads=1 head_dim=8 lengths=none").lengths.empty());
}

TEST(ToLine, folds_three_equal_lengths_and_more) {
  AttentionCase c{.lengths = {5, 5, 4, 4, 4, 5}};
  EXPECT_EQ(to_line(c), "dtype=fp32 heads=1 head_dim=8 lengths=5,5,4x3,5");
  c.lengths.assign(30000, 1);
  c.lengths.push_back(5);
  EXPECT_EQ(to_line(c), "dtype=fp32 heads=1 head_dim=8 lengths=1x30000,5");
}

TEST(ParseLine, reads_what_to_line_prints) {
  // Random cases have every value of every key in their first 20,000, see coverage_test.cpp.
  const GeneratorOptions options;
  for (std::int64_t index = 0; index < 20000; ++index) {
    const AttentionCase c = nth_case(options, 17, index);
    ASSERT_EQ(parse_line(to_line(c)), c);
  }
}

TEST(ParseLine, reads_each_enumerator_by_its_name) {
  const auto reads_all = [](auto AttentionCase::*member, const char* key, const auto& values) {
    for (const auto value : values) {
      const std::string line = fmt::format("dtype=fp32 heads=1 head_dim=1 lengths=2 {}={}", key, to_string(value));
      EXPECT_EQ(parse_line(line).*member, value) << line;
    }
  };
  reads_all(&AttentionCase::mask, "mask", enumerators<MaskKind>);
  reads_all(&AttentionCase::layout, "layout", enumerators<StorageLayout>);
  reads_all(&AttentionCase::nested, "nested", enumerators<NestedForm>);
  reads_all(&AttentionCase::values, "values", enumerators<ValueProfile>);
}

TEST(ParseLine, takes_keys_in_any_order_with_spaces_and_tabs_between) {
  const AttentionCase c = parse_line(" \tseed=42 lengths=2x2,7  dtype=fp32\thead_dim=4 heads=3 mask=padding  ");
  EXPECT_EQ(c, (AttentionCase{.dtype = DType::fp32, .num_heads = 3, .head_dim = 4, .lengths = {2, 2, 7}, .seed = 42}));
}

TEST(ParseLine, takes_a_seed_of_all_64_bits_in_both_bases) {
  EXPECT_EQ(parse_line(with("seed=0xffffffffffffffff")).seed, UINT64_MAX);
  EXPECT_EQ(parse_line(with("seed=18446744073709551615")).seed, UINT64_MAX);
}

TEST(ParseLine, names_the_unknown_key_and_the_known_ones) {
  EXPECT_EQ(refusal_of_line(with("hedas=8")),
            "unknown key 'hedas': did you mean heads? The keys are dtype, heads, head_dim, lengths, mask, "
            "extra_padding, padding_content, need_weights, layout, nested, values, storage_offset, parameter_offset, "
            "seed");
  EXPECT_NE(refusal_of_line(with("need_weight=1")).find("did you mean need_weights?"), std::string::npos);
  EXPECT_NE(refusal_of_line(with("SEED=1")).find("unknown key 'SEED'"), std::string::npos);
  EXPECT_NE(refusal_of_line(with("=1")).find("unknown key ''"), std::string::npos);
}

TEST(ParseLine, refuses_a_key_given_twice) {
  EXPECT_EQ(refusal_of_line(with("heads=9")),
            "heads is given twice, the second time in 'heads=9': each key may come once");
}

TEST(ParseLine, names_the_required_key_that_is_missing) {
  EXPECT_EQ(refusal_of_line("dtype=fp16 heads=8 head_dim=64"),
            "lengths is missing; dtype, heads, head_dim and lengths are required");
  EXPECT_EQ(refusal_of_line("heads=8"), "dtype is missing; dtype, heads, head_dim and lengths are required");
}

TEST(ParseLine, refuses_an_empty_line_with_an_example) {
  for (const char* const line : {"", " ", "\t \t"}) {
    EXPECT_EQ(refusal_of_line(line),
              "the case line is empty; an example: dtype=fp16 heads=8 head_dim=64 lengths=7,1,64");
  }
}

TEST(ParseLine, refuses_words_that_are_not_key_and_value) {
  for (const char* const junk : {"junk", "seed", "seed =1", "#", "\r", "\n", "--seed"}) {
    EXPECT_NE(refusal_of_line(with(junk)).find("is not KEY=VALUE; the keys are dtype,"), std::string::npos) << junk;
  }
}

TEST(ParseLine, refuses_numbers_that_are_not_plain_digits_in_range) {
  for (const char* const value : {"", "-1", "+8", "0", "1025", "8.0", "0x8", "8,", "8h", "1e3", "9223372036854775808",
                                  "18446744073709551616", "99999999999999999999999999"}) {
    const std::string line = std::string("dtype=fp16 head_dim=64 lengths=7 heads=") + value;
    EXPECT_EQ(refusal_of_line(line), std::string("heads='") + value + "': must be a whole number, 1 to 1024");
  }
}

TEST(ParseLine, refuses_bad_switches_naming_the_key) {
  EXPECT_EQ(refusal_of_line(with("need_weights=true")), "need_weights='true': must be a whole number, 0 to 1");
  EXPECT_EQ(refusal_of_line(with("mask=None")), "mask='None': must be padding, none, holes, 2d, 4d or causal");
  EXPECT_EQ(refusal_of_line(with("layout=strided")),
            "layout='strided': must be packed, transposed, sliced or expanded");
  EXPECT_EQ(refusal_of_line(with("nested=")), "nested='': must be view, gaps, list or mask");
  EXPECT_EQ(refusal_of_line(with("values=huge")),
            "values='huge': must be normal, tiny, large, outlier or negative_logits");
  EXPECT_EQ(refusal_of_line(with("storage_offset=4")), "storage_offset='4': must be a whole number, 0 to 3");
  EXPECT_EQ(refusal_of_line(with("parameter_offset=-1")), "parameter_offset='-1': must be a whole number, 0 to 3");
  EXPECT_EQ(refusal_of_line(with("extra_padding=-3")), "extra_padding='-3': must be a whole number, 0 to 65536");
  EXPECT_EQ(refusal_of_line("dtype=int8 heads=8 head_dim=64 lengths=7"), "dtype='int8': must be fp16, bf16 or fp32");
}

TEST(ParseLine, refuses_seeds_that_do_not_fit) {
  for (const char* const seed : {"", "0x", "-1", "0X1", "0x10000000000000000", "18446744073709551616", "2a", "0x-1"}) {
    EXPECT_EQ(refusal_of_line(with(std::string("seed=") + seed)),
              std::string("seed='") + seed + "': must be 0 to 0xffffffffffffffff, hexadecimal with 0x or decimal");
  }
}

TEST(ParseLine, refuses_lengths_with_empty_or_impossible_items) {
  for (const char* const lengths :
       {"", ",", "7,", ",7", "7,,8", "-1", "7;8", "None", "none,1", "7,none", "x3", "1048577", "9223372036854775808"}) {
    EXPECT_NE(refusal_of_line(with_lengths(lengths)).find("a length must be 0 to 1048576"), std::string::npos)
        << lengths;
  }
  EXPECT_EQ(refusal_of_line(with_lengths("5,-1,7")),
            "lengths: item '-1': a length must be 0 to 1048576, and the list LENGTH or LENGTHxCOUNT separated by "
            "single commas, or none");
}

TEST(ParseLine, reads_a_count_of_empty_sequences) {
  EXPECT_EQ(parse_line(with_lengths("0x3,5")).lengths, (std::vector<std::int64_t>{0, 0, 0, 5}));
}

TEST(ParseLine, refuses_counts_before_they_take_memory) {
  for (const char* const lengths :
       {"1x", "1x0", "1x-1", "1x2x3", "1x1048577", "1x1152921504606846976", "1x18446744073709551616", "1x1048576,1"}) {
    EXPECT_NE(refusal_of_line(with_lengths(lengths)).find("all counts together at most 1048576 sequences"),
              std::string::npos)
        << lengths;
  }
  EXPECT_EQ(parse_line(with_lengths("1x1048576")).batch_size(), 1048576);
}

TEST(ParseLine, refuses_what_only_the_whole_case_can_tell) {
  EXPECT_EQ(refusal_of_line(with("mask=none")), "mask=none: needs all lengths equal, use mask=padding");
  EXPECT_EQ(refusal_of_line(with("layout=expanded")), "layout=expanded: needs all lengths equal, use layout=packed");
  EXPECT_EQ(refusal_of_line(with_lengths("0,7 nested=mask")),
            "nested=mask: needs every length 1 or more, use nested=view");
  EXPECT_EQ(refusal_of_line(with("padding_content=1000")), "accepted");  // 125 * 8: 7 significant bits
  EXPECT_EQ(refusal_of_line(with("padding_content=1001")),
            "padding_content=1001: must be exact in bf16 (8 significant bits), use a power of two");
}

TEST(ParseLine, keeps_errors_on_one_printable_line) {
  const std::string lines[] = {with(std::string("a\0b=1", 5)), with("s\xc3\xa4\x65\x64=1"), with("seed=1\n2"),
                               with(std::string(100000, 'k') + "=1"), with("seed=" + std::string(100000, '9'))};
  for (const std::string& line : lines) {
    const std::string message = refusal_of_line(line);
    EXPECT_NE(message, "accepted");
    EXPECT_LT(message.size(), 300u);
    for (const char character : message) {
      EXPECT_TRUE(character >= ' ' && character < 0x7f) << message;
    }
  }
}

TEST(ParseCaseFile, skips_blank_lines_and_comments) {
  std::istringstream file("# corpus\n\n  # more\n" + with("") + "\r\n" + with("seed=1"));
  const auto cases = parse_case_file(file, "corpus.txt");
  ASSERT_EQ(cases.size(), 2u);
  EXPECT_EQ(cases[1].seed, 1u);
}

TEST(ParseCaseFile, names_the_file_and_the_line) {
  std::istringstream file("# corpus\n" + with("") + "\n" + with("seed=x") + "\n");
  EXPECT_EQ(test::refusal_by<CaseError>([&] { parse_case_file(file, "corpus.txt"); }),
            "corpus.txt:3: seed='x': must be 0 to 0xffffffffffffffff, hexadecimal with 0x or decimal");
}

TEST(ParseCaseFile, says_that_a_file_cannot_be_read) {
  std::istringstream file;
  file.setstate(std::ios::failbit);
  EXPECT_EQ(test::refusal_by<CaseError>([&] { parse_case_file(file, "corpus.txt"); }), "corpus.txt: cannot be read");
}

}  // namespace
}  // namespace attngate
