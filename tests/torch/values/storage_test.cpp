// Where the tensors of a case lie: layouts, nested forms, offsets and guards.
#include <ATen/NestedTensorImpl.h>
#include <gtest/gtest.h>

#include <cmath>

#include "attngate/values/case_inputs.h"
#include "edited_case.h"
#include "tensors.h"

namespace attngate {
namespace {

const std::string ragged = "dtype=fp16 heads=3 head_dim=5 lengths=4,1,7 extra_padding=2 padding_content=1024 seed=0x11";
const std::string rectangular = "dtype=bf16 heads=2 head_dim=8 lengths=5,5,5 seed=0x12";

Edit with_layout(StorageLayout layout) {
  return [layout](AttentionCase& c) { c.layout = layout; };
}

Edit with_nested(NestedForm nested) {
  return [nested](AttentionCase& c) { c.nested = nested; };
}

TEST(StorageLayouts, hold_the_same_numbers) {
  for (const std::string& line : {ragged, rectangular}) {
    const CaseInputs packed = inputs_of(line);
    for (const StorageLayout layout : {StorageLayout::transposed, StorageLayout::sliced}) {
      const CaseInputs other = edited_inputs(line, with_layout(layout));
      EXPECT_TRUE(same_bytes(other.dense(), packed.dense())) << to_string(layout);
      EXPECT_TRUE(same_bytes(other.tokens(), packed.tokens())) << to_string(layout);
      EXPECT_EQ(hash_of_inputs(other), hash_of_inputs(packed)) << to_string(layout);
    }
  }
}

TEST(StorageLayouts, have_the_strides_that_they_are_named_for) {
  // [3, 9, 15]
  EXPECT_EQ(inputs_of(ragged).dense().strides(), at::IntArrayRef({135, 15, 1}));
  EXPECT_EQ(edited_inputs(ragged, with_layout(StorageLayout::transposed)).dense().strides(),
            at::IntArrayRef({15, 45, 1}));
  const CaseInputs sliced = edited_inputs(ragged, with_layout(StorageLayout::sliced));
  EXPECT_GT(sliced.dense().stride(1), 15);
  EXPECT_GT(sliced.dense().stride(0), 9 * sliced.dense().stride(1));
  EXPECT_EQ(sliced.tokens().strides(), at::IntArrayRef({sliced.dense().stride(1), 1}));
  EXPECT_EQ(edited_inputs(rectangular, with_layout(StorageLayout::expanded)).dense().strides(),
            at::IntArrayRef({0, 16, 1}));
}

TEST(ExpandedLayout, gives_every_sequence_the_values_of_the_first) {
  for (const std::int64_t extra_padding : {0, 2}) {
    const Edit pad = [&](AttentionCase& c) { c.extra_padding = extra_padding; };
    const CaseInputs packed = edited_inputs(rectangular, pad);
    const CaseInputs expanded = edited_inputs(rectangular, [&](AttentionCase& c) {
      pad(c);
      c.layout = StorageLayout::expanded;
    });
    for (const std::int64_t sequence : {0, 1, 2}) {
      EXPECT_TRUE(same_bytes(expanded.dense()[sequence], packed.dense()[0]));
      EXPECT_TRUE(same_bytes(expanded.tokens().narrow(0, 5 * sequence, 5), packed.tokens().narrow(0, 0, 5)));
    }
  }
}

TEST(NestedForms, hold_the_token_rows_of_each_sequence) {
  for (const StorageLayout layout : {StorageLayout::packed, StorageLayout::transposed, StorageLayout::sliced}) {
    for (const NestedForm form : {NestedForm::view, NestedForm::gaps, NestedForm::list, NestedForm::mask}) {
      for (const std::int64_t offset : {0, 3}) {
        const CaseInputs inputs = edited_inputs(ragged, [&](AttentionCase& c) {
          c.layout = layout;
          c.nested = form;
          c.storage_offset = offset;
        });
        const std::vector<at::Tensor> sequences = inputs.nested().unbind();
        ASSERT_EQ(sequences.size(), 3u);
        std::int64_t first = 0;
        for (std::size_t i = 0; i < sequences.size(); ++i) {
          const std::int64_t length = inputs.attention_case().lengths[i];
          EXPECT_TRUE(same_bytes(sequences[i], inputs.tokens().narrow(0, first, length)))
              << to_string(layout) << ", " << to_string(form) << ", offset " << offset << ", sequence " << i;
          first += length;
        }
      }
    }
  }
}

TEST(NestedGaps, lie_between_the_sequences_and_are_nan) {
  const CaseInputs inputs = edited_inputs(ragged, with_nested(NestedForm::gaps));
  EXPECT_FALSE(inputs.nested().is_contiguous());
  const auto* nested = at::native::get_nested_tensor_impl(inputs.nested());
  const std::vector<double> buffer = numbers(nested->get_unsafe_storage_as_tensor());
  ASSERT_EQ(buffer.size(), (4 + 1 + 1 + 1 + 7) * 15u);
  for (std::size_t i = 0; i < buffer.size(); ++i) {
    const std::size_t row = i / 15;
    ASSERT_EQ(std::isnan(buffer[i]), row == 4 || row == 6) << "row " << row;
  }
}

TEST(NestedView, is_packed_whatever_the_layout) {
  for (const StorageLayout layout : {StorageLayout::packed, StorageLayout::transposed, StorageLayout::sliced}) {
    const CaseInputs inputs = edited_inputs(ragged, with_layout(layout));
    EXPECT_TRUE(inputs.nested().is_contiguous()) << to_string(layout);
    EXPECT_EQ(at::native::get_nested_tensor_impl(inputs.nested())->get_buffer().numel(), inputs.tokens().numel());
  }
}

std::int64_t misalignment(const at::Tensor& tensor) {
  return static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(tensor.const_data_ptr()) % 256);
}

TEST(Offsets, move_inputs_and_parameters_behind_an_aligned_address) {
  for (const std::string dtype : {"fp16", "fp32"}) {
    const std::string line = "dtype=" + dtype + " heads=2 head_dim=6 lengths=3,5 seed=0x9";
    const std::int64_t bytes = dtype == "fp16" ? 2 : 4;
    for (const std::int64_t offset : {0, 1, 2, 3}) {
      const CaseInputs inputs = edited_inputs(line, [&](AttentionCase& c) {
        c.storage_offset = offset;
        c.parameter_offset = 3 - offset;
      });
      const MhaParameters& p = inputs.parameters();
      for (const at::Tensor& tensor : {inputs.tokens(), inputs.dense()}) {
        EXPECT_EQ(misalignment(tensor), offset * bytes);
        EXPECT_EQ(tensor.storage_offset(), offset);
      }
      for (const at::Tensor& tensor : {p.in_proj_weight, p.in_proj_bias, p.out_proj_weight, p.out_proj_bias}) {
        EXPECT_EQ(misalignment(tensor), (3 - offset) * bytes);
        EXPECT_EQ(tensor.storage_offset(), 3 - offset);
        EXPECT_TRUE(tensor.is_contiguous());
      }
      EXPECT_EQ(misalignment(at::native::get_nested_tensor_impl(inputs.nested())->get_buffer()), offset * bytes);
      EXPECT_EQ(hash_of_inputs(inputs), hash_of_inputs(inputs_of(line)));
    }
  }
}

TEST(Storages, end_with_their_tensor) {
  const CaseInputs inputs = inputs_of(ragged);
  const MhaParameters& p = inputs.parameters();
  for (const at::Tensor& tensor : {inputs.tokens(), inputs.dense(), p.in_proj_weight, p.out_proj_bias}) {
    EXPECT_EQ(tensor.storage().nbytes(), tensor.nbytes());
  }
}

/// Marks the bytes of a tensor among those of the arena.
void mark(std::vector<bool>& covered, const CaseInputs& inputs, const at::Tensor& tensor) {
  if (!tensor.defined()) return;
  const auto* base = static_cast<const std::uint8_t*>(inputs.arena().words().const_data_ptr());
  const auto first = static_cast<const std::uint8_t*>(tensor.const_data_ptr()) - base;
  for (std::int64_t element = 0; element < tensor.numel(); ++element) {
    std::int64_t rest = element, offset = 0;
    for (std::int64_t dim = tensor.dim() - 1; dim >= 0; --dim) {
      offset += rest % tensor.size(dim) * tensor.stride(dim);
      rest /= tensor.size(dim);
    }
    const auto bytes = static_cast<std::int64_t>(tensor.element_size());
    for (std::int64_t byte = 0; byte < bytes; ++byte) {
      covered[static_cast<std::size_t>(first + offset * bytes + byte)] = true;
    }
  }
}

TEST(Guards, are_all_that_lies_outside_the_tensors_and_are_nan) {
  for (const StorageLayout layout :
       {StorageLayout::packed, StorageLayout::transposed, StorageLayout::sliced, StorageLayout::expanded}) {
    for (const MaskKind mask : {MaskKind::padding, MaskKind::four_d}) {
      const CaseInputs inputs = edited_inputs(rectangular, [&](AttentionCase& c) {
        c.layout = layout;
        c.mask = mask;
        c.extra_padding = 1;
        c.storage_offset = 1;
        c.parameter_offset = 3;
      });
      const at::Tensor host = inputs.arena().words().cpu();
      const auto* byte = static_cast<const std::uint8_t*>(host.const_data_ptr());
      std::vector<bool> covered(host.nbytes(), false);
      const MhaParameters& p = inputs.parameters();
      mark(covered, inputs, inputs.tokens());
      mark(covered, inputs, inputs.dense());
      mark(covered, inputs, inputs.key_padding_mask());
      mark(covered, inputs, inputs.attention_mask());
      mark(covered, inputs, at::native::get_nested_tensor_impl(inputs.nested())->get_buffer());
      for (const at::Tensor& tensor : {p.in_proj_weight, p.in_proj_bias, p.out_proj_weight, p.out_proj_bias}) {
        mark(covered, inputs, tensor);
      }
      std::size_t free_bytes = 0;
      for (std::size_t i = 0; i < covered.size(); ++i) {
        if (covered[i]) continue;
        ++free_bytes;
        ASSERT_EQ(byte[i], 0xFF) << to_string(layout) << ", byte " << i;
      }
      EXPECT_GE(free_bytes, 8u * 512);  // behind each of tokens, dense, mask and four parameters, and before them all
    }
  }
}

TEST(Guards, reach_at_least_512_bytes_and_one_row_to_each_side) {
  for (const char* line : {"dtype=fp16 heads=1 head_dim=1 lengths=1", "dtype=fp32 heads=16 head_dim=64 lengths=2,1"}) {
    const CaseInputs inputs = inputs_of(line);
    const at::Tensor host = inputs.arena().words().cpu();
    const auto* byte = static_cast<const std::uint8_t*>(host.const_data_ptr());
    const auto* base = static_cast<const std::uint8_t*>(inputs.arena().words().const_data_ptr());
    const std::int64_t width = std::max<std::int64_t>(512, inputs.tokens().size(1) * inputs.tokens().element_size());
    const MhaParameters& p = inputs.parameters();
    for (const at::Tensor& tensor : {inputs.tokens(), inputs.dense(), p.in_proj_bias, p.out_proj_bias}) {
      const auto begin = static_cast<const std::uint8_t*>(tensor.const_data_ptr()) - base;
      const auto end = begin + static_cast<std::int64_t>(tensor.nbytes());
      ASSERT_GE(begin, width);
      ASSERT_LE(end + width, static_cast<std::int64_t>(host.nbytes()));
      for (std::int64_t i = 1; i <= width; ++i) {
        ASSERT_EQ(byte[begin - i], 0xFF) << line;
        ASSERT_EQ(byte[end + i - 1], 0xFF) << line;
      }
    }
  }
}

TEST(EmptySequences, have_no_rows_in_any_form) {
  for (const std::vector<std::int64_t>& lengths :
       std::vector<std::vector<std::int64_t>>{{3, 0, 4}, {0, 2}, {2, 0}, {0}, {0, 0}, {}}) {
    for (const StorageLayout layout : {StorageLayout::packed, StorageLayout::transposed, StorageLayout::sliced}) {
      for (const NestedForm form : {NestedForm::view, NestedForm::gaps, NestedForm::list}) {
        for (const std::int64_t extra_padding : {0, 2}) {
          const CaseInputs inputs = edited_inputs(ragged, [&](AttentionCase& c) {
            c.lengths = lengths;
            c.layout = layout;
            c.nested = form;
            c.extra_padding = extra_padding;
          });
          const AttentionCase& c = inputs.attention_case();
          EXPECT_EQ(inputs.dense().sizes(), at::IntArrayRef({c.batch_size(), c.padded_length(), 15}));
          EXPECT_EQ(inputs.tokens().sizes(), at::IntArrayRef({c.total_tokens(), 15}));
          EXPECT_EQ(inputs.key_padding_mask().sizes(), at::IntArrayRef({c.batch_size(), c.padded_length()}));
          EXPECT_EQ(inputs.nested().size(0), c.batch_size());
          EXPECT_EQ(inputs.nested().numel(), c.total_tokens() * 15);
          EXPECT_EQ(hash_of_inputs(inputs), hash_of_inputs(CaseInputs(c, at::kCPU)));
        }
      }
    }
  }
}

}  // namespace
}  // namespace attngate
