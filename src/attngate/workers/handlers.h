#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "attngate/paths/attention_path.h"
#include "attngate/timing/sampler.h"
#include "attngate/verdict/on_path.h"

namespace attngate {

/// Answers one kind of request within a worker: takes the message, and returns the answer as bytes.
using RequestHandler = std::function<std::string(std::string_view message, const OnPath& on_path)>;

/// A worker's sampler, made and its device woken up when the first request asks for it: one that only checks needs
/// neither its memory nor NVML.
using LateSampler = std::function<Sampler&()>;

/// Answers CaseRequests by a Verdict or a HashAnswer.
RequestHandler case_handler(const PathRegistry& registry, c10::Device device);

/// Answers SampleRequests by a SampleAnswer, which says what went wrong: times two operators in pairs.
RequestHandler sample_handler(const PathRegistry& registry, LateSampler sampler);

/// Answers SweepRequests by a SweepAnswer, which says what went wrong: checks and times the operators of a row.
RequestHandler row_handler(const PathRegistry& registry, LateSampler sampler);

}  // namespace attngate
