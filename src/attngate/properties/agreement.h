#pragma once

#include "attngate/properties/property.h"
#include "attngate/properties/selection.h"

namespace attngate {

/// agreement: every path agrees with the fp64 reference and with every other path on valid rows.
Property agreement_property();
/// agreement_math: the same for the paths without fused kernels.
Property agreement_math_property();
/// agreement_cudnn: the same for cuDNN, whose plans cost 60 to 150 ms per new shape.
Property agreement_cudnn_property();
/// agreement_large: the same as agreement for tensors of more than 2^31 elements and grids of more than 65535 blocks.
/// Does not apply where the device's free memory is too small.
Property agreement_large_property();

/// agreement_compiled: the paths whose modules ci/export_modules.py made, on the head shapes that it made them for.
Property agreement_compiled_property();

/// agreement_graphed: the dense paths captured as CUDA graphs, each replayed once.
Property agreement_graphed_property();

}  // namespace attngate
