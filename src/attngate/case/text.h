#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "attngate/case/attention_case.h"

namespace attngate {

/// The case as one line without a line break: what is replayed, journalled and kept in the corpus.
///
///     dtype=fp16 heads=8 head_dim=64 lengths=7,1x30,64 extra_padding=3 seed=0x2a
///
/// dtype, heads, head_dim and lengths always come, in this order; mask, extra_padding, padding_content, need_weights (0
/// or 1), layout, nested, values, storage_offset, parameter_offset and seed (hexadecimal) only where they differ from
/// their defaults. Three or more equal lengths in a row are printed as LENGTHxCOUNT, an empty batch as lengths=none.
std::string to_line(const AttentionCase& attention_case);

/// The case of such a line, validated; parse_line(to_line(c)) == c for every valid case.
///
/// Keys come in any order, once each, separated by spaces or tabs. Numbers are decimal digits without sign; a seed may
/// also be hexadecimal with 0x. Throws CaseError: one line naming the key, the value and what is allowed.
AttentionCase parse_line(std::string_view line);

/// The cases of a file, one line each; blank lines and lines that start with # are skipped.
///
/// Throws CaseError as parse_line does, with `name:line: ` in front, and when the stream cannot be read.
std::vector<AttentionCase> parse_case_file(std::istream& stream, const std::string& name);

/// Prints to_line; GoogleTest and RapidCheck show cases with it.
std::ostream& operator<<(std::ostream& stream, const AttentionCase& attention_case);

}  // namespace attngate
