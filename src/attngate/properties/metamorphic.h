#pragma once

#include <functional>
#include <string>
#include <vector>

#include "attngate/oracle/claim.h"
#include "attngate/properties/property.h"

namespace attngate {

/// From rows of one kind of inputs to those of another: [rows, embed_dim] of any floating dtype to the same.
using RowMap = std::function<at::Tensor(const at::Tensor& rows)>;

/// A piece of a batch that is run by itself.
struct Part {
  CaseInputs inputs;
  /// Its first row among the rows of the whole batch.
  std::int64_t first_row = 0;
};

/// Transformed inputs of a case and what must come of them.
struct Variant {
  /// What was done and what should have come of it, e.g. "sequences permuted: every row as before".
  std::string relation;
  /// The transformed inputs; their case is the one that is judged.
  CaseInputs inputs;
  /// What the path's rows on the inputs as they were must become. Empty: the rows are held against the truth alone.
  RowMap from_base = {};
  /// The rows should have the same bits as from_base gives; counted, decides nothing.
  bool bitwise = false;
  /// In exact arithmetic the rows are from_base of those before, and errors are as large: the truth is mapped too,
  /// which saves the reference.
  bool keeps_truth = false;
  /// The truth, where there is a simpler one than the reference: fp64 [total_tokens, embed_dim].
  at::Tensor reference = {};
  /// How far each element may be off, fp64 [total_tokens, embed_dim], given the truth and `inputs`; empty for the
  /// tolerance rule.
  std::function<at::Tensor(const at::Tensor& truth, const CaseInputs& inputs)> allowance = {};
  /// Where a range is right: the rows in it that are nearest to a path's. Nothing else is compared, within `allowance`.
  RowMap nearest = {};
  /// These are run, one by one, in place of `inputs`; rows that no part covers are taken over from the base.
  std::vector<Part> parts = {};
};

/// The rows as they are.
at::Tensor same_rows(const at::Tensor& rows);

/// Row i of the result is row `sources[i]`.
RowMap gather_rows(const std::vector<std::int64_t>& sources, at::Device device);

/// A property that says how a path's output follows from its output on other inputs, or from a formula.
struct Relation {
  std::string name;
  std::string summary;
  /// As Property::adapt.
  std::function<AttentionCase(AttentionCase)> adapt = [](AttentionCase any) { return any; };
  /// Why there is nothing to say of a case that has tokens: "head_permutation needs two heads"; empty when there is.
  std::function<std::string(const AttentionCase&)> why_not = [](const AttentionCase&) { return std::string(); };
  /// The variants of these inputs, one or more.
  std::function<std::vector<Variant>(const CaseInputs&)> variants;
  /// Keys of the base's values; by itself the case's own.
  std::function<ValueKeys(const AttentionCase&)> keys = [](const AttentionCase&) { return ValueKeys(); };
  /// A path that writes to the inputs or to the guard memory round them is wrong.
  bool guards_inputs = false;
};

/// The relation as a property, on the paths of Lanes::fused.
///
/// A path takes part in a variant when it promises to run the variant's case too.
Property metamorphic_property(const Relation& relation);

/// Takes over what went wrong while a path ran on a variant; true when nothing did and rows are there.
bool ran_well(const Execution& variant, const std::string& relation, Execution& execution);

}  // namespace attngate
