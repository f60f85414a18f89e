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

}  // namespace attngate
