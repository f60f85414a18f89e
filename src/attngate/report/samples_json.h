#pragma once

#include <string>

#include "attngate/base/json_fields.h"
#include "attngate/samples/samples.h"

namespace attngate {

/// Samples as JSON, every one of them.
json samples_json(const PairedSamples& samples);
/// The text of a file of them.
std::string samples_to_json(const PairedSamples& samples);

/// The same samples again, to the last bit; throws ResultsError naming the field that is missing or makes no sense.
PairedSamples samples_from_json(const std::string& text);

}  // namespace attngate
